"""What is said of anything that went wrong: what happened, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that says what happened, and one that says what to do."""

    title: str
    advice: str = ""
