"""Who and what: users, projects, data sets, runs and where each comes from. Append-only; cheap to import."""
