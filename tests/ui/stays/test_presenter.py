import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.domain.errors import AppError, NotOffered, Unreachable
from desktop_app.domain.people import Cursor, Page, Patient, PatientId, Stay, StayId
from desktop_app.ui.stays.presenter import REMEMBERED, PatientStays, StaysState
from tests.ui.conftest import until

NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)
LUC, AWA = (Patient(id=PatientId(one)) for one in ("luc", "awa"))
OVER = Stay(id=StayId("1"), status="finished")
HERE = Stay(id=StayId("2"), status="in-progress")


class Platform:
    """Stays by patient, what was asked, and a door that a test may close."""

    def __init__(self, page: Page[Stay]) -> None:
        self.page = page
        self.asked: list[PatientId] = []
        self.failure: AppError | None = None
        self.door = asyncio.Event()
        self.door.set()

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        self.asked.append(patient_id)
        await self.door.wait()
        if self.failure is not None:
            raise self.failure
        return self.page


class Desk:
    """A presenter, its platform, and what was shown."""

    def __init__(self, *stays: Stay, **members: object) -> None:
        self.now = NOW
        self.platform = Platform(Page(items=stays, **members))  # type: ignore[arg-type]
        self.shown: list[StaysState] = []
        self.stays = PatientStays(self.platform, self.shown.append, lambda: self.now)


async def test_the_stays_of_a_patient_are_shown_those_under_way_first() -> None:
    desk = Desk(OVER, HERE)
    await desk.stays.look_up(LUC)
    assert [state.busy for state in desk.shown] == [True, False]
    assert desk.shown[-1].stays == (HERE, OVER)
    assert desk.shown[-1].complete


@pytest.mark.parametrize("patient", [None, Patient(id=PatientId(""), birth_family="SAISI")])
async def test_nobody_and_a_typed_identity_have_no_stays_to_look_up(patient: Patient) -> None:
    desk = Desk(HERE)
    await desk.stays.look_up(patient)
    assert desk.platform.asked == []
    assert desk.shown == [StaysState()]


async def test_a_failure_is_shown_and_asking_again_mends_it() -> None:
    desk = Desk(HERE)
    desk.platform.failure = Unreachable()
    await desk.stays.look_up(LUC)
    assert isinstance(desk.shown[-1].problem, Unreachable)
    desk.platform.failure = None
    await desk.stays.ask_again()
    assert desk.shown[-1].stays == (HERE,)


async def test_a_hospital_without_stays_offers_none() -> None:
    desk = Desk()
    desk.platform.failure = NotOffered("stays")
    await desk.stays.look_up(LUC)
    assert desk.shown[-1] == StaysState()


async def test_walking_through_the_tray_asks_nothing_twice_for_a_while() -> None:
    desk = Desk(HERE)
    for patient in (LUC, AWA, LUC):
        await desk.stays.look_up(patient)
    assert desk.platform.asked == ["luc", "awa"]
    desk.now += REMEMBERED + timedelta(seconds=1)
    await desk.stays.look_up(LUC)
    assert desk.platform.asked == ["luc", "awa", "luc"]


async def test_a_failure_is_not_remembered() -> None:
    desk = Desk(HERE)
    desk.platform.failure = Unreachable()
    await desk.stays.look_up(LUC)
    desk.platform.failure = None
    await desk.stays.look_up(LUC)
    assert desk.shown[-1].stays == (HERE,)


async def test_a_late_answer_is_not_shown_for_somebody_else() -> None:
    desk = Desk(HERE)
    await desk.stays.look_up(LUC)
    desk.platform.door.clear()
    late = asyncio.gather(desk.stays.ask_again())
    await until(lambda: desk.platform.asked == ["luc", "luc"])
    await desk.stays.look_up(None)
    desk.platform.door.set()
    await late
    assert desk.shown[-1] == StaysState()


@pytest.mark.parametrize("members", [{"complete": False}, {"next": Cursor("more")}])
async def test_that_there_are_others_is_known(members: dict[str, object]) -> None:
    desk = Desk(HERE, **members)
    await desk.stays.look_up(LUC)
    assert not desk.shown[-1].complete
    assert desk.shown[-1].under_way is None  # another may be under way


@pytest.mark.parametrize(
    ("stays", "only"),
    [
        ((HERE, OVER), HERE),
        ((OVER,), None),
        ((HERE, Stay(id=StayId("3"), status="in-progress")), None),
    ],
)
def test_only_a_single_stay_under_way_is_offered(
    stays: tuple[Stay, ...], only: Stay | None
) -> None:
    assert StaysState(offered=True, stays=stays).under_way is only
