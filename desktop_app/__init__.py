"""Navette: the outgoing-mail desk of a French hospital secretariat."""
