import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from desktop_app.sandbox import sending
from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.world import World
from tests.sandbox.conftest import Caller, HandClock

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
ADDRESS = "marc.tessandier@cabinet.mssante.example"


def recipient(address: str = ADDRESS, identifier: str = "90001") -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": identifier,
        "telecom": [{"system": "email", "value": address, "use": "work"}],
    }


def document(data: bytes = PDF) -> dict[str, Any]:
    attachment = {
        "contentType": "application/pdf",
        "title": "Essai",
        "data": base64.b64encode(data).decode(),
    }
    return {
        "resourceType": "DocumentReference",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "content": [{"attachment": attachment}],
    }


def letter(*recipients: dict[str, Any], documents: int = 1) -> dict[str, Any]:
    people = recipients or (recipient(),)
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subject", "valueReference": {"reference": "Patient/70001"}},
            {
                "name": "recipients",
                "part": [{"name": "whoever", "resource": person} for person in people],
            },
            {
                "name": "payload",
                "part": [{"name": "document", "resource": document()} for _ in range(documents)],
            },
        ],
    }


async def test_an_accepted_letter_is_in_the_ledger_byte_for_byte(
    caller: Caller, sandbox: LifenSandbox
) -> None:
    answer = await caller.send(letter())
    assert answer.status_code == 201
    named = {line["name"]: line["valueString"] for line in answer.json()["parameter"]}
    (accepted,) = sandbox.ledger
    assert named["transaction-id"] == accepted.transaction_id
    assert named["tracking-url"].endswith(f"transaction-id={accepted.transaction_id}")
    assert accepted.documents[0].sha256 == hashlib.sha256(PDF).hexdigest()
    assert accepted.documents[0].size == len(PDF)
    assert (accepted.patient, accepted.recipients) == ("70001", (ADDRESS,))


Change = Callable[[dict[str, Any]], object]


def parameter(body: dict[str, Any], name: str) -> dict[str, Any]:
    return next(line for line in body["parameter"] if line["name"] == name)


def attachment(body: dict[str, Any]) -> dict[str, Any]:
    resource = parameter(body, "payload")["part"][0]["resource"]
    return resource["content"][0]["attachment"]  # type: ignore[no-any-return]


def people(body: dict[str, Any], *resources: dict[str, Any]) -> None:
    parameter(body, "recipients")["part"] = [{"name": "r", "resource": one} for one in resources]


REFUSALS: dict[str, tuple[Change, str]] = {
    "no subject": (lambda body: body["parameter"].pop(0), "subject"),
    "both subjects": (
        lambda body: body["parameter"].append({"name": "detailed-subject", "resource": {}}),
        "subject",
    ),
    "unknown patient": (
        lambda body: parameter(body, "subject").update(valueReference={"reference": "Patient/1"}),
        "subject",
    ),
    "a stay of somebody else": (
        lambda body: body["parameter"].append(
            {"name": "context", "valueReference": {"reference": "Encounter/80004"}}
        ),
        "context",
    ),
    "a stay that is not there": (
        lambda body: body["parameter"].append(
            {"name": "context", "valueReference": {"reference": "Encounter/1"}}
        ),
        "context",
    ),
    "both senders": (
        lambda body: body["parameter"].extend(
            [
                {"name": "sender", "valueReference": {"reference": "Practitioner/90001"}},
                {"name": "sender-identifier", "valueString": "10999996001"},
            ]
        ),
        "sender",
    ),
    "no recipients": (people, "recipients"),
    "eleven recipients": (lambda body: people(body, *[recipient()] * 11), "recipients"),
    "the same recipient twice": (lambda body: people(body, *[recipient()] * 2), "recipients"),
    "an address of somebody else": (
        lambda body: people(body, recipient("ines.coudrier@cabinet.mssante.example")),
        "recipients",
    ),
    "an unknown recipient": (lambda body: people(body, recipient(identifier="1")), "recipients"),
    "a patient mailbox": (
        lambda body: people(body, recipient("0123@patient.mssante.fr")),
        "recipients",
    ),
    "no documents": (lambda body: parameter(body, "payload").update(part=[]), "payload"),
    "eleven documents": (
        lambda body: parameter(body, "payload").update(
            part=parameter(body, "payload")["part"] * 11
        ),
        "payload",
    ),
    "not a PDF by type": (
        lambda body: attachment(body).update(contentType="text/plain"),
        "payload",
    ),
    "not a PDF by content": (lambda body: attachment(body).update(data="AAAA"), "payload"),
    "not base64": (lambda body: attachment(body).update(data="JVBE*w=="), "payload"),
    "empty": (lambda body: attachment(body).update(data=""), "payload"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_letter_that_breaks_a_rule_is_refused_and_not_kept(
    caller: Caller, sandbox: LifenSandbox, name: str
) -> None:
    change, location = REFUSALS[name]
    body = deepcopy(letter())
    change(body)
    answer = await caller.send(body)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["location"] == location
    assert sandbox.ledger == []


async def test_a_stay_of_the_patient_is_noted(caller: Caller, sandbox: LifenSandbox) -> None:
    body = letter()
    reference = {"reference": "Encounter/80001"}
    body["parameter"].append({"name": "context", "valueReference": reference})
    assert (await caller.send(body)).status_code == 201
    (accepted,) = sandbox.ledger
    assert (accepted.target, accepted.stay) == ("mss", "80001")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"resourceType": "Bundle"}'])
async def test_a_body_that_is_no_parameters_resource_is_malformed(
    caller: Caller, raw: bytes
) -> None:
    answer = await caller.client.post(
        "http://127.0.0.1/fhir/v3/CommunicationRequest/$send-to-mss",
        content=raw,
        headers={**caller.headers, "Content-Type": "application/fhir+json"},
    )
    assert answer.status_code == 400


async def test_a_patient_may_be_described_instead_of_named(
    caller: Caller, sandbox: LifenSandbox
) -> None:
    body = letter()
    body["parameter"][0] = {
        "name": "detailed-subject",
        "resource": {
            "resourceType": "Patient",
            "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.2.60001", "value": "000123"}],
            "name": [{"use": "usual", "family": "DELORMEAU-SANDBOX", "given": ["CAPUCINE"]}],
            "gender": "female",
            "birthDate": "1985-07-14",
        },
    }
    assert (await caller.send(body)).status_code == 422
    reference = {"reference": "Organization/60001"}
    body["parameter"].append({"name": "managing-organization", "valueReference": reference})
    assert (await caller.send(body)).status_code == 201
    assert len(sandbox.ledger) == 1


async def test_documents_over_the_limit_are_too_large(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MAX_BYTES", len(PDF) * 2)
    assert (await caller.send(letter(documents=2))).status_code == 201
    assert (await caller.send(letter(documents=3))).status_code == 413


async def test_without_the_portals_support_address_nothing_is_sent(stranger: Caller) -> None:
    caller = await stranger.enter("demo-no-support-mail")
    answer = await caller.send(letter())
    assert answer.status_code == 412
    assert "location" not in answer.json()["issue"][0]


async def statuses(caller: Caller, transaction: str) -> list[str]:
    answer = await caller.get(f"CommunicationRequest/$tracking?transaction-id={transaction}")
    return [entry["resource"]["status"] for entry in answer.json()["entry"]]


async def test_each_recipient_ends_as_the_local_part_says(caller: Caller, clock: HandClock) -> None:
    mailboxes = {
        "marc.tessandier": "90001",
        "plein.octave": "90006",
        "invalide.leonie": "90007",
        "lent.barnabe": "90008",
        "inconnu.celeste": "90009",
    }
    body = letter(
        *(
            recipient(f"{local}@cabinet.mssante.example", identifier)
            for local, identifier in mailboxes.items()
        )
    )
    transaction = (await caller.send(body)).json()["parameter"][1]["valueString"]
    assert await statuses(caller, transaction) == ["preparation"] * 5
    clock.forward(2)
    assert await statuses(caller, transaction) == ["in-progress"] * 5
    clock.forward(2)
    assert await statuses(caller, transaction) == [
        "completed",
        "in-progress",
        "aborted",
        "in-progress",
        "unknown",
    ]
    clock.forward(2)
    assert (await statuses(caller, transaction))[1] == "aborted"
    clock.forward(86_400)
    assert (await statuses(caller, transaction))[3] == "in-progress"


async def test_a_transaction_of_another_hospital_is_unknown(stranger: Caller) -> None:
    caller = await stranger.enter()
    transaction = (await caller.send(letter())).json()["parameter"][1]["valueString"]
    other = await stranger.enter(reference="SbxRamsay1")
    answer = await other.get(f"CommunicationRequest/$tracking?transaction-id={transaction}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 404), ("?transaction-id=tx-1", 404), ("?transaction-id=tx-1&x=y", 422)],
)
async def test_a_transaction_that_is_not_there_is_unknown(
    caller: Caller, query: str, status: int
) -> None:
    answer = await caller.get(f"CommunicationRequest/$tracking{query}")
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_accepted_letters_outlive_the_process(
    world: World, clock: HandClock, tmp_path: Path
) -> None:
    keep = tmp_path / "kept.jsonl"
    transport = httpx.ASGITransport(LifenSandbox(world, clock, keep=keep).application())
    async with httpx.AsyncClient(transport=transport) as client:
        caller = await Caller(client).enter()
        transaction = (await caller.send(letter())).json()["parameter"][1]["valueString"]
    with keep.open("a") as file:
        file.write('{"transaction_id": "cut sho')
    again = LifenSandbox(world, clock, keep=keep)
    assert [accepted.transaction_id for accepted in again.ledger] == [transaction]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(again.application())) as client:
        clock.forward(10)
        caller = await Caller(client).enter()
        assert await statuses(caller, transaction) == ["completed"]
        later = [(await caller.send(letter())).json()["parameter"][1]["valueString"] for _ in "ab"]
    after = LifenSandbox(world, clock, keep=keep).ledger
    assert [accepted.transaction_id for accepted in after] == [transaction, *later]
