import asyncio
import hashlib
import os
import sys
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.domain.errors import FileTrouble, StoreTrouble
from desktop_app.domain.letters import MAX_FILE_BYTES, Letter, Target
from desktop_app.domain.people import Author
from desktop_app.intake import samples
from desktop_app.intake.intake import Intake
from desktop_app.intake.pdf import PdfReader
from desktop_app.outbox.database import Place
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.store import Seal
from desktop_app.outbox.vault import KEY_BYTES, Vault
from tests.intake.conftest import BAD, pdf

NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)


def a_spool(folder: Path) -> Spool:
    return Spool(folder, Vault(bytes(KEY_BYTES)))


class Door:
    """An intake on a real disk."""

    def __init__(self, folder: Path, outbox: Outbox, reader: PdfReader) -> None:
        self.folder = folder
        self.outbox = outbox
        self.spool = folder / "spool"
        self.spool.mkdir()
        self.intake = Intake(outbox, a_spool(self.spool), reader, lambda: NOW)

    def file(self, content: bytes, name: str = "lettre.pdf") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def copies(self) -> list[str]:
        return [path.name for path in self.spool.iterdir()]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    outbox = await Outbox.open(
        Place(tmp_path / "navette.db", bytes(KEY_BYTES)),
        Seal("uid:1", "test|x"),
        lambda: NOW,
        author=lambda: Author(key="system:uid:1"),
    )
    reader = PdfReader()
    yield Door(tmp_path, outbox, reader)
    await reader.aclose()
    await outbox.aclose()


async def test_what_is_kept_is_what_was_dropped(door: Door) -> None:
    content = pdf(2)
    path = door.file(content, "CR consult.pdf")
    letter = await door.intake.take(path)
    (document,) = letter.documents
    assert (document.name, document.size, document.pages) == ("CR consult.pdf", len(content), 2)
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (letter.created_at, letter.patient, letter.recipients) == (NOW, None, ())
    path.unlink()
    assert await door.intake.drafts() == [letter]
    with a_spool(door.spool).opened(document.id) as copy:
        assert copy.read() == content
    assert content[:200] not in a_spool(door.spool).path(document.id).read_bytes()
    assert (await door.intake.page(document, 1, 1.0)).width == 595


@pytest.mark.parametrize("name", BAD)
async def test_nothing_is_kept_of_what_is_refused(door: Door, name: str) -> None:
    content, kind = BAD[name]
    with pytest.raises(FileTrouble) as caught:
        await door.intake.take(door.file(content, "refus.pdf"))
    assert (caught.value.kind, caught.value.name) == (kind, "refus.pdf")
    assert door.copies() == []
    assert await door.intake.drafts() == []


async def test_a_pdf_under_another_name_is_welcome(door: Door) -> None:
    assert (await door.intake.take(door.file(pdf(), "lettre.TMP"))).pages == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
async def test_a_name_that_is_not_utf_8_is_kept_as_far_as_it_is_legible(door: Door) -> None:
    letter = await door.intake.take(door.file(pdf(), "r\udce9sum\udce9.pdf"))
    assert await door.intake.drafts() == [letter]
    assert letter.documents[0].name == "r?sum?.pdf"
    with pytest.raises(FileTrouble) as caught:
        await door.intake.take(door.file(b"", "\udce9.pdf"))
    assert caught.value.name == "?.pdf"


async def test_what_is_no_file_is_named(door: Door) -> None:
    cases = {
        door.folder: "folder",
        door.folder / "parti.pdf": "missing",
        door.folder / f"{'long' * 100}.pdf": "unreadable",
        door.folder / "nul\0.pdf": "unreadable",
    }
    for path, kind in cases.items():
        with pytest.raises(FileTrouble) as caught:
            await door.intake.take(path)
        assert caught.value.kind == kind


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
async def test_a_pipe_is_not_waited_for(door: Door) -> None:
    os.mkfifo(door.folder / "pipe.pdf")
    with pytest.raises(FileTrouble) as caught:
        await asyncio.wait_for(door.intake.take(door.folder / "pipe.pdf"), 5)
    assert caught.value.kind == "unreadable"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything"
)
async def test_a_file_that_may_not_be_read_is_named(door: Door) -> None:
    path = door.file(pdf())
    path.chmod(0)
    with pytest.raises(FileTrouble) as caught:
        await door.intake.take(path)
    assert caught.value.kind == "unreadable"


async def test_a_giant_is_refused_before_a_byte_is_copied(door: Door) -> None:
    path = door.file(pdf())
    os.truncate(path, MAX_FILE_BYTES + 1)
    with pytest.raises(FileTrouble) as caught:
        await door.intake.take(path)
    error = caught.value
    assert (error.kind, error.size, error.limit) == (
        "too_large",
        MAX_FILE_BYTES + 1,
        MAX_FILE_BYTES,
    )


async def test_the_largest_letter_passes_in_little_memory(door: Door) -> None:
    content = pdf()
    head, end = content[:-6], content[-6:]
    path = door.folder / "lourd.pdf"
    with path.open("wb") as file:
        file.write(head + b"\n%" + bytes([65]) * (MAX_FILE_BYTES - len(content) - 3) + b"\n" + end)
    tracemalloc.start()
    try:
        letter = await door.intake.take(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert letter.size == MAX_FILE_BYTES
    assert peak < 8_000_000


async def test_several_files_are_one_letter_or_none(door: Door) -> None:
    files = [door.file(pdf(number), f"{number}.pdf") for number in (1, 2, 3)]
    letter = await door.intake.take_together(files)
    assert [document.name for document in letter.documents] == ["1.pdf", "2.pdf", "3.pdf"]
    assert letter.pages == 6
    with pytest.raises(FileTrouble):
        await door.intake.take_together([*files, door.file(b"non", "4.pdf")])
    assert len(door.copies()) == 3


async def test_more_files_than_one_request_holds_are_one_letter(door: Door) -> None:
    files = [door.file(pdf(), f"{number}.pdf") for number in range(12)]
    letter = await door.intake.take_together(files)
    assert [document.name for document in letter.documents] == [path.name for path in files]


async def test_a_new_letter_begins_as_the_hospital_wants(door: Door) -> None:
    letter = await door.intake.take(door.file(pdf()))
    assert (letter.targets, letter.sender) == ((Target.MSS,), None)
    reader = PdfReader()
    elsewhere = Intake(
        door.outbox,
        a_spool(door.spool),
        reader,
        lambda: NOW,
        targets=(Target.MSS, Target.EHR),
        sender="10003456789",
    )
    kept = await elsewhere.take(door.file(pdf()))
    assert (kept.targets, kept.sender) == ((Target.MSS, Target.EHR), "10003456789")
    assert await door.intake.drafts() == [letter, kept]
    await reader.aclose()


async def test_a_database_that_refuses_leaves_no_copy(door: Door) -> None:
    class Full:
        async def add(self, letter: Letter) -> None:
            raise StoreTrouble("full")

        drafts = keep = discard = restore = add

    reader = PdfReader()
    intake = Intake(Full(), a_spool(door.spool), reader, lambda: NOW)  # type: ignore[arg-type]
    with pytest.raises(StoreTrouble):
        await intake.take(door.file(pdf()))
    await reader.aclose()
    assert door.copies() == []


async def test_a_copy_that_vanished_is_a_document_with_a_name(door: Door) -> None:
    (document,) = (await door.intake.take(door.file(pdf(), "lettre.pdf"))).documents
    a_spool(door.spool).path(document.id).unlink()
    with pytest.raises(FileTrouble) as caught:
        await door.intake.page(document, 0, 1.0)
    assert (caught.value.kind, caught.value.name) == ("missing", "lettre.pdf")


async def test_every_sample_letter_comes_in_through_the_same_door(door: Door) -> None:
    assert len(samples()) >= 3
    for title, path in samples():
        assert title
        assert (await door.intake.take(path)).pages >= 1
