"""The whole client against the served sandbox, which was written without looking at it."""

import asyncio
import contextlib
import hashlib
import logging
import time
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from msgspec import structs

from desktop_app.domain.errors import (
    AppError,
    Incomplete,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleToken,
    Throttled,
    Unreachable,
)
from desktop_app.domain.letters import MAX_RECORD_BYTES, Document, Letter
from desktop_app.domain.people import Patient, PatientId, StayId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.domain.sending import DeliveryState
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.lifen import LifenSandbox, RecordTracking
from desktop_app.sandbox.server import Served, serve
from desktop_app.sandbox.world import World, build_world
from desktop_app.settings import LifenAccount
from tests.fhir.conftest import PDF, Mark, Shelf, letter, recipient

CAPUCINE = PatientId("70001")
SEND, RECORD = "$send-to-mss", "$send-to-ehr"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2024, 3, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Hospital:
    """A served platform and one client of it."""

    served: Served
    lifen: LifenClient
    clock: HandClock

    def trouble(self, *rules: Rule) -> None:
        self.served.sandbox.faults.replace(*rules)

    @property
    def sandbox(self) -> LifenSandbox:
        return self.served.sandbox

    async def letter(self, *contents: bytes, **changes: Any) -> Letter:
        """About a patient as the platform holds it now."""
        return letter(*contents, patient=await self.lifen.patient(CAPUCINE), **changes)


def account(served: Served, **changes: str) -> LifenAccount:
    told = served.description
    names = ("client_id", "audience", "database_reference")
    members = {"tenant": "standard", **told["lifen"], **{name: told[name] for name in names}}
    return LifenAccount(**{**members, **changes})


@contextlib.asynccontextmanager
async def opened(
    world: World, secret: str = "", *, limit: int = 0, **changes: Any
) -> AsyncIterator[Hospital]:
    clock = HandClock()
    own = replace(world, patients=dict(world.patients))
    async with serve(world=own, clock=clock, calls_per_second=limit) as served:
        told = secret or served.description["client_secret"]
        async with open_lifen(account(served, **changes), told) as lifen:
            yield Hospital(served, lifen, clock)


@pytest.fixture
async def hospital(world: World) -> AsyncIterator[Hospital]:
    async with opened(world) as hospital:
        yield hospital


async def test_a_patient_is_found_by_each_thing_that_is_known(hospital: Hospital) -> None:
    known = await hospital.lifen.patient(CAPUCINE)
    for query in (
        PatientQuery(name="abricotier capucine", birth_date=known.birth_date),
        PatientQuery(name="Capucine DELORMEAU-Sandbox", birth_date=known.birth_date),
        PatientQuery(name="abri", birth_date=date(1985, 7, 14)),
        PatientQuery(identifier=known.ipp),
        PatientQuery(identifier=known.ins),
    ):
        page = await hospital.lifen.find_patients(query)
        assert [one.id for one in page.items] == [CAPUCINE]
        assert page.items[0] == known
    assert known.ins_qualified


async def test_every_page_is_read_once_and_nobody_is_missed(
    hospital: Hospital, world: World
) -> None:
    found: list[Patient] = []
    page = await hospital.lifen.find_patients(PatientQuery(name="fictif"))
    found += page.items
    while page.next is not None:
        page = await hospital.lifen.find_patients(PatientQuery(name="fictif"), page.next)
        found += page.items
    assert len(found) == len({one.id for one in found}) == page.total
    assert len(found) > 40


async def test_links_to_another_host_are_asked_on_our_own(hospital: Hospital) -> None:
    hospital.trouble(Rule(links="https://api.lifen.example"))
    page = await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
    assert page.next is not None
    assert "api.lifen.example" in page.next
    second = await hospital.lifen.find_patients(PatientQuery(name="sandbox"), page.next)
    assert len(second.items) == 20


async def test_the_directory_is_searched_by_name_number_place_and_address(
    hospital: Hospital,
) -> None:
    page = await hospital.lifen.find_practitioners(CorrespondentQuery(name="tessandier marc"))
    (doctor,) = page.items
    assert len(doctor.mailboxes) == 2
    for query in (
        CorrespondentQuery(identifier=doctor.identifier),
        CorrespondentQuery(identifier=f"8{doctor.identifier}"),
        CorrespondentQuery(telecom=doctor.mailboxes[1].address),
        CorrespondentQuery(name="tessandier", address=doctor.places[0].city),
    ):
        assert (await hospital.lifen.find_practitioners(query)).items == (doctor,)
    many = await hospital.lifen.find_practitioners(CorrespondentQuery(name="fictif"))
    assert (len(many.items), many.complete) == (100, False)
    structures = await hospital.lifen.find_organizations(CorrespondentQuery(name="centre hosp"))
    assert structures.items[0].name == "Centre hospitalier de Villefictive"


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


async def test_each_recipient_has_its_own_fate(hospital: Hospital) -> None:
    addresses = {
        "plein.octave@cabinet.mssante.example": (DeliveryState.FAILED, "boîte pleine"),
        "invalide.leonie@cabinet.mssante.example": (DeliveryState.FAILED, "adresse invalide"),
        "lent.barnabe@cabinet.mssante.example": (DeliveryState.PENDING, None),
        "inconnu.celeste@cabinet.mssante.example": (DeliveryState.UNKNOWN, None),
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
    hospital.trouble(replace_rule(rule))
    with pytest.raises(kind):
        await hospital.lifen.deliver(sent, Shelf(), Mark())


def replace_rule(rule: Rule) -> Rule:
    members = {name: getattr(rule, name) for name in Rule.__struct_fields__}
    return Rule(**{**members, "path": SEND, "times": 1})


READS = [
    (Rule(status=403), NotAllowed),
    (Rule(status=404), Refused),
    (Rule(status=412), Refused),
    (Rule(status=422), Refused),
    (Rule(status=429, retry_after=60), Throttled),
    (Rule(status=500), ServerTrouble),
    (Rule(status=503, body="html"), ServerTrouble),
    (Rule(status=200, body="html"), Malformed),
    (Rule(body="truncated"), Malformed),
    (Rule(cut=True), Unreachable),
    (Rule(status=401), NotAllowed),
]


@pytest.mark.parametrize(("rule", "kind"), READS)
async def test_a_search_that_went_wrong_has_its_name(
    hospital: Hospital, rule: Rule, kind: type[AppError]
) -> None:
    members = {name: getattr(rule, name) for name in Rule.__struct_fields__}
    hospital.trouble(Rule(**{**members, "path": "/Patient/_search"}))
    with pytest.raises(kind):
        await hospital.lifen.find_patients(PatientQuery(name="abricotier"))


async def test_a_passing_trouble_of_a_search_is_not_even_noticed(hospital: Hospital) -> None:
    hospital.trouble(
        Rule(path="_search", status=503, times=1), Rule(path="_search", cut=True, times=1)
    )
    page = await hospital.lifen.find_patients(PatientQuery(identifier="000123"))
    assert [one.id for one in page.items] == [CAPUCINE]


async def test_a_revoked_token_costs_one_more_and_nothing_else(hospital: Hospital) -> None:
    sent = await hospital.letter()
    hospital.sandbox.revoke_tokens()
    assert await hospital.lifen.deliver(sent, Shelf(), Mark())
    hospital.trouble(Rule(path=SEND, status=401, times=1))
    with pytest.raises(StaleToken):
        await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert await hospital.lifen.deliver(sent, Shelf(), Mark())
    hospital.trouble(Rule(path=SEND, status=401))
    with pytest.raises(StaleToken):
        await hospital.lifen.deliver(sent, Shelf(), Mark())
    with pytest.raises(NotAllowed):
        await hospital.lifen.deliver(sent, Shelf(), Mark())


async def test_a_missing_support_address_is_the_set_up(world: World) -> None:
    async with opened(world, client_id="demo-no-support-mail") as hospital:
        sent = await hospital.letter()
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert caught.value.cause == "setup"


async def test_a_missing_scope_is_told_when_it_is_met(world: World) -> None:
    async with opened(world, client_id="demo-search-only") as hospital:
        assert (await hospital.lifen.find_patients(PatientQuery(name="abricotier"))).items
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.find_practitioners(CorrespondentQuery(name="tessandier"))
    assert caught.value.cause == "scope"


@pytest.mark.parametrize(
    ("secret", "changes", "cause"),
    [
        ("wrong", {}, "credentials"),
        ("", {"audience": "https://production.platform-apis/"}, "audience"),
        ("", {"database_reference": "Unknown"}, "database_reference"),
    ],
)
async def test_access_at_fault_is_told_apart(
    world: World, secret: str, changes: dict[str, Any], cause: str
) -> None:
    async with opened(world, secret, **changes) as hospital:
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.patient(CAPUCINE)
    assert caught.value.cause == cause


async def test_ramsay_finds_by_name_and_number_without_pages(world: World) -> None:
    async with opened(world, tenant="ramsay", database_reference="SbxRamsay1") as hospital:
        page = await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
        assert (len(page.items), page.next, page.complete) == (20, None, False)
        page = await hospital.lifen.find_patients(PatientQuery(identifier="000123"))
        assert [one.id for one in page.items] == [CAPUCINE]


async def test_vivalto_finds_by_three_letters_and_by_no_number(world: World) -> None:
    async with opened(world, tenant="vivalto", database_reference="SbxVivalt1") as hospital:
        find = hospital.lifen.find_patients
        with pytest.raises(Incomplete) as caught:
            await find(PatientQuery(name="ab"))
        assert caught.value.limit == 3
        with pytest.raises(NotOffered):
            await find(PatientQuery(identifier="000123"))
        assert (await find(PatientQuery(name="abr"))).items
        (short,) = (await find(PatientQuery(name="ba", birth_date=date(1979, 1, 1)))).items
        assert short.birth_family == "BA"
        (one,) = (await find(PatientQuery(name="abricotier capucine", identifier="000123"))).items
        assert one.id == CAPUCINE


async def test_another_hospital_s_patients_are_not_shown(world: World) -> None:
    async with opened(world) as hospital:
        wrong = account(hospital.served, database_reference="SbxRamsay1")
        transport = _Renamed(hospital.served.description["database_reference"], "SbxRamsay1")
        secret = hospital.served.description["client_secret"]
        async with open_lifen(wrong, secret, transport=transport) as lifen:
            assert (await lifen.find_patients(PatientQuery(name="abricotier"))).items == ()
            with pytest.raises(NotAllowed) as caught:
                await lifen.patient(CAPUCINE)
            assert caught.value.cause == "database_reference"


class _Renamed(httpx.AsyncHTTPTransport):
    """Gets a token for another hospital than the one asked for: a mixed-up cache."""

    def __init__(self, own: str, other: str) -> None:
        super().__init__()
        self._own, self._other = own.encode(), other.encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/v1/token"):
            body = (await request.aread()).replace(self._other, self._own)
            headers = {"content-type": request.headers["content-type"]}
            request = httpx.Request("POST", request.url, headers=headers, content=body)
        return await super().handle_async_request(request)


async def test_a_patient_s_stays_are_found_on_every_tenant(world: World) -> None:
    for tenant, owner in (
        ("standard", "Sbx0Demo01"),
        ("ramsay", "SbxRamsay1"),
        ("vivalto", "SbxVivalt1"),
    ):
        async with opened(world, tenant=tenant, database_reference=owner) as hospital:
            page = await hospital.lifen.find_stays(CAPUCINE)
            assert [stay.number for stay in page.items] == [
                "SEJ2024000777",
                "SEJ2024000901",
                "SEJ2023000412",
            ]
            assert (page.total, page.complete) == (3, True)
            assert page.items[0].label == "IMP · CHIRURGIE IMAGINAIRE"
            assert (await hospital.lifen.find_stays(PatientId("70005"))).items == ()


async def test_more_stays_than_a_page_holds_are_all_found(world: World) -> None:
    first = next(iter(world.stays.values()))
    many = {
        str(number): replace(first, id=str(number), number=f"SEJ{number}")
        for number in range(85000, 85130)
    }
    async with opened(replace(world, stays=many)) as hospital:
        page = await hospital.lifen.find_stays(CAPUCINE)
    assert (len(page.items), page.complete) == (130, True)


async def test_a_letter_names_its_stay(hospital: Hospital) -> None:
    sent = await hospital.letter(stay=StayId("80001"))
    await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert [accepted.stay for accepted in hospital.sandbox.ledger] == ["80001"]
    with pytest.raises(Incomplete):
        await hospital.lifen.deliver(replace(sent, stay=StayId("80004")), Shelf(), Mark())


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
    sent = await hospital.letter(content, stay=StayId("80001"), recipients=())
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
@pytest.mark.parametrize(
    ("stay", "state", "reason"),
    [
        ("80008", DeliveryState.FAILED, "séjour clos dans le dossier"),
        ("80009", DeliveryState.PENDING, None),
        ("80010", DeliveryState.UNKNOWN, None),
    ],
)
async def test_each_fate_of_a_record_copy_is_told(
    hospital: Hospital, form: RecordTracking, stay: str, state: DeliveryState, reason: str | None
) -> None:
    hospital.sandbox.record_tracking = form
    patient = await hospital.lifen.patient(PatientId("70007"))
    sent = letter(patient=patient, stay=StayId(stay))
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
    sent = await hospital.letter(stay=StayId("80001"))
    with pytest.raises(failure):
        await hospital.lifen.record.deliver(sent, Shelf(), Mark())
    assert len(hospital.sandbox.ledger) == accepted


async def test_the_largest_record_copy_is_taken(hospital: Hospital) -> None:
    content = PDF + bytes(MAX_RECORD_BYTES - len(PDF))
    sent = await hospital.letter(content, stay=StayId("80001"))
    await hospital.lifen.record.deliver(sent, Shelf(content), Mark())
    assert hospital.sandbox.ledger[0].documents[0].size == MAX_RECORD_BYTES


async def test_practice_mode_is_the_same_client_in_the_same_process(world: World) -> None:
    sandbox = LifenSandbox(world, HandClock(), calls_per_second=0)
    transport = httpx.ASGITransport(sandbox.application())
    description = Served("http://127.0.0.1", sandbox)
    secret = description.description["client_secret"]
    async with open_lifen(account(description), secret, transport=transport) as lifen:
        sent = letter(patient=await lifen.patient(CAPUCINE))
        assert await lifen.deliver(sent, Shelf(), Mark())
        sandbox.faults.replace(Rule(path=SEND, cut=True, times=1))
        with pytest.raises(Unreachable):
            await lifen.deliver(sent, Shelf(), Mark())
        sandbox.faults.replace(Rule(path=SEND, cut=True, after=True, times=1))
        with pytest.raises(InDoubt):
            await lifen.deliver(sent, Shelf(), Mark())
    assert len(sandbox.ledger) == 2


async def test_the_shared_limit_is_kept_without_one_refusal(world: World) -> None:
    async with opened(world, limit=10) as hospital:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(25):
                group.create_task(hospital.lifen.patient(CAPUCINE))
        assert time.monotonic() - started < 3.5
        async with httpx.AsyncClient() as client:
            ledger = (await client.get(hospital.served.description["ledger_url"])).json()
    assert ledger["rejected"] == {}


async def test_a_nonsense_tenant_or_proxy_is_a_setting_to_correct(hospital: Hospital) -> None:
    good = account(hospital.served)
    for wrong, proxy in (
        (replace(good, tenant="martian"), None),
        (replace(good, fhir_url="https://api.lifen.example/fhir/v3"), "gopher://proxy.example"),
        (replace(good, fhir_url="https://api.lifen.example/fhir/v3"), "socks5://proxy.example"),
    ):
        with pytest.raises(Misconfigured):
            async with open_lifen(wrong, "secret", proxy=proxy):
                pass


async def test_this_machine_is_not_asked_for_through_a_proxy(hospital: Hospital) -> None:
    secret = hospital.served.description["client_secret"]
    proxy = "http://proxy.invalid:3128"
    async with open_lifen(account(hospital.served), secret, proxy=proxy) as lifen:
        assert (await lifen.patient(CAPUCINE)).id == CAPUCINE


async def test_what_is_between_us_and_the_platform_names_no_patient_in_a_log(
    hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await hospital.lifen.find_patients(PatientQuery(name="Abricotier Capucine"))
    await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
    sent = letter(patient=page.items[0])
    await hospital.lifen.track(await hospital.lifen.deliver(sent, Shelf(), Mark()))
    with pytest.raises(Refused):
        await hospital.lifen.patient(PatientId("0"))
    shown = caplog.text.casefold()
    for person in (
        page.items[0],
        *(await hospital.lifen.find_patients(PatientQuery(name="sandbox"))).items,
    ):
        assert person.birth_family.casefold() not in shown
    assert "capucine" not in shown
    assert "1985-07-14" not in shown
    assert hospital.served.description["client_secret"] not in shown


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
