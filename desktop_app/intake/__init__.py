"""Files from outside: checked before they are taken."""
