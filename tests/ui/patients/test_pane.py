from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import Incomplete, Unreachable
from desktop_app.domain.letters import LetterId
from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Patient,
    PatientId,
    PatientStay,
    SearchRules,
    Sex,
    Stay,
    StayId,
)
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.server import Served
from desktop_app.ui.patients.pane import PatientPane
from desktop_app.ui.patients.presenter import PatientsState
from desktop_app.ui.style import Look
from desktop_app.ui.visits.presenter import VisitsState
from tests.ui.conftest import until
from tests.ui.whole import Opened

K = Qt.Key
NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
VIVALTO_ACCOUNT = {"tenant": "vivalto", "database_reference": "SbxVivalt1"}
VIVALTO = SearchRules(has_identifier=False, shortest_name=3)
TYPED = SearchRules(has_patients=False)
LUC = Patient(
    id=PatientId("9"),
    birth_family="POMMIER",
    given=("LUC",),
    sex=Sex.MALE,
    birth_date=date(1960, 9, 9),
    ipp="000820",
)
AWA = Patient(id=PatientId("2"), birth_family="LE GOFF", given=("AWA",), sex=Sex.FEMALE)
VISIT = Appointment(
    id=AppointmentId("1:APT-1"), start=NOW, patient_number="000820", patient_name="POMMIER Luc"
)
LATER = replace(VISIT, id=AppointmentId("1:APT-2"), patient_number="2", patient_name="LE GOFF Awa")
STAY = PatientStay(patient=AWA, stay=Stay(id=StayId("5"), label="Cardiologie", start=NOW))
HERE = VisitsState(appointments=(VISIT, LATER), stays=(STAY,), begun=1, at=NOW)


class Desk:
    """The pane, what it is placed above, another field, and everything that it told."""

    def __init__(self, look: Look) -> None:
        self.window = QWidget()
        self.pane = PatientPane(look, lambda: NOW)
        self.elsewhere = QLineEdit()
        layout = QVBoxLayout(self.window)
        for part in (self.pane, self.pane.ways, self.elsewhere):
            layout.addWidget(part)
        self.asked: list[object] = []
        self.patients: list[Patient] = []
        self.stays: list[PatientStay] = []
        self.wanted: list[bool] = []
        self.pane.asked.connect(self.asked.append)
        self.pane.patient_chosen.connect(self.patients.append)
        self.pane.stay_chosen.connect(self.stays.append)
        self.pane.visits.wanted.connect(lambda: self.wanted.append(True))
        self.window.resize(400, 800)
        self.window.show()
        self.window.activateWindow()

    @property
    def focus(self) -> QWidget:
        return self.window.focusWidget() or self.window

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def sees(self, text: str) -> bool:
        labels = self.window.findChildren(QLabel)
        return any(text in one.text() for one in labels if one.isVisible())


@pytest.fixture
def desk(qtbot: QtBot, look: Look) -> Desk:
    desk = Desk(look)
    qtbot.addWidget(desk.window)
    return desk


def test_only_what_a_hospital_can_be_asked_is_offered(desk: Desk) -> None:
    field = desk.pane.search.field
    assert "IPP" in field.placeholderText()
    assert "INS" in field.toolTip()
    desk.pane.show_rules(VIVALTO)
    assert "IPP" not in field.placeholderText()
    assert "3 lettres" in field.placeholderText()
    assert "3 lettres" in field.toolTip()
    assert field.accessibleName() == "Rechercher un patient par nom ou date de naissance"


def test_who_is_here_is_shown_while_the_empty_box_has_the_keyboard(desk: Desk) -> None:
    desk.pane.visits.show_state(HERE)
    desk.elsewhere.setFocus()
    desk.wanted.clear()
    desk.pane.visits.show_state(HERE)
    assert not desk.pane.visits.isVisible()
    assert desk.wanted == []
    desk.pane.change()
    assert desk.pane.visits.isVisible()
    assert desk.wanted
    desk.type("p")
    assert not desk.pane.visits.isVisible()
    desk.press(K.Key_Backspace)
    assert desk.pane.visits.isVisible()
    desk.elsewhere.setFocus()
    assert not desk.pane.visits.isVisible()


def test_the_arrows_walk_from_the_box_through_both_lists_and_back(desk: Desk) -> None:
    desk.pane.visits.show_state(HERE)
    desk.pane.change()
    appointments, stays = desk.pane.visits.appointments.list, desk.pane.visits.stays.list
    desk.press(K.Key_Down)
    assert appointments.hasFocus()
    assert appointments.currentIndex().row() == 0
    desk.press(K.Key_Down, K.Key_Down)
    assert stays.hasFocus()
    desk.press(K.Key_Up)
    assert appointments.hasFocus()
    assert appointments.currentIndex().row() == 1
    desk.press(K.Key_Up, K.Key_Up)
    assert desk.pane.search.field.hasFocus()
    desk.press(K.Key_Return)
    assert appointments.hasFocus()
    desk.press(K.Key_Escape)
    assert desk.pane.search.field.hasFocus()
    assert desk.patients == []


def test_the_keyboard_lands_on_the_appointment_of_the_hour(desk: Desk) -> None:
    desk.pane.visits.show_state(replace(HERE, begun=2))
    desk.pane.change()
    desk.press(K.Key_Down)
    assert desk.pane.visits.appointments.list.currentIndex().row() == 1


def test_an_appointment_proposes_its_patient_and_chooses_nobody(desk: Desk) -> None:
    desk.pane.visits.show_state(HERE)
    desk.pane.change()
    desk.press(K.Key_Down, K.Key_Return)
    assert desk.asked[-1] == VISIT
    assert desk.pane.search.field.text() == "000820"
    assert desk.pane.search.field.hasFocus()
    assert not desk.pane.visits.isVisible()
    desk.pane.show_state(PatientsState(patients=(LUC,), visit=VISIT))
    assert desk.sees("vérifiez l’identité")
    assert desk.patients == []
    desk.press(K.Key_Return)
    assert desk.pane.search.list.hasFocus()
    assert desk.patients == []
    desk.press(K.Key_Return)
    assert desk.patients == [LUC]


def test_a_name_that_is_not_the_agenda_s_is_said(desk: Desk) -> None:
    desk.pane.change()
    desk.pane.show_state(PatientsState(patients=(LUC,), visit=LATER, strangers=frozenset({LUC.id})))
    assert desk.sees("Ce n’est pas le nom que dit l’agenda")
    assert "autre nom" in str(desk.pane.search.list.model().index(0, 0).data())


def test_another_try_is_for_the_same_appointment(desk: Desk) -> None:
    desk.pane.visits.show_state(HERE)
    desk.pane.change()
    desk.press(K.Key_Down, K.Key_Return)
    desk.pane.show_state(PatientsState(visit=VISIT, problem=Unreachable()))
    desk.pane.search.ask_again()
    assert desk.asked[-2:] == [VISIT, VISIT]
    desk.type("1")
    desk.pane.search.ask_again()
    assert desk.asked[-1] == "0008201"


def test_a_stay_gives_its_patient_and_itself(desk: Desk) -> None:
    desk.pane.visits.show_state(replace(HERE, appointments=None))
    desk.pane.change()
    desk.press(K.Key_Down, K.Key_Return)
    assert desk.stays == [STAY]
    assert desk.patients == []


def test_what_is_not_offered_leaves_no_trace(desk: Desk) -> None:
    desk.pane.change()
    desk.pane.visits.show_state(VisitsState(at=NOW))
    assert not desk.pane.visits.isVisible()
    desk.pane.visits.show_state(VisitsState(stays=(), at=NOW))
    assert desk.sees("Aucun séjour en cours")
    assert not desk.sees("RENDEZ-VOUS")


def test_a_failure_of_the_agenda_is_one_quiet_sentence(desk: Desk) -> None:
    desk.pane.change()
    desk.pane.visits.show_state(VisitsState(problem=Unreachable()))
    assert desk.sees("Agenda et séjours non lus\u00a0: la plateforme est injoignable.")
    desk.type("pom")
    assert not desk.sees("Agenda et séjours non lus")


def test_the_words_that_answered_are_shown(desk: Desk) -> None:
    desk.pane.change()
    desk.pane.show_state(PatientsState(patients=(LUC,), asked_as="Pommier"))
    assert desk.sees("Trouvé avec «\u00a0Pommier\u00a0»")


def test_too_short_a_name_is_a_hint_and_no_alarm(desk: Desk) -> None:
    desk.pane.show_rules(VIVALTO)
    desk.pane.change()
    desk.pane.show_state(PatientsState(problem=Incomplete("query_short", 3)))
    assert desk.sees("Tapez au moins 3 lettres, ou la date de naissance")
    assert not desk.pane.search.is_alarmed


def test_a_number_alone_is_answered_with_what_can_be_asked(desk: Desk) -> None:
    desk.pane.show_rules(VIVALTO)
    desk.pane.change()
    desk.pane.show_state(PatientsState(problem=Incomplete("number_only", 3)))
    assert desk.sees("Cet établissement ne cherche pas par numéro")
    assert desk.sees("3 lettres au moins")


def test_nobody_among_the_first_rows_is_not_nobody(desk: Desk) -> None:
    desk.pane.change()
    desk.pane.show_state(PatientsState(patients=(), total=300, complete=False))
    assert desk.sees("Aucun patient parmi les premiers")
    desk.pane.show_state(PatientsState(patients=(), total=0))
    assert desk.sees("Aucun patient trouvé")


# Typed identities


def fill(desk: Desk) -> None:
    """Recopy an identity, with the keyboard only."""
    desk.press(K.Key_Tab)
    desk.type("Delormeau-Sandbox")
    desk.press(K.Key_Tab)
    desk.type("Capucine Rose")
    desk.press(K.Key_Tab)
    desk.type("14071985")
    desk.press(K.Key_Tab)
    desk.type("f")
    desk.press(K.Key_Tab)
    desk.type("000123")


async def test_where_nobody_can_be_looked_up_an_identity_is_typed(desk: Desk) -> None:
    desk.pane.show_rules(TYPED)
    assert not desk.pane.search.isVisible()
    assert desk.pane.form.isVisible()
    desk.pane.change()
    fill(desk)
    assert desk.sees("relisez-la sur la lettre")
    desk.press(K.Key_Return)
    (patient,) = desk.patients
    assert patient == Patient(
        id=PatientId(""),
        used_family="Delormeau-Sandbox",
        given=("Capucine", "Rose"),
        sex=Sex.FEMALE,
        birth_date=date(1985, 7, 14),
        ipp="000123",
    )
    desk.pane.show_patient(patient)
    assert not desk.pane.form.isVisible()
    await until(lambda: desk.sees("Delormeau-Sandbox Capucine Rose"))
    assert desk.sees("nom de naissance\u00a0: non renseigné")
    assert desk.sees("Identité saisie\u00a0: relisez-la sur la lettre")


def test_enter_goes_to_what_an_identity_lacks(desk: Desk) -> None:
    desk.pane.show_rules(TYPED)
    desk.pane.change()
    fields = desk.pane.form.fields
    desk.press(K.Key_Tab)
    desk.type("Delormeau")
    desk.press(K.Key_Return)
    assert fields["given"].hasFocus()
    assert desk.sees("Il manque les prénoms, la date de naissance, le sexe et l’IPP ou l’INS.")
    assert desk.patients == []


def test_a_typed_identity_can_be_corrected_or_left_as_it_is(desk: Desk) -> None:
    desk.pane.show_rules(TYPED)
    desk.pane.change()
    fill(desk)
    desk.press(K.Key_Return)
    desk.pane.show_patient(desk.patients[-1])
    desk.pane.change()
    assert desk.pane.form.fields["ipp"].text() == "000123"
    assert desk.pane.form.fields["birth_date"].text() == "14/07/1985"
    desk.press(K.Key_Escape)
    assert not desk.pane.form.isVisible()
    assert len(desk.patients) == 1
    desk.pane.change()
    desk.pane.form.fields["ipp"].setFocus()
    desk.type("4")
    desk.press(K.Key_Return)
    assert desk.patients[-1].ipp == "0001234"


def test_a_wrong_key_is_said_while_it_is_typed(desk: Desk) -> None:
    desk.pane.show_rules(TYPED)
    desk.pane.form.fields["ins"].setFocus()
    desk.type("28507999999013")
    assert desk.sees("14 caractères sur 15")
    desk.type("5")
    assert desk.sees("La clé ne correspond pas")
    desk.press(K.Key_Backspace)
    desk.type("6")
    assert not desk.sees("La clé ne correspond pas")


def test_what_is_half_typed_is_there_again_with_its_letter(desk: Desk) -> None:
    desk.pane.show_rules(TYPED)
    desk.pane.start_over(LetterId("1"))
    desk.pane.form.fields["given"].setFocus()
    desk.type("Capucine")
    desk.pane.start_over(LetterId("2"))
    assert desk.pane.form.fields["given"].text() == ""
    desk.pane.start_over(LetterId("1"))
    assert desk.pane.form.fields["given"].text() == "Capucine"


async def test_a_pause_in_typing_asks_the_text(desk: Desk) -> None:
    desk.pane.change()
    desk.type("pom")
    await until(lambda: desk.asked[-1:] == ["pom"])


# In the whole window, over the platform


async def test_what_cannot_be_looked_up_is_said_without_asking(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened(contract=VIVALTO_ACCOUNT) as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None, 10)
        search = desk.desk.patient.search
        assert "IPP" not in search.field.placeholderText()
        served.sandbox.faults.replace(Rule(path="/Patient/_search", status=500))
        desk.type("000123")
        desk.press(K.Key_Return)
        await until(lambda: desk.sees("ne cherche pas par numéro"))
        desk.press(K.Key_Escape)
        desk.type("ab")
        desk.press(K.Key_Return)
        await until(lambda: desk.sees("Tapez au moins 3 lettres"))
        served.sandbox.faults.replace()
        desk.type("ricotier")
        await until(search.list.isVisible, 10)
        desk.press(K.Key_F1)
        assert desk.sees("Nom (3 lettres), naissance\u00a0; pas de numéro")


async def test_the_spelling_that_answered_is_shown(
    opened: Opened, served: Served, letter: Path
) -> None:
    nobody = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    served.sandbox.faults.replace(Rule(path="/Patient/_search", times=1, status=200, json=nobody))
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None, 10)
        search = desk.desk.patient.search
        search.field.setText("Chêne-Liège")  # QTest knows no accents
        search.ask_again()
        await until(search.list.isVisible, 10)
        assert desk.sees("Trouvé avec «\u00a0Chene Liege\u00a0»")
