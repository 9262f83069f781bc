"""The window: panes that show a state and say what was done; presenters between."""
