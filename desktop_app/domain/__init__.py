"""What things are and how they may change; no input, no output."""
