from typing import Any

import pytest
from hypothesis import given

from desktop_app.domain.people import Kind
from desktop_app.fhir.lifen.directory import correspondents
from tests.fhir.test_answers import JSON

OID = "urn:oid:1.2.250.1.71.4.2.1"
RPPS = "10999999989"


def practitioner(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": "90001",
        "identifier": [{"system": OID, "value": f"8{RPPS}"}],
        "name": [
            {
                "use": "official",
                "family": "Tessandier-Fictif",
                "given": ["Marc"],
                "prefix": ["DR"],
            }
        ],
        "telecom": [
            {"id": "t1", "system": "email", "value": "marc@a.mssante.example", "use": "work"},
            {"id": "t1", "system": "email", "value": "marc@b.mssante.example", "rank": 1},
        ],
        "address": [
            {"line": ["1 RUE DU BAC A SABLE"], "city": "VILLEFICTIVE", "postalCode": "99001"}
        ],
        **changes,
    }


def one(**changes: Any) -> Any:
    (entry,) = correspondents({"entry": [{"resource": practitioner(**changes)}]})
    return entry


def mails(*telecom: Any) -> list[str]:
    return [mailbox.address for mailbox in one(telecom=list(telecom)).mailboxes]


def test_the_published_practitioner_is_read_whole() -> None:
    entry = one()
    assert (entry.id, entry.kind, entry.identifier) == ("90001", Kind.PRACTITIONER, RPPS)
    assert (entry.family, entry.given, entry.prefix) == ("Tessandier-Fictif", ("Marc",), "DR")
    assert entry.places[0].city == "VILLEFICTIVE"
    assert entry.places[0].lines == ("1 RUE DU BAC A SABLE",)


def test_mailboxes_come_by_rank_then_by_order() -> None:
    assert mails(
        {"system": "email", "value": "c@x.example"},
        {"system": "email", "value": "b@x.example", "rank": 2},
        {"system": "email", "value": "a@x.example", "rank": 1},
        {"system": "email", "value": "d@x.example", "rank": 0},
    ) == ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]


def test_an_address_is_offered_once_and_only_where_it_can_receive() -> None:
    assert mails(
        {"system": "email", "value": "a@x.example"},
        {"system": "EMAIL", "value": " A@X.example "},
        {"system": "phone", "value": "b@x.example"},
        {"system": "email", "value": "123456789012345@patient.mssante.fr"},
        {"system": "email", "value": "not an address"},
        {"system": "email", "value": "old@x.example", "use": "old"},
        {"system": "email"},
        {"value": "c@x.example"},
    ) == ["a@x.example"]


@pytest.mark.parametrize(
    ("system", "value", "shown"),
    [
        (OID, f"8{RPPS}", RPPS),
        (OID, RPPS, RPPS),
        ("https://rpps.esante.gouv.fr", RPPS, RPPS),
        ("http://lifen.fr/fhir/Identifier/practitioner-rpps", RPPS, RPPS),
        ("https://rpps.esante.gouv.fr", f"8{RPPS}", None),
        (OID, "0991234567", None),
        ("urn:oid:9.9", RPPS, None),
    ],
)
def test_an_rpps_is_shown_with_eleven_digits(system: str, value: str, shown: str | None) -> None:
    assert one(identifier=[{"system": system, "value": value}]).identifier == shown


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ([{"system": "urn:oid:1.2.250.1.71.4.2.2", "value": "1990000010"}], "990000010"),
        ([{"value": "990000028"}], "990000028"),
        ([{"value": "2a0000028"}], "2A0000028"),
        ([], None),
    ],
)
def test_a_structure_has_a_name_and_perhaps_a_finess(identifier: Any, shown: str | None) -> None:
    entry = one(resourceType="Organization", name="Clinique des Exemples", identifier=identifier)
    assert (entry.kind, entry.name) == (Kind.ORGANIZATION, "Clinique des Exemples")
    assert (entry.identifier, entry.family) == (shown, "")


def test_entries_without_an_id_and_entries_twice_are_left_out() -> None:
    entries = [
        {"resource": {"resourceType": "Practitioner"}},
        {"resource": {"resourceType": "Practitioner", "id": "1"}},
        {"resource": {"resourceType": "Practitioner", "id": "1"}},
        {"resource": {"resourceType": "Basic", "id": "2"}},
    ]
    assert [entry.id for entry in correspondents({"entry": entries})] == ["1"]


@given(JSON, JSON, JSON, JSON)
def test_any_member_of_an_entry_may_be_anything(a: Any, b: Any, c: Any, d: Any) -> None:
    for kind in ("Practitioner", "Organization"):
        entry = one(resourceType=kind, name=a, telecom=b, address=c, identifier=d)
        assert len({mailbox.address.casefold() for mailbox in entry.mailboxes}) == len(
            entry.mailboxes
        )
    correspondents({"entry": a})
