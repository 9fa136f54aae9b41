"""Ray's Jobs API as nbml uses it: one client, one environment, and a look at what the cluster has."""
