"""What is said: job specs, the column sheet, events and their reducer. Pydantic only."""
