"""One process sends for one store: the lock, and who holds it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from desktop_app.domain.errors import Busy, StoreTrouble


@contextmanager
def one_writer(folder: Path, program: str) -> Iterator[None]:
    """Be the one that sends from ``folder`` while the block runs; raises ``Busy``.

    The operating system releases the lock of a process that dies.
    """
    lock = FileLock(folder / "sending.lock")
    holder = folder / "sending.holder"
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise Busy(_read(holder)) from error
    except OSError as error:
        raise StoreTrouble("read_only") from error
    try:
        # Beside the lock, not in it: Windows lets nobody read a locked file.
        with suppress(OSError):  # it only says who; the lock has been taken
            holder.write_text(f"{program} {os.getpid()}", "utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _read(holder: Path) -> str:
    try:
        return holder.read_text("utf-8") or "?"
    except OSError:
        return "?"
