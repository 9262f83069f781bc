"""Traps of a letter on its way: T8 to T10, T19 to T26, T31, T37, T40."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from desktop_app.domain.errors import (
    FileTrouble,
    IllegalMove,
    Incomplete,
    InDoubt,
    NotAllowed,
)
from desktop_app.domain.letters import Check, Letter, Limits, Target, Topic, Verdict, check
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Cursor,
    Mailbox,
    Page,
    Patient,
    PatientId,
    Recipient,
    SearchRules,
)
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.domain.sending import (
    Claimed,
    Delivery,
    DeliveryState,
    Job,
    JobState,
    Requeued,
)
from desktop_app.fhir.lifen.body import LetterBody
from desktop_app.intake.pdf import PdfReader
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.worker import Worker
from desktop_app.ui.patients.presenter import PatientSearch, PatientsState
from desktop_app.wording import states
from desktop_app.wording.failures import explain
from tests.fhir.conftest import (
    MAILBOX,
    PATIENT,
    TYPED,
    Mark,
    Platform,
    Shelf,
    document,
    letter,
    lifen_over,
    recipient,
)
from tests.fhir.lifen.conftest import RECEIPT, current
from tests.intake.conftest import BAD
from tests.outbox.conftest import HandClock, ObedientPlatform, a_letter, clock, outbox

__all__ = ["clock", "outbox"]
NO_HOLD = timedelta(0)


class Unread:
    """A spool that holds nothing: what is sent is not what these traps are about."""

    pieces: tuple[bytes, ...] = ()

    async def chunks(self, _document: object, _size: int) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


def worker_of(outbox: Outbox, platform: ObedientPlatform, clock: HandClock) -> Worker:
    return Worker(outbox, {Target.MSS: platform}, Unread(), clock)


async def only_job(outbox: Outbox) -> Job:
    (job,) = await outbox.jobs_in(JobState)
    return job


async def send(outbox: Outbox, letter: Letter) -> None:
    await outbox.add(letter)
    await outbox.send(letter, NO_HOLD)


@pytest.mark.parametrize("answer", [500, 502, 503, 504])
async def test_t8_an_answer_that_settles_nothing_is_never_repeated(answer: int) -> None:
    platform, mark = Platform([current(), httpx.Response(answer)]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(InDoubt):
            await lifen.deliver(letter(), Shelf(), mark)
    assert (len(platform.calls), mark.passed) == (2, 1)


async def test_t8_no_timer_sends_a_letter_in_doubt_again(outbox: Outbox, clock: HandClock) -> None:
    platform = ObedientPlatform(after=[InDoubt("timeout")])
    worker = worker_of(outbox, platform, clock)
    await send(outbox, a_letter())
    assert await worker.send_one()
    clock.forward(days=30)
    await worker.recover()
    assert not await worker.send_one()
    assert len(platform.received) == 1
    job = await only_job(outbox)
    assert job.state is JobState.IN_DOUBT
    for event in (Claimed(), Requeued()):
        with pytest.raises(IllegalMove):
            await outbox.change(job.id, event)


async def test_t8_the_journal_row_is_on_disk_before_the_letter_leaves(
    outbox: Outbox, clock: HandClock
) -> None:
    seen: list[JobState] = []

    async def at_the_mark() -> None:
        job = await only_job(outbox)
        assert job.passed_at == clock()
        seen.append(job.state)

    platform = ObedientPlatform(at_the_mark=at_the_mark)
    await send(outbox, a_letter())
    await worker_of(outbox, platform, clock).send_one()
    assert seen == [JobState.SENDING]


async def test_t9_taken_is_not_delivered(outbox: Outbox, clock: HandClock) -> None:
    await send(outbox, a_letter())
    await worker_of(outbox, ObedientPlatform(), clock).send_one()
    job = await only_job(outbox)
    assert job.state is JobState.ACCEPTED
    assert {delivery.state for delivery in job.deliveries} == {DeliveryState.PENDING}
    said = {states.job(replace(job, state=state)) for state in (job.state, JobState.DELIVERED)}
    assert len(said) == 2


async def test_t10_a_partial_success_is_told_address_by_address(
    outbox: Outbox, clock: HandClock
) -> None:
    well, full = "ok.tessandier@cabinet.mssante.example", "plein.bernache@cabinet.mssante.example"
    told = (
        Delivery(address=well.upper(), name="", state=DeliveryState.DELIVERED),
        Delivery(address=full, name="", state=DeliveryState.FAILED, reason="boîte pleine"),
    )
    platform = ObedientPlatform(tracking=[told])
    worker = worker_of(outbox, platform, clock)
    await send(outbox, a_letter(well, full))
    await worker.send_one()
    clock.forward(seconds=6)
    await worker.track_one()
    job = await only_job(outbox)
    assert job.state is JobState.UNDELIVERED
    assert [one.state for one in job.deliveries] == [DeliveryState.DELIVERED, DeliveryState.FAILED]
    again = await outbox.retry(job.id)
    assert [one.address for one in again.deliveries] == [full]
    await worker.send_one()
    assert [one.address for one in platform.received[-1].recipients] == [full]


class Twins:
    """A register that finds whoever it is told to."""

    def __init__(self, *found: Patient) -> None:
        self.found = found

    rules = SearchRules()

    async def find_patients(
        self, _query: PatientQuery, _after: Cursor | None = None
    ) -> Page[Patient]:
        return Page(items=self.found, total=len(self.found))

    async def patient(self, _patient_id: PatientId) -> Patient:
        raise AssertionError


@pytest.mark.parametrize("count", [1, 2])
async def test_t19_nobody_is_chosen_by_the_machine(count: int) -> None:
    twins = (PATIENT, replace(PATIENT, id=PatientId("2"), birth_date=date(1962, 11, 2)))[:count]
    shown: list[PatientsState] = []
    await PatientSearch(Twins(*twins), shown.append).search("abricotier")
    assert shown[-1].patients == twins
    assert shown[-1].homonyms == (frozenset({"70001", "2"}) if count > 1 else frozenset())
    assert not hasattr(shown[-1], "chosen")


def parameters(body: bytes) -> dict[str, Any]:
    return {one["name"]: one for one in orjson.loads(body)["parameter"]}


async def test_t20_the_issuing_hospital_is_that_of_the_patient() -> None:
    typed = replace(
        PATIENT, id=PatientId(""), ipp_system="urn:oid:1.2.250.1.71.4.2.2.60001", organization="7"
    )
    platform = Platform([RECEIPT])
    async with lifen_over(platform, patients=TYPED.patients, organization="60001") as lifen:
        await lifen.deliver(letter(patient=typed), Shelf(), Mark())
        await lifen.deliver(letter(patient=replace(typed, organization=None)), Shelf(), Mark())
    named = [
        parameters(body)["managing-organization"]["valueReference"]["reference"]
        for body in platform.bodies
    ]
    assert named == ["Organization/7", "Organization/60001"]


async def test_t21_several_addresses_are_a_choice_by_their_text() -> None:
    entry = {
        "resourceType": "Practitioner",
        "id": "90001",
        "telecom": [
            {"id": "t1", "system": "email", "value": "b@cabinet.mssante.example", "use": "work"},
            {
                "id": "t1",
                "system": "email",
                "value": "a@clinique.mssante.example",
                "use": "work",
                "rank": 1,
            },
        ],
    }
    body = {"resourceType": "Bundle", "entry": [{"resource": entry}]}
    async with lifen_over(Platform([httpx.Response(200, json=body)])) as lifen:
        (found,) = (await lifen.find_practitioners(CorrespondentQuery(name="tess"))).items
    assert [one.address for one in found.mailboxes] == [
        "a@clinique.mssante.example",
        "b@cabinet.mssante.example",
    ]


@pytest.mark.parametrize(
    "address", ["285079999990136@patient.mssante.fr", "x@Nord.Patient.MSSante.fr"]
)
async def test_t22_a_patient_s_mailbox_gets_nothing(address: str) -> None:
    marked = letter(recipients=(recipient(address),))
    assert Check(Topic.PATIENT_MAILBOX, Verdict.BLOCK) in check(marked)
    platform = Platform([current(), RECEIPT])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Incomplete):
            await lifen.deliver(marked, Shelf(), Mark())
    assert platform.calls == []


async def test_t22_an_address_that_the_directory_did_not_give_gets_nothing() -> None:
    entry = Correspondent(id=CorrespondentId("9"), mailboxes=(Mailbox(address=MAILBOX),))
    typed = Recipient(correspondent=entry, address="typed.by.hand@cabinet.mssante.example")
    async with lifen_over(Platform([current(), RECEIPT])) as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.deliver(letter(recipients=(typed,)), Shelf(), Mark())
    assert caught.value.what == "address"


async def test_t23_one_sender_is_named_and_never_two() -> None:
    platform = Platform([current(), RECEIPT])
    async with lifen_over(platform) as lifen:
        await lifen.deliver(letter(sender="10999999971"), Shelf(), Mark())
    told = parameters(platform.bodies[1])
    assert told["sender-identifier"]["valueString"] == "10999999971"
    assert "sender" not in told


@pytest.mark.parametrize("name", BAD)
async def test_t24_and_t25_what_is_no_open_pdf_is_known_by_its_content(
    tmp_path: Path, name: str
) -> None:
    content, kind = BAD[name]
    path = tmp_path / "lettre.pdf"
    path.write_bytes(content)
    reader = PdfReader()
    try:
        with pytest.raises(FileTrouble) as caught:
            await reader.check(lambda: path.open("rb"))
    finally:
        await reader.aclose()
    assert caught.value.kind == kind


async def test_t26_sizes_are_checked_before_anything_is_asked_or_built() -> None:
    platform = Platform([current(), RECEIPT])
    heavy = letter(b"%PDF-1.4" + bytes(2000))
    async with lifen_over(platform) as lifen:
        lifen._limits = Limits(mailbox=1000)  # noqa: SLF001 - what a hospital may configure
        with pytest.raises(Incomplete) as caught:
            await lifen.deliver(heavy, Shelf(), Mark())
    assert (caught.value.what, caught.value.limit) == ("documents_too_large", 1000)
    assert platform.calls == []


async def test_t26_ten_documents_are_never_in_memory_together() -> None:
    size, count = 2_000_000, 10
    content = b"%PDF-1.4" + bytes(size)
    one = document(content)
    body = LetterBody({"documents": [{"data": ""}] * count}, "data", [one] * count, Shelf(content))
    tracemalloc.start()
    try:
        length = 0
        async for piece in body.pieces():
            length += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == body.length > count * size
    assert peak < 2 * size


async def test_t31_a_missing_support_address_is_a_task_of_the_administrator() -> None:
    words = "Mail support missing, please defined it in `https://portal.lifen.fr`"
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": words}]}
    platform = Platform([current(), httpx.Response(412, json=outcome)])
    async with lifen_over(platform) as lifen:
        with pytest.raises(NotAllowed) as caught:
            await lifen.deliver(letter(), Shelf(), Mark())
    assert caught.value.cause == "setup"
    assert "service informatique" in explain(caught.value).advice


def test_t37_a_patient_who_died_is_a_warning_before_the_letter_leaves() -> None:
    late = replace(PATIENT, deceased=True)
    assert Check(Topic.PATIENT_DECEASED, Verdict.CARE) in check(letter(patient=late))


async def test_t40_what_became_of_a_letter_is_asked_for(outbox: Outbox, clock: HandClock) -> None:
    platform = ObedientPlatform()  # which never has news
    worker = worker_of(outbox, platform, clock)
    await send(outbox, a_letter())
    await worker.send_one()
    asked = []
    for seconds in range(1, 90):
        clock.forward(seconds=1)
        if await worker.track_one():
            asked.append(seconds)
    assert asked[:3] == [5, 20, 65]


def test_every_trap_of_the_reference_has_its_test() -> None:
    written = " ".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    missing = [number for number in range(1, 41) if f"_t{number}_" not in written]
    assert missing == []
