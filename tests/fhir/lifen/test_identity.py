from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.people import Patient, PatientId, Sex
from desktop_app.fhir.lifen.identity import detailed
from tests.fhir.lifen import strict

TYPED = Patient(
    id=PatientId(""),
    birth_family="ABRICOTIER",
    used_family="DELORMEAU-SANDBOX",
    given=("CAPUCINE", "ROSE"),
    sex=Sex.FEMALE,
    birth_date=date(1985, 7, 14),
    ipp="IPP000123",
)
QUALIFIED = replace(
    TYPED, ipp=None, ins="285079999990136", ins_qualified=True, birth_place_code="99901"
)
INS = "urn:oid:1.2.250.1.213.1.4."
IPP = "urn:oid:1.2.250.1.71.4.2.2."


def spelled(patient: Patient, organization: str = "60001", *, real: bool = True) -> Any:
    body = detailed(patient, organization, real=real)
    strict.check(body)
    return body


def test_an_ipp_goes_with_the_name_in_use() -> None:
    body = spelled(TYPED)
    assert body["name"] == [
        {"use": "maiden", "family": "ABRICOTIER", "given": ["CAPUCINE", "ROSE"]},
        {"use": "usual", "family": "DELORMEAU-SANDBOX", "given": ["CAPUCINE", "ROSE"]},
    ]
    (identifier,) = body["identifier"]
    assert (identifier["system"], identifier["value"]) == (f"{IPP}60001", "IPP000123")
    assert (body["gender"], body["birthDate"]) == ("female", "1985-07-14")
    assert "extension" not in body


def test_a_qualified_ins_comes_first_and_goes_with_name_and_place_of_birth() -> None:
    body = spelled(replace(QUALIFIED, ipp="IPP000123", birth_place="VILLEFICTIVE"))
    assert [one["system"] for one in body["identifier"]] == [f"{INS}8", f"{IPP}60001"]
    assert body["name"][0]["use"] == "maiden"
    assert body["extension"] == [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/birthPlace",
            "valueAddress": {"district": "99901", "city": "VILLEFICTIVE"},
        }
    ]


def test_the_name_in_use_is_open_beside_a_qualified_ins() -> None:
    body = spelled(replace(QUALIFIED, used_family=None))
    assert [name["use"] for name in body["name"]] == ["maiden"]


@pytest.mark.parametrize(
    ("ins", "system", "real", "said"),
    [
        ("285079999990136", None, True, f"{INS}8"),
        ("788069999900138", None, True, f"{INS}9"),
        ("892099999900233", None, True, f"{INS}9"),
        ("285079999990136", None, False, f"{INS}10"),
        ("285079999990136", f"{INS}11", True, f"{INS}11"),
    ],
)
def test_an_ins_says_its_system(ins: str, system: str | None, said: str, *, real: bool) -> None:
    body = spelled(replace(QUALIFIED, ins=ins, ins_system=system), real=real)
    assert body["identifier"] == [{"use": "official", "system": said, "value": ins}]


def test_an_ins_that_is_not_qualified_stays_here() -> None:
    body = spelled(replace(TYPED, ins="285079999990136"))
    assert [one["value"] for one in body["identifier"]] == ["IPP000123"]


@pytest.mark.parametrize(
    ("organization", "system", "said"),
    [
        ("60001", "urn:oid:1.2.3", "urn:oid:1.2.3"),
        ("60001", None, f"{IPP}60001"),
        ("ch-a", None, None),
    ],
)
def test_an_ipp_says_its_system_where_one_is_known(
    organization: str, system: str | None, said: str | None
) -> None:
    body = spelled(replace(TYPED, ipp_system=system), organization)
    assert body["identifier"][0].get("system") == said


@pytest.mark.parametrize(
    ("known", "change"),
    [
        (TYPED, {"ipp": None}),
        (TYPED, {"used_family": None}),
        (TYPED, {"given": ()}),
        (TYPED, {"birth_date": None}),
        (TYPED, {"sex": Sex.UNKNOWN}),
        (TYPED, {"ipp": None, "ins": "285079999990136"}),
        (QUALIFIED, {"birth_family": ""}),
        (QUALIFIED, {"given": ()}),
        (QUALIFIED, {"birth_date": None}),
        (QUALIFIED, {"birth_place_code": None}),
        (QUALIFIED, {"sex": Sex.UNKNOWN}),
    ],
)
def test_a_trait_that_nobody_said_is_missing(known: Patient, change: dict[str, Any]) -> None:
    with pytest.raises(Incomplete) as caught:
        detailed(replace(known, **change), "60001", real=True)
    assert caught.value.what == "identity"


NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=20)


@given(
    birth=st.none() | NAMES,
    used=st.none() | NAMES,
    given_names=st.lists(NAMES, max_size=3),
    born=st.none() | st.dates(date(1880, 1, 1), date(2030, 1, 1)),
    sex=st.sampled_from(Sex),
    numbers=st.tuples(st.none() | NAMES, st.none() | NAMES, st.booleans()),
)
def test_any_identity_is_one_of_stu3_or_incomplete(
    birth: str | None,
    used: str | None,
    given_names: list[str],
    born: date | None,
    sex: Sex,
    numbers: tuple[str | None, str | None, bool],
) -> None:
    patient = Patient(
        id=PatientId(""),
        birth_family=birth or "",
        used_family=used,
        given=tuple(given_names),
        sex=sex,
        birth_date=born,
        birth_place_code="99901",
        ipp=numbers[0],
        ins=numbers[1],
        ins_qualified=numbers[2],
    )
    try:
        body = detailed(patient, "60001", real=False)
    except Incomplete:
        return
    strict.check(body)
    assert body["identifier"]
