import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.style import Look
from desktop_app.ui.undo import UndoBar
from tests.ui.conftest import until


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 400)
    window.setLayout(QVBoxLayout())
    return window


def says(seconds: int) -> str:
    return f"départ dans {seconds} s"


async def test_the_seconds_run_out_and_that_is_told_once(window: QWidget, look: Look) -> None:
    bar, over = UndoBar(look, window), []
    bar.over.connect(lambda: over.append(True))
    window.show()
    bar.offer(says, 0.3)
    assert bar.isVisible()
    await until(lambda: bool(over))
    assert not bar.isVisible()
    assert over == [True]


async def test_the_count_and_the_progress_go_down(window: QWidget, look: Look) -> None:
    bar = UndoBar(look, window)
    window.show()
    bar.offer(says, 1.2)
    progress = bar.findChild(QProgressBar)
    assert isinstance(progress, QProgressBar)
    first = progress.value()
    assert bar.accessibleName() == says(2)
    await until(lambda: bar.accessibleName() == says(1))
    assert progress.value() < first
    bar.withdraw()


async def test_a_bar_that_is_withdrawn_never_ends(window: QWidget, look: Look) -> None:
    bar, over = UndoBar(look, window), []
    bar.over.connect(lambda: over.append(True))
    window.show()
    bar.offer(says, 0.2)
    bar.withdraw()
    other = UndoBar(look, window)
    other.over.connect(lambda: over.append(False))
    other.offer(says, 0.3)
    await until(lambda: bool(over))
    assert over == [False]


def test_a_click_undoes_and_leaves_the_keyboard_where_it_is(
    qtbot: QtBot, window: QWidget, look: Look
) -> None:
    field, bar, asked = QLineEdit(window), UndoBar(look, window), []
    bar.undo_asked.connect(lambda: asked.append(True))
    window.show()
    window.activateWindow()
    field.setFocus()
    bar.offer(says, 10)
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert asked == [True]
    assert window.focusWidget() is field
    bar.withdraw()


def test_it_stays_inside_the_window(window: QWidget, look: Look) -> None:
    bar = UndoBar(look, window)
    window.show()
    bar.offer(says, 10)
    bar.place(window, 20)
    assert window.rect().contains(bar.geometry())
    bar.withdraw()


def test_a_long_name_is_shortened_and_the_seconds_stay(window: QWidget, look: Look) -> None:
    bar = UndoBar(look, window)
    window.show()
    bar.offer(lambda seconds: f"Lettre de {'TRÈS-' * 40}LONG\u00a0: départ dans {seconds} s", 10)
    bar.place(window, 20)
    assert window.rect().contains(bar.geometry())
    (shown,) = [one.text() for one in bar.findChildren(QLabel)]
    assert shown.startswith("Lettre de TRÈS")
    assert shown.endswith("départ dans 10 s")
    assert "LONG" in bar.accessibleName()
    bar.withdraw()
