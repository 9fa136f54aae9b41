"""Where it runs: the cluster, the supervisor of a job, its workers, its log. Knows nothing of learning."""
