import asyncio
from pathlib import Path

import pytest

from desktop_app.domain.errors import Misconfigured, StoreTrouble
from desktop_app.settings import PRACTICE, Profile, Security, Settings
from desktop_app.system.datakey import KEY_BYTES, data_key, keys_for
from desktop_app.system.paths import Folders
from desktop_app.system.secrets import Keychain, SecretFile


@pytest.fixture
def keep(tmp_path: Path) -> SecretFile:
    return SecretFile(tmp_path / "secrets.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_key_is_made_once_and_found_again(folder: Path, keep: SecretFile) -> None:
    key = await data_key(folder, keep)
    assert len(key) == KEY_BYTES
    assert await data_key(folder, keep) == key


async def test_the_key_does_not_lie_beside_what_it_opens(folder: Path, keep: SecretFile) -> None:
    key = await data_key(folder, keep)
    beside = content_of(folder)
    assert beside
    assert key not in beside
    assert key.hex().encode() not in beside


async def test_two_folders_never_share_a_key(tmp_path: Path, keep: SecretFile) -> None:
    folders = [tmp_path / name for name in ("letters", "practice")]
    for one in folders:
        one.mkdir()
    assert len({await data_key(one, keep) for one in folders}) == 2


async def test_many_first_starts_at_once_agree_on_one_key(folder: Path, keep: SecretFile) -> None:
    assert len(set(await asyncio.gather(*(data_key(folder, keep) for _ in range(6))))) == 1


@pytest.mark.parametrize("loss", ["secret", "name", "scribble"])
async def test_a_key_that_is_gone_is_never_replaced(
    folder: Path, keep: SecretFile, tmp_path: Path, loss: str
) -> None:
    await data_key(folder, keep)
    (folder / "navette.db").write_bytes(b"sealed")
    match loss:
        case "secret":
            (tmp_path / "secrets.json").unlink()
        case "name":
            (folder / "key").unlink()
        case _:
            (folder / "key").write_text("not a name", "ascii")
    with pytest.raises(StoreTrouble) as caught:
        await data_key(folder, keep)
    assert caught.value.kind == "key_lost"


async def test_a_database_from_before_letters_were_sealed_gets_a_key(
    folder: Path, keep: SecretFile
) -> None:
    (folder / "navette.db").write_bytes(b"SQLite format 3\0 and the rest")
    assert len(await data_key(folder, keep)) == KEY_BYTES


async def test_a_key_that_somebody_wrote_over_is_not_used(folder: Path, keep: SecretFile) -> None:
    await data_key(folder, keep)
    name = (folder / "key").read_text("ascii").strip()
    await keep.put("data", name, "no key")
    with pytest.raises(Misconfigured):
        await data_key(folder, keep)


@pytest.mark.parametrize(("environment", "kind"), [("practice", SecretFile), ("test", Keychain)])
def test_practice_needs_no_keychain(tmp_path: Path, environment: str, kind: type) -> None:
    profile = Profile(name="essai", label="", environment=environment)
    settings = Settings(
        profiles={"practice": PRACTICE}, profile=profile, security=Security(key_store="keychain")
    )
    folders = Folders(data=tmp_path, config=tmp_path / "c", policy=tmp_path / "p")
    assert isinstance(keys_for(settings, folders), kind)
