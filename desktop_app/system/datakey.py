"""The key that a folder's letters are sealed with, made once and kept where secrets are kept.

Beside the letters lies only the key's name: two folders never share a key, and a folder whose key
is gone is told apart from a new one.
"""

import asyncio
import os
import re
import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from desktop_app.domain.errors import Misconfigured, StoreTrouble
from desktop_app.settings import Settings
from desktop_app.system.paths import Folders
from desktop_app.system.secrets import KeepsSecrets, open_secrets

KEY_BYTES = 32
_OF = "data"
_NAME = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_PATIENCE = 60.0
_IN_CLEAR = b"SQLite format 3\0"
"""How a database begins that was written before letters were sealed."""


def keys_for(settings: Settings, folders: Folders) -> KeepsSecrets:
    """Where the keys of letters are kept; practice must start on any machine (design.md 4)."""
    practice = settings.profile.environment == "practice"
    return open_secrets("file" if practice else settings.security.key_store, folders.keys)


async def data_key(folder: Path, keep: KeepsSecrets) -> bytes:
    """The key of ``folder``, made at the first start.

    Raises ``StoreTrouble`` ``key_lost`` where letters are there and their key is not: a key made
    anew would open nothing. Raises ``Misconfigured`` when the store of secrets cannot answer.
    """
    lock = FileLock(folder / "key.lock", timeout=_PATIENCE, thread_local=False)
    try:
        await asyncio.to_thread(lock.acquire)
    except Timeout as error:
        raise StoreTrouble("other") from error
    except OSError as error:
        raise StoreTrouble("read_only") from error
    try:
        return await _found(folder, keep) or await _made(folder, keep)
    finally:
        lock.release()


async def _found(folder: Path, keep: KeepsSecrets) -> bytes | None:
    name = await asyncio.to_thread(_name, folder)
    if not name:
        if await asyncio.to_thread(_holds_sealed, folder / "navette.db"):
            raise StoreTrouble("key_lost")
        return None
    said = await keep.find(_OF, name)
    if said is None:
        raise StoreTrouble("key_lost")
    if not _KEY.fullmatch(said):
        raise Misconfigured("security.key_store", "unreadable")
    return bytes.fromhex(said)


async def _made(folder: Path, keep: KeepsSecrets) -> bytes:
    name, key = secrets.token_hex(8), secrets.token_bytes(KEY_BYTES)
    await keep.put(_OF, name, key.hex())  # first: a name without its key would be a lost one
    await asyncio.to_thread(_note, folder / "key", name)
    return key


def _name(folder: Path) -> str:
    try:
        said = (folder / "key").read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise StoreTrouble("key_lost") from error
    if not _NAME.fullmatch(said):
        raise StoreTrouble("key_lost")
    return said


def _holds_sealed(database: Path) -> bool:
    """Whether there are letters that only a former key opens."""
    try:
        with database.open("rb") as file:
            head = file.read(len(_IN_CLEAR))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreTrouble("read_only") from error
    return bool(head) and head != _IN_CLEAR


def _note(path: Path, name: str) -> None:
    part = path.with_name("key.part")
    try:
        with part.open("w", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise StoreTrouble("read_only") from error
