from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import PatientId, Stay, StayId
from desktop_app.fhir.lifen.stays import in_order, owner, stay, stays
from tests.fhir.conftest import OURS
from tests.fhir.test_answers import JSON

CAPUCINE = PatientId("70001")
WINTER = timezone(timedelta(hours=1))


def encounter(**changes: Any) -> dict[str, Any]:
    """As the platform's own example has it."""
    coding = {"system": "http://www.interopsante.org/fhir/…", "version": "3.0.1", "code": "VN"}
    database = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
    return {
        "resourceType": "Encounter",
        "id": "80001",
        "extension": [{"url": database, "valueString": OURS}],
        "identifier": [
            {"use": "official", "value": "OTHER"},
            {"use": "official", "type": {"coding": [coding]}, "value": "SEJ2024000777"},
        ],
        "status": "in-progress",
        "subject": {"reference": "Patient/70001"},
        "period": {"start": "2024-03-01T09:00:00+01:00"},
        "serviceProvider": {"reference": "Organization/60001"},
        **changes,
    }


def read(*rows: dict[str, Any]) -> tuple[Stay, ...]:
    return tuple(found for found, whose in stays(rows, OURS) if whose == CAPUCINE)


def test_the_documented_example_is_read_whole() -> None:
    assert read(encounter()) == (
        Stay(
            id=StayId("80001"),
            number="SEJ2024000777",
            status="in-progress",
            start=datetime(2024, 3, 1, 9, tzinfo=WINTER),
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"subject": {"reference": "Patient/70002"}},
        {"subject": None},
        {"status": "entered-in-error"},
        {"id": ""},
        {
            "extension": [
                {
                    "url": "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/"
                    "DatabaseReference",
                    "valueString": "Other",
                }
            ]
        },
    ],
)
def test_what_is_not_this_patient_s_stay_is_left_out(change: dict[str, Any]) -> None:
    assert read(encounter(**change)) == ()


def test_a_patient_is_known_by_an_absolute_reference_too() -> None:
    reference = {"reference": "https://elsewhere.example/fhir/v3/Patient/70001"}
    assert owner(encounter(subject=reference)) == CAPUCINE


def test_one_stay_is_read_or_refused_by_name() -> None:
    assert stay(encounter(), OURS) == read(encounter())[0]
    for change in ({"resourceType": "Patient"}, {"id": None}):
        with pytest.raises(Malformed):
            stay(encounter(**change), OURS)
    with pytest.raises(NotAllowed) as caught:
        stay(encounter(), "Another")
    assert caught.value.cause == "database_reference"


@pytest.mark.parametrize(
    ("kind", "provider", "label"),
    [
        (None, None, ""),
        ({"code": "EMER"}, None, "EMER"),
        ({"code": "EMER", "display": "Urgences"}, {"display": "CH"}, "Urgences · CH"),
        ([{"coding": [{"code": "IMP", "display": "Hospitalisation"}]}], None, "Hospitalisation"),
        ([{"text": "Séance"}], {"extension": [{"valueCode": "4101"}]}, "Séance · 4101"),
        (None, {"extension": [{"valueString": "CHIRURGIE"}], "display": "CH"}, "CHIRURGIE"),
        (None, {"extension": [{"valueReference": {"reference": "x"}}]}, ""),
    ],
)
def test_what_is_readable_of_kind_and_unit_is_shown(kind: Any, provider: Any, label: str) -> None:
    (found,) = read(encounter(**{"class": kind, "serviceProvider": provider}))
    assert found.label == label


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01T08:00:00.000Z", datetime(2024, 3, 1, 8, tzinfo=UTC)),
        ("2024-03-01T09:00+01:00", datetime(2024, 3, 1, 9, tzinfo=WINTER)),
        ("2024-03-01", datetime(2024, 3, 1).astimezone()),
        ("2024-03", None),
        ("2024-02-30", None),
        ("2024-03-01T25:00:00Z", None),
        ("yesterday", None),
        ("20240301", None),
        (12, None),
    ],
)
def test_a_beginning_is_a_moment_or_nothing(text: Any, moment: datetime | None) -> None:
    (found,) = read(encounter(period={"start": text}))
    assert found.start == moment
    assert found.start is None or found.start.tzinfo is not None


def test_stays_under_way_come_first_then_the_newest() -> None:
    def made(name: str, status: str, day: int | None) -> Stay:
        start = None if day is None else datetime(2024, 3, day, tzinfo=UTC)
        return Stay(id=StayId(name), status=status, start=start)

    found = [
        made("undated", "finished", None),
        made("old", "finished", 1),
        made("new", "planned", 20),
        made("now", "in-progress", 5),
        made("since", "in-progress", 2),
    ]
    assert [one.id for one in in_order(found)] == ["now", "since", "new", "old", "undated"]


@given(JSON)
def test_any_json_is_read_without_harm(value: Any) -> None:
    stays([value] if isinstance(value, dict) else [], OURS)
    odd = {"identifier": value, "period": value, "class": value, "serviceProvider": value}
    read(encounter(**odd), encounter(period={"start": value, "end": value}, status=value))
