import os
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import FileTrouble
from desktop_app.domain.letters import Document
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.vault import KEY_BYTES, Vault

CONTENT = b"%PDF-1.4 une lettre fictive " * 5000


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    folder = tmp_path / "spool"
    folder.mkdir()
    return Spool(folder, Vault(bytes(KEY_BYTES)))


def a_file(path: Path) -> Path:
    path.write_bytes(CONTENT)
    return path


async def put(spool: Spool, source: Path) -> Document:
    copy = await spool.put(source)
    return Document(id=copy.id, name="lettre.pdf", sha256=copy.sha256, size=copy.size, pages=1)


@pytest.mark.parametrize("size", [1, 1000, len(CONTENT), len(CONTENT) + 1])
async def test_what_comes_out_is_what_went_in(spool: Spool, tmp_path: Path, size: int) -> None:
    content = CONTENT[:3000] if size == 1 else CONTENT
    source = tmp_path / "lettre.pdf"
    source.write_bytes(content)
    copy = await spool.put(source)
    source.unlink()
    document = Document(id=copy.id, name="x.pdf", sha256=copy.sha256, size=copy.size, pages=1)
    pieces = [piece async for piece in spool.chunks(document, size)]
    assert b"".join(pieces) == content
    assert all(len(piece) == size for piece in pieces[:-1])


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that opens and cannot be read")
async def test_a_copy_that_cannot_be_read_is_a_trouble_of_that_file(
    spool: Spool, tmp_path: Path
) -> None:
    document = await put(spool, a_file(tmp_path / "lettre.pdf"))
    path = spool.path(document.id)
    path.unlink()
    path.symlink_to("/proc/self/mem")  # opens, and refuses to be read from its start
    with pytest.raises(FileTrouble) as caught:
        async for _piece in spool.chunks(document, 1000):
            pass
    assert caught.value.kind == "unreadable"


async def test_old_copies_that_no_letter_claims_are_swept(spool: Spool, tmp_path: Path) -> None:
    claimed = await put(spool, a_file(tmp_path / "a.pdf"))
    fresh = await put(spool, a_file(tmp_path / "b.pdf"))
    old = await put(spool, a_file(tmp_path / "c.pdf"))
    for document in (claimed, old):
        os.utime(spool.path(document.id), (0, 0))
    assert await spool.sweep({claimed.id}) == 1
    assert [spool.path(one.id).exists() for one in (claimed, fresh, old)] == [True, True, False]


async def test_what_a_former_version_left_in_clear_is_sealed_and_read_as_before(
    spool: Spool, tmp_path: Path
) -> None:
    document = await put(spool, a_file(tmp_path / "lettre.pdf"))
    spool.path(document.id).unlink()
    clear = a_file(tmp_path / "spool" / f"{document.id}.pdf")
    await spool.seal_former()
    assert not clear.exists()
    assert CONTENT[:20] not in spool.path(document.id).read_bytes()
    pieces = [piece async for piece in spool.chunks(document, 1000)]
    assert b"".join(pieces) == CONTENT


async def test_what_cannot_be_sealed_now_stays_and_harms_no_other(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool" / "dossier.pdf").mkdir()
    clear = a_file(tmp_path / "spool" / f"{'a' * 32}.pdf")
    await spool.seal_former()
    assert sorted(path.name for path in (tmp_path / "spool").iterdir()) == [
        f"{'a' * 32}.sealed",
        "dossier.pdf",
    ]
    assert not clear.exists()
    assert [record.message for record in caplog.records] == [
        "spool: a copy is still in clear: FileTrouble"
    ]
