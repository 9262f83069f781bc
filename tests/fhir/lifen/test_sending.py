import base64
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.STU3.documentreference import DocumentReference
from fhir.resources.STU3.parameters import Parameters
from fhir.resources.STU3.practitioner import Practitioner
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import FileTrouble, Incomplete
from desktop_app.domain.letters import MAX_BYTES
from desktop_app.domain.people import Kind
from desktop_app.fhir.lifen.body import PIECE, LetterBody
from desktop_app.fhir.lifen.sending import mss_body, parameters
from tests.fhir.conftest import PDF, Shelf, document, letter, recipient

OTHER = "ines.coudrier@cabinet.mssante.example"


async def whole(body: LetterBody) -> bytes:
    return b"".join([piece async for piece in body.pieces()])


async def test_the_body_is_the_documented_one() -> None:
    sent = letter(stay="80001")
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
    expected: Any = parameters(sent)
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
        ({"documents": (replace(document(PDF), size=MAX_BYTES + 1),)}, "documents_too_large"),
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


async def test_a_strict_reader_of_stu3_takes_the_body() -> None:
    body = json.loads(await whole(mss_body(letter(stay="80001"), Shelf())))
    Practitioner.model_validate(body["parameter"][2]["part"][0]["resource"])
    resource = body["parameter"][3]["part"][0]["resource"]
    # STU3 also wants ``indexed``, which the platform's own examples leave out
    DocumentReference.model_validate({**resource, "indexed": "2024-03-04T09:00:00+01:00"})
    resource["indexed"] = "2024-03-04T09:00:00+01:00"
    read = Parameters.model_validate(body)
    assert [parameter.name for parameter in read.parameter or ()] == [
        "subject",
        "context",
        "recipients",
        "payload",
    ]
