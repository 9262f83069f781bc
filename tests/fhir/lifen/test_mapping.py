from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import AppError, Malformed, NotAllowed
from desktop_app.domain.people import Sex
from desktop_app.fhir.lifen import mapping
from tests.fhir.conftest import OURS
from tests.fhir.test_answers import JSON

DATABASE = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"
IPP_TYPES = "http://interopsante.org/fhir/valueset/fr-patient-identifier-type"
IPP_SYSTEM = "urn:oid:1.2.250.1.71.4.2.2.60001"
INS = "285079999990136"


def capucine(**changes: Any) -> dict[str, Any]:
    """The published skeleton, with the members of ``changes`` replaced (``None``: left out)."""
    resource = {
        "resourceType": "Patient",
        "id": "70001",
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/birthPlace",
                "valueAddress": {"city": "VILLEFICTIVE", "district": "99901", "country": "FRA"},
            },
            {"url": RELIABILITY, "valueCode": "QUALI"},
            {"url": DATABASE, "valueString": OURS},
        ],
        "identifier": [
            {
                "use": "official",
                "type": {"coding": [{"system": IPP_TYPES, "version": "1.0", "code": "PI"}]},
                "system": IPP_SYSTEM,
                "value": "IPP000123",
            },
            {
                "use": "official",
                "type": {"coding": [{"system": IPP_TYPES, "code": "INS-NIR"}]},
                "system": "urn:oid:1.2.250.1.213.1.4.10",
                "value": INS,
            },
        ],
        "name": [
            {"use": "maiden", "family": "ABRICOTIER", "given": ["CAPUCINE"]},
            {"use": "usual", "family": "DELORMEAU-SANDBOX", "given": ["CAPUCINE"]},
            {"use": "official", "family": "ABRICOTIER", "given": ["CAPUCINE"]},
        ],
        "gender": "female",
        "birthDate": "1985-07-14",
        "managingOrganization": {"reference": "Organization/60001"},
        **changes,
    }
    return {key: value for key, value in resource.items() if value is not None}


def read(**changes: Any) -> Any:
    return mapping.patient(capucine(**changes), OURS)


def test_the_published_patient_is_read_whole() -> None:
    patient = read()
    assert patient.id == "70001"
    assert (patient.birth_family, patient.used_family) == ("ABRICOTIER", "DELORMEAU-SANDBOX")
    assert patient.given == ("CAPUCINE",)
    assert (patient.sex, patient.birth_date) == (Sex.FEMALE, date(1985, 7, 14))
    assert (patient.birth_place, patient.birth_place_code) == ("VILLEFICTIVE", "99901")
    assert (patient.ipp, patient.ipp_system) == ("IPP000123", IPP_SYSTEM)
    assert (patient.ins, patient.ins_system) == (INS, "urn:oid:1.2.250.1.213.1.4.10")
    assert (patient.ins_qualified, patient.reliability) == (True, "QUALI")
    assert patient.organization == "60001"
    assert not patient.deceased


@pytest.mark.parametrize(
    ("names", "birth", "used"),
    [
        ([{"use": "official", "family": "A"}], "A", None),
        ([{"use": "official", "family": "A"}, {"use": "maiden", "family": "B"}], "B", None),
        ([{"use": "official", "family": "A"}, {"use": "usual", "family": "A"}], "A", None),
        ([{"use": "usual", "family": "A"}], "", "A"),
        ([{"family": "A"}], "A", None),
        ([{"use": "maiden"}, {"use": "official", "family": "A"}], "A", None),
        ([{"use": "old", "family": "A"}, {"use": "nickname", "family": "B"}], "", None),
        ({"use": "OFFICIAL", "family": ["DE", "A"]}, "DE A", None),
        (None, "", None),
    ],
)
def test_no_name_is_ever_inferred(names: Any, birth: str, used: str | None) -> None:
    patient = read(name=names)
    assert (patient.birth_family, patient.used_family) == (birth, used)


def test_all_first_names_are_kept_wherever_they_stand() -> None:
    names = [
        {"use": "maiden", "family": "A", "given": ["ZOÉ"]},
        {"use": "official", "family": "A", "given": ["ZOÉ", "ROSE-MARIE", " "]},
    ]
    assert read(name=names).given == ("ZOÉ", "ROSE-MARIE")
    assert read(name=[{"use": "usual", "given": "ZOÉ"}]).given == ("ZOÉ",)


@pytest.mark.parametrize("last", [8, 9, 10, 11])
def test_the_ins_is_known_by_its_system_alone(last: int) -> None:
    one = {"system": f"urn:oid:1.2.250.1.213.1.4.{last}", "value": INS}
    assert (
        read(identifier=[{"system": "urn:oid:1.2.250.1.213.1.4.2", "value": "9"}, one]).ins == INS
    )


@pytest.mark.parametrize(
    "identifier",
    [
        {"system": IPP_SYSTEM, "value": "1"},
        {"system": "urn:oid:9.9", "value": "1", "type": {"coding": [{"code": "PI"}]}},
        {"system": IPP_SYSTEM, "value": "1", "type": {"coding": [{"code": "VN"}]}},
        {"system": IPP_SYSTEM, "value": "1", "use": "old", "type": {"coding": [{"code": "PI"}]}},
    ],
)
def test_the_ipp_needs_its_type_and_its_system(identifier: dict[str, Any]) -> None:
    assert read(identifier=[identifier]).ipp is None


@pytest.mark.parametrize(
    ("code", "qualified"), [("QUALI", True), ("VALI", False), ("FICT", False), (None, False)]
)
def test_only_quali_is_qualified(code: str | None, *, qualified: bool) -> None:
    extension = [] if code is None else [{"url": RELIABILITY, "valueCode": code}]
    patient = read(extension=extension)
    assert (patient.ins_qualified, patient.reliability) == (qualified, code)


def test_the_birth_place_is_read_in_both_spellings() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
    extension = [{"url": url, "valueAddress": {"city": "BOURG-ESSAI", "district": "2a004"}}]
    patient = read(extension=extension)
    assert (patient.birth_place, patient.birth_place_code) == ("BOURG-ESSAI", "2A004")


@pytest.mark.parametrize("district", ["VILLEFICTIVE", "9990", "999011", "", None, 99901.5])
def test_only_an_insee_code_is_the_code_of_a_place(district: Any) -> None:
    url = "http://hl7.org/fhir/StructureDefinition/birthPlace"
    extension = [{"url": url, "valueAddress": {"city": "BOURG-ESSAI", "district": district}}]
    patient = read(extension=extension)
    assert (patient.birth_place, patient.birth_place_code) == ("BOURG-ESSAI", None)


@pytest.mark.parametrize(
    ("reference", "organization"),
    [
        ("Organization/60001", "60001"),
        ("https://elsewhere.example/fhir/v3/Organization/60001", "60001"),
        ("Patient/60001", None),
        ("", None),
        (None, None),
    ],
)
def test_the_hospital_of_an_identity_is_read_without_its_host(
    reference: Any, organization: str | None
) -> None:
    assert read(managingOrganization={"reference": reference}).organization == organization


@pytest.mark.parametrize(
    ("member", "deceased"),
    [
        ({"deceasedDateTime": "2024-01-17T00:00:00+01:00"}, True),
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": "true"}, False),
        ({}, False),
    ],
)
def test_a_death_is_told_by_a_date_or_a_yes(member: dict[str, Any], *, deceased: bool) -> None:
    assert read(**member).deceased is deceased


@pytest.mark.parametrize("born", ["1985", "1985-07", "1985-02-30", "14/07/1985", "", None, 1985])
def test_a_birth_date_that_is_not_whole_is_none(born: Any) -> None:
    assert read(birthDate=born).birth_date is None


def test_another_hospital_s_patient_is_refused_and_left_out() -> None:
    stranger = capucine(id="2", extension=[{"url": DATABASE, "valueString": "Other"}])
    silent = capucine(id="3", extension=[])
    bundle = {"entry": [{"resource": one} for one in (capucine(), stranger, silent)]}
    assert [one.id for one in mapping.patients(bundle, OURS)] == ["70001", "3"]
    with pytest.raises(NotAllowed) as caught:
        mapping.patient(stranger, OURS)
    assert caught.value.cause == "database_reference"


@pytest.mark.parametrize("resource", [{}, {"resourceType": "Group"}, capucine(id=None)])
def test_what_is_no_patient_is_malformed(resource: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        mapping.patient(resource, OURS)


def test_a_bundle_may_lack_entries_and_hold_other_things() -> None:
    assert mapping.patients({"resourceType": "Bundle"}, OURS) == ()
    outcome = {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}
    bundle = {"entry": [outcome, {"resource": capucine()}, {}, None, {"resource": capucine()}]}
    assert [one.id for one in mapping.patients(bundle, OURS)] == ["70001"]


@pytest.mark.parametrize(
    ("change", "current"),
    [
        ({}, True),
        ({"active": True}, True),
        ({"active": False}, False),
        ({"link": [{"type": "replace"}]}, False),
        ({"link": [{"type": "replaced-by"}]}, False),
        ({"link": [{"type": "seealso"}]}, True),
    ],
)
def test_a_merged_record_is_no_longer_current(change: dict[str, Any], *, current: bool) -> None:
    assert mapping.is_current(capucine(**change)) is current


@given(JSON)
def test_any_json_is_read_or_refused_by_name(value: Any) -> None:
    resource = value if isinstance(value, dict) else {"entry": value}
    mapping.patients(resource, OURS)
    mapping.is_current(resource)


@given(st.data())
def test_any_member_of_a_patient_may_be_anything(data: st.DataObject) -> None:
    resource = deepcopy(capucine())
    for name in data.draw(st.lists(st.sampled_from(sorted(resource)), min_size=1, max_size=4)):
        resource[name] = data.draw(JSON)
    for name in ("identifier", "name", "extension"):
        if isinstance(resource[name], list) and resource[name]:
            one = resource[name][0]
            if isinstance(one, dict) and one:
                one[data.draw(st.sampled_from(sorted(one)))] = data.draw(JSON)
    try:
        patient = mapping.patient(resource, OURS)
    except AppError:
        return
    assert patient.id
    assert patient.birth_date is None or isinstance(patient.birth_date, date)
