"""What the program has written: the screen cannot be read from outside, the disk can."""

from contextlib import closing
from pathlib import Path

from tests.end_to_end.program import Navette
from tests.sealed import look_into


def _asked(navette: Navette, question: str) -> list[tuple[object, ...]]:
    if not (navette.data / "letters" / "navette.db").exists():
        return []
    with closing(look_into(navette.data)) as connection:
        return [tuple(row) for row in connection.execute(question)]


def drafts(navette: Navette) -> int:
    """Letters in the tray."""
    return len(_asked(navette, "SELECT 1 FROM letters WHERE sent_at IS NULL"))


def drafts_of(navette: Navette, patient: str) -> int:
    """Letters in the tray whose patient was chosen."""
    rows = _asked(navette, "SELECT patient FROM letters WHERE sent_at IS NULL")
    return sum(row == (patient,) for row in rows)


def drafts_for(navette: Navette, address: str) -> int:
    """Letters in the tray that ``address`` will get."""
    rows = _asked(navette, "SELECT body FROM letters WHERE sent_at IS NULL")
    return sum(address.encode() in bytes(str(row[0]), "utf-8") for row in rows)


def marked(navette: Navette) -> int:
    """Jobs whose point of no return is on disk."""
    return len(_asked(navette, "SELECT 1 FROM jobs WHERE passed_at IS NOT NULL"))


def spooled(navette: Navette) -> list[Path]:
    """The private copies."""
    return [path for path in (navette.data / "letters" / "spool").rglob("*") if path.is_file()]
