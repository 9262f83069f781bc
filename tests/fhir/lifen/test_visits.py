import asyncio
from datetime import date
from typing import Any

import httpx
import orjson
import pytest

from desktop_app.domain.errors import (
    AppError,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    Throttled,
)
from desktop_app.domain.people import AppointmentId, PatientId, StayId
from desktop_app.fhir.lifen.visits import MOST_CURRENT, READERS
from tests.fhir.conftest import HOME, PATIENT, Platform, lifen_over
from tests.fhir.lifen.conftest import NEXT, current, encounter, page
from tests.fhir.lifen.test_appointments import appointment
from tests.fhir.lifen.test_mapping import DATABASE

TODAY = date(2024, 3, 4)


def stay(identity: str, **changes: Any) -> dict[str, Any]:
    resource: dict[str, Any] = orjson.loads(encounter(id=identity, **changes).content)
    return resource


def stays_page(*ids: str, **members: Any) -> Any:
    return page(*map(stay, ids), **members)


# A patient's stays


async def test_stays_are_asked_for_by_their_patient_alone() -> None:
    platform = Platform([stays_page("1", "2", total=2)])
    async with lifen_over(platform) as lifen:
        found = await lifen.find_stays(PATIENT.id)
    assert [one.id for one in found.items] == ["1", "2"]
    assert (found.total, found.complete) == (2, True)
    assert platform.bodies == [b"patient=Patient%2F70001&_count=100"]
    assert str(platform.calls[0].url) == f"{HOME}/Encounter/_search"


async def test_stays_on_further_pages_are_read_too() -> None:
    second = stays_page("2", "1", total=2)
    platform = Platform([stays_page("1", total=2, following=NEXT), second])
    async with lifen_over(platform) as lifen:
        found = await lifen.find_stays(PATIENT.id)
    assert ([one.id for one in found.items], found.complete) == (["1", "2"], True)
    assert str(platform.calls[1].url) == NEXT


async def test_pages_of_stays_that_bring_nothing_new_end() -> None:
    platform = Platform([stays_page("1", total=30, following=NEXT)])
    async with lifen_over(platform) as lifen:
        found = await lifen.find_stays(PATIENT.id)
    assert ([one.id for one in found.items], found.complete) == (["1"], False)
    assert len(platform.calls) == 2


async def test_stays_that_a_tenant_hides_are_told() -> None:
    platform = Platform([stays_page("1", total=30, following=NEXT)])
    async with lifen_over(platform, "ramsay") as lifen:
        found = await lifen.find_stays(PATIENT.id)
    assert (found.complete, len(platform.calls)) == (False, 1)


async def test_one_stay_is_read_by_its_id() -> None:
    platform = Platform([encounter()])
    async with lifen_over(platform) as lifen:
        assert (await lifen.stay(StayId("80001"))).status == "in-progress"
    assert str(platform.calls[0].url) == f"{HOME}/Encounter/80001"


# Stays under way


def hospital(*rows: dict[str, Any], **answers: httpx.Response) -> Platform:
    """Answers a search with ``rows``, and each patient with its own record or what is told."""

    def answer(request: httpx.Request) -> Any:
        if request.method == "POST":
            return page(*rows)
        identity = request.url.path.rpartition("/")[2]
        return answers.get(f"p{identity}", current(id=identity))

    return Platform([answer])


async def test_stays_under_way_come_with_their_patients_the_newest_first() -> None:
    platform = hospital(
        stay("1", period={"start": "2024-03-01T09:00:00+01:00"}),
        stay("2", period={"start": "2024-03-03"}, subject={"reference": "Patient/2"}),
        stay("3", period={"start": "2024-03-02"}, subject={"reference": "Patient/2"}),
        stay("4", status="finished"),
        stay("5", subject={"reference": "Group/5"}),
    )
    async with lifen_over(platform) as lifen:
        found = await lifen.current_stays()
    shown = [(one.stay.id, one.patient.id) for one in found.items]
    assert shown == [("2", "2"), ("3", "2"), ("1", "70001")]
    assert found.complete
    assert platform.bodies[0] == b"status=in-progress&_sort=-_lastUpdated&_count=100"
    asked = [call.url.path for call in platform.calls[1:]]
    assert sorted(asked) == ["/fhir/v3/Patient/2", "/fhir/v3/Patient/70001"]


@pytest.mark.parametrize(
    "unread",
    [
        httpx.Response(404),
        httpx.Response(200, text="<html>"),
        httpx.Response(500),
        current(id="2", resourceType="Group"),
        current(id="2", extension=[{"url": DATABASE, "valueString": "Other"}]),
        current(id="3"),
    ],
)
async def test_who_cannot_be_read_is_left_out_and_that_is_told(unread: httpx.Response) -> None:
    platform = hospital(stay("1"), stay("2", subject={"reference": "Patient/2"}), p2=unread)
    async with lifen_over(platform) as lifen:
        found = await lifen.current_stays()
    assert ([one.stay.id for one in found.items], found.complete) == (["1"], False)


@pytest.mark.parametrize(
    ("status", "kind"), [(403, NotAllowed), (500, ServerTrouble), (429, Throttled)]
)
async def test_where_nobody_can_be_read_the_reason_is_told(
    status: int, kind: type[AppError]
) -> None:
    answer = httpx.Response(status, headers={"retry-after": "60"})
    async with lifen_over(hospital(stay("1"), p70001=answer)) as lifen:
        with pytest.raises(kind):
            await lifen.current_stays()


async def test_only_so_many_patients_are_read_and_few_of_them_at_a_time() -> None:
    rows = [stay(str(one), subject={"reference": f"Patient/{one}"}) for one in range(100)]
    reading = most = 0

    async def answer(request: httpx.Request) -> Any:
        nonlocal reading, most
        if request.method == "POST":
            return page(*rows)
        reading += 1
        most = max(most, reading)
        for _ in range(5):
            await asyncio.sleep(0)
        reading -= 1
        return current(id=request.url.path.rpartition("/")[2])

    platform = Platform([answer])
    async with lifen_over(platform) as lifen:
        found = await lifen.current_stays()
    assert (len(found.items), found.complete) == (MOST_CURRENT, False)
    assert len(platform.calls) == 1 + MOST_CURRENT
    assert most == READERS


async def test_a_broken_access_is_not_tried_once_for_each_patient() -> None:
    rows = [stay(str(one), subject={"reference": f"Patient/{one}"}) for one in range(40)]

    def answer(request: httpx.Request) -> Any:
        return page(*rows) if request.method == "POST" else httpx.Response(403)

    platform = Platform([answer])
    async with lifen_over(platform) as lifen:
        with pytest.raises(NotAllowed):
            await lifen.current_stays()
    assert len(platform.calls) <= 1 + READERS


@pytest.mark.parametrize("status", [404, 422, 501])
async def test_a_platform_that_knows_no_such_search_does_not_offer_it(status: int) -> None:
    async with lifen_over(Platform([httpx.Response(status)])) as lifen:
        for call in (lifen.current_stays(), lifen.appointments(TODAY)):
            with pytest.raises(NotOffered):
                await call


@pytest.mark.parametrize(("status", "kind"), [(403, NotAllowed), (412, Refused)])
async def test_any_other_refusal_keeps_its_name(status: int, kind: type[AppError]) -> None:
    async with lifen_over(Platform([httpx.Response(status)])) as lifen:
        for call in (lifen.current_stays(), lifen.appointments(TODAY)):
            with pytest.raises(kind):
                await call


# Appointments


@pytest.mark.parametrize("tenant", ["standard", "ramsay", "vivalto"])
async def test_a_day_is_asked_for_whole_and_without_a_prefix(tenant: str) -> None:
    platform = Platform([page(appointment(), total=1)])
    async with lifen_over(platform, tenant) as lifen:
        found = await lifen.appointments(TODAY)
    assert ([one.patient_number for one in found.items], found.complete) == (["000123"], True)
    assert platform.bodies == [b"date=2024-03-04&_count=100"]
    assert str(platform.calls[0].url) == f"{HOME}/Appointment/_search"


async def test_a_long_day_is_read_page_by_page() -> None:
    first = page(appointment(), total=2, following=NEXT)
    second = page(appointment(id="60001:APT-a2"), total=2)
    async with lifen_over(Platform([first, second])) as lifen:
        found = await lifen.appointments(TODAY)
    assert (len(found.items), found.complete) == (2, True)


async def test_the_colon_of_an_id_is_part_of_one_step_of_the_path() -> None:
    platform = Platform([httpx.Response(200, json=appointment()), httpx.Response(404)])
    async with lifen_over(platform) as lifen:
        identity = AppointmentId("60001:APT-a1")
        assert (await lifen.appointment(identity)).id == identity
        with pytest.raises(Refused):
            await lifen.appointment(identity)
    assert platform.calls[0].url.raw_path.decode() == "/fhir/v3/Appointment/60001%3AAPT-a1"


async def test_nobody_is_asked_for_by_an_id_that_is_none() -> None:
    platform = Platform([current()])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Refused):
            await lifen.patient(PatientId(".."))
    assert not platform.calls
