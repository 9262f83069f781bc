"""The command line: the same session as the window's, and no Qt (design.md section 6)."""

from desktop_app.cli.program import main

__all__ = ["main"]
