"""What is seen: pure functions from arrays to ``plotly.graph_objects.Figure``, one module a figure.

Users get the same figures in code that the panels draw. Nothing here knows jobs, files or widgets; user text
goes through ``names`` only.
"""
