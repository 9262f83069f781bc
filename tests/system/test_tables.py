import csv
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import FileTrouble, StoreTrouble
from desktop_app.system import tables
from desktop_app.system.tables import write_table

HEADINGS = ("Nom", "Prénoms")


async def given_lines(*lines: Sequence[str]) -> AsyncIterator[Sequence[str]]:
    for line in lines:
        yield line


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


async def test_a_french_spreadsheet_opens_it_by_a_double_click(tmp_path: Path) -> None:
    path = tmp_path / "envois.csv"
    assert (
        await write_table(path, HEADINGS, given_lines(("CHÊNE-LIÈGE", 'dit « L;e "Grand" »'))) == 1
    )
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfNom;Pr")
    assert content.endswith(b"\r\n")
    assert read(path) == [list(HEADINGS), ["CHÊNE-LIÈGE", 'dit « L;e "Grand" »']]


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-x", "@cmd", "\tx", '=HYPERLINK("http://x")'])
async def test_nothing_in_it_is_carried_out(tmp_path: Path, cell: str) -> None:
    await write_table(tmp_path / "t.csv", HEADINGS, given_lines((cell, "")))
    assert read(tmp_path / "t.csv")[1][0] == f"'{cell}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.text("aé;\"'\n\r =", max_size=8), st.text(max_size=8)), max_size=5))
async def test_what_is_read_is_what_was_written(
    tmp_path: Path, lines: list[tuple[str, str]]
) -> None:
    lines = [(one.replace("\x00", ""), two.replace("\x00", "")) for one, two in lines]
    lines = [pair for pair in lines if all(_plain(cell) for cell in pair)]
    await write_table(tmp_path / "t.csv", HEADINGS, given_lines(*lines))
    tamed = [[_tamed(cell) for cell in line] for line in lines]
    assert read(tmp_path / "t.csv")[1:] == tamed


def _plain(cell: str) -> bool:
    return cell.encode("utf-8", "ignore").decode() == cell


def _tamed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


async def test_a_table_that_breaks_off_leaves_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("before", "ascii")

    async def broken() -> AsyncIterator[Sequence[str]]:
        yield ("a", "b")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_table(path, HEADINGS, broken())
    assert path.read_text("ascii") == "before"
    assert names(tmp_path) == ["t.csv"]


async def test_a_name_that_cannot_be_taken_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(FileTrouble) as caught:
        await write_table(tmp_path / "t.csv", HEADINGS, given_lines(("a", "b")))
    assert caught.value.kind == "unwritable"
    assert names(tmp_path) == ["t.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such device")
async def test_a_disk_without_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_made", lambda _part: Path("/dev/full").open("w"))  # noqa: SIM115
    with pytest.raises(StoreTrouble) as caught:
        await write_table(tmp_path / "t.csv", HEADINGS, given_lines(("a", "b")))
    assert caught.value.kind == "full"
    assert names(tmp_path) == []


async def test_a_place_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble) as caught:
        await write_table(tmp_path / "none" / "t.csv", HEADINGS, given_lines())
    assert caught.value.kind == "unwritable"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
async def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    await write_table(tmp_path / "t.csv", HEADINGS, given_lines())
    assert (tmp_path / "t.csv").stat().st_mode & 0o077 == 0
