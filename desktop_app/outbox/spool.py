"""The private copy of each document, sealed: what is shown is what is sent."""

import asyncio
import hashlib
import io
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from desktop_app.domain.errors import FileTrouble, StoreTrouble
from desktop_app.domain.letters import Document, DocumentId
from desktop_app.outbox.disk import trouble
from desktop_app.outbox.vault import PIECE, Vault

log = logging.getLogger(__name__)

_SLICE = 1 << 16
"""Bytes in clear that are handed on at a time to whoever reads little by little."""
_ABANDONED_AFTER = timedelta(days=1)
"""A copy that no letter claims after this long belongs to an import that was cut short."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A copy that reached the disk: its id, the SHA-256 of its bytes, their number."""

    id: DocumentId
    sha256: str
    size: int


class Spool:
    """A folder of sealed documents under ids that say nothing of what they hold."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def path(self, document: DocumentId) -> Path:
        """Where a document lies."""
        return self._folder / f"{document}.sealed"

    def opened(self, document: DocumentId) -> BinaryIO:
        """A document in clear, to be read at any place and closed by whoever asked.

        Opening and reading raise ``FileTrouble`` ``changed`` where the bytes are not those that
        were sealed, opening also ``missing`` and ``unreadable``.
        """
        file = _opened(self.path(document))
        try:
            return io.BufferedReader(self._vault.unseal(file), _SLICE)
        except OSError as error:
            file.close()
            raise FileTrouble("unreadable") from error
        except FileTrouble:
            file.close()
            raise

    async def put(self, source: Path) -> Spooled:
        """Copy ``source`` and return once the copy is on disk.

        Raises ``FileTrouble`` for what is wrong with the source, ``StoreTrouble`` for what is
        wrong with the spool's own disk.
        """
        return await asyncio.to_thread(self._put, source, DocumentId(secrets.token_hex(16)))

    async def seal_former(self) -> None:
        """Seal what an earlier version left here in clear; nothing of it stays.

        One that cannot be sealed now is left for the next time.
        """
        await asyncio.to_thread(self._seal_former)

    async def remove(self, document: DocumentId) -> None:
        """Forget a document; one that is gone already is no trouble."""
        await asyncio.to_thread(self.path(document).unlink, missing_ok=True)

    async def sweep(self, claimed: set[str]) -> int:
        """Remove old copies that no letter claims; returns how many."""
        return await asyncio.to_thread(self._sweep, claimed)

    async def chunks(self, document: Document, size: int) -> AsyncIterator[bytes]:
        """The document in pieces of ``size`` bytes; the last one only once all of it checked out.

        Raises ``FileTrouble``: ``missing``, ``unreadable``, or ``changed`` when the bytes are
        not those that were taken in.
        """
        pieces = self._checked(document, size)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    def _put(self, source: Path, document: DocumentId) -> Spooled:
        part = self._folder / f"{secrets.token_hex(16)}.part"
        digest = hashlib.sha256()
        size = 0
        try:
            with _opened(source) as origin:
                try:
                    with part.open("xb") as copy:
                        part.chmod(0o600)
                        sealing = self._vault.seal(copy)
                        while piece := _read(origin, source.name):
                            digest.update(piece)
                            sealing.write(piece)
                            size += len(piece)
                        sealing.finish()
                        copy.flush()
                        os.fsync(copy.fileno())
                    part.replace(self.path(document))
                    _sync_folder(self._folder)
                except OSError as error:
                    raise StoreTrouble(trouble(error)) from error
        finally:
            part.unlink(missing_ok=True)
        return Spooled(document, digest.hexdigest(), size)

    def _seal_former(self) -> None:
        for clear in self._folder.glob("*.pdf"):
            try:
                self._put(clear, DocumentId(clear.stem))
                clear.unlink(missing_ok=True)
            except (FileTrouble, StoreTrouble, OSError) as error:
                log.warning("spool: a copy is still in clear: %s", type(error).__name__)

    def _checked(self, document: Document, size: int) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with _named(document.name), self.opened(document.id) as copy:
            ahead = _read(copy, document.name, size)
            while ahead:
                digest.update(ahead)
                piece, ahead = ahead, _read(copy, document.name, size)
                if not ahead and digest.hexdigest() != document.sha256:
                    raise FileTrouble("changed")
                yield piece

    def _sweep(self, claimed: set[str]) -> int:
        limit = (datetime.now(UTC) - _ABANDONED_AFTER).timestamp()
        removed = 0
        for path in self._folder.iterdir():
            if path.stem not in claimed and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say what people call the document that is in trouble."""
    try:
        yield
    except FileTrouble as error:
        raise FileTrouble(error.kind, name) from error


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise FileTrouble("missing", path.name) from error
    except IsADirectoryError as error:
        raise FileTrouble("folder", path.name) from error
    except OSError as error:
        kind = "folder" if path.is_dir() else "unreadable"  # Windows says « permission denied »
        raise FileTrouble(kind, path.name) from error


def _read(origin: BinaryIO, name: str, size: int = PIECE) -> bytes:
    """A piece of a document; its own troubles are told apart from those of writing a copy."""
    try:
        return origin.read(size)
    except OSError as error:
        raise FileTrouble("unreadable", name) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
