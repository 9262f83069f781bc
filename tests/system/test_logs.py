import asyncio
import gc
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.domain.errors import FileTrouble, StoreTrouble
from desktop_app.system.logs import journal
from desktop_app.tasks import Tasks

PERSON = "CAPUCINE ABRICOTIER"


def test_the_journal_holds_ours_and_silences_those_who_write_urls(tmp_path: Path) -> None:
    with journal(tmp_path, "navette"):
        logging.getLogger("desktop_app.outbox.worker").info("job 1: Accepted")
        logging.getLogger("httpx").info("HTTP Request: GET https://x.example/?name=ABRICOTIER")
        logging.getLogger("httpcore.http11").debug("request")
    text = (tmp_path / "navette.log").read_text("utf-8")
    assert "job 1: Accepted" in text
    assert "ABRICOTIER" not in text


def test_it_leaves_no_handler_behind(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    with journal(tmp_path, "navette"):
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble), journal(tmp_path / "gone", "navette"):
        pass


def trouble(folder: Path) -> None:
    """A file named after a person, that is not there."""
    path = folder / f"{PERSON}.pdf"
    try:
        path.open().close()
    except FileNotFoundError as error:
        raise FileTrouble("missing", path.name) from error


def grouped(folder: Path) -> None:
    try:
        trouble(folder)
    except FileTrouble as error:
        raise BaseExceptionGroup(PERSON, [error]) from None


def in_passing(folder: Path) -> None:
    try:
        trouble(folder)
    except FileTrouble:
        raise KeyError(PERSON)  # noqa: B904 - a bug while something else is handled


@pytest.mark.parametrize(
    ("work", "kinds"),
    [
        (trouble, ["FileTrouble", "FileNotFoundError"]),
        (grouped, ["ExceptionGroup", "FileTrouble", "FileNotFoundError"]),
        (in_passing, ["KeyError", "FileTrouble", "FileNotFoundError"]),
    ],
)
async def test_an_accident_is_noted_by_place_and_kind_without_its_words(
    tmp_path: Path, work: Callable[[Path], None], kinds: list[str]
) -> None:
    async def failing() -> None:
        work(tmp_path)

    accidents: list[BaseException] = []
    tasks = Tasks(accidents.append)
    with journal(tmp_path, "navette"):
        await asyncio.wait([tasks.start(failing(), "failing")])
    text = (tmp_path / "navette.log").read_text("utf-8")
    assert len(accidents) == 1
    assert "failing failed" in text
    assert "test_logs.py:" in text
    assert "trouble" in text
    for kind in kinds:
        assert f"{kind}\n" in text
    assert "CAPUCINE" not in text
    assert "No such file" not in text


def test_what_another_handler_made_of_an_accident_is_not_taken_over(tmp_path: Path) -> None:
    with journal(tmp_path, "navette"):
        root = logging.getLogger()
        first = logging.StreamHandler()
        root.handlers.insert(0, first)
        try:
            in_passing(tmp_path)
        except KeyError:
            logging.getLogger("desktop_app.x").exception("accident")
        finally:
            root.removeHandler(first)
    assert "CAPUCINE" not in (tmp_path / "navette.log").read_text("utf-8")


async def test_what_the_loop_says_of_a_forgotten_task_names_nobody(tmp_path: Path) -> None:
    async def failing() -> None:
        raise KeyError(PERSON)

    with journal(tmp_path, "navette"):
        task = asyncio.get_running_loop().create_task(failing(), name="x")
        await asyncio.wait([task])
        del task
        gc.collect()
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"Exception in callback f('{PERSON}')", "handle": PERSON}
        )
    text = (tmp_path / "navette.log").read_text("utf-8")
    assert "Task exception was never retrieved" in text
    assert "Exception in callback f" in text
    assert "KeyError\n  test_logs.py:" in text
    assert "CAPUCINE" not in text
