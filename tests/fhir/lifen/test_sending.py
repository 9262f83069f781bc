import base64
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import FileTrouble, Incomplete
from desktop_app.domain.letters import LIMITS, Letter, Limits
from desktop_app.domain.people import Kind
from desktop_app.domain.typed import NOBODY
from desktop_app.fhir.lifen import sending
from desktop_app.fhir.lifen.body import PIECE, LetterBody
from desktop_app.fhir.lifen.sending import parameters
from tests.fhir.conftest import (
    ACCOUNT,
    PATIENT,
    PDF,
    STAY,
    TYPED,
    Shelf,
    document,
    letter,
    recipient,
)
from tests.fhir.lifen import strict

RPPS = "10999999971"
OTHER = "ines.coudrier@cabinet.mssante.example"


def mss_body(sent: Letter, shelf: Shelf, **changes: Any) -> LetterBody:
    return sending.mss_body(sent, shelf, replace(ACCOUNT, **changes))


async def whole(body: LetterBody) -> bytes:
    return b"".join([piece async for piece in body.pieces()])


async def test_the_body_is_the_documented_one() -> None:
    sent = letter(stay=STAY)
    body = json.loads(await whole(mss_body(sent, Shelf())))
    assert body == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subject", "valueReference": {"reference": "Patient/70001"}},
            {"name": "context", "valueReference": {"reference": "Encounter/80001"}},
            {
                "name": "recipients",
                "part": [
                    {
                        "name": "recipient",
                        "resource": {
                            "resourceType": "Practitioner",
                            "id": "90001",
                            "telecom": [
                                {
                                    "system": "email",
                                    "value": "marc.tessandier@cabinet.mssante.example",
                                    "use": "work",
                                }
                            ],
                        },
                    }
                ],
            },
            {
                "name": "payload",
                "part": [
                    {
                        "name": "document",
                        "resource": {
                            "resourceType": "DocumentReference",
                            "status": "current",
                            "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
                            "indexed": "2024-03-04T09:00:00+00:00",
                            "content": [
                                {
                                    "attachment": {
                                        "contentType": "application/pdf",
                                        "title": "CR de consultation",
                                        "data": base64.b64encode(PDF).decode(),
                                    }
                                }
                            ],
                        },
                    }
                ],
            },
        ],
    }


@given(
    contents=st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=4),
    piece=st.integers(1, 50),
    title=st.text(st.characters(exclude_categories=["Cs"])) | st.just('"data":""'),
)
async def test_the_stream_is_what_the_whole_would_be(
    contents: list[bytes], piece: int, title: str
) -> None:
    sent = letter(*contents, title=title)
    body = mss_body(sent, Shelf(*contents, piece=piece))
    raw = await whole(body)
    assert len(raw) == body.length
    expected: Any = parameters(sent, ACCOUNT)
    expected["parameter"][-1]["part"] = [
        json.loads(json.dumps(part)) for part in expected["parameter"][-1]["part"]
    ]
    for part, content in zip(expected["parameter"][-1]["part"], contents, strict=True):
        attachment = part["resource"]["content"][0]["attachment"]
        attachment["data"] = base64.b64encode(content).decode()
    assert json.loads(raw) == expected


async def test_pieces_are_small_and_the_last_one_is_worthless_without_the_others() -> None:
    content = PDF + bytes(3 * PIECE)
    pieces = [piece async for piece in mss_body(letter(content), Shelf(content)).pieces()]
    assert max(map(len, pieces)) <= PIECE * 4 // 3
    assert all(pieces)
    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(pieces[:-1]))


@pytest.mark.parametrize("size", [len(PDF) - 1, len(PDF) + 1, len(PDF) + 3])
async def test_a_document_of_another_size_is_found_out_before_the_end(size: int) -> None:
    changed = replace(document(PDF), size=size)
    shelf = Shelf()
    body = mss_body(letter(documents=(changed,)), shelf)
    pieces: list[bytes] = []

    async def read() -> None:
        async for piece in body.pieces():
            pieces.append(piece)  # noqa: PERF401 - what came before the failure is the point

    with pytest.raises(FileTrouble) as caught:
        await read()
    assert caught.value.kind == "changed"
    assert sum(map(len, pieces)) < body.length
    assert shelf.open == 0


async def test_a_body_that_is_given_up_closes_its_document() -> None:
    content = PDF + bytes(3 * PIECE)
    shelf = Shelf(content)
    pieces = mss_body(letter(content), shelf).pieces()
    for _ in range(2):
        await anext(pieces)
    assert shelf.open == 1
    await pieces.aclose()
    assert shelf.open == 0


async def test_a_file_s_name_stays_here() -> None:
    sent = letter(documents=(document(PDF, "Abricotier Capucine.pdf"),), title=" ")
    raw = await whole(mss_body(sent, Shelf()))
    assert b"Abricotier" not in raw
    assert b"title" not in raw


async def test_an_address_named_twice_is_written_to_once() -> None:
    twice = letter(recipients=(recipient(), recipient(OTHER, "90002"), recipient(OTHER.upper())))
    raw = await whole(mss_body(twice, Shelf()))
    assert len(re.findall(rb'"telecom"', raw)) == 2


async def test_a_structure_is_an_organization() -> None:
    one = recipient()
    structure = replace(one, correspondent=replace(one.correspondent, kind=Kind.ORGANIZATION))
    raw = await whole(mss_body(letter(recipients=(structure,)), Shelf()))
    assert b'{"resourceType":"Organization","id":"90001"' in raw


def strangers() -> tuple[Any, ...]:
    return tuple(recipient(f"d{number}@x.mssante.example", str(number)) for number in range(11))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"patient": None}, "patient"),
        ({"recipients": ()}, "recipients"),
        ({"recipients": strangers()}, "too_many_recipients"),
        ({"documents": ()}, "documents"),
        ({"documents": (document(PDF),) * 11}, "too_many_documents"),
        ({"documents": (replace(document(PDF), size=LIMITS.mailbox + 1),)}, "documents_too_large"),
        ({"recipients": (recipient("285079999990136@patient.mssante.fr"),)}, "address"),
        ({"recipients": (replace(recipient(), address="by.hand@x.example"),)}, "address"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_leaves(
    changes: dict[str, Any], what: str
) -> None:
    with pytest.raises(Incomplete) as caught:
        mss_body(letter(**changes), Shelf())
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("own", "profile", "said"),
    [(RPPS, "", RPPS), (None, RPPS, RPPS), (RPPS, "10999999963", RPPS), (None, "", None)],
)
async def test_who_answers_for_a_letter_is_named_by_number_alone(
    own: str | None, profile: str, said: str | None
) -> None:
    body = json.loads(await whole(mss_body(letter(sender=own), Shelf(), sender=profile)))
    named = {line["name"]: line for line in body["parameter"]}
    assert "sender" not in named
    assert named.get("sender-identifier") == (
        {"name": "sender-identifier", "valueString": said} if said else None
    )


@pytest.mark.parametrize("said", ["1099999997", f"8{RPPS}", "Dr Fictif", "1099999997٣"])
def test_a_sender_that_is_no_rpps_stops_the_letter(said: str) -> None:
    with pytest.raises(Incomplete) as caught:
        mss_body(letter(sender=said), Shelf())
    assert caught.value.what == "sender"


def test_the_limits_are_those_of_the_profile() -> None:
    small = Limits(mailbox=len(PDF) - 1)
    with pytest.raises(Incomplete) as caught:
        sending.mss_body(letter(), Shelf(), ACCOUNT, small)
    assert (caught.value.what, caught.value.limit) == ("documents_too_large", len(PDF) - 1)


def test_a_hospital_that_has_patients_wants_one_of_its_own() -> None:
    with pytest.raises(Incomplete) as caught:
        mss_body(letter(patient=replace(PATIENT, id=NOBODY)), Shelf())
    assert caught.value.what == "patient"


# Without the Patient API


async def test_an_identity_is_spelled_out_where_there_are_no_patients_to_refer_to() -> None:
    sent = letter(patient=replace(PATIENT, id=NOBODY), stay=STAY, sender=RPPS)
    body = json.loads(await whole(sending.mss_body(sent, Shelf(), TYPED)))
    assert [line["name"] for line in body["parameter"]] == [
        "detailed-subject",
        "managing-organization",
        "sender-identifier",
        "recipients",
        "payload",
    ]
    assert body["parameter"][0]["resource"]["resourceType"] == "Patient"
    assert body["parameter"][1]["valueReference"] == {"reference": "Organization/60001"}
    strict.check(body)


@pytest.mark.parametrize(
    ("own", "profile", "said"), [("60002", "60001", "60002"), (None, "60001", "60001")]
)
def test_the_hospital_is_that_of_the_identity_else_the_profile_s(
    own: str | None, profile: str, said: str
) -> None:
    sent = letter(patient=replace(PATIENT, organization=own))
    body = parameters(sent, replace(TYPED, organization=profile))
    assert body["parameter"][1]["valueReference"] == {"reference": f"Organization/{said}"}


def test_a_letter_that_no_hospital_issues_does_not_leave() -> None:
    with pytest.raises(Incomplete) as caught:
        parameters(letter(), replace(TYPED, organization=""))
    assert caught.value.what == "organization"


def test_an_identity_that_lacks_a_trait_does_not_leave() -> None:
    with pytest.raises(Incomplete) as caught:
        parameters(letter(patient=replace(PATIENT, birth_date=None)), TYPED)
    assert caught.value.what == "identity"


async def test_a_strict_reader_of_stu3_takes_every_body() -> None:
    one = recipient()
    structure = replace(one, correspondent=replace(one.correspondent, kind=Kind.ORGANIZATION))
    for sent in (
        letter(),
        letter(stay=STAY, sender=RPPS, title=""),
        letter(PDF, PDF + b"x", recipients=(recipient(OTHER, "90002"), structure)),
    ):
        shelf = Shelf(PDF, PDF + b"x")
        body = json.loads(await whole(mss_body(sent, shelf)))
        strict.check(body)
