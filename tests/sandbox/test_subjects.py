"""What is demanded of a patient who is described, and of the hospital (lifen.md 4.6)."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from fhir.resources.STU3.patient import Patient

from desktop_app.sandbox.lifen import LifenSandbox
from tests.sandbox.conftest import Caller
from tests.sandbox.test_sending import letter

Json = dict[str, Any]
Change = Callable[[Json], object]
INS = "285079999990136"
PLACE = "http://hl7.org/fhir/StructureDefinition/birthPlace"
RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"


def qualified() -> Json:
    return {
        "resourceType": "Patient",
        "extension": [
            {"url": PLACE, "valueAddress": {"district": "99901", "country": "FRA"}},
            {"url": RELIABILITY, "valueCode": "QUALI"},
        ],
        "identifier": [
            {"system": "urn:oid:1.2.250.1.71.4.2.2.60001", "value": "IPP000123"},
            {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": INS},
        ],
        "name": [{"use": "official", "family": "ABRICOTIER", "given": ["CAPUCINE", "ROSE"]}],
        "gender": "female",
        "birthDate": "1985-07-14",
    }


def numbered(system: str | None = "urn:oid:1.2.250.1.71.4.2.2.60001") -> Json:
    number = {"value": "IPP000123"} if system is None else {"system": system, "value": "IPP000123"}
    return {
        "resourceType": "Patient",
        "identifier": [number],
        "name": [{"use": "usual", "family": "DELORMEAU-SANDBOX", "given": ["CAPUCINE"]}],
        "gender": "female",
        "birthDate": "1985-07-14",
    }


def about(patient: Json, organization: Json | None = None) -> Json:
    body = letter()
    body["parameter"][0] = {"name": "detailed-subject", "resource": patient}
    if organization is None:
        organization = {"valueReference": {"reference": "Organization/60001"}}
    body["parameter"].append({"name": "managing-organization", **organization})
    return body


@pytest.mark.parametrize(
    "patient",
    [qualified(), numbered(), numbered("http://sandbox.example/local"), numbered(None)],
    ids=["INS", "IPP", "local", "no system"],
)
async def test_a_described_patient_is_taken(
    caller: Caller, sandbox: LifenSandbox, patient: Json
) -> None:
    Patient.model_validate(patient)
    answer = await caller.send(about(patient))
    assert answer.status_code == 201, answer.json()
    (accepted,) = sandbox.ledger
    assert (accepted.patient, accepted.organization) == ("detailed", "Organization/60001")


def name_as(use: str, **other: Any) -> Change:
    return lambda patient: patient["name"][0].update(use=use, **other)


REFUSED: dict[str, tuple[Callable[[], Json], Change, str]] = {
    "an INS and only a usual name": (qualified, name_as("usual"), "name"),
    "an INS and no given name": (qualified, name_as("official", given=[]), "name"),
    "an INS and a blank family name": (qualified, name_as("official", family=" "), "name"),
    "an INS and no birth place": (
        qualified,
        lambda patient: patient["extension"].pop(0),
        "birthPlace",
    ),
    "an INS and the name of a birth place": (
        qualified,
        lambda patient: patient["extension"][0].update(valueAddress={"city": "VILLEFICTIVE"}),
        "birthPlace",
    ),
    "an INS that is not qualified": (
        qualified,
        lambda patient: patient["extension"][1].update(valueCode="VALI"),
        "identifier",
    ),
    "an INS that is too short": (
        qualified,
        lambda patient: patient["identifier"][1].update(value=INS[:13]),
        "identifier",
    ),
    "an INS and no gender": (qualified, lambda patient: patient.pop("gender"), "gender"),
    "an INS and no birth date": (qualified, lambda patient: patient.pop("birthDate"), "birthDate"),
    "an IPP and only a birth name": (numbered, name_as("official"), "name"),
    "an IPP and no name": (numbered, lambda patient: patient.pop("name"), "name"),
    "an IPP and no gender": (numbered, lambda patient: patient.pop("gender"), "gender"),
    "an IPP and a gender of nobody's": (
        numbered,
        lambda patient: patient.update(gender="F"),
        "gender",
    ),
    "an IPP and a birth date of another kind": (
        numbered,
        lambda patient: patient.update(birthDate="14/07/1985"),
        "birthDate",
    ),
    "no number": (numbered, lambda patient: patient.pop("identifier"), "identifier"),
    "a number that says nothing": (
        numbered,
        lambda patient: patient.update(identifier=[{"system": "x", "value": ""}]),
        "identifier",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_the_strongest_number_decides_what_is_mandatory(
    caller: Caller, sandbox: LifenSandbox, name: str
) -> None:
    made, change, element = REFUSED[name]
    patient = deepcopy(made())
    change(patient)
    answer = await caller.send(about(patient))
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    assert issue["location"] == "detailed-subject"
    assert issue["diagnostics"].startswith(f"detailed-subject.{element} ")
    assert sandbox.ledger == []


@pytest.mark.parametrize("place", [PLACE, PLACE.replace("birthPlace", "patient-birthPlace")])
@pytest.mark.parametrize("code", ["99901", "2A999"])
async def test_a_birth_place_is_read_under_both_of_its_names(
    caller: Caller, place: str, code: str
) -> None:
    patient = qualified()
    patient["extension"][0] = {"url": place, "valueAddress": {"district": code}}
    assert (await caller.send(about(patient))).status_code == 201


@pytest.mark.parametrize(
    ("organization", "status"),
    [
        ({"valueReference": {"reference": "Organization/60001"}}, 201),
        ({"valueString": "Organization/60001"}, 201),
        ({"valueString": "60001"}, 201),
        ({"valueReference": {"reference": "Organization/60101"}}, 422),
        ({"valueReference": {"reference": "Organization/1"}}, 422),
        ({"valueReference": {"reference": "Practitioner/90001"}}, 422),
        ({}, 422),
    ],
)
async def test_only_the_hospital_itself_issues_its_letters(
    caller: Caller, organization: Json, status: int
) -> None:
    answer = await caller.send(about(numbered(), organization))
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["issue"][0]["location"] == "managing-organization"


async def test_a_described_patient_has_no_stay_here(caller: Caller) -> None:
    body = about(numbered())
    reference = {"reference": "Encounter/80001"}
    body["parameter"].append({"name": "context", "valueReference": reference})
    answer = await caller.send(body)
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (422, "context")


@pytest.mark.parametrize(
    ("parameter", "sender"),
    [
        (
            {"name": "sender", "valueReference": {"reference": "Practitioner/90001"}},
            "Practitioner/90001",
        ),
        ({"name": "sender-identifier", "valueString": "10999999971"}, "10999999971"),
    ],
)
async def test_who_sends_is_noted(
    caller: Caller, sandbox: LifenSandbox, parameter: Json, sender: str
) -> None:
    body = letter()
    body["parameter"].append(parameter)
    assert (await caller.send(body)).status_code == 201
    assert sandbox.ledger[0].sender == sender


@pytest.mark.parametrize(
    "parameter",
    [
        {"name": "sender", "valueReference": {"reference": "Practitioner/1"}},
        {"name": "sender-identifier", "valueString": "1099999997"},
        {"name": "sender-identifier", "valueString": "x"},
        {"name": "priority", "valueString": "high"},
    ],
)
async def test_a_sender_of_nobody_s_and_a_parameter_of_nobody_s_are_refused(
    caller: Caller, parameter: Json
) -> None:
    body = letter()
    body["parameter"].append(parameter)
    answer = await caller.send(body)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["location"] == parameter["name"]
