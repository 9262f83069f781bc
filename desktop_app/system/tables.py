"""Tables for a spreadsheet, as the French ones open them by a double click."""

import asyncio
import contextlib
import csv
import errno
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TextIO

from desktop_app.domain.errors import FileTrouble, StoreTrouble

_BATCH = 500
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would carry out (OWASP, CSV injection)."""


async def write_table(
    path: Path, headings: Sequence[str], lines: AsyncIterator[Sequence[str]]
) -> int:
    """Write a table and return how many lines it has, its headings not counted.

    UTF-8 with a mark, semicolons, Windows ends of line. The file appears whole or not at all, in
    the place of one of that name, and only its owner can read it. Raises ``FileTrouble``
    ``unwritable`` where it cannot stand, ``StoreTrouble`` ``full`` where there is no room.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        file = await asyncio.to_thread(_made, part)
    except OSError as error:
        raise FileTrouble("unwritable", path.name) from error
    count = 0
    try:
        with file:
            writer = csv.writer(file, delimiter=";")
            held = [list(headings)]
            async for line in lines:
                held.append([_tame(cell) for cell in line])
                count += 1
                if len(held) >= _BATCH:
                    await asyncio.to_thread(writer.writerows, held)
                    held = []
            await asyncio.to_thread(writer.writerows, held)
        await asyncio.to_thread(part.replace, path)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreTrouble("full") from error
        raise FileTrouble("unwritable", path.name) from error  # a spreadsheet holds it, perhaps
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def _made(part: Path) -> TextIO:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8-sig", newline="")


def _tame(cell: str) -> str:
    """``cell`` as a text in any spreadsheet, also where it begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
