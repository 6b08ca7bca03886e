"""Qt models that feed the tables."""
