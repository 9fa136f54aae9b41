"""Prediction intervals from fold models and out-of-fold residuals; see docs/intervals.md."""
