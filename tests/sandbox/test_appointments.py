import re
from copy import deepcopy
from urllib.parse import quote

import pytest
from fhir.resources.STU3.bundle import Bundle

from tests.sandbox.conftest import Caller, HandClock

TODAY = "2024-03-04"


async def ids(caller: Caller, **form: str) -> list[str]:
    answer = await caller.search("Appointment", **form)
    assert answer.status_code == 200, answer.json()
    return [entry["resource"]["id"] for entry in answer.json()["entry"]]


async def test_today_s_appointments_name_people_by_their_numbers_only(caller: Caller) -> None:
    bundle = (await caller.search("Appointment", date=TODAY, _count="50")).json()
    assert bundle["total"] == len(bundle["entry"]) == 14
    first = bundle["entry"][0]["resource"]
    legal = deepcopy(bundle)
    for entry in legal["entry"]:  # the platform's own ids are not FHIR's: they have a colon
        entry["resource"]["id"] = entry["resource"]["id"].replace(":", ".")
    Bundle.model_validate(legal)
    assert re.fullmatch(r"\d+:APT-[0-9a-f]+", first["id"])
    assert first["start"] == "2024-03-04T08:30:00+01:00"
    assert first["status"] == "fulfilled"
    assert first["extension"][0]["valueString"] == "Sbx0Demo01"
    patient, doctor, _unit = [one["actor"] for one in first["participant"]]
    assert patient["identifier"]["value"] == "000123"
    assert patient["identifier"]["system"] == "urn:oid:1.2.250.1.71.4.2.2.60001"
    assert doctor["identifier"]["value"].startswith("8")
    assert first["supportingInformation"][0]["identifier"]["value"] == "SEJ2024000777"
    assert "reference" not in str(first)


async def test_the_odd_lines_are_there(caller: Caller) -> None:
    bundle = (await caller.search("Appointment", date=TODAY, _count="50")).json()
    lines = [entry["resource"] for entry in bundle["entry"]]
    known_to_nobody = lines[6]["participant"][0]["actor"]["identifier"]["value"]
    answer = await caller.search("Patient", identifier=known_to_nobody)
    assert answer.json()["total"] == 0
    assert len(lines[7]["participant"]) == 2
    assert "end" not in lines[8]
    assert lines[9]["status"] == "cancelled"
    assert "identifier" not in lines[11]["participant"][1]["actor"]


async def test_one_is_read_by_its_compound_id(caller: Caller) -> None:
    entry = (await caller.search("Appointment", date=TODAY)).json()["entry"][0]
    name = entry["resource"]["id"]
    assert entry["fullUrl"].endswith(f"/Appointment/{quote(name)}")
    for path in (name, quote(name), quote(name, safe="")):
        assert (await caller.get(f"Appointment/{path}")).json() == entry["resource"]
    unknown = await caller.get("Appointment/60001%3AAPT-0")
    assert unknown.status_code == 404
    assert unknown.json()["issue"][0]["diagnostics"].endswith("Appointment/60001:APT-0")


@pytest.mark.parametrize(
    ("form", "count"),
    [
        ({"identifier": "RDV2024030400"}, 1),
        ({"identifier": "urn:oid:1.2.250.1.71.4.2.2.60001|AGD2024030401"}, 1),
        ({"identifier": "RDV2024030400,AGD2024030401"}, 2),
        ({"identifier": "RDV"}, 0),
        ({"date": TODAY, "patient": "000123"}, 1),
        ({"date": TODAY, "patient": "urn:oid:1.2.250.1.71.4.2.2.60001|000123,000207"}, 2),
        ({"date": TODAY, "patient": "Patient/70001"}, 0),
        ({"patient": "000123"}, 61),
        ({"date": f"ge{TODAY}", "patient": "000123"}, 31),
        ({"date": "2024-03-04T08:30", "status": "fulfilled"}, 1),
        ({"date": TODAY, "status": "arrived"}, 2),
        ({"date": TODAY, "status": "arrived,cancelled"}, 3),
        ({"date": "2023-03-04"}, 0),
        ({"date": TODAY, "_id": "x"}, 0),
    ],
)
async def test_each_parameter_narrows(caller: Caller, form: dict[str, str], count: int) -> None:
    assert len(await ids(caller, **form, _count="100")) == count


async def test_both_lengths_of_a_practitioner_s_number_are_understood(caller: Caller) -> None:
    bundle = (await caller.search("Appointment", date=TODAY)).json()
    actor = bundle["entry"][0]["resource"]["participant"][1]["actor"]
    national = actor["identifier"]["value"]
    for value in (national, national[1:], f"urn:oid:1.2.250.1.71.4.2.1|{national}"):
        assert len(await ids(caller, date=TODAY, practitioner=value)) == 5


@pytest.mark.parametrize(
    ("form", "status", "location"),
    [
        ({}, 422, "allValueNull"),
        ({"_id": "x"}, 422, "allValueNull"),
        ({"actor": "x"}, 422, "actor"),
        ({"date": TODAY, "_count": "0"}, 422, "_count"),
        ({"date": "04/03/2024"}, 412, "date"),
        ({"status": "over"}, 412, "status"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    caller: Caller, form: dict[str, str], status: int, location: str
) -> None:
    answer = await caller.search("Appointment", **form)
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (status, location)


@pytest.mark.parametrize("reference", ["SbxRamsay1", "SbxVivalt1"])
async def test_tenants_without_paging_and_prefixes_have_neither_here(
    stranger: Caller, reference: str
) -> None:
    caller = await stranger.enter(reference=reference)
    page = (await caller.search("Appointment", date=TODAY)).json()
    assert page["total"] == 14
    assert [link["relation"] for link in page["link"]] == ["self"]
    assert (await caller.search("Appointment", date=f"ge{TODAY}")).status_code == 412


async def test_a_next_page_needs_the_scope_of_its_search(stranger: Caller) -> None:
    caller = await stranger.enter()
    page = (await caller.search("Appointment", date=TODAY)).json()
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    path = following.partition("/fhir/v3/")[2]
    assert len((await caller.get(path)).json()["entry"]) == 4
    other = await stranger.enter("demo-no-appointments")
    assert (await other.get(path)).status_code == 403


async def test_the_day_follows_the_clock(caller: Caller, clock: HandClock) -> None:
    clock.forward(86_400)
    assert len(await ids(caller, date="2024-03-05", status="arrived")) == 2
    assert await ids(caller, date=TODAY, status="arrived") == []


async def test_an_appointment_is_counted_without_saying_which(caller: Caller) -> None:
    await caller.get("Appointment/60001:APT-0")
    ledger = (await caller.client.get("http://127.0.0.1/_ledger")).json()
    assert ledger["calls"] == {"POST /v1/token": 1, "GET /Appointment/{id}": 1}
