"""Looks a profile over, step by step, and says what is at fault: for IT, and for the window."""

from desktop_app.doctor.examination import examine

__all__ = ["examine"]
