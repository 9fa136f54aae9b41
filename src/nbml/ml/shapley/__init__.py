"""Exact path-dependent Shapley values of tree ensembles.

``trees`` holds the neutral ensemble, ``lightgbm_trees`` and ``xgboost_trees`` read it from a booster,
``paths`` lays it out for the compiled kernels in ``kernels``, and ``values`` is the way in.
"""
