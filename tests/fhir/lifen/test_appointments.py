from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import Appointment, AppointmentId
from desktop_app.fhir.lifen.appointments import appointment as read_one
from desktop_app.fhir.lifen.appointments import appointments
from tests.fhir.conftest import OURS
from tests.fhir.test_answers import JSON

TODAY = date(2024, 3, 4)
WINTER = timezone(timedelta(hours=1))
DATABASE = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
IPP = "urn:oid:1.2.250.1.71.4.2.2.60001"
PI = {"coding": [{"system": "x", "code": "PI"}]}
DOCTOR = {
    "identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810999999989"},
    "display": "Dr TESSANDIER-FICTIF Marc",
}
PERSON = {
    "identifier": {"system": IPP, "type": PI, "value": "000123"},
    "display": "ABRICOTIER Capucine",
}


def appointment(**changes: Any) -> dict[str, Any]:
    """Its shape is not published; this is what STU3 and the words of the page make of it."""
    return {
        "resourceType": "Appointment",
        "id": "60001:APT-a1",
        "extension": [{"url": DATABASE, "valueString": OURS}],
        "identifier": [{"value": "RDV1"}],
        "status": "booked",
        "description": "Consultation de contrôle",
        "start": "2024-03-04T09:00:00+01:00",
        "end": "2024-03-04T09:30:00+01:00",
        "participant": [{"actor": DOCTOR}, {"actor": PERSON}],
        **changes,
    }


def read(*rows: dict[str, Any]) -> tuple[Appointment, ...]:
    return appointments(rows, OURS, TODAY)


def test_an_appointment_is_read_whole() -> None:
    assert read(appointment()) == (
        Appointment(
            id=AppointmentId("60001:APT-a1"),
            start=datetime(2024, 3, 4, 9, tzinfo=WINTER),
            end=datetime(2024, 3, 4, 9, 30, tzinfo=WINTER),
            status="booked",
            label="Consultation de contrôle",
            patient_number="000123",
            patient_name="ABRICOTIER Capucine",
            practitioner="Dr TESSANDIER-FICTIF Marc",
        ),
    )
    assert read_one(appointment(), OURS) == read(appointment())[0]


@pytest.mark.parametrize(
    ("actor", "number"),
    [
        ({"identifier": {"system": IPP, "value": "000123"}}, "000123"),
        ({"identifier": {"type": PI, "value": "000123"}}, "000123"),
        ({"type": "Patient", "identifier": {"value": "000123"}}, "000123"),
        ({"reference": "Patient/000123"}, "000123"),
        ({"reference": "https://x.example/fhir/v3/Patient/000123"}, "000123"),
        ({"reference": f"Patient?identifier={IPP}|000123"}, "000123"),
        ({"reference": f"Patient?identifier={IPP}%7C000123&x=y"}, "000123"),
        ({"reference": "Patient/9", "identifier": {"value": "000123"}}, "000123"),
        ({"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "28507"}}, "28507"),
        ({"display": "SALLE 3"}, ""),
        ({"identifier": {"system": f"{IPP}.1", "value": "4103"}, "display": "UNITÉ"}, ""),
        ({"identifier": {"system": "urn:oid:9.9", "value": "SALLE3"}}, ""),
        ({"reference": "Location/3"}, ""),
        ({"identifier": {"system": IPP, "type": {"coding": [{"code": "VN"}]}, "value": "S"}}, ""),
        ({"reference": "Patient"}, ""),
        (None, ""),
    ],
)
def test_a_patient_is_known_by_a_business_number_however_it_is_written(
    actor: Any, number: str
) -> None:
    (found,) = read(appointment(participant=[{"actor": DOCTOR}, {"actor": actor}]))
    assert found.patient_number == number
    assert found.practitioner == "Dr TESSANDIER-FICTIF Marc"


def test_nobody_is_taken_for_the_patient() -> None:
    (found,) = read(appointment(participant=[{"actor": DOCTOR}]))
    assert (found.patient_number, found.patient_name) == ("", "")
    (found,) = read(appointment(participant=None))
    assert (found.patient_number, found.practitioner) == ("", "")


def test_a_practitioner_without_a_name_is_a_number() -> None:
    for actor in (
        {"identifier": {"system": "https://rpps.esante.gouv.fr", "value": "1"}},
        {"identifier": {"type": {"coding": [{"code": "ADELI"}]}, "value": "1"}},
        {"reference": "Practitioner/1"},
    ):
        (found,) = read(appointment(participant=[{"actor": actor}]))
        assert (found.practitioner, found.patient_number) == ("1", "")


def test_a_participant_without_a_number_is_what_they_take_part_as() -> None:
    attending = {"coding": [{"system": "x", "code": "ATND"}]}
    subject = {"coding": [{"code": "SBJ"}]}
    (found,) = read(
        appointment(
            participant=[
                {"type": [attending], "actor": {"display": "INTERNE-FICTIF Camille"}},
                {"type": subject, "actor": {"display": "EXTERNE-FICTIF Ada"}},
            ]
        )
    )
    assert (found.practitioner, found.patient_name) == (
        "INTERNE-FICTIF Camille",
        "EXTERNE-FICTIF Ada",
    )


def test_who_is_surely_the_patient_comes_before_who_may_be() -> None:
    room = {"identifier": {"system": IPP, "value": "SALLE3"}, "display": "SALLE 3"}
    (found,) = read(appointment(participant=[{"actor": room}, {"actor": PERSON}]))
    assert found.patient_number == "000123"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"appointmentType": {"text": "Suivi"}}, "Suivi"),
        ({"serviceType": [{"coding": [{"code": "x", "display": "Cardiologie"}]}]}, "Cardiologie"),
        ({"specialty": {"coding": {"code": "SM04"}}}, "SM04"),
        ({"reason": [{"text": "Douleur"}]}, "Douleur"),
        ({"reasonCode": [{"text": "Douleur"}]}, "Douleur"),
        ({}, ""),
    ],
)
def test_what_it_is_for_is_shown_as_far_as_it_is_said(changes: Any, label: str) -> None:
    (found,) = read(appointment(**{"description": None, **changes}))
    assert found.label == label


def test_they_come_in_the_order_of_the_day_and_of_no_other() -> None:
    rows = [
        appointment(id="undated", start=None),
        appointment(id="ten", start="2024-03-04T10:00:00+01:00"),
        appointment(id="nine", start="2024-03-04T08:00:00Z"),
        appointment(id="tomorrow", start="2024-03-06T10:00:00+01:00"),
        appointment(id="late", start="2024-03-04T23:30:00-11:00"),
        appointment(id="mistake", status="entered-in-error"),
        appointment(id=None),
        appointment(id="theirs", extension=[{"url": DATABASE, "valueString": "Other"}]),
    ]
    assert [one.id for one in read(*rows)] == ["nine", "ten", "late", "undated"]


def test_what_is_no_appointment_of_ours_is_refused_by_name() -> None:
    for change in ({"resourceType": "Slot"}, {"id": ""}):
        with pytest.raises(Malformed):
            read_one(appointment(**change), OURS)
    with pytest.raises(NotAllowed):
        read_one(appointment(), "Another")


def test_a_moment_without_a_zone_is_one_of_here() -> None:
    (found,) = read(appointment(start="2024-03-04T10:00:00"))
    assert found.start is not None
    assert found.start.astimezone(UTC) == datetime(2024, 3, 4, 10).astimezone().astimezone(UTC)


@given(JSON)
def test_any_json_is_read_without_harm(value: Any) -> None:
    odd = dict.fromkeys(("participant", "start", "end", "status", "reason", "subject"), value)
    read(appointment(**odd), appointment(participant=[{"actor": value}]))
    for name in ("identifier", "reference", "display", "type"):
        read(appointment(participant=[{"actor": {**PERSON, name: value}}]))
