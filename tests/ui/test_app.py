"""The window's composition root, on Qt's loop; ``tests/test_app.py`` starts it from outside."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from desktop_app.app import Face, Options
from desktop_app.domain.errors import AppError, Misconfigured
from desktop_app.settings import PRACTICE, Profile, Settings
from desktop_app.system.paths import find_folders
from desktop_app.system.writer import one_writer
from desktop_app.wording import window as words
from tests.sealed import look_into
from tests.ui.conftest import until
from tests.ui.whole import CTRL, K, Whole

SETTINGS = Settings(profiles={"practice": PRACTICE}, profile=PRACTICE, undo_seconds=60)


class Opened:
    """A face, and its end when there is one."""

    def __init__(self, face: Face, ending: asyncio.Task[int]) -> None:
        self.face, self.ending = face, ending
        self.hands = Whole(face.desk, None, None, None)  # type: ignore[arg-type]

    @property
    def notices(self) -> tuple[str, ...]:
        return self.face.desk.window.notices

    def question(self) -> QMessageBox | None:
        boxes = self.face.desk.window.findChildren(QMessageBox)
        return next((box for box in boxes if box.isVisible()), None)

    def answer(self, text: str) -> None:
        box = self.question()
        assert box is not None
        next(one for one in box.findChildren(QPushButton) if one.text() == text).click()


@contextlib.asynccontextmanager
async def face(
    qapp: QApplication, data: Path, settings: Settings = SETTINGS, *problems: AppError
) -> AsyncIterator[Opened]:
    qapp.setQuitOnLastWindowClosed(False)
    folders = find_folders({}, data_dir=data)
    made = Face(qapp, settings, folders, Options(), problems)
    async with asyncio.TaskGroup() as group:
        opened = Opened(made, group.create_task(made.run()))
        await until(made.desk.window.isVisible)
        yield opened
        made.finish(0)


async def connected(opened: Opened) -> None:
    await until(lambda: opened.face.desk.is_connected, 10)


async def test_closing_with_nothing_left_to_do_asks_nothing(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with face(qapp, tmp_path) as opened:
        await connected(opened)
        opened.face.desk.window.close()
        assert await opened.ending == 0
        assert opened.question() is None


async def test_closing_says_when_a_letter_has_not_left(
    qapp: QApplication, tmp_path: Path, letter: Path
) -> None:
    async with face(qapp, tmp_path / "data") as opened:
        await connected(opened)
        hands = opened.hands
        hands.drop(letter)
        await until(lambda: hands.letter is not None, 5)
        hands.type("abricotier capucine")
        await until(opened.face.desk.patient.search.list.isVisible, 10)
        hands.press(K.Key_Down)
        hands.press(K.Key_Return)
        await until(opened.face.desk.recipients.search.field.hasFocus)
        hands.type("tessandier")
        await until(opened.face.desk.recipients.search.list.isVisible, 10)
        hands.press(K.Key_Down)
        hands.press(K.Key_Return)
        await until(opened.face.desk.panes.composer.send.isEnabled)
        hands.press(K.Key_Return, CTRL)
        await until(lambda: hands.letter is None)

        opened.face.desk.window.close()
        await until(lambda: opened.question() is not None)
        opened.answer(words.STAY)
        await until(lambda: opened.question() is None)
        assert not opened.ending.done()

        opened.face.desk.window.close()
        await until(lambda: opened.question() is not None)
        opened.answer(words.CLOSE_ANYWAY)
        assert await opened.ending == 0


async def test_an_accident_is_told_and_the_program_lives(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with face(qapp, tmp_path) as opened:
        await connected(opened)
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await until(lambda: "Erreur inattendue" in opened.notices)
        assert opened.face.desk.window.isVisible()


async def test_the_work_is_taken_over_only_when_nobody_else_does_it(
    qapp: QApplication, tmp_path: Path
) -> None:
    folder = find_folders({}, data_dir=tmp_path).letters("practice")
    with one_writer(folder, "another"):
        async with face(qapp, tmp_path) as opened:
            await until(
                lambda: "Une autre fenêtre de Navette s’occupe déjà des envois" in opened.notices, 5
            )


async def test_settings_that_make_no_sense_open_a_window_that_says_so(
    qapp: QApplication, tmp_path: Path
) -> None:
    nobody = Settings(profiles={}, profile=Profile(name="", label="", environment=""))
    problem = Misconfigured("profiles.x.lifen.tenant", "invalid", "autre")
    async with face(qapp, tmp_path, nobody, problem) as opened:
        await until(lambda: opened.notices == ("Réglage incompréhensible",))


async def test_a_database_from_the_future_opens_a_window_that_says_so(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with face(qapp, tmp_path) as opened:
        await connected(opened)
    with contextlib.closing(look_into(tmp_path, "practice")) as database:
        database.execute("PRAGMA user_version = 9999")
    async with face(qapp, tmp_path) as opened:
        await until(lambda: any("plus récente" in notice for notice in opened.notices), 5)


@pytest.fixture(autouse=True)
def garbage_as_before() -> object:
    """A face collects its own garbage; the folder's tests go on without the automatic one."""
    yield
    gc.disable()
