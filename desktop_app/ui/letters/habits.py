"""What the last sendings teach about the next one."""

from collections import Counter

from desktop_app.domain.errors import AppError
from desktop_app.domain.letters import DOCUMENT_TYPES
from desktop_app.domain.ports import SendingFilter, SendsLetters

REMEMBERED = 200
"""Sendings that are looked at: as many as are read in one go for the eye."""


async def usual_types(outbox: SendsLetters) -> tuple[str, ...]:
    """The codes of every document type, the most used of late first, then the usual order."""
    try:
        sendings = await outbox.sendings(SendingFilter(limit=REMEMBERED))
    except AppError:
        return DOCUMENT_TYPES  # a convenience: its absence is no news
    used = Counter(sending.letter.type_code for sending in sendings)
    return tuple(sorted(DOCUMENT_TYPES, key=lambda code: -used[code]))
