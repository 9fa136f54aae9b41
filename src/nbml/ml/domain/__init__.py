"""Where a model may be trusted: distance to the training rows in units of what the model responds to."""
