from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.sandbox.agenda import AROUND, Agenda
from desktop_app.sandbox.stays import PARIS_SUMMER, PARIS_WINTER, paris
from desktop_app.sandbox.world import World, build_world

WORLD = build_world()
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - a zone is added


@pytest.fixture(scope="module")
def agenda() -> Agenda:
    return Agenda(WORLD)


@given(now=MOMENTS)
def test_there_is_always_somebody_to_see_today_and_somebody_in_a_bed(now: datetime) -> None:
    agenda = Agenda(WORLD)
    today = now.astimezone(paris(now.date())).date()
    lines = [line for line in agenda.appointments(now).values() if line.start.date() == today]
    assert len(lines) == 14
    assert {"fulfilled", "arrived", "booked", "cancelled"} == {line.status for line in lines}
    numbers = [line.patient_number for line in lines]
    assert numbers[0] == "000123"
    assert "" in numbers
    assert "EXT000042" in numbers
    stays = agenda.stays(now).values()
    assert {stay.status for stay in stays} == {"planned", "in-progress", "finished"}
    assert sum(stay.status == "in-progress" for stay in stays) >= 5


def test_all_of_a_day_says_the_same(agenda: Agenda) -> None:
    morning = datetime(2026, 11, 25, 5, tzinfo=UTC)
    first = dict(agenda.appointments(morning)), dict(agenda.stays(morning))
    evening = morning + timedelta(hours=16)
    assert (agenda.appointments(evening), agenda.stays(evening)) == first


@given(now=MOMENTS)
def test_the_next_day_a_stay_is_the_same_stay(now: datetime) -> None:
    agenda = Agenda(WORLD)
    before = dict(agenda.stays(now))
    after = agenda.stays(now + timedelta(days=1))
    for name in before.keys() & after.keys():
        one, other = before[name], after[name]
        assert (one.patient, one.number, one.start) == (other.patient, other.number, other.start)
        if one.status == "finished":
            assert other == one
        order = ("planned", "in-progress", "finished")
        assert order.index(one.status) <= order.index(other.status)


def test_who_is_in_a_bed_is_there_once(agenda: Agenda) -> None:
    stays = agenda.stays(datetime(2026, 11, 25, 9, tzinfo=UTC)).values()
    patients = [stay.patient for stay in stays]
    assert len(set(patients)) == len(patients)
    for stay in stays:
        assert stay.id not in WORLD.stays
        assert WORLD.patients[stay.patient].deceased is None
        assert WORLD.patients[stay.patient].birth_date < stay.start.date()
        assert (stay.end is not None) == (stay.status == "finished")


def test_the_agenda_ends_somewhere(agenda: Agenda) -> None:
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    days = {line.start.date() for line in agenda.appointments(now).values()}
    assert (min(days), max(days)) == (now.date() - AROUND, now.date() + AROUND)
    past = {line.status for line in agenda.appointments(now).values() if line.start < now}
    assert past >= {"fulfilled", "noshow", "cancelled"}


def test_a_world_without_invented_people_has_an_empty_agenda() -> None:
    empty = Agenda(World(patients={}, practitioners={}, organizations={}, stays={}))
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert (empty.appointments(now), empty.stays(now)) == ({}, {})


@pytest.mark.parametrize(
    ("day", "zone"),
    [
        (date(2026, 3, 28), PARIS_WINTER),
        (date(2026, 3, 29), PARIS_SUMMER),
        (date(2026, 10, 24), PARIS_SUMMER),
        (date(2026, 10, 25), PARIS_WINTER),
    ],
)
def test_clocks_change_on_the_last_sundays(day: date, zone: object) -> None:
    assert paris(day) == zone
