"""Use cases: a spec and a place to run make events and a result."""
