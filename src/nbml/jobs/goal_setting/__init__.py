"""Setting goals: from models to the form of an inverse search, and from the form to its spec."""
