"""Names and numbers as people write them: folded for comparison, read from one search box."""

import unicodedata

_ALIKE = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "'": " ", "’": " ", "ʼ": " ", "-": " ", "‐": " ", "‑": " "}
)


def fold(text: str) -> str:
    """``text`` for comparison: no accents, no case; hyphen, apostrophe and space are one.

    For comparing only, never for showing or sending (lifen.md T33; french_health.md A4 rule 3).
    """
    plain = unicodedata.normalize("NFD", text.casefold().translate(_ALIKE))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())
