"""Explaining a finished job: ``nbml.explain`` and all that the Explain room is answered."""
