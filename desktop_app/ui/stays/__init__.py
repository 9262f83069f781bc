"""Which stay a letter concerns."""
