"""What a model has learnt, as numbers: importance, dependence, partial dependence, permutation, interactions.

Of rows and the models that answer for them. Draws nothing, reads no file.
"""
