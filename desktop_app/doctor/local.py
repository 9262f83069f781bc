"""What this machine holds: the secret, the letters' database and its disk, who sends from it."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from desktop_app.domain.checkup import (
    Fact,
    Health,
    NobodySends,
    NotNeeded,
    SecretKept,
    SomebodySends,
    StoreOpen,
)
from desktop_app.domain.errors import Busy, Misconfigured, StoreTrouble
from desktop_app.outbox.database import Place
from desktop_app.outbox.disk import trouble
from desktop_app.outbox.store import Seal, Store
from desktop_app.outbox.vault import Vault
from desktop_app.settings import Settings
from desktop_app.system.datakey import data_key, keys_for
from desktop_app.system.owner import owner
from desktop_app.system.paths import Folders
from desktop_app.system.secrets import open_secrets
from desktop_app.system.writer import one_writer

SCARCE, TOO_LITTLE = 1_000_000_000, 100_000_000
"""Free bytes under which somebody should know, and under which two heavy letters fill the disk."""
_SECRET = "lifen.client_secret"  # noqa: S105 - its name
_PROGRAM = "navette-doctor"


async def check_secret(settings: Settings, folders: Folders) -> tuple[Health, Fact]:
    """Whether the profile's secret is kept here; raises ``Misconfigured``."""
    profile, key_store = settings.profile, settings.security.key_store
    if profile.lifen is None:
        return Health.SKIPPED, NotNeeded()
    kept = await open_secrets(key_store, folders.keys).find(profile.name, _SECRET)
    if not kept:
        raise Misconfigured(f"profiles.{profile.name}.{_SECRET}", "secret")
    in_file = key_store == "file"
    return Health.WARN if in_file else Health.OK, SecretKept(key_store)


async def check_store(settings: Settings, folders: Folders) -> tuple[Health, Fact]:
    """Open the database as the program does, write beside it, see what the disk has left.

    Raises ``StoreTrouble``, and ``Misconfigured`` when the key of the letters cannot be asked for.
    """
    folder = folders.letters(settings.profile.environment)
    vault = Vault(await data_key(folder, keys_for(settings, folders)))
    place = Place(folder / "navette.db", vault.derived("database"))
    return await asyncio.to_thread(_look_at, folder, place, settings.profile.account)


def _look_at(folder: Path, place: Place, account: str) -> tuple[Health, Fact]:
    Store(place, Seal(owner(), account)).close()
    try:
        _write(folder)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StoreTrouble(trouble(error)) from error
    if free < TOO_LITTLE:
        return Health.FAIL, StoreOpen(free)
    return Health.WARN if free < SCARCE else Health.OK, StoreOpen(free)


def _write(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"?")
        file.flush()
        os.fsync(file.fileno())


def check_sender(settings: Settings, folders: Folders) -> tuple[Health, Fact]:
    """Which program sends from this store; raises ``StoreTrouble``.

    The lock is tried only where somebody says that they hold it: a window that starts at this very
    moment must find it free.
    """
    folder = folders.letters(settings.profile.environment)
    if not (folder / "sending.holder").exists():
        return Health.OK, NobodySends()
    try:
        with one_writer(folder, _PROGRAM):
            return Health.OK, NobodySends()
    except Busy as error:
        return Health.OK, SomebodySends(error.holder)
