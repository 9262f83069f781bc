import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.STU3.bundle import Bundle

from desktop_app.sandbox import deposits
from desktop_app.sandbox.lifen import LifenSandbox, RecordTracking
from desktop_app.sandbox.world import World
from tests.sandbox.conftest import BASE, Caller, HandClock
from tests.sandbox.test_sending import PDF, letter

Json = dict[str, Any]
DMP = "Organization/60099"


def binary(data: bytes = PDF) -> Json:
    content = base64.b64encode(data).decode()
    return {"resourceType": "Binary", "contentType": "application/pdf", "content": content}


def document(url: str, patient: str = "70001") -> Json:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "indexed": "2024-03-04T09:00:00+01:00",
        "content": [
            {"attachment": {"contentType": "application/pdf", "url": url, "title": "Essai"}}
        ],
    }


def request(reference: str, patient: str = "70001") -> Json:
    return {
        "resourceType": "CommunicationRequest",
        "status": "active",
        "subject": {"reference": f"Patient/{patient}"},
        "sender": {"reference": "Practitioner/90002"},
        "recipient": [{"reference": DMP}],
        "payload": [{"contentReference": {"reference": reference}}],
    }


async def create(caller: Caller, resource: Json, prefer: str = "") -> httpx.Response:
    headers = {**caller.headers, "Content-Type": "application/fhir+json"}
    if prefer:
        headers["Prefer"] = prefer
    return await caller.client.post(
        f"{BASE}/{resource['resourceType']}", json=resource, headers=headers
    )


def reference(answer: httpx.Response) -> str:
    """``Type/id`` of what was created, as ``Location`` says it."""
    assert answer.status_code == 201, answer.json()
    kind, name, history, version = answer.headers["location"].rsplit("/", 3)
    assert (history, version) == ("_history", "1")
    return f"{kind.rpartition('/')[2]}/{name}"


async def uploaded(caller: Caller, data: bytes = PDF) -> str:
    return reference(await create(caller, binary(data)))


async def described(caller: Caller, patient: str = "70001") -> str:
    return reference(await create(caller, document(await uploaded(caller), patient)))


async def deposited(caller: Caller, patient: str = "70001") -> str:
    return reference(await create(caller, request(await described(caller, patient), patient)))


async def told(caller: Caller, deposit: str, tail: str = "") -> Json:
    bundle = (await caller.get(f"Communication?based-on={deposit}{tail}")).json()
    (entry,) = bundle["entry"]
    return dict(entry["resource"])


async def ledger(caller: Caller) -> Json:
    return dict((await caller.client.get("http://127.0.0.1/_ledger")).json())


async def test_only_the_last_step_sends_anything(caller: Caller, sandbox: LifenSandbox) -> None:
    written = await described(caller)
    assert sandbox.ledger == []
    assert (await ledger(caller))["binaries"] == {"count": 1, "orphans": 1}
    deposit = reference(await create(caller, request(written)))
    (accepted,) = sandbox.ledger
    assert f"CommunicationRequest/{accepted.transaction_id}" == deposit
    assert (accepted.target, accepted.patient, accepted.recipients) == ("dmp", "70001", ())
    assert accepted.sender == "Practitioner/90002"
    (kept,) = accepted.documents
    assert (kept.sha256, kept.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert (kept.type_code, kept.title) == ("11488-4", "Essai")
    assert (await ledger(caller))["binaries"] == {"count": 1, "orphans": 0}


async def test_the_same_document_uploaded_twice_leaves_an_orphan(caller: Caller) -> None:
    await uploaded(caller)
    await deposited(caller)
    assert (await ledger(caller))["binaries"] == {"count": 2, "orphans": 1}


@pytest.mark.parametrize("resource", ["binary", "document", "request"])
async def test_prefer_decides_what_comes_back(caller: Caller, resource: str) -> None:
    body = {
        "binary": binary(),
        "document": document(await uploaded(caller)),
        "request": request(await described(caller)),
    }[resource]
    name = reference(whole := await create(caller, body, "respond-async, return=representation"))
    assert whole.json() == {**body, "id": name.rpartition("/")[2], "meta": {"versionId": "1"}}
    least = await create(caller, body, "return=minimal")
    assert reference(least) != name
    assert least.content == b""
    for prefer in ("", "return=OperationOutcome", "handling=strict"):
        said = await create(caller, body, prefer)
        assert reference(said)
        assert said.json()["issue"][0]["severity"] == "information"


Change = Callable[[Json], object]


def attachment(body: Json) -> Json:
    found: Json = body["content"][0]["attachment"]
    return found


BINARIES: dict[str, tuple[Change, str]] = {
    "R4's data": (lambda body: body.update(data=body.pop("content")), "data"),
    "no content": (lambda body: body.pop("content"), "content"),
    "not base64": (lambda body: body.update(content="JVBE*w=="), "content"),
    "not a PDF": (lambda body: body.update(content="AAAA"), "content"),
    "no type": (lambda body: body.pop("contentType"), "contentType"),
    "another type": (lambda body: body.update(contentType="text/plain"), "contentType"),
}
DOCUMENTS: dict[str, tuple[Change, str]] = {
    "no status": (lambda body: body.pop("status"), "status"),
    "a status of nobody's": (lambda body: body.update(status="active"), "status"),
    "no type": (lambda body: body.pop("type"), "type"),
    "a type without a code": (lambda body: body.update(type={"text": "CR"}), "type"),
    "no moment": (lambda body: body.pop("indexed"), "indexed"),
    "a day for a moment": (lambda body: body.update(indexed="2024-03-04"), "indexed"),
    "no such day": (lambda body: body.update(indexed="2024-02-30T09:00:00Z"), "indexed"),
    "R4's date": (lambda body: body.update(date=body.pop("indexed")), "date"),
    "no patient": (lambda body: body.pop("subject"), "subject"),
    "an unknown patient": (
        lambda body: body.update(subject={"reference": "Patient/1"}),
        "subject",
    ),
    "no content": (lambda body: body.update(content=[]), "content"),
    "two contents": (lambda body: body.update(content=body["content"] * 2), "content"),
    "no attachment": (lambda body: body.update(content=[{}]), "content"),
    "no binary": (lambda body: attachment(body).pop("url"), "content"),
    "a binary that is not there": (
        lambda body: attachment(body).update(url="Binary/95001"),
        "content",
    ),
    "a stay of somebody else": (
        lambda body: body.update(context={"encounter": {"reference": "Encounter/80004"}}),
        "context",
    ),
    "R4's list of stays": (
        lambda body: body.update(context={"encounter": [{"reference": "Encounter/80001"}]}),
        "context",
    ),
}
REQUESTS: dict[str, tuple[Change, str]] = {
    "no status": (lambda body: body.pop("status"), "status"),
    "R4's status": (lambda body: body.update(status="on-hold"), "status"),
    "a draft": (lambda body: body.update(status="draft"), "status"),
    "R4's encounter": (
        lambda body: body.update(encounter={"reference": "Encounter/80001"}),
        "encounter",
    ),
    "a stay of somebody else": (
        lambda body: body.update(context={"reference": "Encounter/80004"}),
        "context",
    ),
    "no recipient": (lambda body: body.pop("recipient"), "recipient"),
    "a practitioner": (
        lambda body: body.update(recipient=[{"reference": "Practitioner/90001"}]),
        "recipient",
    ),
    "another recipient beside": (
        lambda body: body["recipient"].append({"reference": "Practitioner/90001"}),
        "recipient",
    ),
    "no patient": (lambda body: body.pop("subject"), "subject"),
    "another patient than the document's": (
        lambda body: body.update(subject={"reference": "Patient/70002"}),
        "payload",
    ),
    "no document": (lambda body: body.pop("payload"), "payload"),
    "a document that is not there": (
        lambda body: body.update(payload=[{"contentReference": {"reference": "Binary/1"}}]),
        "payload",
    ),
    "a text for a document": (
        lambda body: body.update(payload=[{"contentString": "x"}]),
        "payload",
    ),
    "a sender who is not there": (
        lambda body: body.update(sender={"reference": "Practitioner/1"}),
        "sender",
    ),
    "a requester without an agent": (lambda body: body.update(requester={}), "requester"),
}


async def check_refusal(caller: Caller, body: Json, change: Change, location: str) -> None:
    change(body)
    answer = await create(caller, body)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["location"] == location


@pytest.mark.parametrize("name", BINARIES)
async def test_a_binary_that_breaks_a_rule_is_refused(caller: Caller, name: str) -> None:
    await check_refusal(caller, binary(), *BINARIES[name])
    assert (await ledger(caller))["binaries"]["count"] == 0


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_breaks_a_rule_is_refused(caller: Caller, name: str) -> None:
    await check_refusal(caller, document(await uploaded(caller)), *DOCUMENTS[name])


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_that_breaks_a_rule_is_refused_and_not_kept(
    caller: Caller, sandbox: LifenSandbox, name: str
) -> None:
    await check_refusal(caller, request(await described(caller)), *REQUESTS[name])
    assert sandbox.ledger == []


@pytest.mark.parametrize("resource", ["Binary", "DocumentReference", "CommunicationRequest"])
async def test_a_body_of_another_kind_is_malformed(caller: Caller, resource: str) -> None:
    headers = {**caller.headers, "Content-Type": "application/fhir+json"}
    for raw in (b"", b"{", b"[]", b"null", b'{"resourceType": "Parameters"}'):
        answer = await caller.client.post(f"{BASE}/{resource}", content=raw, headers=headers)
        assert answer.status_code == 400


async def test_a_binary_over_the_limit_is_too_large(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposits, "MAX_BYTES", len(PDF))
    assert (await create(caller, binary())).status_code == 201
    assert (await create(caller, binary(PDF + b"x"))).status_code == 413
    monkeypatch.setattr(deposits, "MAX_BODY", 100)
    assert (await create(caller, binary())).status_code == 413


async def test_a_long_binary_arrives_byte_for_byte(caller: Caller, sandbox: LifenSandbox) -> None:
    data = b"%PDF-" + bytes(range(256)) * 4000
    written = reference(await create(caller, document(await uploaded(caller, data))))
    await create(caller, request(written))
    (kept,) = sandbox.ledger[0].documents
    assert (kept.sha256, kept.size) == (hashlib.sha256(data).hexdigest(), len(data))


async def test_what_another_hospital_uploaded_is_not_there(stranger: Caller) -> None:
    url = await uploaded(await stranger.enter())
    other = await stranger.enter(reference="SbxRamsay1")
    assert (await create(other, document(url))).status_code == 422


@pytest.mark.parametrize(
    ("patient", "status", "reason"),
    [
        ("70001", "completed", None),
        ("70003", "entered-in-error", "identité sans INS qualifiée"),
        ("70008", "entered-in-error", "identité sans INS qualifiée"),
        ("70014", "entered-in-error", "le patient n’a pas de DMP ouvert"),
        ("70015", "in-progress", None),
        ("70013", "unknown", None),
    ],
)
async def test_the_patient_decides_the_outcome(
    caller: Caller, clock: HandClock, patient: str, status: str, reason: str | None
) -> None:
    deposit = await deposited(caller, patient)
    assert (await told(caller, deposit))["status"] == "preparation"
    clock.forward(60)
    resource = await told(caller, deposit)
    assert resource["status"] == status
    assert resource.get("notDoneReason") == (None if reason is None else {"text": reason})


@pytest.mark.parametrize("form", RecordTracking)
async def test_a_deposit_is_followed_in_either_form(
    caller: Caller, sandbox: LifenSandbox, clock: HandClock, form: RecordTracking
) -> None:
    sandbox.record_tracking = form
    deposit = await deposited(caller)
    name = deposit.rpartition("/")[2]
    states = []
    for seconds in (0, 2, 3):
        clock.forward(seconds)
        states.append((await told(caller, deposit, "&_elements=status,notDoneReason"))["status"])
        (entry,) = (
            await caller.get(f"CommunicationRequest/$tracking?transaction-id={name}")
        ).json()["entry"]
        assert entry["resource"]["status"] == states[-1]
        assert entry["resource"]["medium"][0]["coding"][0]["code"] == "DMP"
    assert states == ["preparation", "in-progress", "completed"]


async def test_a_communication_says_what_it_is_based_on_unless_less_is_asked(
    caller: Caller,
) -> None:
    deposit = await deposited(caller)
    bundle = (await caller.get(f"Communication?based-on={deposit}")).json()
    Bundle.model_validate(bundle)
    whole = bundle["entry"][0]["resource"]
    assert whole["basedOn"] == [{"reference": deposit}]
    assert whole["subject"] == {"reference": "Patient/70001"}
    less = await told(caller, deposit, "&_elements=status,notDoneReason")
    assert set(less) == {"resourceType", "id", "status"}


async def test_a_deposit_that_was_begun_goes_on_after_a_restart(
    world: World, clock: HandClock, tmp_path: Path
) -> None:
    keep = tmp_path / "kept.jsonl"

    async def again() -> Caller:
        sandbox = LifenSandbox(world, clock, keep=keep)
        transport = httpx.ASGITransport(sandbox.application())
        return await Caller(httpx.AsyncClient(transport=transport)).enter()

    url = await uploaded(await again())
    written = reference(await create(await again(), document(url)))
    deposit = reference(await create(await again(), request(written)))
    later = await again()
    assert (await told(later, deposit))["status"] == "preparation"
    assert (await ledger(later))["binaries"] == {"count": 1, "orphans": 0}
    assert len(keep.read_text().splitlines()) == 1


async def test_the_steps_are_counted_by_kind(caller: Caller) -> None:
    await deposited(caller)
    await caller.send(letter())
    calls = (await ledger(caller))["calls"]
    assert calls == {
        "POST /v1/token": 1,
        "POST /Binary": 1,
        "POST /DocumentReference": 1,
        "POST /CommunicationRequest": 1,
        "POST /CommunicationRequest/$send-to-mss": 1,
    }
