"""Plays the main job in the real window, with real key presses and a real drop.

For a machine without a screen: what the window showed is left as numbered pictures, what happened
is said line by line.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.sending import JobState
from desktop_app.ui.desk import Desk
from desktop_app.ui.frame import SENDINGS
from desktop_app.wording import demo as words

_SIZE = (1366, 768)
_PATIENCE = 60.0
"""Seconds that one step may take before the demonstration gives up."""
_LOOK_AGAIN = 0.05
_NONE, _CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class Demo:
    """One letter, from the file to the mailbox."""

    def __init__(
        self, desk: Desk, directory: Path, letter: Path, say: Callable[[str], None]
    ) -> None:
        self._desk, self._window = desk, desk.window
        self._directory, self._letter = directory, letter
        self._say = say
        self._began = monotonic()
        self._pictures = 0

    async def play(self) -> int:
        """Do it; 0 when the letter was delivered, 1 with a sentence when it was not."""
        await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
        self._window.resize(*_SIZE)
        try:
            await self._arrive()
            await self._compose()
            await self._follow()
        except TimeoutError:
            self._tell(words.STUCK)
            self._picture("bloque")
            return 1
        self._tell(words.done(self._pictures, str(self._directory)))
        return 0

    async def _arrive(self) -> None:
        self._tell(words.OPEN)
        await self._until(self._window.isVisible)
        self._picture("accueil")
        self._tell(words.drop(self._letter.name))
        place = QPoint(_SIZE[0] // 2, _SIZE[1] // 2)
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(str(self._letter))])
        buttons, copy = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
        QApplication.sendEvent(self._window, QDragEnterEvent(place, copy, files, buttons, _NONE))
        self._picture("survol")
        QApplication.sendEvent(
            self._window, QDropEvent(QPointF(place), copy, files, buttons, _NONE)
        )
        await self._until(lambda: self._desk.letters.letter is not None)
        pages = self._desk.panes.page.pages
        await self._until(pages.is_drawn)
        self._tell(words.TAKEN)
        self._picture("lettre")

    async def _compose(self) -> None:
        await self._search(words.PATIENT_TYPED, self._desk.patient.search.list, "patient")
        await self._until(lambda: self._letter_has("patient"))
        self._tell(words.PATIENT_CHOSEN)
        await self._search(words.RECIPIENT_TYPED, self._desk.recipients.search.list, "annuaire")
        await self._until(lambda: self._letter_has("recipients"))
        self._tell(words.RECIPIENT_CHOSEN)
        await self._until(self._desk.panes.composer.send.isEnabled)
        self._picture("prete")

    async def _search(self, text: str, answers: QWidget, picture: str) -> None:
        self._tell(words.typed(text))
        self._type(text)
        await self._until(answers.isVisible)
        self._picture(picture)
        self._press(Qt.Key.Key_Down)
        self._press(Qt.Key.Key_Return)

    async def _follow(self) -> None:
        self._press(Qt.Key.Key_Return, _CTRL)
        await self._until(self._window.undo_bar.isVisible)
        self._tell(words.SENT)
        self._picture("annulation")
        self._press(Qt.Key.Key_2, _CTRL)
        await self._until(lambda: self._window.view == SENDINGS)
        await self._until(lambda: self._state() is JobState.ACCEPTED)
        self._tell(words.ACCEPTED)
        self._picture("acceptee")
        await self._until(lambda: self._state() is JobState.DELIVERED)
        self._tell(words.DELIVERED)
        self._picture("remise")

    def _state(self) -> JobState | None:
        """Where the only sending stands, as the table shows it."""
        sendings = self._desk.sendings.sendings
        return sendings[0].jobs[0].state if sendings else None

    def _letter_has(self, member: str) -> bool:
        letter = self._desk.letters.letter
        return letter is not None and bool(getattr(letter, member))

    # Means

    def _type(self, text: str) -> None:
        QTest.keyClicks(self._focus(), text)

    def _press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        QTest.keyClick(self._focus(), key, modifiers)

    def _focus(self) -> QWidget:
        return self._window.focusWidget() or self._window

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for ``condition``; raises ``TimeoutError``."""
        async with asyncio.timeout(_PATIENCE):
            while not condition():  # noqa: ASYNC110 - whatever is on the screen has no event
                await asyncio.sleep(_LOOK_AGAIN)

    def _picture(self, name: str) -> None:
        self._pictures += 1
        self._window.grab().save(str(self._directory / f"{self._pictures:02d}-{name}.png"))

    def _tell(self, what: str) -> None:
        self._say(f"{monotonic() - self._began:6.1f} s  {what}")
