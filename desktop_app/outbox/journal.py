"""The journal as a chain: each line carries a digest of itself and of the one before it.

Whoever changes a line, takes one out or puts one in has to write all those after it again, and
whoever cuts the end off is told by the counter, which never goes back.
"""

from dataclasses import dataclass

from desktop_app.outbox.rows import link
from desktop_app.outbox.store import Store

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that is not what was written; ``kind`` is ``changed`` or ``missing``."""

    number: int
    kind: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many lines were read, and the first fault among them."""

    lines: int
    fault: Fault | None = None


def verify(store: Store) -> Verified:
    """Read the whole journal of this database, whoever wrote in it.

    Lines that an early version wrote carry no digest; they are counted, and may only come first.
    """
    last, before, lines = 0, "", 0
    while True:
        found = store.query(
            "SELECT * FROM journal WHERE number > :last ORDER BY number LIMIT :count",
            last=last,
            count=_AT_ONCE,
        )
        for row in found:
            number = int(row["number"])
            if number != last + 1:
                return Verified(lines, Fault(last + 1, "missing"))
            early = not row["chain"] and not before
            if not early and row["chain"] != link(before, row):
                return Verified(lines, Fault(number, "changed"))
            last, before, lines = number, row["chain"], lines + 1
        if not found:
            break
    counted = store.query("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
    if counted and counted[0]["seq"] != last:
        return Verified(lines, Fault(last + 1, "missing"))
    return Verified(lines)
