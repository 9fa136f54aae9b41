"""What can be said of a job's trials and result, whoever shows it."""
