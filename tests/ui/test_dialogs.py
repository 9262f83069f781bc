import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui import dialogs
from desktop_app.wording.failures import Notice
from tests.ui.conftest import until

QUESTION = Notice("Une question", "Et son conseil")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def box(window: QWidget) -> QMessageBox | None:
    return next((one for one in window.findChildren(QMessageBox) if one.isVisible()), None)


async def test_the_answer_is_the_button_and_the_loop_goes_on_meanwhile(window: QWidget) -> None:
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(dialogs.ask(window, QUESTION, ("Rester", "Partir")))
        await until(lambda: box(window) is not None)
        shown = box(window)
        assert shown is not None
        assert shown.text() == "Une question"
        next(one for one in shown.findChildren(QPushButton) if one.text() == "Partir").click()
    assert answer.result() == 1


async def test_escape_means_the_first_answer(window: QWidget) -> None:
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(dialogs.ask(window, QUESTION, ("Rester", "Partir")))
        await until(lambda: box(window) is not None)
        shown = box(window)
        assert shown is not None
        QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert answer.result() == 0


async def test_a_question_that_is_given_up_leaves_nothing_behind(window: QWidget) -> None:
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(dialogs.tell(window, QUESTION))
        await until(lambda: box(window) is not None)
        asking.cancel()
    assert box(window) is None


async def test_chosen_files_come_back_and_a_refusal_is_none(window: QWidget, letter: Path) -> None:
    for accepted in (True, False):
        async with asyncio.TaskGroup() as group:
            choosing = group.create_task(dialogs.choose_files(window))
            await until(lambda: bool(window.findChildren(QFileDialog)))
            dialog = window.findChildren(QFileDialog)[-1]
            name = dialog.findChild(QLineEdit)
            assert name is not None
            name.setText(str(letter))
            if accepted:
                dialog.accept()
            else:
                dialog.reject()
        assert choosing.result() == ([letter] if accepted else [])
