"""How nbml searches backwards: variables, goals, constraints, search, trust. Pure: arrays in, arrays out.

Knows nothing of jobs, files, Ray, MLflow or panels; models stand behind the protocol ``Surrogate``.
"""
