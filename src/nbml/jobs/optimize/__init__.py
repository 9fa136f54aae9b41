"""The inverse search as a job: models by id, a spec, a search that reports, a result that stays."""
