"""Predicting as people do it: curves through one row, and whole tables, kept beside their models."""
