"""Choosing who gets the letter."""
