"""What a disk's refusals are called."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2

from desktop_app.domain.errors import StoreTrouble

_TROUBLES = {
    dbapi2.SQLITE_FULL: "full",
    dbapi2.SQLITE_READONLY: "read_only",
    dbapi2.SQLITE_CANTOPEN: "read_only",
    dbapi2.SQLITE_CORRUPT: "damaged",
    dbapi2.SQLITE_NOTADB: "damaged",
}


def trouble(error: OSError) -> str:
    """The kind of ``StoreTrouble`` that ``error`` is."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "full"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return "read_only"
        case _:
            return "other"


@contextmanager
def named_troubles() -> Iterator[None]:
    """Turn the database's own errors into ``StoreTrouble``."""
    try:
        yield
    except dbapi2.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
        raise StoreTrouble(_TROUBLES.get(code, "other")) from error
