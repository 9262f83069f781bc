import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from desktop_app.sandbox import records
from desktop_app.sandbox.lifen import LifenSandbox, RecordTracking
from desktop_app.sandbox.world import World
from tests.sandbox.conftest import BASE, Caller, HandClock
from tests.sandbox.test_sending import PDF, letter

SEND = "$send-to-ehr"
Change = Callable[[dict[str, Any]], object]


def copy(stay: str = "80001", patient: str = "70001") -> dict[str, Any]:
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subject", "valueReference": {"reference": f"Patient/{patient}"}},
            {"name": "context", "valueReference": {"reference": f"Encounter/{stay}"}},
            {"name": "content-type", "valueCode": "application/pdf"},
            {"name": "document-type", "valueCode": "34112-3"},
            {"name": "document-title", "valueString": "CR hospitalier"},
            {"name": "payload", "valueString": base64.b64encode(PDF).decode()},
        ],
    }


def parameter(body: dict[str, Any], name: str) -> dict[str, Any]:
    return next(line for line in body["parameter"] if line["name"] == name)


def without(*names: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        body["parameter"] = [line for line in body["parameter"] if line["name"] not in names]

    return change


def tracking_url(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.json()
    (line,) = answer.json()["parameter"]
    assert line["name"] == "tracking-url"
    return str(line["valueString"])


async def test_an_accepted_copy_is_in_the_ledger_byte_for_byte(
    caller: Caller, sandbox: LifenSandbox
) -> None:
    tracking_url(await caller.send(copy(), SEND))
    (accepted,) = sandbox.ledger
    assert (accepted.target, accepted.patient, accepted.stay) == ("ehr", "70001", "80001")
    (document,) = accepted.documents
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (document.size, document.type_code, document.title) == (
        len(PDF),
        "34112-3",
        "CR hospitalier",
    )
    ledger = (await caller.client.get("http://127.0.0.1/_ledger")).json()
    assert ledger["sendings"][0]["target"] == "ehr"


async def test_what_is_optional_may_be_left_out(caller: Caller) -> None:
    body = copy()
    without("content-type", "document-type", "document-title")(body)
    assert (await caller.send(body, SEND)).status_code == 201


REFUSALS: dict[str, tuple[Change, str]] = {
    "no subject": (without("subject"), "subject"),
    "an unknown patient": (
        lambda body: parameter(body, "subject").update(valueReference={"reference": "Patient/1"}),
        "subject",
    ),
    "no stay": (without("context"), "context"),
    "a stay of somebody else": (
        lambda body: parameter(body, "context").update(
            valueReference={"reference": "Encounter/80004"}
        ),
        "context",
    ),
    "another content": (
        lambda body: parameter(body, "content-type").update(valueCode="text/plain"),
        "content-type",
    ),
    "a type that is no code": (
        lambda body: parameter(body, "document-type").update(valueCode=None, valueString="x"),
        "document-type",
    ),
    "no document": (without("payload"), "payload"),
    "two documents": (
        lambda body: body["parameter"].append(parameter(body, "payload")),
        "payload",
    ),
    "a document as the mailboxes take it": (
        lambda body: body.update(
            parameter=[*body["parameter"][:-1], parameter(letter(), "payload")]
        ),
        "payload",
    ),
    "not base64": (
        lambda body: parameter(body, "payload").update(valueString="JVBE*w=="),
        "payload",
    ),
    "not a PDF": (lambda body: parameter(body, "payload").update(valueString="AAAA"), "payload"),
    "a sender who is no number": (
        lambda body: body["parameter"].append({"name": "sender-identifier", "valueString": "x"}),
        "sender-identifier",
    ),
    "recipients": (lambda body: body["parameter"].append({"name": "recipients"}), "recipients"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_copy_that_breaks_a_rule_is_refused_and_not_kept(
    caller: Caller, sandbox: LifenSandbox, name: str
) -> None:
    change, location = REFUSALS[name]
    body = deepcopy(copy())
    change(body)
    answer = await caller.send(body, SEND)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["location"] == location
    assert sandbox.ledger == []


async def test_a_copy_over_the_limit_is_too_large(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_BYTES", len(PDF) - 1)
    assert (await caller.send(copy(), SEND)).status_code == 413
    monkeypatch.undo()
    monkeypatch.setattr(records, "MAX_BODY", 100)
    assert (await caller.send(copy(), SEND)).status_code == 413


async def test_the_scope_of_the_record_is_its_own(stranger: Caller) -> None:
    caller = await stranger.enter()
    url = tracking_url(await caller.send(copy(), SEND)).removeprefix(f"{BASE}/")
    other = await stranger.enter("demo-no-record")
    assert (await other.send(copy(), SEND)).status_code == 403
    assert (await other.get(url)).status_code == 403
    assert (await other.send(letter())).status_code == 201


async def told(caller: Caller, url: str) -> list[dict[str, Any]]:
    answer = await caller.get(url.removeprefix(f"{BASE}/"))
    assert answer.status_code == 200, answer.json()
    return [entry["resource"] for entry in answer.json()["entry"]]


@pytest.mark.parametrize("form", RecordTracking)
async def test_a_copy_is_followed_in_either_form(
    caller: Caller, sandbox: LifenSandbox, clock: HandClock, form: RecordTracking
) -> None:
    sandbox.record_tracking = form
    url = tracking_url(await caller.send(copy(), SEND))
    query = parse_qs(urlsplit(url).query)
    if form is RecordTracking.TRANSACTION:
        assert set(query) == {"transaction-id"}
    else:
        assert urlsplit(url).path.endswith("/Communication")
        assert query["_elements"] == ["status,notDoneReason"]
    states = []
    for seconds in (0, 2, 3):
        clock.forward(seconds)
        (resource,) = await told(caller, url)
        assert resource["resourceType"] == "Communication"
        states.append(resource["status"])
    assert states == ["preparation", "in-progress", "completed"]


@pytest.mark.parametrize(
    ("stay", "status", "reason"),
    [
        ("80008", "entered-in-error", "séjour clos dans le dossier"),
        ("80009", "in-progress", None),
        ("80010", "unknown", None),
    ],
)
async def test_the_visit_number_decides_the_outcome(
    caller: Caller, clock: HandClock, stay: str, status: str, reason: str | None
) -> None:
    url = tracking_url(await caller.send(copy(stay, "70007"), SEND))
    clock.forward(60)
    (resource,) = await told(caller, url)
    assert resource["status"] == status
    assert resource.get("notDoneReason") == (None if reason is None else {"text": reason})


async def test_only_the_hospital_s_own_copies_are_told(stranger: Caller) -> None:
    caller = await stranger.enter()
    url = tracking_url(await caller.send(copy(), SEND))
    mailed = (await caller.send(letter())).json()["parameter"][1]["valueString"]
    assert await told(caller, f"Communication?based-on=CommunicationRequest/{mailed}") == []
    assert await told(
        caller, f"Communication?based-on={parse_qs(urlsplit(url).query)['based-on'][0]}"
    )
    other = await stranger.enter(reference="SbxVivalt1")
    assert await told(other, url) == []


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("", "allValueNull"),
        ("based-on=x&subject=y", "subject"),
        ("based-on=x&_elements=payload", "_elements"),
    ],
)
async def test_what_cannot_be_asked_of_communications_is_refused(
    caller: Caller, query: str, location: str
) -> None:
    answer = await caller.get(f"Communication?{query}")
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (422, location)


async def test_a_ledger_of_before_the_record_is_still_read(
    world: World, clock: HandClock, tmp_path: Path
) -> None:
    keep = tmp_path / "kept.jsonl"
    keep.write_text(
        '{"transaction_id": "tx-1", "at": "2024-03-04T09:00:00+00:00", "owner": "Sbx0Demo01",'
        ' "patient": "70001", "recipients": ["a@x.mssante.example"], "documents": []}\n'
    )
    (accepted,) = LifenSandbox(world, clock, keep=keep).ledger
    assert (accepted.target, accepted.stay) == ("mss", None)
