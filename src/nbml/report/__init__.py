"""A finished training as one file that opens anywhere without a network."""
