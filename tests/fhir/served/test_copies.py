"""Copies for the hospital's record and for the national one, over a socket."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from desktop_app.domain.errors import (
    AppError,
    InDoubt,
    NotAllowed,
    Refused,
    ServerTrouble,
    StaleToken,
    Throttled,
    Unreachable,
)
from desktop_app.domain.letters import LIMITS
from desktop_app.domain.people import PatientId, Stay, StayId
from desktop_app.domain.sending import DeliveryState
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.lifen import RecordTracking
from desktop_app.sandbox.world import World
from tests.fhir.conftest import PDF, STAY, Mark, Shelf, letter
from tests.fhir.served.conftest import CAPUCINE, OWNERS, RECORD, Hospital, at_once


@pytest.mark.parametrize("form", RecordTracking)
@pytest.mark.parametrize("links", ["", "https://elsewhere.example"])
async def test_a_record_copy_arrives_byte_for_byte_and_is_followed_to_its_end(
    hospital: Hospital, form: RecordTracking, links: str
) -> None:
    hospital.sandbox.record_tracking = form
    if links:
        hospital.trouble(Rule(path=RECORD, links=links))
    content = PDF * 2000
    mark = Mark()
    sent = await hospital.letter(content, stay=STAY, recipients=())
    stored = await hospital.lifen.record.deliver(sent, Shelf(content), mark)
    (accepted,) = hospital.sandbox.ledger
    assert (accepted.target, accepted.stay, mark.passed) == ("ehr", "80001", 1)
    assert accepted.documents[0].sha256 == hashlib.sha256(content).hexdigest()
    states = []
    for seconds in (0, 2, 5):
        hospital.clock.time += timedelta(seconds=seconds)
        (delivery,) = await hospital.lifen.record.track(stored)
        states.append(delivery.state)
    pending = DeliveryState.PENDING
    assert states == [pending, pending, DeliveryState.DELIVERED]


@pytest.mark.parametrize("form", RecordTracking)
@pytest.mark.parametrize("tenant", OWNERS)
async def test_copies_are_kept_by_every_tenant(
    world: World, tenant: str, form: RecordTracking
) -> None:
    changes = {"database_reference": OWNERS[tenant], "dmp": "Organization/60099"}
    async with at_once(world, tenant=tenant, **changes) as hospital:
        hospital.sandbox.record_tracking = form
        sent = await hospital.letter(stay=STAY, recipients=())
        for copy in (hospital.lifen.record, hospital.lifen.dmp):
            stored = await copy.deliver(sent, Shelf(), Mark())
            hospital.clock.time += timedelta(minutes=1)
            (delivery,) = await copy.track(stored)
            assert delivery.state is DeliveryState.DELIVERED
        assert [one.target for one in hospital.sandbox.ledger] == ["ehr", "dmp"]


@pytest.mark.parametrize("form", RecordTracking)
@pytest.mark.parametrize(
    ("stay", "state", "reason"),
    [
        ("80008", DeliveryState.FAILED, "séjour clos dans le dossier"),
        ("80009", DeliveryState.PENDING, None),
        ("80010", DeliveryState.UNKNOWN, "unknown"),
    ],
)
async def test_each_fate_of_a_record_copy_is_told(
    hospital: Hospital, form: RecordTracking, stay: str, state: DeliveryState, reason: str | None
) -> None:
    hospital.sandbox.record_tracking = form
    patient = await hospital.lifen.patient(PatientId("70007"))
    sent = letter(patient=patient, stay=Stay(id=StayId(stay)))
    stored = await hospital.lifen.record.deliver(sent, Shelf(), Mark())
    hospital.clock.time += timedelta(minutes=1)
    (delivery,) = await hospital.lifen.record.track(stored)
    assert (delivery.state, delivery.reason) == (state, reason)


@pytest.mark.parametrize(
    ("rule", "failure", "accepted"),
    [
        (Rule(status=401), StaleToken, 0),
        (Rule(status=403), NotAllowed, 0),
        (Rule(status=413), Refused, 0),
        (Rule(status=422), Refused, 0),
        (Rule(status=429), Throttled, 0),
        (Rule(status=500), InDoubt, 0),
        (Rule(cut=True, after=True), InDoubt, 1),
        (Rule(after=True, body="truncated"), InDoubt, 1),
        (Rule(after=True, drop=("parameter",)), InDoubt, 1),
    ],
)
async def test_a_record_copy_that_went_wrong_has_its_name(
    hospital: Hospital, rule: Rule, failure: type[AppError], accepted: int
) -> None:
    hospital.trouble(structs.replace(rule, path=RECORD))
    sent = await hospital.letter(stay=STAY)
    with pytest.raises(failure):
        await hospital.lifen.record.deliver(sent, Shelf(), Mark())
    assert len(hospital.sandbox.ledger) == accepted


async def test_the_largest_record_copy_is_taken(hospital: Hospital) -> None:
    content = PDF + bytes(LIMITS.record - len(PDF))
    sent = await hospital.letter(content, stay=STAY)
    await hospital.lifen.record.deliver(sent, Shelf(content), Mark())
    assert hospital.sandbox.ledger[0].documents[0].size == LIMITS.record


# The national record


@pytest.fixture
async def contracted(world: World) -> AsyncIterator[Hospital]:
    """A hospital whose contract names what to address for a deposit."""
    async with at_once(world, dmp="Organization/60099") as hospital:
        yield hospital


async def test_a_deposit_arrives_byte_for_byte_and_is_followed_to_its_end(
    contracted: Hospital,
) -> None:
    content = PDF * 2_000
    mark = Mark()
    sent = await contracted.letter(content, stay=STAY, recipients=(), sender="10999999971")
    stored = await contracted.lifen.dmp.deliver(sent, Shelf(content), mark)
    (accepted,) = contracted.sandbox.ledger
    assert (accepted.target, accepted.patient, accepted.stay) == ("dmp", CAPUCINE, "80001")
    (document,) = accepted.documents
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.type_code, document.title) == ("11488-4", "CR de consultation")
    assert (mark.passed, list(mark.steps)) == (1, ["binary", "document"])
    states = []
    for seconds in (0, 2, 5):
        contracted.clock.time += timedelta(seconds=seconds)
        (delivery,) = await contracted.lifen.dmp.track(stored)
        assert delivery.address == "dmp"
        states.append(delivery.state)
    pending = DeliveryState.PENDING
    assert states == [pending, pending, DeliveryState.DELIVERED]


@pytest.mark.parametrize(
    ("path", "failure", "kept"),
    [
        ("/Binary", Unreachable, []),
        ("/DocumentReference", Unreachable, ["binary"]),
        ("/CommunicationRequest", InDoubt, ["binary", "document"]),
    ],
)
@pytest.mark.parametrize("after", [False, True])
async def test_a_deposit_that_is_cut_goes_on_where_it_stopped(
    contracted: Hospital, path: str, failure: type[AppError], kept: list[str], *, after: bool
) -> None:
    contracted.trouble(Rule(path=path, cut=True, after=after, times=1))
    sent = await contracted.letter(stay=STAY)
    mark = Mark()
    with pytest.raises(failure):
        await contracted.lifen.dmp.deliver(sent, Shelf(), mark)
    assert list(mark.steps) == kept
    held = dict(mark.steps)
    again = Mark(steps=mark.steps)
    await contracted.lifen.dmp.deliver(sent, Shelf(), again)
    assert held.items() <= again.steps.items()
    arrived = len(contracted.sandbox.ledger)
    assert arrived == (2 if path == "/CommunicationRequest" and after else 1)


@pytest.mark.parametrize(
    ("status", "before", "last"),
    [
        (401, StaleToken, StaleToken),
        (403, NotAllowed, NotAllowed),
        (413, Refused, Refused),
        (422, Refused, Refused),
        (429, Throttled, Throttled),
        (500, ServerTrouble, InDoubt),
    ],
)
@pytest.mark.parametrize("path", ["/Binary", "/DocumentReference", "/CommunicationRequest"])
async def test_a_step_of_a_deposit_that_went_wrong_has_its_name(
    contracted: Hospital, path: str, status: int, before: type[AppError], last: type[AppError]
) -> None:
    contracted.trouble(Rule(path=path, status=status, times=1))
    with pytest.raises(last if path == "/CommunicationRequest" else before):
        await contracted.lifen.dmp.deliver(await contracted.letter(), Shelf(), Mark())
    assert contracted.sandbox.ledger == []


async def test_a_deposit_is_told_to_have_failed_in_the_platform_s_own_words(
    contracted: Hospital,
) -> None:
    patient = await contracted.lifen.patient(PatientId("70014"))
    sent = letter(patient=patient)
    stored = await contracted.lifen.dmp.deliver(sent, Shelf(), Mark())
    contracted.clock.time += timedelta(minutes=1)
    (delivery,) = await contracted.lifen.dmp.track(stored)
    assert (delivery.state, bool(delivery.reason)) == (DeliveryState.FAILED, True)


async def test_a_scope_that_lacks_the_last_step_is_told_there(world: World) -> None:
    changes: dict[str, Any] = {"dmp": "Organization/60099", "client_id": "demo-no-deposit"}
    async with at_once(world, **changes) as hospital:
        mark = Mark()
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.dmp.deliver(await hospital.letter(), Shelf(), mark)
    assert (caught.value.cause, list(mark.steps)) == ("scope", ["binary", "document"])
