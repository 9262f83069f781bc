from datetime import date
from typing import Any

import pytest
from hypothesis import given

from desktop_app.domain.errors import NotOffered
from desktop_app.domain.people import Coverage, PatientId
from desktop_app.fhir.lifen.coverages import coverages
from tests.fhir.conftest import HOME, OURS, Platform, lifen_over
from tests.fhir.lifen.conftest import page
from tests.fhir.test_answers import JSON

CAPUCINE = PatientId("70001")
NUMBER = "285079999990136"


def coverage(**changes: Any) -> dict[str, Any]:
    """As little as the platform's example shows: no id, and a number of the type ``NH``."""
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NH"}
    number = {
        "type": {"coding": [coding]},
        "system": "urn:oid:1.2.250.1.213.1.4.8",
        "value": NUMBER,
    }
    return {
        "resourceType": "Coverage",
        "identifier": [{"value": "another"}, number],
        "status": "active",
        "type": {"coding": [{"code": "RO", "display": "Régime obligatoire"}]},
        "beneficiary": {"reference": "Patient/70001"},
        "period": {"start": "2020-01-01", "end": "2023-12-31T23:00:00+01:00"},
        "payor": [{"reference": "Organization/1"}, {"display": "CPAM IMAGINAIRE"}],
        **changes,
    }


def read(*resources: dict[str, Any]) -> tuple[Coverage, ...]:
    return coverages({"entry": [{"resource": one} for one in resources]}, OURS, CAPUCINE)


def test_a_coverage_is_read_whole() -> None:
    assert read(coverage(), coverage()) == (
        Coverage(
            number=NUMBER,
            payer="CPAM IMAGINAIRE",
            label="Régime obligatoire",
            status="active",
            start=date(2020, 1, 1),
            end=date(2023, 12, 31),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "member", "value"),
    [
        ({"identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "1"}]}, "number", "1"),
        ({"identifier": {"value": "1"}}, "number", "1"),
        ({"identifier": None, "subscriberId": "1"}, "number", "1"),
        ({"identifier": None}, "number", ""),
        ({"payor": [{"identifier": {"value": "01"}}]}, "payer", "01"),
        ({"payor": {"display": "MUTUELLE"}}, "payer", "MUTUELLE"),
        ({"payor": None}, "payer", ""),
        ({"type": {"text": "Complémentaire"}}, "label", "Complémentaire"),
        ({"type": None, "grouping": {"planDisplay": "Plan"}}, "label", "Plan"),
        ({"type": None, "class": [{"name": "Plan"}]}, "label", "Plan"),
        ({"period": None}, "start", None),
        ({"period": {"start": "2020"}}, "start", None),
    ],
)
def test_what_is_not_said_is_empty_and_both_versions_are_read(
    changes: dict[str, Any], member: str, value: Any
) -> None:
    (found,) = read(coverage(**changes))
    assert getattr(found, member) == value


def test_somebody_else_s_and_another_hospital_s_are_left_out() -> None:
    database = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
    other = [{"url": database, "valueString": "Other"}]
    assert read(coverage(beneficiary={"reference": "Patient/2"}), coverage(extension=other)) == ()
    assert len(read(coverage(beneficiary=None))) == 1


async def test_one_beneficiary_is_asked_for_by_a_form() -> None:
    platform = Platform([page(coverage())])
    async with lifen_over(platform, "ramsay") as lifen:
        (found,) = await lifen.coverages(CAPUCINE)
    assert found.number == NUMBER
    assert platform.bodies == [b"beneficiary=Patient%2F70001"]
    assert str(platform.calls[0].url) == f"{HOME}/Coverage/_search"


async def test_an_empty_answer_has_neither_entries_nor_links() -> None:
    async with lifen_over(Platform([page(total=0)])) as lifen:
        assert await lifen.coverages(CAPUCINE) == ()


async def test_vivalto_is_never_asked_for_coverage() -> None:
    platform = Platform([page(coverage())])
    async with lifen_over(platform, "vivalto") as lifen:
        with pytest.raises(NotOffered):
            await lifen.coverages(CAPUCINE)
    assert not platform.calls


@given(JSON)
def test_any_json_is_read_without_harm(value: Any) -> None:
    coverages({"entry": value}, OURS, CAPUCINE)
    names = ("identifier", "type", "period", "payor", "grouping", "class", "subscriberId")
    for name in names:
        read(coverage(**{name: value}))
