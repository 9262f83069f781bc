"""Letters to mailboxes, over a socket."""

import asyncio
import contextlib
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from desktop_app.domain.errors import (
    AppError,
    Changed,
    InDoubt,
    NotAllowed,
    NotOffered,
    Refused,
    StaleToken,
    Throttled,
)
from desktop_app.domain.letters import Document
from desktop_app.domain.people import Patient, Sex, Stay, StayId
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.domain.sending import DeliveryState
from desktop_app.domain.typed import NOBODY
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.world import World
from desktop_app.settings import LifenAccount
from tests.fhir.conftest import PDF, STAY, Mark, Shelf, letter, recipient
from tests.fhir.served.conftest import CAPUCINE, OWNERS, SEND, Hospital, at_once


async def test_a_letter_arrives_byte_for_byte_and_is_followed_to_its_end(
    hospital: Hospital,
) -> None:
    contents = [PDF, PDF + b"x", PDF + b"xy"]
    mark = Mark()
    sent = await hospital.letter(*contents)
    transaction = await hospital.lifen.deliver(sent, Shelf(*contents), mark)
    (accepted,) = hospital.sandbox.ledger
    assert accepted.transaction_id == transaction
    assert accepted.patient == CAPUCINE
    assert [one.sha256 for one in accepted.documents] == [
        hashlib.sha256(content).hexdigest() for content in contents
    ]
    assert {one.title for one in accepted.documents} == {"CR de consultation"}
    assert mark.passed == 1
    states = []
    for _ in range(2):
        (delivery,) = await hospital.lifen.track(transaction)
        states.append(delivery.state)
        hospital.clock.time += timedelta(seconds=10)
    assert states == [DeliveryState.PENDING, DeliveryState.DELIVERED]


@pytest.mark.parametrize("tenant", OWNERS)
async def test_a_letter_about_a_known_patient_leaves_from_every_tenant(
    world: World, tenant: str
) -> None:
    async with at_once(world, tenant=tenant, database_reference=OWNERS[tenant]) as hospital:
        sent = await hospital.letter(stay=STAY)
        transaction = await hospital.lifen.deliver(sent, Shelf(), Mark())
        (accepted,) = hospital.sandbox.ledger
        assert (accepted.transaction_id, accepted.patient) == (transaction, CAPUCINE)
        hospital.clock.time += timedelta(minutes=1)
        (delivery,) = await hospital.lifen.track(transaction)
        assert delivery.state is DeliveryState.DELIVERED


async def test_each_recipient_has_its_own_fate(hospital: Hospital) -> None:
    addresses = {
        "plein.octave@cabinet.mssante.example": (DeliveryState.FAILED, "boîte pleine"),
        "invalide.leonie@cabinet.mssante.example": (DeliveryState.FAILED, "adresse invalide"),
        "lent.barnabe@cabinet.mssante.example": (DeliveryState.PENDING, None),
        "inconnu.celeste@cabinet.mssante.example": (DeliveryState.UNKNOWN, "unknown"),
    }
    recipients = []
    for address in addresses:
        page = await hospital.lifen.find_practitioners(CorrespondentQuery(telecom=address))
        recipients.append(recipient(address, page.items[0].id))
    sent = await hospital.letter(recipients=tuple(recipients))
    transaction = await hospital.lifen.deliver(sent, Shelf(), Mark())
    hospital.clock.time += timedelta(minutes=1)
    told = await hospital.lifen.track(transaction)
    assert {one.address: (one.state, one.reason) for one in told} == addresses


BAD = [
    (Rule(status=400), Refused),
    (Rule(status=403), NotAllowed),
    (Rule(status=404), Refused),
    (Rule(status=409), Refused),
    (Rule(status=413), Refused),
    (Rule(status=415), Refused),
    (Rule(status=422), Refused),
    (Rule(status=429, retry_after=3), Throttled),
    (Rule(status=501), NotOffered),
    (Rule(status=500), InDoubt),
    (Rule(status=503, body="html"), InDoubt),
    (Rule(status=500, after=True), InDoubt),
    (Rule(status=201, body="html"), InDoubt),
    (Rule(status=201, body="empty"), InDoubt),
    (Rule(body="truncated"), InDoubt),
    (Rule(drop=("parameter",)), InDoubt),
    (Rule(cut=True, after=True), InDoubt),
    (Rule(status=401), StaleToken),
]


@pytest.mark.parametrize(("rule", "kind"), BAD)
async def test_a_sending_that_went_wrong_has_its_name(
    hospital: Hospital, rule: Rule, kind: type[AppError]
) -> None:
    sent = await hospital.letter()
    hospital.trouble(structs.replace(rule, path=SEND, times=1))
    with pytest.raises(kind):
        await hospital.lifen.deliver(sent, Shelf(), Mark())


async def test_a_letter_names_its_stay(hospital: Hospital) -> None:
    sent = await hospital.letter(stay=STAY)
    await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert [accepted.stay for accepted in hospital.sandbox.ledger] == ["80001"]
    with pytest.raises(Changed):
        await hospital.lifen.deliver(replace(sent, stay=Stay(id=StayId("80004"))), Shelf(), Mark())


WITHOUT_PATIENTS = {"patients": "typed", "client_id": "demo-no-patients"}
TYPED = Patient(
    id=NOBODY,
    birth_family="ABRICOTIER",
    used_family="DELORMEAU-SANDBOX",
    given=("CAPUCINE", "ROSE"),
    sex=Sex.FEMALE,
    birth_date=date(1985, 7, 14),
    ipp="000123",
)


@pytest.mark.parametrize("tenant", OWNERS)
@pytest.mark.parametrize(
    "patient",
    [
        TYPED,
        replace(
            TYPED,
            ipp=None,
            used_family=None,
            ins="285079999990136",
            ins_qualified=True,
            birth_place_code="99901",
        ),
    ],
)
async def test_a_hospital_without_a_patient_api_sends_an_identity_that_was_typed(
    world: World, tenant: str, patient: Patient
) -> None:
    owner = OWNERS[tenant]
    changes: dict[str, Any] = {
        "patients": "typed",
        "organization": "60001",
        "client_id": "demo-no-patients",
    }
    async with at_once(world, tenant=tenant, database_reference=owner, **changes) as hospital:
        sent = letter(patient=patient, sender="10999999971")
        transaction = await hospital.lifen.deliver(sent, Shelf(), Mark())
        (accepted,) = hospital.sandbox.ledger
        assert (accepted.transaction_id, accepted.patient) == (transaction, "detailed")
        assert accepted.sender == "10999999971"
        assert await hospital.lifen.track(transaction)


async def test_an_identity_of_another_hospital_is_refused(world: World) -> None:
    changes: dict[str, Any] = {
        "patients": "typed",
        "organization": "60002",
        "client_id": "demo-no-patients",
    }
    async with at_once(world, **changes) as hospital:
        with pytest.raises(Refused):
            await hospital.lifen.deliver(letter(patient=TYPED), Shelf(), Mark())


async def test_a_patient_who_was_merged_meanwhile_stops_the_letter(hospital: Hospital) -> None:
    sent, mark = await hospital.letter(stay=STAY), Mark()
    hospital.sandbox.merge(CAPUCINE, "70002")
    with pytest.raises(Changed) as caught:
        await hospital.lifen.deliver(sent, Shelf(), mark)
    assert "merged" in [one.trait for one in caught.value.differences]
    assert (mark.passed, hospital.sandbox.ledger) == (0, [])


async def test_ten_recipients_and_ten_documents_leave_together(hospital: Hospital) -> None:
    page = await hospital.lifen.find_practitioners(CorrespondentQuery(name="fictif"))
    people = [one for one in page.items if one.mailboxes][:10]
    recipients = tuple(recipient(one.mailboxes[0].address, one.id) for one in people)
    contents = [PDF + bytes([number]) for number in range(10)]
    sent = await hospital.letter(*contents, recipients=recipients)
    transaction = await hospital.lifen.deliver(sent, Shelf(*contents), Mark())
    (accepted,) = hospital.sandbox.ledger
    assert (len(accepted.recipients), len(accepted.documents)) == (10, 10)
    told = await hospital.lifen.track(transaction)
    assert {one.address for one in told} == {one.address for one in recipients}


async def test_fifty_megabytes_leave_piece_by_piece() -> None:
    size = 49_999_998
    pattern = PDF + bytes(196_608 - len(PDF))

    class Generator:
        """A document that is nowhere whole."""

        async def chunks(self, document: Document, size: int) -> AsyncIterator[bytes]:
            left = document.size
            while left:
                piece = pattern[: min(len(pattern), left)]
                left -= len(piece)
                yield piece

    taken, ended = 0, asyncio.Event()

    async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                left = length
                while left:
                    left -= len(await reader.read(min(left, 65_536)))
                if b"/v1/token" in head:
                    body = b'{"access_token": "eyJ.1", "expires_in": 60}'
                elif b"$send-to-mss" in head:
                    taken = length
                    body = b'{"parameter": [{"name": "transaction-id", "valueString": "tx-1"}]}'
                else:
                    body = (
                        b'{"resourceType": "Patient", "id": "70001", "gender": "female",'
                        b'"birthDate": "1985-07-14", "name": [{"use": "maiden",'
                        b'"family": "ABRICOTIER"}]}'
                    )
                lines = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n"
                writer.write(lines.encode() + body)
                await writer.drain()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(sink, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    there = LifenAccount(
        tenant="standard",
        token_url=f"{base}/v1/token",
        audience="a",
        fhir_url=f"{base}/fhir/v3",
        client_id="c",
        database_reference="d",
    )
    sent = letter()
    big = replace(sent.documents[0], size=size)
    async with server, open_lifen(there, "secret") as lifen:
        known = await lifen.patient(CAPUCINE)
        sent = replace(sent, patient=known, documents=(big,))
        tracemalloc.start()
        try:
            assert await lifen.deliver(sent, Generator(), Mark()) == "tx-1"
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    await ended.wait()
    assert taken > size * 4 // 3
    assert peak < 8_000_000
