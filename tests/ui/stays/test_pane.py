from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import Unreachable
from desktop_app.domain.letters import Letter, LetterId, Target
from desktop_app.domain.people import Stay, StayId
from desktop_app.ui.stays.pane import StayPane
from desktop_app.ui.stays.presenter import StaysState
from desktop_app.ui.style import Look

K = Qt.Key
NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)
HERE = Stay(id=StayId("1"), number="SEJ1", status="in-progress", label="Chirurgie")
OVER = Stay(id=StayId("2"), number="SEJ2", status="finished")
LETTER = Letter(id=LetterId("1"), created_at=NOW)
COPIED = replace(LETTER, targets=(Target.MSS, Target.EHR))
BOTH = StaysState(offered=True, stays=(HERE, OVER))


@dataclass
class View:
    pane: StayPane
    chosen: list[Stay | None]
    asked: list[bool]

    def says(self, text: str) -> bool:
        labels = self.pane.findChildren(QLabel)
        return any(text in one.text() for one in labels if one.isVisible())


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> View:
    pane = StayPane(look)
    qtbot.addWidget(pane)
    view = View(pane, [], [])
    pane.stay_chosen.connect(view.chosen.append)
    pane.asked_again.connect(lambda: view.asked.append(True))
    pane.show_letter(LETTER)
    pane.show_state(BOTH)
    with qtbot.waitActive(pane):
        pane.show()
    return view


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def test_nothing_is_chosen_by_itself(view: View) -> None:
    assert view.chosen == []
    assert view.pane.picker.button.said == "Choisir le séjour…"


def test_the_one_stay_under_way_is_one_key_away(view: View) -> None:
    assert view.pane.offer.isVisible()
    view.pane.picker.button.setFocus()
    press(K.Key_S, Qt.KeyboardModifier.AltModifier)
    assert view.chosen == [HERE]
    view.pane.show_letter(replace(LETTER, stay=HERE))
    assert not view.pane.offer.isVisible()
    press(K.Key_S, Qt.KeyboardModifier.AltModifier)
    assert view.chosen == [HERE]


def test_two_stays_under_way_are_a_choice(view: View) -> None:
    view.pane.show_state(
        StaysState(offered=True, stays=(HERE, replace(OVER, status="in-progress")))
    )
    assert not view.pane.offer.isVisible()


def test_the_keyboard_opens_walks_and_chooses(view: View) -> None:
    view.pane.to_choose()
    press(K.Key_Down)
    press(K.Key_Return)
    assert view.chosen == [OVER]
    assert not view.pane.picker.is_open
    assert view.pane.picker.button.hasFocus()


def test_escape_leaves_everything_as_it_was(view: View) -> None:
    view.pane.to_choose()
    press(K.Key_Escape)
    assert view.chosen == []
    assert view.pane.picker.button.hasFocus()


def test_no_stay_can_be_said_where_no_copy_needs_one(view: View) -> None:
    view.pane.show_letter(replace(LETTER, stay=OVER))
    view.pane.to_choose()
    press(K.Key_Down)
    press(K.Key_Return)
    assert view.chosen == [None]
    view.pane.show_letter(replace(COPIED, stay=OVER))
    view.pane.to_choose()
    assert view.pane.picker.list.model().rowCount() == 2


def test_the_list_opens_on_the_stay_that_was_chosen(view: View) -> None:
    view.pane.show_letter(replace(LETTER, stay=OVER))
    view.pane.to_choose()
    press(K.Key_Return)
    assert view.chosen == [OVER]


def test_a_search_under_way_a_failure_and_others_are_said(view: View) -> None:
    view.pane.show_state(StaysState(offered=True, busy=True))
    assert view.says("Recherche des séjours")
    view.pane.show_state(StaysState(offered=True, problem=Unreachable()))
    assert view.says("injoignable")
    view.pane.to_choose()
    press(K.Key_Space)
    assert view.asked == [True]
    view.pane.show_state(replace(BOTH, complete=False))
    assert view.says("Il y en a d’autres")


def test_a_patient_without_stays_is_trouble_only_for_a_copy(view: View) -> None:
    none = StaysState(offered=True, stays=())
    view.pane.show_state(none)
    assert view.says("aucun connu")
    assert not view.says("sans lui, décochez-la")
    view.pane.to_choose()
    press(K.Key_Space)
    view.pane.show_letter(COPIED)
    assert view.says("sans lui, décochez-la")
    view.pane.to_choose()
    press(K.Key_Space)
    assert view.asked == [True, True]


def test_where_stays_are_not_offered_nothing_is_shown(view: View) -> None:
    view.pane.show_state(StaysState())
    assert not view.pane.isVisible()


def test_everything_has_a_name_for_those_who_listen(view: View) -> None:
    assert "Séjour" in view.pane.picker.button.accessibleName()
    assert "SEJ1, en cours, Chirurgie" in view.pane.offer.accessibleName()
    view.pane.to_choose()
    heard = view.pane.picker.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "SEJ1, en cours, Chirurgie"
