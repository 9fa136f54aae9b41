"""The local side of the ports: this machine's user, folders, database and environment."""
