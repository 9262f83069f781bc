"""Questions and messages that are awaited: the loop goes on while somebody thinks."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from desktop_app.wording import letters as letter_words
from desktop_app.wording import window as words
from desktop_app.wording.failures import Notice


async def ask(parent: QWidget, notice: Notice, choices: Sequence[str]) -> int:
    """Which of ``choices`` was taken; the first is what Escape, Enter and closing mean."""
    box = QMessageBox(parent)
    box.setWindowTitle(words.NAME)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(notice.title)
    box.setInformativeText(notice.advice)
    buttons = [
        box.addButton(
            choice,
            QMessageBox.ButtonRole.RejectRole if place == 0 else QMessageBox.ButtonRole.AcceptRole,
        )
        for place, choice in enumerate(choices)
    ]
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(buttons[0])
    await _closed(box)
    taken = box.clickedButton()
    return next((place for place, one in enumerate(buttons) if one is taken), 0)


async def tell(parent: QWidget, notice: Notice) -> None:
    """Say something that somebody has to have read."""
    await ask(parent, notice, (words.OK,))


async def choose_files(parent: QWidget) -> list[Path]:
    """Files to add, none when it was cancelled."""
    dialog = QFileDialog(parent, letter_words.CHOOSE_TITLE)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(letter_words.PDF_FILTER.split(";;"))
    await _closed(dialog)
    if dialog.result() != QDialog.DialogCode.Accepted:
        return []
    return [Path(name) for name in dialog.selectedFiles()]


async def _closed(dialog: QDialog) -> None:
    done = asyncio.Event()
    dialog.finished.connect(lambda _result: done.set())
    dialog.open()
    try:
        await done.wait()
    finally:
        dialog.hide()
        dialog.deleteLater()
