from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.letters import DOCUMENT_TYPES
from desktop_app.ui.answers import Row
from desktop_app.ui.picker import Picker
from desktop_app.ui.style import Look
from desktop_app.wording.documents import label

K = Qt.Key


@dataclass
class View:
    whole: QWidget
    picker: Picker
    elsewhere: QLineEdit
    chosen: list[object]

    def rows(self) -> list[str]:
        model = self.picker.list.model()
        return [model.index(number, 0).data() for number in range(model.rowCount())]


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> View:
    whole = QWidget()
    qtbot.addWidget(whole)
    picker, elsewhere = Picker(look, name="n", keys="k", results="r", hint="h"), QLineEdit()
    layout = QVBoxLayout()
    layout.addWidget(picker)
    layout.addWidget(elsewhere)
    whole.setLayout(layout)
    texts = [label(code) for code in DOCUMENT_TYPES]
    rows = [Row(title=text, detail="", spoken=text) for text in texts]
    picker.offer(list(zip(DOCUMENT_TYPES, rows, strict=True)), DOCUMENT_TYPES[2])
    view = View(whole, picker, elsewhere, [])
    picker.chosen.connect(view.chosen.append)
    with qtbot.waitActive(whole):
        whole.show()
    picker.button.setFocus()
    return view


def press(key: Qt.Key) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key)


def test_all_of_them_are_there_and_the_choice_is_highlighted(view: View) -> None:
    press(K.Key_Space)
    assert len(view.rows()) == len(DOCUMENT_TYPES)
    assert view.picker.list.currentIndex().data() == "Lettre de liaison à la sortie"
    press(K.Key_Return)
    assert view.chosen == [DOCUMENT_TYPES[2]]


def test_typing_narrows_without_accents_and_words_come_in_any_order(view: View) -> None:
    press(K.Key_Space)
    assert view.picker.field is not None
    QTest.keyClicks(view.picker.field, "anesth")
    assert view.rows() == ["CR d’anesthésie", "CR de consultation pré-anesthésique"]
    press(K.Key_Down)
    press(K.Key_Return)
    assert view.chosen == ["34749-2"]
    assert not view.picker.is_open
    assert view.picker.button.hasFocus()


def test_what_matches_nothing_chooses_nothing(view: View) -> None:
    press(K.Key_Space)
    assert view.picker.field is not None
    QTest.keyClicks(view.picker.field, "zzz")
    assert view.rows() == []
    press(K.Key_Return)
    assert view.chosen == []
    press(K.Key_Escape)
    assert not view.picker.is_open
    press(K.Key_Space)
    assert len(view.rows()) == len(DOCUMENT_TYPES)  # what was typed is forgotten


def test_a_click_chooses(view: View) -> None:
    QTest.mouseClick(view.picker.button, Qt.MouseButton.LeftButton)
    place = view.picker.list.visualRect(view.picker.list.model().index(1, 0)).center()
    QTest.mouseClick(view.picker.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.chosen == [DOCUMENT_TYPES[1]]


def test_going_on_to_something_else_closes_it(qtbot: QtBot, view: View) -> None:
    press(K.Key_Space)
    view.elsewhere.setFocus()
    qtbot.waitUntil(lambda: not view.picker.is_open)
    assert view.elsewhere.hasFocus()
    assert view.chosen == []


def test_a_button_says_what_is_chosen_and_its_keys(view: View) -> None:
    view.picker.button.say("CR opératoire")
    assert view.picker.button.accessibleName() == "n\u00a0: CR opératoire"
    assert view.picker.button.accessibleDescription() == "k"


def test_without_anything_to_offer_it_does_not_open(view: View) -> None:
    view.picker.offer([], None)
    press(K.Key_Space)
    assert not view.picker.is_open
