import pytest
from fhir.resources.STU3.bundle import Bundle

from tests.sandbox.conftest import Caller, HandClock
from tests.sandbox.test_sending import letter

ALL = ["80003", "80001", "80002"]
"""The stays of the patient 70001, newest first."""


async def ids(caller: Caller, **form: str) -> list[str]:
    answer = await caller.search("Encounter", **form)
    assert answer.status_code == 200, answer.json()
    return [entry["resource"]["id"] for entry in answer.json()["entry"]]


@pytest.mark.parametrize("reference", ["Sbx0Demo01", "SbxRamsay1", "SbxVivalt1"])
async def test_every_tenant_lists_a_patient_s_stays(stranger: Caller, reference: str) -> None:
    caller = await stranger.enter(reference=reference)
    answer = (await caller.search("Encounter", patient="Patient/70001")).json()
    assert [entry["resource"]["id"] for entry in answer["entry"]] == ALL
    first = answer["entry"][1]["resource"]
    assert first["extension"][0]["valueString"] == reference
    assert first["subject"] == {"reference": "Patient/70001"}
    assert first["identifier"][0]["value"] == "SEJ2024000777"
    assert (first["status"], first["period"]) == (
        "in-progress",
        {"start": "2024-03-01T09:00:00+01:00"},
    )
    assert (await caller.get("Encounter/80001")).json() == first


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"status": "finished"}, ["80002"]),
        ({"status": "finished,planned"}, ["80003", "80002"]),
        ({"identifier": "SEJ2023000412"}, ["80002"]),
        ({"identifier": "urn:oid:1.2.250.1.71.4.2.2.60001|SEJ2023000412"}, ["80002"]),
        ({"identifier": "SEJ2023"}, []),
        ({"service-provider._extension": "|4101"}, ["80001"]),
        ({"_id": "80003"}, ["80003"]),
        ({"date": "2024-03-01"}, ["80001"]),
        ({"date": "eq2024-03-01T09:00:00+01:00"}, ["80001"]),
        ({"date": "2024-03-01T09:00"}, ["80001"]),
        ({"date": "ge2024-03-01"}, ["80003", "80001"]),
        ({"date": "gt2024-03-01"}, ["80003"]),
        ({"date": "le2024-03-01"}, ["80001", "80002"]),
        ({"date": "lt2024-03-01"}, ["80002"]),
        ({"date": "ne2024-03-01"}, ["80003", "80002"]),
    ],
)
async def test_each_parameter_narrows(
    caller: Caller, form: dict[str, str], found: list[str]
) -> None:
    assert await ids(caller, patient="Patient/70001", **form) == found


async def test_two_dates_are_a_range(caller: Caller) -> None:
    answer = await caller.client.post(
        "http://127.0.0.1/fhir/v3/Encounter/_search",
        content=b"patient=Patient%2F70001&date=ge2024-01-01&date=le2024-03-31",
        headers={**caller.headers, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == ["80001"]


async def test_a_patient_without_stays_has_none(caller: Caller) -> None:
    assert await ids(caller, patient="Patient/70005") == []


@pytest.mark.parametrize(
    ("form", "status", "location"),
    [
        ({}, 422, "allValueNull"),
        ({"_id": "80001"}, 422, "allValueNull"),
        ({"patient": ""}, 422, "allValueNull"),
        ({"subject": "Patient/70001"}, 422, "subject"),
        ({"patient": "Patient/70001", "_count": "0"}, 422, "_count"),
        ({"patient": "70001"}, 412, "patient"),
        ({"patient": "Patient/"}, 412, "patient"),
        ({"status": "over"}, 412, "status"),
        ({"date": "01/03/2024"}, 412, "date"),
        ({"date": "2024-02-30"}, 412, "date"),
        ({"date": "sa2024-03-01"}, 412, "date"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    caller: Caller, form: dict[str, str], status: int, location: str
) -> None:
    answer = await caller.search("Encounter", **form)
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (status, location)


@pytest.mark.parametrize("reference", ["SbxRamsay1", "SbxVivalt1"])
async def test_date_prefixes_are_for_standard_tenants(stranger: Caller, reference: str) -> None:
    caller = await stranger.enter(reference=reference)
    answer = await caller.search("Encounter", patient="Patient/70001", date="ge2024-03-01")
    assert answer.status_code == 412
    assert await ids(caller, patient="Patient/70001", date="2024-03-01") == ["80001"]


async def test_stays_come_in_pages_where_the_tenant_has_them(stranger: Caller) -> None:
    caller = await stranger.enter()
    answer = (await caller.search("Encounter", status="finished", _count="2")).json()
    following = {link["relation"]: link["url"] for link in answer["link"]}["next"]
    second = (await caller.get(following.partition("/fhir/v3/")[2])).json()
    assert second["total"] == answer["total"]
    assert {entry["resource"]["resourceType"] for entry in second["entry"]} == {"Encounter"}
    caller = await stranger.enter(reference="SbxRamsay1")
    answer = (await caller.search("Encounter", status="finished", _count="2")).json()
    assert [link["relation"] for link in answer["link"]] == ["self"]


async def test_current_stays_are_those_of_these_days(caller: Caller, clock: HandClock) -> None:
    bundle = (await caller.search("Encounter", status="in-progress", date="ge2024-02-20")).json()
    Bundle.model_validate(bundle)
    stays = [entry["resource"] for entry in bundle["entry"]]
    assert stays[0]["period"]["start"].startswith("2024-03-04")
    name = stays[0]["id"]
    assert (await caller.get(f"Encounter/{name}")).json() == stays[0]
    body = letter()
    body["parameter"][0]["valueReference"] = stays[0]["subject"]
    body["parameter"].append(
        {"name": "context", "valueReference": {"reference": f"Encounter/{name}"}}
    )
    assert (await caller.send(body)).status_code == 201
    clock.forward(9 * 86_400)
    later = (await caller.get(f"Encounter/{name}")).json()
    assert (later["status"], later["period"]["start"]) == ("finished", stays[0]["period"]["start"])


async def test_a_stay_is_counted_without_saying_which(caller: Caller) -> None:
    assert (await caller.get("Encounter/80001")).status_code == 200
    assert (await caller.get("Encounter/1")).status_code == 404
    ledger = (await caller.client.get("http://127.0.0.1/_ledger")).json()
    assert ledger["calls"]["GET /Encounter/{id}"] == 2
