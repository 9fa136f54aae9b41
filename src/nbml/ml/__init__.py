"""How it learns: pure functions of arrays; no Ray, no MLflow, no files, no pydantic, no print."""
