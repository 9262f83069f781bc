import asyncio
import json
import stat
import threading
from pathlib import Path
from typing import Any

import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from filelock import FileLock

from desktop_app.domain.errors import Misconfigured, StoreTrouble
from desktop_app.system.secrets import KeepsSecrets, Keychain, SecretFile, open_secrets

NAME = "lifen.client_secret"


class Chain(keyring.backend.KeyringBackend):
    """A keychain in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


class Hanging(Chain):
    """Waits for somebody to unlock it."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait(30)
        return None


class Broken(Chain):
    """Fails in a way that keyring does not know."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError


@pytest.fixture(params=["keychain", "file"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> KeepsSecrets:
    chain = Chain()
    return (
        Keychain(lambda: chain)
        if request.param == "keychain"
        else SecretFile(tmp_path / "secrets.json")
    )


async def test_a_secret_is_kept_by_profile_and_name(keeper: KeepsSecrets) -> None:
    assert await keeper.find("a", NAME) is None
    await keeper.put("a", NAME, "premier")
    await keeper.put("b", NAME, "é\"' ")
    await keeper.put("a", NAME, "second")
    assert await keeper.find("a", NAME) == "second"
    assert await keeper.find("b", NAME) == "é\"' "
    await keeper.forget("a", NAME)
    await keeper.forget("a", NAME)
    assert await keeper.find("a", NAME) is None
    assert await keeper.find("b", NAME) == "é\"' "


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
async def test_a_keychain_that_fails_or_forgets_is_refused(backend: Any) -> None:
    with pytest.raises(Misconfigured) as caught:
        await Keychain(backend).put("a", NAME, "s")
    assert caught.value.what == "key_store"


async def test_a_foreign_failure_is_a_keychain_that_is_not_available() -> None:
    with pytest.raises(Misconfigured):
        await Keychain(Broken).find("a", NAME)


async def test_a_keychain_that_hangs_holds_nobody_up() -> None:
    hanging = Hanging()
    ticks = 0

    async def live() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with asyncio.TaskGroup() as group:
        living = group.create_task(live())
        with pytest.raises(Misconfigured):
            await Keychain(lambda: hanging, patience=0.2).find("a", NAME)
        living.cancel()
    hanging.released.set()
    assert ticks >= 5


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    await SecretFile(path).put("a", NAME, "s")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == {"secrets.json", "secrets.lock"}
    path.chmod(0o640)
    with pytest.raises(Misconfigured) as caught:
        await SecretFile(path).find("a", NAME)
    assert caught.value.what == "exposed"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
async def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Misconfigured):
        await SecretFile(path).put("a", NAME, "s")
    assert path.read_bytes() == content


async def test_a_file_that_stays_taken_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    with FileLock(tmp_path / "secrets.lock"), pytest.raises(Misconfigured) as caught:
        await SecretFile(path, patience=0.1).put("a", NAME, "s")
    assert caught.value.what == "key_store"


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreTrouble):
        await SecretFile(tmp_path / "file" / "secrets.json").put("a", NAME, "s")


async def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    await asyncio.gather(
        *(SecretFile(path).put(f"p{number}", NAME, str(number)) for number in range(8))
    )
    assert len(json.loads(path.read_text())) == 8


def test_the_settings_choose_and_nothing_stands_in(tmp_path: Path) -> None:
    assert isinstance(open_secrets("keychain", tmp_path), Keychain)
    assert isinstance(open_secrets("file", tmp_path), SecretFile)
    with pytest.raises(Misconfigured) as caught:
        open_secrets("passphrase", tmp_path)
    assert caught.value.what == "not_offered"
