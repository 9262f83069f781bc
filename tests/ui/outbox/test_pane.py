from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.domain.choices import Choice, Step
from desktop_app.domain.errors import Difference, IllegalMove
from desktop_app.domain.letters import Target
from desktop_app.domain.ports import Overview
from desktop_app.domain.sending import Delivery, JobId, JobState, Sending
from desktop_app.tasks import Tasks
from desktop_app.ui.outbox.detail import DetailPanel
from desktop_app.ui.outbox.differences import DifferencesTable
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.model import Column
from desktop_app.ui.outbox.pane import EnvoisPane, join
from desktop_app.ui.outbox.presenter import EnvoisFilter, EnvoisState, Group, Period
from desktop_app.ui.style import Look
from tests.ui.conftest import until
from tests.ui.outbox.sendings import NOW, a_morning, a_sending
from tests.ui.outbox.test_presenter import PlainOutbox, envois_over

S = JobState


@dataclass
class View:
    pane: EnvoisPane
    acted: list[Step]

    def show(self, *sendings: Sending, **members: Any) -> None:
        self.pane.show_state(EnvoisState(sendings=sendings, **members))

    def chosen(self) -> str:
        row = self.pane.table.chosen()
        assert row is not None
        return row.patient

    def buttons(self) -> list[str]:
        return [one.text() for one in self.pane.table.links.buttons]

    def texts(self) -> list[str]:
        """What the detail says."""
        return [one.text() for one in self.pane.detail.findChildren(QLabel)]


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication, look: Look) -> View:
    pane = EnvoisPane(look, qapp.clipboard(), lambda: NOW)
    qtbot.addWidget(pane)
    pane.resize(1080, 760)
    with qtbot.waitActive(pane):
        pane.show()
    view = View(pane, [])
    pane.acted.connect(view.acted.append)
    return view


def press(qtbot: QtBot, key: Qt.Key) -> None:
    """A key, to whatever has the keyboard."""
    target = QApplication.focusWidget()
    assert target is not None
    qtbot.keyClick(target, key)


def test_up_and_down_walk_through_the_rows(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    view.pane.to_table()

    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)
    assert view.chosen() == "D’ORVAL Théodore"
    press(qtbot, Qt.Key.Key_Up)
    assert view.chosen() == "SANDBOX-LILAS Rose"


def test_tab_reaches_what_can_be_done_about_the_row(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    view.pane.to_table()
    press(qtbot, Qt.Key.Key_Down)

    press(qtbot, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Corriger"
    press(qtbot, Qt.Key.Key_Space)
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Space)

    job = a_morning()[1].jobs[0]
    assert view.acted == [
        Step(Choice.CORRECT, job.sending, job.id),
        Step(Choice.CANCEL, job.sending, job.id),
    ]


def test_a_link_of_a_row_that_was_not_chosen_is_followed_by_one_click(
    qtbot: QtBot, view: View
) -> None:
    view.show(*a_morning())
    table = view.pane.table
    cell = table.visualRect(view.pane.model.index(3, Column.TO_DO))

    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=cell.topLeft() + QPoint(30, 22)
    )

    assert [step.choice for step in view.acted] == [Choice.RESEND]
    assert view.chosen() == "LE GOFF-N’DIAYE Awa"


def test_a_click_beside_the_links_only_chooses_the_row(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    table = view.pane.table
    cell = table.visualRect(view.pane.model.index(3, Column.LETTER))

    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())

    assert view.acted == []
    assert view.chosen() == "LE GOFF-N’DIAYE Awa"


def test_enter_opens_the_detail_and_escape_closes_it(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    view.pane.to_table()
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)

    press(qtbot, Qt.Key.Key_Return)
    assert view.pane.detail.isVisible()
    assert "ok.tessandier@cabinet.mssante.example" in view.texts()
    assert "tx-demo-0001" in view.texts()
    press(qtbot, Qt.Key.Key_Down)
    assert "LE GOFF-N’DIAYE Awa" in view.texts()
    press(qtbot, Qt.Key.Key_Escape)
    assert not view.pane.detail.isVisible()
    assert view.pane.table.hasFocus()


def test_the_detail_has_room_for_every_row_that_is_gone_to(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    view.pane.to_table()
    press(qtbot, Qt.Key.Key_Return)
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Down)
        view.pane.detail.setFixedHeight(40)
        qtbot.waitUntil(lambda: view.pane.detail.height() > 100)
        qtbot.waitUntil(lambda: _is_seen(view.pane.detail))


def _is_seen(detail: DetailPanel) -> bool:
    """Whether the first thing to decide, or else the way out, is in sight."""
    button = next(iter(detail.buttons.values()), detail.close_button)
    return not button.visibleRegion().isEmpty()


def test_a_lost_answer_is_settled_in_the_detail(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning())
    view.pane.to_table()
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Space)

    assert view.pane.detail.isVisible()
    assert view.acted == []
    press(qtbot, Qt.Key.Key_Return)  # a key too many decides nothing
    assert view.acted == []
    view.pane.detail.button(Choice.NOT_SENT).setFocus()
    press(qtbot, Qt.Key.Key_Space)

    assert [step.choice for step in view.acted] == [Choice.NOT_SENT]


def test_the_transaction_number_can_be_copied(qtbot: QtBot, qapp: QApplication, view: View) -> None:
    view.show(a_morning()[2])
    view.pane.open_detail()
    (copy,) = (one for one in view.pane.detail.findChildren(QPushButton) if one.text() == "Copier")

    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)

    assert qapp.clipboard().text() == "tx-demo-0001"


def test_the_row_that_was_gone_to_is_kept_wherever_it_moves(view: View) -> None:
    morning = a_morning()
    view.show(*morning)
    view.pane.table.choose(5)
    chosen = view.chosen()

    view.show(morning[5], *morning[:5], *morning[6:])
    assert view.chosen() == chosen
    view.show(morning[5], morning[12])
    assert view.chosen() == chosen


def test_the_next_row_is_gone_to_when_one_is_settled(view: View) -> None:
    morning = a_morning()
    view.show(*morning)
    view.pane.table.choose(1)

    view.show(morning[0], *morning[2:])

    assert view.chosen() == "D’ORVAL Théodore"
    assert view.buttons() == ["Renvoyer", "C’est réglé autrement"]


def test_links_follow_the_state_of_their_row(view: View) -> None:
    view.show(a_sending(1, S.HELD, not_before=NOW))
    assert view.buttons() == ["Annuler"]
    view.show(a_sending(1, S.WAITING, reason="unreachable", not_before=NOW))
    assert view.buttons() == ["Réessayer maintenant", "Annuler"]
    view.show(a_sending(1, S.DELIVERED))
    assert view.buttons() == []


def test_every_row_is_as_high_as_what_it_says(view: View, qtbot: QtBot) -> None:
    view.show(*a_morning())
    heights = [view.pane.table.rowHeight(number) for number in range(len(a_morning()))]
    assert all(44 <= height <= 120 for height in heights)
    assert len(set(heights)) > 2


@pytest.mark.parametrize(
    ("width", "hidden"),
    [
        (1080, set()),
        (800, {Column.RECIPIENTS}),
        (600, {Column.RECIPIENTS, Column.TO_DO}),
    ],
)
def test_a_narrow_window_stacks_its_columns(view: View, width: int, hidden: set[Column]) -> None:
    view.show(*a_morning())
    view.pane.setMinimumWidth(0)
    view.pane.resize(width, 700)
    table = view.pane.table
    assert {column for column in Column if table.isColumnHidden(column)} == hidden
    assert sum(table.columnWidth(column) for column in Column) == table.viewport().width()
    assert view.buttons() == ["Vérifier…"]
    assert table.links.isVisible()


def test_an_empty_group_says_so_and_offers_to_look_further(qtbot: QtBot, view: View) -> None:
    view.show(filter=EnvoisFilter(group=Group.TO_RESOLVE))
    assert view.pane.empty.isVisible()
    assert not view.pane.empty.button.isVisible()

    view.show(filter=EnvoisFilter(group=Group.TO_RESOLVE, text="ormeau"))
    with qtbot.waitSignal(view.pane.everywhere_asked):
        qtbot.mouseClick(view.pane.empty.button, Qt.MouseButton.LeftButton)
    everywhere = EnvoisFilter(group=Group.HISTORY, text="ormeau", period=Period.ALL)
    view.show(filter=everywhere)
    assert not view.pane.empty.button.isVisible()


def test_a_problem_stays_until_it_is_closed(qtbot: QtBot, view: View) -> None:
    view.show(*a_morning(), problem=IllegalMove("Withdrawn", "sending"))
    assert "Cette lettre est en train de partir" in [
        one.text() for one in view.pane.findChildren(QLabel) if one.isVisible()
    ]
    view.show(*a_morning())
    assert "Cette lettre est en train de partir" not in [
        one.text() for one in view.pane.findChildren(QLabel) if one.isVisible()
    ]


def test_filters_say_what_was_chosen(qtbot: QtBot, view: View) -> None:
    states: list[object] = []
    view.pane.state_chosen.connect(states.append)
    bar = view.pane.bar

    bar.states.actions[S.REFUSED].trigger()
    bar.states.actions[None].trigger()
    assert states == [S.REFUSED, None]
    view.show(filter=EnvoisFilter(state=S.REFUSED, period=Period.WEEK))
    assert "refusée" in bar.states.button.text()
    assert "7 jours" in bar.periods.button.text()
    assert bar.states.actions[S.REFUSED].isChecked()


def test_the_clock_only_runs_for_rows_that_count_and_are_seen(qtbot: QtBot, view: View) -> None:
    running = view.pane.seconds.isActive
    view.show(a_sending(1, S.DELIVERED))
    assert not running()
    view.show(a_sending(2, S.HELD, not_before=NOW))
    assert running()
    view.pane.hide()
    assert not running()


def test_the_groups_say_how_many_there_are(qtbot: QtBot, look: Look) -> None:
    groups = EnvoisGroups(look)
    qtbot.addWidget(groups)
    overview = Overview(need_person=2, moving=3, waiting=1, delivered_today=38, total=12408)
    groups.show_state(EnvoisState(filter=EnvoisFilter(group=Group.HISTORY), overview=overview))

    assert [card.accessibleName() for card in groups.cards.values()] == [
        "À résoudre, 2 lettres vous attendent",
        "En cours, 3 en route, 1 en attente",
        "Aujourd’hui, 38 remises",
        "Historique, 12\u202f408 envois",
    ]
    assert groups.cards[Group.HISTORY].isChecked()


def test_the_arrows_choose_another_group(qtbot: QtBot, look: Look) -> None:
    groups = EnvoisGroups(look)
    qtbot.addWidget(groups)
    with qtbot.waitActive(groups):
        groups.show()
    chosen: list[object] = []
    groups.chosen.connect(chosen.append)
    groups.setFocus()

    press(qtbot, Qt.Key.Key_Down)

    assert chosen == [Group.HISTORY]


async def test_what_is_typed_and_chosen_reaches_the_outbox(
    qtbot: QtBot, view: View, tasks: Tasks, look: Look
) -> None:
    outbox = PlainOutbox(*a_morning())
    outbox.counts = Overview(need_person=4)
    groups = EnvoisGroups(look)
    qtbot.addWidget(groups)
    envois, screen = envois_over(outbox)
    join(view.pane, groups, envois, tasks)
    await envois.load()
    view.pane.show_state(envois.state)

    view.pane.to_search()
    qtbot.keyClicks(view.pane.bar.field, "ormeau")
    await until(lambda: outbox.asked[-1].text == "ormeau")
    groups.cards[Group.HISTORY].click()
    await until(lambda: envois.state.filter.group is Group.HISTORY)
    view.pane.show_state(envois.state)
    assert view.pane.bar.field.text() == ""
    qtbot.mouseClick(view.pane.table.links.buttons[0], Qt.MouseButton.LeftButton)
    view.pane.detail.button(Choice.SENT).click()
    await until(lambda: outbox.done == [("sent", "job-1")])
    assert screen.came_back == []


def in_two_parts_and_a_copy() -> Sending:
    sending = a_sending(1, S.DELIVERED)
    first = sending.jobs[0]
    second = replace(first, id=JobId("second"), state=S.IN_DOUBT, reason="read", passed_at=NOW)
    record = (Delivery(address="ehr", name=""),)
    copy = replace(
        first, id=JobId("copy"), target=Target.EHR, state=S.IN_DOUBT, reason="read",
        passed_at=NOW, deliveries=record,
    )  # fmt: skip
    return replace(sending, jobs=(first, second, copy))


def test_each_part_and_each_copy_has_its_own_state_and_its_own_answers(view: View) -> None:
    view.show(in_two_parts_and_a_copy())
    view.pane.open_detail()
    texts = view.texts()
    for name in ("MESSAGERIES MSSANTÉ (1/2)", "MESSAGERIES MSSANTÉ (2/2)"):
        assert name in texts
    assert "DOSSIER PATIENT DE L’HÔPITAL" in texts
    buttons = view.pane.detail.buttons
    assert {step.job for step in buttons} == {"second", "copy"}
    for step, button in buttons.items():
        if step == Step(Choice.SENT, step.sending, JobId("copy")):
            button.click()
    assert [step.job for step in view.acted] == ["copy"]


def test_one_click_tries_every_waiting_part_again(qtbot: QtBot, view: View) -> None:
    sending = in_two_parts_and_a_copy()
    waiting = tuple(replace(job, state=S.WAITING, not_before=NOW) for job in sending.jobs)
    view.show(replace(sending, jobs=waiting))
    qtbot.mouseClick(view.pane.table.links.buttons[0], Qt.MouseButton.LeftButton)
    assert [(step.choice, step.job) for step in view.acted] == [
        (Choice.RETRY, "job-1"), (Choice.RETRY, "second"), (Choice.RETRY, "copy"),
    ]  # fmt: skip


def test_the_steps_of_a_deposit_are_told_in_words(view: View) -> None:
    sending = a_sending(1, S.WAITING, reason="unreachable", not_before=NOW)
    steps = (("binary", "Binary/1"), ("document", "DocumentReference/1"))
    job = replace(
        sending.jobs[0], target=Target.DMP, steps=steps,
        deliveries=(Delivery(address="dmp", name=""),),
    )  # fmt: skip
    view.show(replace(sending, jobs=(job,)))
    view.pane.open_detail()
    texts = view.texts()
    assert "DMP — SELON LE CONTRAT DE L’ÉTABLISSEMENT" in texts
    assert any("Document déposé, envoi à confirmer." in text for text in texts)


def test_a_comparison_is_a_table_whose_changes_are_said_in_a_word(view: View) -> None:
    view.show(
        a_sending(
            1,
            S.REFUSED,
            reason="changed_patient",
            differences=(Difference("birth_family", "ABRICOTIER", "ABRICOT"),),
        )
    )
    view.pane.open_detail()
    (table,) = view.pane.detail.findChildren(DifferencesTable)
    texts = [one.text() for one in table.findChildren(QLabel)]
    assert texts[:2] == ["Ce que vous aviez vérifié", "Ce que dit la plateforme maintenant"]
    assert texts.count("changé") == 1
    assert "Nom de naissance, changé" in table.accessibleDescription()
    assert view.pane.detail.button(Choice.CORRECT).text() == "Corriger"
