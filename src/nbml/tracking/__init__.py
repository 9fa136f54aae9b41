"""What is kept: runs, metrics, artifacts and models in MLflow, written by a job's supervisor only.

The one package that imports mlflow, and only inside functions, so importing this one is cheap.
"""
