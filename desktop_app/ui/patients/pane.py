"""The patient pane: the identity that was chosen, and the ways to choose one.

The ways are not inside the pane: the identity stays in sight while everything else scrolls.
"""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.identity import EVERYTHING
from desktop_app.domain.letters import LetterId
from desktop_app.domain.people import Appointment, Patient, PatientStay, SearchRules
from desktop_app.ui.answers import AnswerDelegate, FoundRole
from desktop_app.ui.fields import Field
from desktop_app.ui.parts import button, column, row, section
from desktop_app.ui.patients.band import IdentityBand
from desktop_app.ui.patients.model import PatientsModel
from desktop_app.ui.patients.presenter import PatientsState
from desktop_app.ui.results import SearchBox
from desktop_app.ui.style import Look
from desktop_app.ui.typed.form import IdentityForm
from desktop_app.ui.visits.lists import VisitLists
from desktop_app.wording import failures, search, typed, visits
from desktop_app.wording import patients as words
from desktop_app.wording.failures import Notice


class PatientPane(QWidget):
    """Shows the chosen identity; whoever places the pane places ``ways`` below it."""

    asked = Signal(object)  # the text that was typed, or the Appointment that was picked
    patient_chosen = Signal(object)  # a Patient
    stay_chosen = Signal(object)  # a PatientStay: the patient, and the letter's stay

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._rules = EVERYTHING
        self._patient: Patient | None = None
        self._offered = True
        self._visit: Appointment | None = None
        self._model = PatientsModel(self)
        field = Field(look, hint="", name="", keys=words.FIELD_KEYS)
        self.search = SearchBox(look, self._model, field)
        self.search.draw_with(AnswerDelegate(look, self.search))
        self.search.list.setAccessibleName(words.RESULTS)
        self.visits = VisitLists(look, now)
        self.form = IdentityForm(look, lambda: now().astimezone().date())
        self._change = button(words.CHANGE, "link", self.change)
        head = row()
        head.addWidget(section(words.PATIENT), 1)
        head.addWidget(self._change)
        self._band = IdentityBand(look)
        layout = column(spacing=6)
        layout.addLayout(head)
        layout.addWidget(self._band)
        self.setLayout(layout)
        self.ways = QWidget()
        below = column(spacing=10)
        for way in (self.search, self.visits, self.form):
            below.addWidget(way)
        self.ways.setLayout(below)
        self._connect()
        self.show_rules(EVERYTHING)
        self.show_patient(None)

    def _connect(self) -> None:
        self.search.asked.connect(self._ask)
        self.search.chosen.connect(self._choose)
        self.search.passed.connect(self.visits.enter)
        self.search.field.textChanged.connect(self._look_around)
        self.visits.left.connect(self.search.to_field)
        self.visits.appointment_chosen.connect(self._look_up)
        self.visits.stay_chosen.connect(self._choose_stay)
        self.form.taken.connect(self._take)
        self.form.given_up.connect(lambda: self._offer(offered=False))
        for part in (self.ways, *self.ways.findChildren(QWidget)):
            part.installEventFilter(self)

    def show_rules(self, rules: SearchRules) -> None:
        """Offer what this hospital can be asked, and nothing else."""
        self._rules = rules
        field = self.search.field
        field.say(hint=words.field(rules), name=words.field_name(rules))
        field.setToolTip(words.field_tip(rules))
        self._change.setText(words.CHANGE if rules.has_patients else typed.CORRECT)
        self._change.setToolTip(words.CHANGE_TIP if rules.has_patients else typed.CORRECT_TIP)
        self._offer(offered=self._offered)

    def show_state(self, state: PatientsState) -> None:
        """Show what the search found."""
        patients = state.patients or ()
        self._visit = state.visit
        self._model.show(patients, state.homonyms, state.strangers)
        found = words.found(
            len(patients), state.total, complete=state.complete, asked_as=state.asked_as
        )
        too_short = _is_short(state)
        self.search.show_answer(
            rows=len(patients),
            status=search.SEARCHING
            if state.busy
            else words.short(self._rules)
            if too_short
            else _about_visit(state) or found,
            more=state.more,
            notice=None if too_short else _notice(state),
            retry=state.problem is not None and failures.worth_another_try(state.problem),
        )

    def show_patient(self, patient: Patient | None) -> None:
        """Fix an identity in the band, or offer the ways to one."""
        if patient is not None and patient == self._patient:
            return
        self._patient = patient
        self._band.setVisible(patient is not None)
        self._change.setVisible(patient is not None)
        self._offer(offered=patient is None)
        if patient is not None:
            self.search.clear()
            self._band.show_patient(patient, self._now().astimezone().date())

    def start_over(self, letter: LetterId | None = None) -> None:
        """Another letter: forget what was looked for; what was typed for it is there again."""
        self.search.clear()
        self.form.open(letter)
        self._offer(offered=self._patient is None)

    def change(self) -> None:
        """Offer the ways again; the identity stays until another one is chosen."""
        if not self._rules.has_patients and self._patient is not None and not self._offered:
            self.form.correct(self._patient)
        self._offer(offered=True)
        self.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.field.selectAll()

    def look_for(self, patient: Patient) -> None:
        """Ask for somebody again, as they were known; who answers is only ever proposed."""
        self.change()
        number = patient.ipp if self._rules.has_identifier else None
        text = number or " ".join((patient.birth_family, *patient.given[:1]))
        self.search.field.setText(text)
        self.asked.emit(text)

    @property
    def entry(self) -> QWidget:
        """Where the keyboard belongs when a patient is wanted."""
        return self.search.field if self._rules.has_patients else self.form.entry

    def _offer(self, *, offered: bool) -> None:
        self._offered = offered
        self.search.setVisible(offered and self._rules.has_patients)
        self.form.setVisible(offered and not self._rules.has_patients)
        self.form.may_give_up(allowed=self._patient is not None)
        self._look_around()

    # What a person does

    def _ask(self, text: str) -> None:
        again = (
            bool(text) and self._visit is not None and text == _searched(self._visit, self._rules)
        )
        self.asked.emit(self._visit if again else text)

    def _look_up(self, visit: Appointment) -> None:
        """Show in the box what is asked for an appointment; its patient is proposed below."""
        self._visit = visit
        self.search.to_field()
        self.search.field.setText(_searched(visit, self._rules))
        self.asked.emit(visit)

    def _choose(self, index: QModelIndex) -> None:
        self._take(index.data(FoundRole))

    def _choose_stay(self, chosen: PatientStay) -> None:
        self._close()
        self.stay_chosen.emit(chosen)

    def _take(self, patient: Patient) -> None:
        self._close()
        self.patient_chosen.emit(patient)

    def _close(self) -> None:
        self._offer(offered=False)
        self.search.clear()

    # Whether somebody looks

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Those who are here today are shown while the empty box, or their list, has the keys."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._look_around()
        return super().eventFilter(watched, event)

    def _look_around(self) -> None:
        here = self.ways.window().focusWidget()
        inside = here is not None and self.ways.isAncestorOf(here)
        empty = not self.search.field.text()
        self.visits.look_at(open_=inside and empty and self._offered and self._rules.has_patients)


def _searched(visit: Appointment, rules: SearchRules) -> str:
    """What the box shows for an appointment: the words that could be typed instead."""
    return (visit.patient_number if rules.has_identifier else "") or visit.patient_name


def _is_short(state: PatientsState) -> bool:
    return isinstance(state.problem, Incomplete) and state.problem.what == "query_short"


def _about_visit(state: PatientsState) -> str:
    return visits.from_agenda(state.visit) if state.visit is not None and state.patients else ""


def _notice(state: PatientsState) -> Notice | None:
    """What is unusual about an answer, or why there is none."""
    if state.problem is not None:
        return failures.explain(state.problem)
    if state.patients == () and not state.busy:
        if not state.complete:
            return Notice(words.NOBODY_YET, words.NOBODY_YET_ADVICE)
        return Notice(words.NOBODY, words.NOBODY_ADVICE)
    if state.strangers:
        return Notice(words.STRANGERS, words.STRANGERS_ADVICE)
    return None
