"""A sealed database file: every page of it, its journal and its copies are encrypted.

SQLCipher (decision 008) in the shape of the standard library's module. The key is 32 bytes, used
as it is: nothing is derived from a password here.
"""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

Connection = dbapi2.Connection
Row = dbapi2.Row
_IN_CLEAR = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database lies, and the 32 bytes that it is sealed with."""

    path: Path
    key: bytes = field(repr=False)


def open_database(place: Place, *, patience: float) -> Any:
    """A connection to the sealed database at ``place``, which is made where there is none.

    ``patience`` is how many seconds another's writing is waited for. A wrong key shows at the
    first statement, as ``damaged``: a sealed file and a spoilt one look alike.
    """
    database = dbapi2.connect(
        str(place.path),
        isolation_level=None,
        check_same_thread=False,
        timeout=patience,
    )
    database.execute("PRAGMA cipher_log_level = NONE")  # or it writes to standard error by itself
    database.execute(f"PRAGMA key = \"x'{place.key.hex()}'\"")
    database.row_factory = Row
    return database


def seal_former(place: Place) -> None:
    """Seal a database that was written in clear by an earlier version; nothing of it stays."""
    path = place.path
    try:
        with path.open("rb") as file:
            if file.read(len(_IN_CLEAR)) != _IN_CLEAR:
                return
    except FileNotFoundError:
        return
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with closing(dbapi2.connect(str(path), isolation_level=None)) as former:
        former.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((version,),) = former.execute("PRAGMA user_version").fetchall()
        former.execute(f"ATTACH DATABASE ? AS sealed KEY \"x'{place.key.hex()}'\"", (str(part),))
        former.execute("SELECT sqlcipher_export('sealed')").fetchall()
        former.execute(f"PRAGMA sealed.user_version = {version}")
        former.execute("DETACH DATABASE sealed")
    part.replace(path)
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
