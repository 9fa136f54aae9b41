"""The Databricks side of the ports. The one package that imports databricks', and only inside functions."""
