import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from desktop_app.domain.errors import (
    AppError,
    Changed,
    FileTrouble,
    Incomplete,
    InDoubt,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Unreachable,
)
from desktop_app.domain.letters import LIMITS, Target
from desktop_app.domain.sending import DeliveryState
from desktop_app.domain.typed import NOBODY
from tests.fhir.conftest import (
    HOME,
    PATIENT,
    PDF,
    STAY,
    Mark,
    Platform,
    Shelf,
    document,
    letter,
    lifen_over,
)
from tests.fhir.lifen import strict
from tests.fhir.lifen.conftest import current, encounter
from tests.fhir.lifen.test_record import told

INSURED = replace(PATIENT, ins="285079999990136", ins_qualified=True)
MADE = {"Binary": "95001", "DocumentReference": "96001", "CommunicationRequest": "97001"}
RPPS = "10999999971"


def made(kind: str, identity: str = "") -> httpx.Response:
    where = f"https://elsewhere.example/fhir/v3/{kind}/{identity or MADE[kind]}/_history/1"
    return httpx.Response(201, headers={"location": where})


def platform(**answers: Any) -> Platform:
    """Each kind of call answered as documented, or as told."""

    def answer(request: httpx.Request) -> Any:
        kind = next(one for one in (*MADE, "Patient", "Encounter") if one in request.url.path)
        known = {"Patient": current(), "Encounter": encounter()}
        said = answers.get(kind) or known.get(kind) or made(kind)
        if isinstance(said, Exception):
            raise said
        return said

    return Platform([answer])


def posts(asked: Platform) -> list[str]:
    return [call.url.path.rpartition("/")[2] for call in asked.calls if call.method == "POST"]


def bodies(asked: Platform) -> dict[str, Any]:
    sent = [body for body in asked.bodies if body]
    read = [orjson.loads(body) for body in sent]
    return {one["resourceType"]: one for one in read}


async def test_the_three_steps_are_the_documented_ones() -> None:
    asked, mark = platform(), Mark()
    async with lifen_over(asked) as lifen:
        sent = letter(patient=INSURED, stay=STAY, sender=RPPS)
        assert await lifen.dmp.deliver(sent, Shelf(), mark) == (
            "based-on=CommunicationRequest/97001"
        )
    assert [f"{call.method} {call.url}" for call in asked.calls] == [
        f"GET {HOME}/Patient/70001",
        f"GET {HOME}/Encounter/80001",
        f"POST {HOME}/Binary",
        f"POST {HOME}/DocumentReference",
        f"POST {HOME}/CommunicationRequest",
    ]
    assert (mark.passed, mark.steps) == (1, {"binary": "95001", "document": "96001"})
    said = bodies(asked)
    assert said["Binary"] == {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "content": base64.b64encode(PDF).decode(),
    }
    attachment = {
        "contentType": "application/pdf",
        "title": "CR de consultation",
        "url": "Binary/95001",
    }
    assert said["DocumentReference"] == {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "indexed": "2024-03-04T09:00:00+00:00",
        "subject": {"reference": "Patient/70001"},
        "content": [{"attachment": attachment}],
        "context": {"encounter": {"reference": "Encounter/80001"}},
    }
    agent = {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{RPPS}"}
    mode = {"system": "http://lifen.fr/fhir/tag/processing/mode", "code": "IMMEDIATE_MODE"}
    assert said["CommunicationRequest"] == {
        "resourceType": "CommunicationRequest",
        "meta": {"tag": [mode]},
        "status": "active",
        "subject": {"reference": "Patient/70001"},
        "context": {"reference": "Encounter/80001"},
        "recipient": [{"reference": "Organization/60099"}],
        "payload": [{"contentReference": {"reference": "DocumentReference/96001"}}],
        "requester": {"agent": {"identifier": agent}},
    }
    for body in said.values():
        strict.check(body)


async def test_what_is_not_known_is_not_said() -> None:
    asked = platform()
    async with lifen_over(asked) as lifen:
        await lifen.dmp.deliver(letter(patient=INSURED, title=" "), Shelf(), Mark())
    said = bodies(asked)
    assert "context" not in {**said["DocumentReference"], **said["CommunicationRequest"]}
    assert "requester" not in said["CommunicationRequest"]
    assert "title" not in said["DocumentReference"]["content"][0]["attachment"]
    for body in said.values():
        strict.check(body)


@pytest.mark.parametrize(
    ("steps", "done"),
    [
        ({"binary": "5"}, ["DocumentReference", "CommunicationRequest"]),
        ({"binary": "5", "document": "6"}, ["CommunicationRequest"]),
    ],
)
async def test_a_step_that_is_over_is_not_done_again(
    steps: dict[str, str], done: list[str]
) -> None:
    asked, mark = platform(), Mark(steps=dict(steps))
    async with lifen_over(asked) as lifen:
        await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), mark)
    assert posts(asked) == done
    assert "GET" in {call.method for call in asked.calls}  # the patient is read again each time
    said = bodies(asked)
    if "DocumentReference" in said:
        assert said["DocumentReference"]["content"][0]["attachment"]["url"] == "Binary/5"
    reference = said["CommunicationRequest"]["payload"][0]["contentReference"]["reference"]
    assert reference == f"DocumentReference/{steps.get('document', '96001')}"


FAILURES: list[tuple[Any, type[AppError], type[AppError]]] = [
    (httpx.Response(401), StaleToken, StaleToken),
    (httpx.Response(403), NotAllowed, NotAllowed),
    (httpx.Response(404), Refused, Refused),
    (httpx.Response(422), Refused, Refused),
    (httpx.Response(501), NotOffered, NotOffered),
    (httpx.Response(500), ServerTrouble, InDoubt),
    (httpx.Response(201), Malformed, InDoubt),
    (httpx.Response(201, json={"resourceType": "OperationOutcome"}), Malformed, InDoubt),
    (httpx.Response(201, headers={"location": "https://x/Patient/1"}), Malformed, InDoubt),
    (httpx.ReadError("cut"), Unreachable, InDoubt),
]


@pytest.mark.parametrize(("answer", "before", "last"), FAILURES)
@pytest.mark.parametrize("kind", list(MADE))
async def test_a_step_that_fails_leaves_what_was_done_and_doubt_only_at_the_end(
    kind: str, answer: Any, before: type[AppError], last: type[AppError]
) -> None:
    mark = Mark()
    async with lifen_over(platform(**{kind: answer})) as lifen:
        with pytest.raises(last if kind == "CommunicationRequest" else before):
            await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), mark)
        kept = {"Binary": [], "DocumentReference": ["binary"]}.get(kind, ["binary", "document"])
        assert list(mark.steps) == kept
    asked = platform()
    async with lifen_over(asked) as lifen:  # another run of the program goes on from there
        await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), Mark(steps=mark.steps))
    assert posts(asked) == list(MADE)[len(kept) :]


async def test_a_mark_that_cannot_be_written_keeps_the_request_here() -> None:
    asked = platform()
    async with lifen_over(asked) as lifen:
        mark = Mark(failure=StoreTrouble("full"))
        with pytest.raises(StoreTrouble):
            await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), mark)
    assert "CommunicationRequest" not in bodies(asked)


async def test_an_answer_may_hold_the_thing_itself() -> None:
    answers = {
        kind: httpx.Response(201, json={"resourceType": kind, "id": one})
        for kind, one in MADE.items()
    }
    mark = Mark()
    async with lifen_over(platform(**answers)) as lifen:
        said = await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), mark)
    assert (said, mark.steps["binary"]) == ("based-on=CommunicationRequest/97001", "95001")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"patient": None}, "patient"),
        ({"patient": replace(INSURED, id=NOBODY)}, "patient"),
        ({"patient": PATIENT}, "ins"),
        ({"patient": replace(INSURED, ins_qualified=False)}, "ins"),
        ({"patient": replace(INSURED, ins=None)}, "ins"),
        ({"documents": ()}, "documents"),
        ({"documents": (document(PDF),) * 2}, "one_document"),
        ({"documents": (replace(document(PDF), size=LIMITS.record + 1),)}, "record_too_large"),
        ({"sender": "8"}, "sender"),
    ],
)
async def test_what_the_dmp_cannot_take_is_said_before_anything_is_asked(
    changes: dict[str, Any], what: str
) -> None:
    asked, mark = platform(), Mark()
    async with lifen_over(asked) as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.dmp.deliver(letter(**{"patient": INSURED, **changes}), Shelf(), mark)
    assert caught.value.what == what
    assert (asked.calls, mark.passed) == ([], 0)


async def test_a_hospital_whose_contract_names_none_has_none() -> None:
    asked = platform()
    async with lifen_over(asked, dmp="") as lifen:
        with pytest.raises(NotOffered):
            await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), Mark())
    assert not asked.calls


async def test_a_patient_who_changed_stops_the_deposit_before_its_first_step() -> None:
    asked, mark = platform(Patient=current(birthDate="1985-07-15")), Mark()
    async with lifen_over(asked) as lifen:
        with pytest.raises(Changed):
            await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), mark)
    assert (posts(asked), mark.steps) == ([], {})


@pytest.mark.parametrize("lost", ["reliability", "number"])
async def test_an_ins_that_is_not_qualified_any_more_stops_the_deposit(lost: str) -> None:
    now = orjson.loads(current().content)
    now["extension" if lost == "reliability" else "identifier"].pop(1)
    asked = platform(Patient=httpx.Response(200, json=now))
    async with lifen_over(asked) as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.dmp.deliver(letter(patient=INSURED), Shelf(), Mark())
    assert caught.value.what == "ins"
    assert posts(asked) == []


async def test_a_document_that_changed_is_found_out_before_its_end() -> None:
    changed = replace(document(PDF), size=len(PDF) + 1)
    mark = Mark()
    async with lifen_over(platform()) as lifen:
        sent = letter(patient=INSURED, documents=(changed,))
        with pytest.raises(FileTrouble):
            await lifen.dmp.deliver(sent, Shelf(), mark)
    assert mark.steps == {}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("completed", DeliveryState.DELIVERED),
        ("entered-in-error", DeliveryState.FAILED),
        ("in-progress", DeliveryState.PENDING),
    ],
)
async def test_the_deposit_is_followed_by_its_request(status: str, state: DeliveryState) -> None:
    asked = Platform([told({"status": status})])
    async with lifen_over(asked) as lifen:
        (delivery,) = await lifen.dmp.track("based-on=CommunicationRequest/97001")
    assert (delivery.address, delivery.state) == (Target.DMP.value, state)
    assert str(asked.calls[0].url) == (
        f"{HOME}/Communication?based-on=CommunicationRequest%2F97001"
        "&_elements=status%2CnotDoneReason"
    )


async def test_the_bodies_are_json_that_anybody_reads() -> None:
    asked = platform()
    async with lifen_over(asked) as lifen:
        await lifen.dmp.deliver(letter(patient=INSURED, title='"é"'), Shelf(), Mark())
    assert all(json.loads(body) for body in asked.bodies if body)
