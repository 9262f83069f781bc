import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from desktop_app.domain.errors import AppError, NotAllowed, NotOffered, Unreachable
from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Page,
    Patient,
    PatientId,
    PatientStay,
    Stay,
    StayId,
)
from desktop_app.ui.visits.presenter import AGAIN, FRESH, Visits, VisitsState

MORNING = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)


def appointment(number: int, status: str = "booked", hour: int = 8) -> Appointment:
    return Appointment(
        id=AppointmentId(f"1:APT-{number}"),
        start=MORNING.replace(hour=hour),
        status=status,
        patient_number=str(number),
    )


def stay(number: int, family: str = "POMMIER") -> PatientStay:
    patient = Patient(id=PatientId(str(number)), birth_family=family, given=("Luc",))
    return PatientStay(patient=patient, stay=Stay(id=StayId(str(number))))


class Hospital:
    """Who is here, as often as it is asked."""

    def __init__(self) -> None:
        self.day: Page[Appointment] | AppError = Page(items=(appointment(1),))
        self.wards: Page[PatientStay] | AppError = Page(items=(stay(1),))
        self.asked: list[date | None] = []
        self.open = asyncio.Event()
        self.open.set()

    async def appointments(self, day: date) -> Page[Appointment]:
        self.asked.append(day)
        await self.open.wait()
        if isinstance(self.day, AppError):
            raise self.day
        return self.day

    async def current_stays(self) -> Page[PatientStay]:
        self.asked.append(None)
        if isinstance(self.wards, AppError):
            raise self.wards
        return self.wards


class Desk:
    """The presenter, its clock, and everything that it showed."""

    def __init__(self) -> None:
        self.hospital = Hospital()
        self.now = MORNING
        self.shown: list[VisitsState] = []
        self.visits = Visits(self.hospital, self.shown.append, lambda: self.now)

    @property
    def state(self) -> VisitsState:
        return self.shown[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_nothing_is_asked_before_somebody_looks(desk: Desk) -> None:
    assert desk.hospital.asked == []
    await desk.visits.want()
    assert desk.hospital.asked == [MORNING.astimezone().date(), None]
    assert desk.state.appointments == (appointment(1),)
    assert desk.state.stays == (stay(1),)
    assert not desk.state.busy


async def test_an_answer_is_good_for_five_minutes(desk: Desk) -> None:
    await desk.visits.want()
    desk.now += FRESH - timedelta(seconds=1)
    await desk.visits.want()
    assert len(desk.hospital.asked) == 2
    desk.now += timedelta(seconds=1)
    await desk.visits.want()
    assert len(desk.hospital.asked) == 4


async def test_another_day_is_another_agenda(desk: Desk) -> None:
    desk.now = datetime(2024, 3, 4, 23, 58).astimezone()
    await desk.visits.want()
    desk.now += timedelta(minutes=3)
    await desk.visits.want()
    assert desk.hospital.asked[2] == date(2024, 3, 5)


async def test_by_hand_it_is_asked_at_once(desk: Desk) -> None:
    await desk.visits.want()
    await desk.visits.refresh()
    assert len(desk.hospital.asked) == 4


async def test_two_looks_at_once_ask_once(desk: Desk) -> None:
    desk.hospital.open.clear()
    first = asyncio.gather(desk.visits.want(), desk.visits.want())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    desk.hospital.open.set()
    await first
    assert len(desk.hospital.asked) == 2


@pytest.mark.parametrize("closed", [NotAllowed("scope", 403), NotOffered("Appointment")])
async def test_what_is_not_offered_is_left_out_and_not_asked_again(
    desk: Desk, closed: AppError
) -> None:
    desk.hospital.day = closed
    await desk.visits.want()
    assert desk.state.appointments is None
    assert desk.state.stays == (stay(1),)
    assert desk.state.problem is None
    desk.hospital.asked.clear()
    await desk.visits.refresh()
    assert desk.hospital.asked == [None]


async def test_a_hospital_that_offers_neither_is_left_alone(desk: Desk) -> None:
    desk.hospital.day = desk.hospital.wards = NotAllowed("scope", 403)
    await desk.visits.want()
    desk.hospital.asked.clear()
    await desk.visits.refresh()
    assert desk.hospital.asked == []


@pytest.mark.parametrize("error", [Unreachable(), NotAllowed("credentials", 401)])
async def test_a_failure_is_said_and_keeps_what_was_there(desk: Desk, error: AppError) -> None:
    await desk.visits.want()
    desk.hospital.day = error
    await desk.visits.refresh()
    assert desk.state.problem is error
    assert desk.state.appointments == (appointment(1),)


async def test_after_a_failure_the_next_look_but_not_the_very_next_asks_again(desk: Desk) -> None:
    desk.hospital.day = Unreachable()
    await desk.visits.want()
    desk.hospital.day = Page(items=(appointment(2),))
    await desk.visits.want()
    assert desk.state.appointments is None
    desk.now += AGAIN
    await desk.visits.want()
    assert desk.state.problem is None
    assert desk.state.appointments == (appointment(2),)


async def test_appointments_that_were_called_off_are_left_out(desk: Desk) -> None:
    desk.hospital.day = Page(
        items=(
            appointment(1, "cancelled"),
            appointment(2, "noshow"),
            appointment(3, hour=10),
            appointment(4, "entered-in-error"),
        ),
        complete=False,
    )
    await desk.visits.want()
    assert [one.patient_number for one in desk.state.appointments or ()] == ["2", "3"]
    assert desk.state.begun == 1
    assert not desk.state.all_appointments
    assert desk.state.all_stays


async def test_those_in_a_stay_who_share_their_names_are_marked(desk: Desk) -> None:
    desk.hospital.wards = Page(items=(stay(1), stay(2), stay(3, "ROSIER")))
    await desk.visits.want()
    assert desk.state.homonyms == {"1", "2"}


async def test_a_look_that_was_cut_short_can_be_had_again(desk: Desk) -> None:
    desk.hospital.open.clear()
    look = asyncio.ensure_future(desk.visits.want())  # noqa: TID251 - it is to be cancelled
    await asyncio.sleep(0)
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)
    assert not desk.state.busy
    desk.hospital.open.set()
    await desk.visits.refresh()
    assert desk.state.appointments == (appointment(1),)


async def test_appointments_of_one_name_and_two_numbers_are_marked(desk: Desk) -> None:
    named = [replace(appointment(number), patient_name="LE GOFF Awa") for number in (1, 2)]
    again = replace(named[0], id=AppointmentId("again"), patient_name="Le Goff  AWA")
    other = replace(appointment(4), patient_name="POMMIER Luc")
    desk.hospital.day = Page(items=(*named, again, other, appointment(5), appointment(6)))
    await desk.visits.want()
    assert desk.state.namesakes == {named[0].id, named[1].id, again.id}
