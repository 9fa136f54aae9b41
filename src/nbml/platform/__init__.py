"""On what nbml stands: five ports, with a local and a Databricks side. Cheap to import."""
