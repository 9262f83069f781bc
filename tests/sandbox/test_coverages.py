import pytest
from fhir.resources.STU3.bundle import Bundle

from tests.sandbox.conftest import Caller


async def test_entries_have_no_full_url_and_resources_no_id(caller: Caller) -> None:
    bundle = (await caller.search("Coverage", beneficiary="Patient/70001")).json()
    Bundle.model_validate(bundle)
    assert bundle["total"] == len(bundle["entry"]) == 2
    for entry in bundle["entry"]:
        assert set(entry) == {"resource", "search"}
        assert "id" not in entry["resource"]
        (number,) = entry["resource"]["identifier"]
        assert number["system"] == "urn:oid:1.2.250.1.213.1.4.8"
        assert number["type"]["coding"][0] == {
            "system": "http://terminology.hl7.org/CodeSystem/v2-0203",
            "code": "NH",
        }


@pytest.mark.parametrize("patient", ["70008", "1"])
async def test_nothing_found_has_neither_entry_nor_link(caller: Caller, patient: str) -> None:
    bundle = (await caller.search("Coverage", beneficiary=f"Patient/{patient}")).json()
    assert bundle["total"] == 0
    assert set(bundle) == {"resourceType", "id", "type", "total"}


async def test_an_insurance_may_be_over(caller: Caller) -> None:
    bundle = (await caller.search("Coverage", beneficiary="Patient/70004")).json()
    resource = bundle["entry"][0]["resource"]
    assert (resource["status"], resource["period"]["end"]) == ("cancelled", "2023-12-31")


@pytest.mark.parametrize(
    ("reference", "count", "status"),
    [
        ("Sbx0Demo01", 10, 200),
        ("Sbx0Demo01", 11, 422),
        ("SbxRamsay1", 1, 200),
        ("SbxRamsay1", 2, 422),
        ("SbxVivalt1", 1, 501),
    ],
)
async def test_each_tenant_takes_so_many_beneficiaries(
    stranger: Caller, reference: str, count: int, status: int
) -> None:
    caller = await stranger.enter(reference=reference)
    value = ",".join(f"Patient/{70001 + number}" for number in range(count))
    answer = await caller.search("Coverage", beneficiary=value)
    assert answer.status_code == status
    if status == 200:
        found = {one["resource"]["beneficiary"]["reference"] for one in answer.json()["entry"]}
        assert len(found) == max(1, count - 1)  # one of the ten has no number
    else:
        assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("form", [{}, {"beneficiary": ""}, {"beneficiary": "  "}])
async def test_nobody_asked_for_has_the_documented_answer(
    caller: Caller, form: dict[str, str]
) -> None:
    answer = await caller.search("Coverage", **form)
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    assert (issue["diagnostics"], issue["location"]) == ("must not be empty", "patient")


@pytest.mark.parametrize(
    ("form", "status", "location"),
    [
        ({"beneficiary": "70001"}, 412, "beneficiary"),
        ({"beneficiary": "Patient/"}, 412, "beneficiary"),
        ({"beneficiary": "Patient/70001,"}, 412, "beneficiary"),
        ({"patient": "Patient/70001"}, 422, "patient"),
        ({"beneficiary": "Patient/70001", "_count": "5"}, 422, "_count"),
    ],
)
async def test_it_has_one_parameter_only(
    caller: Caller, form: dict[str, str], status: int, location: str
) -> None:
    answer = await caller.search("Coverage", **form)
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (status, location)
