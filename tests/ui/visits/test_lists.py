"""The pick list in the whole window, over the platform, with real keys."""

from pathlib import Path

from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.server import Served
from tests.ui.conftest import until
from tests.ui.whole import K, Opened, Whole


async def give(desk: Whole, letter: Path) -> None:
    """A letter comes in, and the keyboard waits for its patient."""
    desk.drop(letter)
    await until(lambda: desk.letter is not None, 10)


def has_patient(desk: Whole) -> bool:
    return desk.letter is not None and desk.letter.patient is not None


async def test_today_s_appointment_is_three_keys_away_from_its_patient(
    opened: Opened, letter: Path
) -> None:
    async with opened() as desk:
        await give(desk, letter)
        pane = desk.desk.patient
        appointments = pane.visits.appointments.list
        await until(appointments.isVisible, 10)
        assert desk.sees("RENDEZ-VOUS DU JOUR")
        assert desk.sees("SÉJOURS EN COURS")

        desk.press(K.Key_Down)
        desk.press(K.Key_Home)
        desk.press(K.Key_Return)
        await until(pane.search.list.isVisible, 10)
        assert not has_patient(desk)
        assert pane.search.list.model().rowCount() == 1
        desk.press(K.Key_Return)
        assert not has_patient(desk)
        desk.press(K.Key_Return)

        await until(lambda: has_patient(desk))
        assert desk.letter is not None
        assert desk.letter.patient is not None
        assert desk.letter.patient.id == "70001"
        assert desk.letter.stay is None


async def test_a_stay_under_way_gives_the_letter_its_patient_and_its_stay(
    opened: Opened, letter: Path
) -> None:
    async with opened() as desk:
        await give(desk, letter)
        stays = desk.desk.patient.visits.stays.list
        await until(stays.isVisible, 10)
        stays.setFocus()
        desk.press(K.Key_Home)
        desk.press(K.Key_Return)
        await until(lambda: bool(desk.letter and desk.letter.stay))
        assert desk.letter is not None
        assert desk.letter.stay is not None
        assert desk.letter.stay.status == "in-progress"
        assert has_patient(desk)


async def test_typing_goes_on_while_the_agenda_is_still_awaited(
    opened: Opened, served: Served, letter: Path
) -> None:
    served.sandbox.faults.replace(Rule(path="/Appointment/_search", delay_ms=3000))
    async with opened() as desk:
        await give(desk, letter)
        desk.type("abricotier capucine")
        await until(desk.desk.patient.search.list.isVisible, 2.5)
        assert not desk.desk.patient.visits.isVisible()


async def test_a_hospital_without_the_agenda_shows_its_stays_and_says_nothing(
    opened: Opened, letter: Path
) -> None:
    async with opened(contract={"client_id": "demo-no-appointments"}) as desk:
        await give(desk, letter)
        await until(desk.desk.patient.visits.stays.list.isVisible, 10)
        assert not desk.sees("RENDEZ-VOUS")
        assert not desk.sees("non lus")
