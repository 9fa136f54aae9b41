"""Finding runs again, months later: one line a job, names and notes, comparison, lineage, deletion."""
