import pytest
from PySide6.QtCore import QModelIndex, QStringListModel, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.ui.fields import Field
from desktop_app.ui.results import SearchBox
from desktop_app.ui.style import Look
from desktop_app.wording.failures import Notice
from tests.ui.conftest import until

K = Qt.Key


class Searching:
    """A search box and everything that it said."""

    def __init__(self, look: Look, rows: int) -> None:
        self.model = QStringListModel([f"réponse {number}" for number in range(rows)])
        self.box = SearchBox(look, self.model, Field(look, hint="Nom…", name="Chercher"))
        self.asked: list[str] = []
        self.chosen: list[int] = []
        self.box.asked.connect(self.asked.append)
        self.box.chosen.connect(self._chosen)
        self.box.show()
        self.box.activateWindow()
        self.box.field.setFocus()

    def answer(self, notice: Notice | None = None) -> None:
        rows = self.model.rowCount()
        self.box.show_answer(rows=rows, status="", more=False, notice=notice, retry=False)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.box.focusWidget() or self.box, key)

    def _chosen(self, index: QModelIndex) -> None:
        self.chosen.append(index.row())


@pytest.fixture
def searching(qtbot: QtBot, look: Look) -> Searching:
    searching = Searching(look, 3)
    qtbot.addWidget(searching.box)
    return searching


async def test_a_pause_in_typing_asks_once(searching: Searching) -> None:
    QTest.keyClicks(searching.box.field, "dur")
    assert searching.asked == []
    await until(lambda: bool(searching.asked))
    assert searching.asked == ["dur"]


def test_enter_asks_at_once_and_then_goes_to_the_answers(searching: Searching) -> None:
    QTest.keyClicks(searching.box.field, "dur")
    searching.press(K.Key_Return)
    assert searching.asked == ["dur"]
    searching.answer()
    searching.press(K.Key_Return)
    assert searching.box.list.hasFocus()
    assert searching.chosen == []


def test_the_row_that_enter_would_choose_is_marked(searching: Searching) -> None:
    searching.answer()
    searching.press(K.Key_Down)
    rows = searching.box.list.selectionModel().selectedRows()
    assert [index.row() for index in rows] == [0]
    searching.press(K.Key_Down)
    searching.press(K.Key_Return)
    assert searching.chosen == [1]


def test_escape_and_up_lead_back_to_the_field(searching: Searching) -> None:
    searching.answer()
    for key in (K.Key_Escape, K.Key_Up):
        searching.press(K.Key_Down)
        assert searching.box.list.hasFocus()
        searching.press(key)
        assert searching.box.field.hasFocus()


def test_escape_in_the_field_forgets_the_question(searching: Searching) -> None:
    QTest.keyClicks(searching.box.field, "dur")
    searching.press(K.Key_Escape)
    assert searching.box.field.text() == ""
    assert searching.asked == [""]


def test_without_answers_there_is_nowhere_to_go(searching: Searching) -> None:
    searching.press(K.Key_Down)
    assert searching.box.field.hasFocus()
