"""Jobs that run on a cluster as a batch: packed here, run there, followed from anywhere."""
