"""The door: a file is copied first, the copy is checked, and only then is it a letter."""

import asyncio
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from desktop_app.domain.errors import FileTrouble, StoreTrouble
from desktop_app.domain.letters import (
    MAX_FILE_BYTES,
    Document,
    DocumentId,
    Letter,
    LetterId,
    PageImage,
    Target,
)
from desktop_app.intake.pdf import PdfReader


class Copy(Protocol):
    """A copy that reached the disk."""

    @property
    def id(self) -> DocumentId:
        """What it is kept under."""

    @property
    def sha256(self) -> str:
        """Of its bytes, in hexadecimal."""

    @property
    def size(self) -> int:
        """Its bytes."""


class KeepsCopies(Protocol):
    """The private spool."""

    async def put(self, source: Path) -> Copy:
        """Copy a file; raises ``FileTrouble`` or ``StoreTrouble``."""

    async def remove(self, document: DocumentId) -> None:
        """Forget a copy."""

    def opened(self, document: DocumentId) -> BinaryIO:
        """A copy in clear, to be read at any place; raises ``FileTrouble``."""


class KeepsDrafts(Protocol):
    """The tray's part of the outbox."""

    async def add(self, letter: Letter) -> None:
        """Put a new letter into the tray."""

    async def drafts(self) -> Sequence[Letter]:
        """Every letter of the tray."""

    async def keep(self, letter: Letter) -> None:
        """Store what was changed."""

    async def discard(self, letter_id: LetterId) -> None:
        """Put a letter away."""

    async def restore(self, letter_id: LetterId) -> Letter:
        """Bring it back."""


class Intake:
    """Takes letters in and keeps the tray; implements ``KeepsLetters``.

    A new letter goes to ``targets`` and leaves under ``sender`` until somebody says otherwise.
    """

    def __init__(  # noqa: PLR0913 - its neighbours, and what a new letter begins with
        self,
        tray: KeepsDrafts,
        spool: KeepsCopies,
        reader: PdfReader,
        now: Callable[[], datetime],
        *,
        targets: tuple[Target, ...] = (Target.MSS,),
        sender: str | None = None,
    ) -> None:
        self._tray = tray
        self._spool = spool
        self._reader = reader
        self._now = now
        self._targets = targets
        self._sender = sender

    async def drafts(self) -> Sequence[Letter]:
        """Every letter of the tray, oldest first."""
        return await self._tray.drafts()

    async def take(self, path: Path) -> Letter:
        """As ``KeepsLetters.take``."""
        return await self.take_together([path])

    async def take_together(self, paths: Sequence[Path]) -> Letter:
        """Several files as one letter, in their order: all of them or none.

        However many there are, and however heavy together: a letter is shared out among requests
        when it is sent. Raises ``FileTrouble`` for the first that cannot be taken,
        ``StoreTrouble`` when our own disk refuses.
        """
        documents: list[Document] = []
        try:
            for path in paths:
                documents.append(await self._document(path))  # noqa: PERF401 - kept for the undoing
            letter = Letter(
                id=LetterId(secrets.token_hex(8)),
                created_at=self._now(),
                documents=tuple(documents),
                targets=self._targets,
                sender=self._sender,
            )
            await self._tray.add(letter)
        except BaseException:
            for document in documents:
                await self._forget(document.id)
            raise
        return letter

    async def keep(self, letter: Letter) -> None:
        """Store what was changed on a letter of the tray."""
        await self._tray.keep(letter)

    async def discard(self, letter_id: LetterId) -> None:
        """Put a letter of the tray away."""
        await self._tray.discard(letter_id)

    async def restore(self, letter_id: LetterId) -> Letter:
        """Bring back a letter that was discarded."""
        return await self._tray.restore(letter_id)

    async def page(self, document: Document, number: int, scale: float) -> PageImage:
        """As ``KeepsLetters.page``; raises ``FileTrouble`` when the copy is gone or damaged."""
        try:
            return await self._reader.page(partial(self._spool.opened, document.id), number, scale)
        except FileTrouble as error:
            raise FileTrouble(error.kind, document.name) from error

    async def _document(self, path: Path) -> Document:
        name = _shown(path)
        try:
            await asyncio.to_thread(_check_source, path)
            copy = await self._spool.put(path)
        except FileTrouble as error:
            raise FileTrouble(error.kind, name, error.size, error.limit) from error
        document = Document(id=copy.id, name=name, sha256=copy.sha256, size=copy.size, pages=0)
        try:
            _check_size(copy.size)  # it may have grown meanwhile
            pages = await self._reader.check(partial(self._spool.opened, copy.id))
        except FileTrouble as error:
            await self._forget(copy.id)
            raise FileTrouble(error.kind, name, error.size, error.limit) from error
        except BaseException:
            await self._forget(copy.id)
            raise
        return replace(document, pages=pages)

    async def _forget(self, document: DocumentId) -> None:
        """Remove a copy; one that resists is swept up at a later start."""
        with suppress(OSError, StoreTrouble):
            await self._spool.remove(document)


def _shown(path: Path) -> str:
    """What the person calls a file; a name in another encoding than UTF-8 as far as it is legible.

    Python carries the bytes it cannot decode as lone surrogates, which no file and no screen takes.
    """
    return path.name.encode("utf-8", "replace").decode()


def _check_source(path: Path) -> None:
    """What can be said before a byte is copied: pipes would block, giants fill the disk."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise FileTrouble("missing") from error
    except (OSError, ValueError) as error:
        raise FileTrouble("unreadable") from error
    if stat.S_ISDIR(found.st_mode):
        raise FileTrouble("folder")
    if not stat.S_ISREG(found.st_mode):
        raise FileTrouble("unreadable")
    _check_size(found.st_size)


def _check_size(size: int) -> None:
    if size == 0:
        raise FileTrouble("empty")
    if size > MAX_FILE_BYTES:
        raise FileTrouble("too_large", size=size, limit=MAX_FILE_BYTES)
