"""Typing an identity where no patient can be looked up."""
