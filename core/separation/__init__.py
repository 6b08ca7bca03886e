"""Taking the voice off the backing."""
