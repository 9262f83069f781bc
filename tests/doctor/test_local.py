import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from desktop_app.doctor.local import SCARCE, TOO_LITTLE, check_secret, check_sender, check_store
from desktop_app.domain.checkup import Health, NobodySends, SecretKept, SomebodySends, StoreOpen
from desktop_app.domain.errors import Misconfigured, StoreTrouble
from desktop_app.system.paths import Folders
from desktop_app.system.writer import one_writer
from tests.doctor.conftest import settings

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as the standard library has it


@pytest.mark.usefixtures("secret")
async def test_a_secret_that_others_can_read_is_none(folders: Folders) -> None:
    assert await check_secret(settings(), folders) == (Health.WARN, SecretKept("file"))
    (folders.keys / "secrets.json").chmod(0o644)
    with pytest.raises(Misconfigured):
        await check_secret(settings(), folders)


@pytest.mark.parametrize(
    ("free", "health"),
    [
        (SCARCE, Health.OK),
        (SCARCE - 1, Health.WARN),
        (TOO_LITTLE, Health.WARN),
        (TOO_LITTLE - 1, Health.FAIL),
    ],
)
async def test_a_disk_that_fills_up_is_said_in_time(
    folders: Folders, monkeypatch: pytest.MonkeyPatch, free: int, health: Health
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(free, 0, free))
    assert await check_store(settings(), folders) == (health, StoreOpen(free))


async def test_a_database_that_is_none_is_trouble_and_stays_as_it_is(folders: Folders) -> None:
    path = folders.letters("test") / "navette.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreTrouble):
        await check_store(settings(), folders)
    assert path.read_bytes() == b"not a database" * 100


async def test_looking_at_the_store_leaves_nothing_but_the_database(folders: Folders) -> None:
    await check_store(settings(), folders)
    names = {path.name for path in folders.letters("test").iterdir()}
    assert {name.partition(".")[0] for name in names} == {"key", "navette"}


def test_what_a_dead_program_left_is_nobody(folders: Folders) -> None:
    folder = folders.letters("test")
    assert check_sender(settings(), folders) == (Health.OK, NobodySends())
    assert not holders(folder)
    with one_writer(folder, "navette"):
        health, fact = check_sender(settings(), folders)
    assert health is Health.OK
    assert isinstance(fact, SomebodySends)
    (folder / "sending.holder").write_text("navette 1", "utf-8")
    assert check_sender(settings(), folders) == (Health.OK, NobodySends())


def holders(folder: Path) -> list[Path]:
    return list(folder.glob("sending.*"))
