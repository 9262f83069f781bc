from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.choices import Choice
from desktop_app.domain.errors import Difference
from desktop_app.domain.letters import Target
from desktop_app.domain.sending import Delivery, JobId, JobState, Sending
from desktop_app.ui.outbox.model import Column, RowRole, SendingsModel, row_of
from tests.ui.outbox.sendings import NOW, a_morning, a_sending, ahead

S = JobState


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


def shown(model: SendingsModel) -> list[str]:
    return [model.row(number).sending.letter.id for number in range(model.rowCount())]


def changed_rows(model: SendingsModel) -> list[int]:
    rows: list[int] = []
    model.dataChanged.connect(lambda first, last: rows.extend(range(first.row(), last.row() + 1)))
    return rows


@given(
    st.lists(st.integers(0, 12), unique=True, max_size=10),
    st.lists(st.integers(0, 12), unique=True, max_size=10),
)
def test_any_list_becomes_any_other(before: list[int], after: list[int]) -> None:
    morning = a_morning()
    model = SendingsModel(lambda: NOW)
    model.show(tuple(morning[number] for number in before))

    model.show(tuple(morning[number] for number in after))

    assert shown(model) == [morning[number].letter.id for number in after]


def test_a_row_keeps_its_place_in_the_eye_when_others_come_go_and_move(qtbot: QtBot) -> None:
    morning = a_morning()
    model = SendingsModel(lambda: NOW)
    model.show(morning[:6])
    held = QPersistentModelIndex(model.index(3, 0))

    model.show((morning[8], morning[3], *morning[:2], morning[4], morning[5]))

    assert held.row() == 1
    assert shown(model)[1] == morning[3].letter.id


def test_only_the_row_that_changed_is_told(qtbot: QtBot) -> None:
    morning = a_morning()
    model = SendingsModel(lambda: NOW)
    model.show(morning)
    rows = changed_rows(model)
    job = replace(morning[6].jobs[0], state=S.IN_DOUBT)

    model.show((*morning[:6], replace(morning[6], jobs=(job,)), *morning[7:]))

    assert rows == [6]
    assert model.row(6).standing[0] == "issue inconnue"


def test_only_countdowns_are_told_from_one_second_to_the_next(qtbot: QtBot) -> None:
    clock = Clock()
    model = SendingsModel(clock)
    model.show(a_morning())
    for number in range(model.rowCount()):
        model.row(number)
    rows = changed_rows(model)

    clock.time += timedelta(seconds=1)
    model.tick()

    assert [model.row(number).sending.jobs[0].state for number in rows] == [S.HELD, S.ACCEPTED]
    assert "dans 7" in model.row(rows[0]).sentence


def test_a_list_without_an_hour_to_come_does_not_count(qtbot: QtBot) -> None:
    model = SendingsModel(lambda: NOW)
    model.show((a_sending(1, S.DELIVERED), a_sending(2, S.IN_DOUBT)))
    assert not model.counting()
    model.show((a_sending(3, S.ACCEPTED, not_before=ahead(minutes=3)),))
    assert model.counting()


def test_days_are_named_again_after_midnight(qtbot: QtBot) -> None:
    clock = Clock()
    model = SendingsModel(clock)
    model.show(a_morning())
    assert model.row(0).departure[1] == "aujourd’hui"

    clock.time += timedelta(days=1)
    model.show(a_morning())

    assert model.row(0).departure[1] == "hier"


def test_the_first_cell_speaks_for_its_whole_row(qtbot: QtBot) -> None:
    model = SendingsModel(lambda: NOW)
    model.show(a_morning())

    heard = model.index(0, Column.DEPARTURE).data(Qt.ItemDataRole.AccessibleTextRole)

    for part in ("MARRONNIER Jules", "CR opératoire", "Clinique des Exemples", "issue inconnue"):
        assert part in heard


def test_every_cell_has_a_text_and_every_row_an_object(qtbot: QtBot) -> None:
    model = SendingsModel(lambda: NOW)
    model.show(a_morning())
    for number, sending in enumerate(a_morning()):
        assert model.index(number, 0).data(RowRole) == row_of(sending, NOW)
        for column in (c for c in Column if c is not Column.TO_DO):
            assert model.index(number, column).data()


def test_heads_are_capitals_for_the_eye_only(qtbot: QtBot) -> None:
    model = SendingsModel(lambda: NOW)
    across = Qt.Orientation.Horizontal
    assert model.headerData(Column.TO_DO, across) == "À FAIRE"
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert model.headerData(Column.TO_DO, across, spoken) == "À faire"
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.rowCount(model.index(0, 0)) == model.columnCount(QModelIndex()) - len(Column)


@pytest.mark.parametrize("sending", a_morning(), ids=lambda one: one.jobs[0].state)
def test_an_answer_about_a_lost_letter_is_given_in_the_detail_only(sending: Sending) -> None:
    links = row_of(sending, NOW).links
    choices = {step.choice for link in links for step in link.steps}
    assert not choices & {Choice.SENT, Choice.NOT_SENT}
    in_doubt = sending.jobs[0].state is S.IN_DOUBT
    assert [link.text for link in links if not link.steps] == (["Vérifier…"] if in_doubt else [])


def with_copy(sending: Sending, state: JobState) -> Sending:
    """``sending`` and a copy of it for the record."""
    first = sending.jobs[0]
    record = Delivery(address="ehr", name="")
    copy = replace(first, id=JobId("copy"), target=Target.EHR, state=state, deliveries=(record,))
    return replace(sending, jobs=(first, copy))


def test_a_link_of_the_row_acts_on_every_part_that_stands_at_the_same_point() -> None:
    waiting = with_copy(a_sending(1, S.WAITING, reason="unreachable", not_before=NOW), S.WAITING)
    retry, withdraw = row_of(waiting, NOW).links
    assert [(step.choice, step.job) for step in retry.steps] == [
        (Choice.RETRY, "job-1"), (Choice.RETRY, "copy"),
    ]  # fmt: skip
    assert [step.job for step in withdraw.steps] == ["job-1"]  # taken back as a whole, once


def test_a_link_of_the_row_leaves_the_parts_alone_that_stand_elsewhere() -> None:
    sending = with_copy(a_sending(1, S.DELIVERED), S.WAITING)
    links = row_of(sending, NOW).links
    assert {step.job for link in links for step in link.steps} == {"copy"}


def test_what_has_changed_is_compared_before_it_is_corrected() -> None:
    sending = a_sending(
        1,
        S.REFUSED,
        reason="changed_patient",
        differences=(Difference("ipp", "1", "2"),),
    )
    texts = [link.text for link in row_of(sending, NOW).links]
    assert texts == ["Comparer…", "Corriger", "Annuler l’envoi"]
