"""Models on disk: a folder of native model files, an encoder, and a manifest that seals them.

``writer`` fills the folder during a job, ``reader`` opens a finished one; see docs/predicting.md.
"""
