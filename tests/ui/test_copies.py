from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.domain.letters import Letter, LetterId, Target
from desktop_app.ui.copies import Copies
from desktop_app.ui.style import Look

MSS, EHR, DMP = Target.MSS, Target.EHR, Target.DMP
LETTER = Letter(id=LetterId("1"), created_at=datetime(2024, 3, 4, tzinfo=UTC))


@pytest.fixture
def copies(qtbot: QtBot, look: Look) -> Copies:
    made = Copies(look)
    qtbot.addWidget(made)
    made.offer((MSS, EHR, DMP))
    made.show_letter(LETTER)
    made.show()
    return made


def told(copies: Copies) -> list[tuple[Target, ...]]:
    said: list[tuple[Target, ...]] = []
    copies.targets_chosen.connect(said.append)
    return said


@pytest.mark.parametrize("offered", [(MSS,), (MSS, EHR), (MSS, DMP), (MSS, EHR, DMP)])
def test_only_what_is_offered_is_there(copies: Copies, offered: tuple[Target, ...]) -> None:
    copies.offer(offered)
    shown = tuple(target for target, tick in copies.ticks.items() if tick.isVisible())
    assert (MSS, *shown) == offered
    assert copies.isVisible() is bool(shown)


def test_a_click_and_a_key_tick_and_untick(copies: Copies) -> None:
    said = told(copies)
    QTest.mouseClick(copies.ticks[EHR], Qt.MouseButton.LeftButton)
    QTest.keyClick(copies.ticks[DMP], Qt.Key.Key_Space)
    QTest.mouseClick(copies.ticks[EHR], Qt.MouseButton.LeftButton)
    assert said == [(EHR,), (EHR, DMP), (DMP,)]


def test_a_copy_that_is_not_offered_cannot_be_asked_for(copies: Copies) -> None:
    said = told(copies)
    copies.offer((MSS, EHR))
    copies.toggle(DMP)
    assert said == []
    copies.toggle(EHR)
    assert said == [(EHR,)]


def test_showing_a_letter_chooses_nothing(copies: Copies) -> None:
    said = told(copies)
    copies.show_letter(Letter(id=LetterId("2"), created_at=LETTER.created_at, targets=(EHR,)))
    assert copies.ticks[EHR].isChecked()
    assert said == []


def test_the_contract_is_named_to_those_who_listen(copies: Copies) -> None:
    name = copies.ticks[DMP].accessibleName()
    assert name == "Dépôt au DMP — selon le contrat de l’établissement"
    assert copies.ticks[EHR].accessibleDescription() == "Ctrl+R"
