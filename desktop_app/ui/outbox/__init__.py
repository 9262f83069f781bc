"""Queue and history in one table."""
