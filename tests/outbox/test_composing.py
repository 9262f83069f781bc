from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import (
    AppError,
    IllegalMove,
    Incomplete,
    InDoubt,
    NotAllowed,
    NotSignedIn,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.letters import Document, Letter, Limits, Target, Topic, Verdict, check
from desktop_app.domain.people import Author, PatientId
from desktop_app.domain.ports import SendingFilter
from desktop_app.domain.sending import (
    Accepted,
    Barred,
    Claimed,
    Delivery,
    DeliveryState,
    Job,
    JobState,
    LostSight,
    Passed,
    Postponed,
    Rejected,
    Tracked,
)
from desktop_app.outbox.composing import LACKS
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.statements import PATIENCE
from desktop_app.outbox.worker import Worker
from tests.outbox.conftest import (
    AUTHOR,
    STAY,
    HandClock,
    ObedientPlatform,
    a_document,
    a_letter,
    look_into,
    open_outbox,
)

S, D = JobState, DeliveryState
NOW = timedelta(0)
TWELVE = tuple(f"ok.{number}@x.mssante.example" for number in range(12))
QUALIFIED = {"ins": "285078412345678", "ins_qualified": True}


class Blank:
    """Documents whose bytes nobody looks at."""

    async def chunks(self, document: Document, size: int) -> AsyncIterator[bytes]:
        yield b"%PDF"


async def sent(outbox: Outbox, *addresses: str, documents: int = 1, **changes: object) -> list[Job]:
    letter = replace(
        a_letter(*addresses),
        documents=tuple(a_document(number) for number in range(documents)),
        stay=STAY,
        **changes,  # type: ignore[arg-type]
    )
    await outbox.add(letter)
    return list((await outbox.send(letter, NOW)).jobs)


async def accepted(outbox: Outbox, clock: HandClock, job: Job) -> Job:
    for event in (Claimed(), Passed(clock()), Accepted("tx", clock(), clock())):
        job = await outbox.change(job.id, event)
    return job


async def told(outbox: Outbox, clock: HandClock, job: Job, *states: DeliveryState) -> Job:
    said = tuple(
        replace(one, state=state) for one, state in zip(job.deliveries, states, strict=True)
    )
    return await outbox.change(job.id, Tracked(said, clock(), clock()))


def numbers(job: Job) -> list[int]:
    return [int(document, 16) for document in job.documents]


async def test_twelve_recipients_are_two_jobs_of_one_sending(outbox: Outbox) -> None:
    jobs = await sent(outbox, *TWELVE)
    assert [len(job.deliveries) for job in jobs] == [10, 2]
    assert [one.address for job in jobs for one in job.deliveries] == list(TWELVE)
    assert all(job.documents == () for job in jobs)  # each carries them all
    (sending,) = await outbox.sendings(SendingFilter())
    assert [job.id for job in sending.jobs] == [job.id for job in jobs]


async def test_jobs_name_their_documents_only_where_they_share_them(outbox: Outbox) -> None:
    jobs = await sent(outbox, documents=11)
    assert [numbers(job) for job in jobs] == [list(range(10)), [10]]


async def test_a_record_takes_each_document_as_a_job_of_its_own(outbox: Outbox) -> None:
    jobs = await sent(outbox, documents=3, targets=(Target.MSS, Target.EHR))
    assert [(job.target, numbers(job)) for job in jobs] == [
        (Target.MSS, []), (Target.EHR, [0]), (Target.EHR, [1]), (Target.EHR, [2]),
    ]  # fmt: skip
    assert jobs[3].deliveries == (Delivery(address="ehr", name=""),)
    assert (await outbox.job(jobs[3].id)) == jobs[3]


async def test_a_copy_of_one_document_names_it_all_the_same(outbox: Outbox) -> None:
    patient = replace(a_letter().patient, **QUALIFIED)  # type: ignore[type-var]
    jobs = await sent(outbox, targets=(Target.EHR, Target.DMP), patient=patient)
    assert [numbers(job) for job in jobs] == [[0], [0]]
    assert [job.deliveries[0].address for job in jobs] == ["ehr", "dmp"]


async def test_limits_are_the_profile_s(tmp_path: Path, clock: HandClock) -> None:
    outbox = await open_outbox(
        tmp_path / "small.db", clock, limits=Limits(mailbox=2500, record=900)
    )
    jobs = await sent(outbox, documents=3)
    assert [numbers(job) for job in jobs] == [[0, 1], [2]]
    with pytest.raises(Incomplete) as caught:
        await sent(outbox, targets=(Target.EHR,))
    assert (caught.value.what, caught.value.limit) == ("record_too_large", 900)
    await outbox.aclose()


def test_whatever_blocks_a_letter_has_a_name() -> None:
    small = Limits(mailbox=10, record=10)
    everywhere = (Target.MSS, Target.EHR, Target.DMP)
    unqualified = replace(a_letter(), targets=everywhere)
    letters = (
        replace(a_letter(), patient=None, recipients=(), documents=(), targets=everywhere),
        replace(a_letter("x@patient.mssante.fr"), targets=()),
        replace(a_letter("x@patient.mssante.fr"), targets=everywhere),
        unqualified,
    )
    blocking = {
        line.topic
        for letter in letters
        for line in check(letter, small)
        if line.verdict is Verdict.BLOCK
    }
    assert blocking == set(LACKS)
    assert blocking < set(Topic)


# One letter, however many requests


async def test_a_sending_of_several_jobs_counts_once(outbox: Outbox, clock: HandClock) -> None:
    jobs = await sent(outbox, *TWELVE, documents=2, targets=(Target.MSS, Target.EHR))
    assert len(jobs) == 4
    counts = await outbox.overview()
    assert (counts.total, counts.moving, counts.outstanding) == (1, 1, 0)
    for job in jobs[:3]:
        await outbox.change(job.id, Claimed())
        await outbox.change(job.id, Postponed(clock(), "unreachable"))
    counts = await outbox.overview()
    assert (counts.waiting, counts.outstanding, counts.moving) == (1, 1, 1)


async def test_a_letter_has_arrived_today_once_all_of_it_has(
    outbox: Outbox, clock: HandClock
) -> None:
    first, second = await sent(outbox, *TWELVE)
    await told(outbox, clock, await accepted(outbox, clock, first), *[D.DELIVERED] * 10)
    assert (await outbox.overview()).delivered_today == 0
    await told(outbox, clock, await accepted(outbox, clock, second), *[D.DELIVERED] * 2)
    counts = await outbox.overview()
    assert (counts.delivered_today, counts.outstanding) == (1, 0)
    clock.forward(days=1)
    assert (await outbox.overview()).delivered_today == 0


async def test_a_part_that_was_given_up_does_not_hide_that_the_rest_arrived(
    outbox: Outbox, clock: HandClock
) -> None:
    first, second = await sent(outbox, *TWELVE)
    await outbox.cancel(second.id)
    await told(outbox, clock, await accepted(outbox, clock, first), *[D.DELIVERED] * 10)
    assert (await outbox.overview()).delivered_today == 1


async def test_one_part_in_doubt_and_one_delivered_ask_for_a_person_once(
    outbox: Outbox, clock: HandClock
) -> None:
    first, second = await sent(outbox, *TWELVE)
    await told(outbox, clock, await accepted(outbox, clock, first), *[D.DELIVERED] * 10)
    for event in (Claimed(), Passed(clock()), LostSight("cut")):
        await outbox.change(second.id, event)
    await sent(outbox)
    counts = await outbox.overview()
    assert (counts.need_person, counts.outstanding, counts.delivered_today) == (1, 1, 0)
    doubtful, _ = await outbox.sendings(SendingFilter())
    assert [job.state for job in doubtful.jobs] == [S.DELIVERED, S.IN_DOUBT]
    assert len(await outbox.sendings(SendingFilter(states=(S.IN_DOUBT, S.DELIVERED)))) == 1
    with pytest.raises(IllegalMove):
        await outbox.withdraw(doubtful.letter.id)
    again = await outbox.resolve(second.id, sent=False)
    assert (again.state, len(again.deliveries)) == (S.QUEUED, 2)
    assert (await outbox.job(first.id)).state is S.DELIVERED


async def test_a_sending_that_left_in_part_is_not_taken_back_but_the_rest_can_be(
    outbox: Outbox, clock: HandClock
) -> None:
    first, second, third = await sent(outbox, documents=2, targets=(Target.MSS, Target.EHR))
    await accepted(outbox, clock, first)
    with pytest.raises(IllegalMove):
        await outbox.withdraw(first.sending)
    assert [job.state for job in await outbox.jobs_of(first.sending)] == [
        S.ACCEPTED, S.QUEUED, S.QUEUED,
    ]  # fmt: skip
    assert await outbox.drafts() == []
    for job in (second, third):
        await outbox.cancel(job.id)
    counts = await outbox.overview()
    assert (counts.moving, counts.outstanding, counts.drafts) == (1, 0, 0)


async def refused(outbox: Outbox, job: Job) -> Job:
    await outbox.change(job.id, Claimed())
    return await outbox.change(job.id, Rejected("changed_patient"))


async def test_what_was_refused_of_a_letter_that_left_in_part_comes_back_for_the_others(
    outbox: Outbox, clock: HandClock
) -> None:
    first, second, copy = await sent(outbox, *TWELVE, targets=(Target.MSS, Target.EHR))
    await accepted(outbox, clock, first)
    await accepted(outbox, clock, copy)
    back = await outbox.correct((await refused(outbox, second)).id)
    assert [one.address for one in back.recipients] == list(TWELVE[10:])
    assert back.targets == (Target.MSS,)
    assert await outbox.drafts() == [back]
    states = [job.state for job in await outbox.jobs_of(first.sending)]
    assert states == [S.ACCEPTED, S.CANCELLED, S.ACCEPTED]


async def test_what_was_refused_comes_back_whole_where_nothing_has_left(outbox: Outbox) -> None:
    first, second = await sent(outbox, *TWELVE)
    back = await outbox.correct((await refused(outbox, second)).id)
    assert [one.address for one in back.recipients] == list(TWELVE)
    assert {job.state for job in await outbox.jobs_of(first.sending)} == {S.CANCELLED}


async def test_correcting_gives_nobody_a_document_twice(outbox: Outbox, clock: HandClock) -> None:
    jobs = await sent(outbox, *TWELVE, documents=12)  # ten and two, ten and two
    assert len(jobs) == 4
    await accepted(outbox, clock, jobs[0])
    back = await outbox.correct((await refused(outbox, jobs[2])).id)
    assert [one.address for one in back.recipients] == list(TWELVE[10:])
    assert len(back.documents) == 10
    assert [job.state for job in await outbox.jobs_of(jobs[0].sending)] == [
        S.ACCEPTED,
        S.QUEUED,
        S.CANCELLED,
        S.QUEUED,
    ]


async def test_undo_brings_back_a_letter_of_many_parts_whole(outbox: Outbox) -> None:
    letter = replace(
        a_letter(*TWELVE),
        documents=tuple(a_document(number) for number in range(11)),
        targets=(Target.MSS, Target.EHR),
        stay=STAY,
        sender="10003456789",
    )
    await outbox.add(letter)
    sending = await outbox.send(letter, timedelta(seconds=10))
    assert len(sending.jobs) == 4 + 11
    back = await outbox.withdraw(letter.id)
    assert replace(back, id=letter.id, created_at=letter.created_at) == letter
    assert {job.state for job in await outbox.jobs_of(letter.id)} == {S.CANCELLED}


async def test_sending_again_concerns_who_failed_and_what_they_did_not_get(
    outbox: Outbox, clock: HandClock
) -> None:
    jobs = await sent(outbox, *TWELVE, documents=11, targets=(Target.MSS, Target.EHR))
    last = jobs[3]  # the last two recipients, the last document
    assert (len(last.deliveries), numbers(last)) == (2, [10])
    failed = await told(outbox, clock, await accepted(outbox, clock, last), D.DELIVERED, D.FAILED)
    fresh = await outbox.retry(failed.id)
    assert [one.address for one in fresh.deliveries] == [TWELVE[11]]
    letter = await outbox.letter(fresh.sending)
    assert [one.address for one in letter.recipients] == [TWELVE[11]]
    assert [int(one.id, 16) for one in letter.documents] == numbers(fresh) == [10]
    assert letter.targets == (Target.MSS,)
    assert [job.id for job in await outbox.jobs_of(fresh.sending)] == [fresh.id]


# The order in which the parts leave


@pytest.fixture
def mailboxes() -> ObedientPlatform:
    return ObedientPlatform()


@pytest.fixture
def record() -> ObedientPlatform:
    return ObedientPlatform()


@pytest.fixture
def worker(
    outbox: Outbox, mailboxes: ObedientPlatform, record: ObedientPlatform, clock: HandClock
) -> Worker:
    return Worker(outbox, {Target.MSS: mailboxes, Target.EHR: record}, Blank(), clock)


def carried(letters: Sequence[Letter]) -> list[list[int]]:
    return [[int(one.id, 16) for one in letter.documents] for letter in letters]


async def test_each_request_carries_its_share_and_no_more(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform, record: ObedientPlatform
) -> None:
    await sent(outbox, *TWELVE, documents=2, targets=(Target.MSS, Target.EHR))
    while await worker.send_one():
        pass
    assert carried(mailboxes.received) == [[0, 1], [0, 1]]
    assert [one.address for each in mailboxes.received for one in each.recipients] == list(TWELVE)
    assert carried(record.received) == [[0], [1]]
    assert all(letter.recipients == () for letter in record.received)


async def test_the_parts_leave_in_their_order_after_a_wait_too(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform, clock: HandClock
) -> None:
    await sent(outbox, documents=25)
    wait = timedelta(minutes=3)
    mailboxes.before = [Throttled(wait), None, Throttled(wait), Unreachable(), Throttled(wait)]
    while len(mailboxes.received) < 3:
        while await worker.send_one():
            pass
        clock.forward(minutes=5)
    assert carried(mailboxes.received) == [[*range(10)], [*range(10, 20)], [*range(20, 25)]]


async def test_a_part_that_keeps_failing_does_not_keep_the_rest_back_for_ever(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform, clock: HandClock
) -> None:
    first, second = await sent(outbox, *TWELVE)
    for _ in range(PATIENCE):
        mailboxes.before = [ServerTrouble(500)]
        assert await worker.send_one()
        assert (await outbox.job(second.id)).state is S.QUEUED
        clock.forward(minutes=5)
    mailboxes.before = [None, ServerTrouble(500)]
    while await worker.send_one():
        pass
    assert (await outbox.job(second.id)).state is S.ACCEPTED
    assert (await outbox.job(first.id)).state is S.WAITING


async def test_a_part_that_was_refused_does_not_keep_the_rest_back(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform
) -> None:
    jobs = await sent(outbox, *TWELVE)
    mailboxes.before = [Refused(422)]
    while await worker.send_one():
        pass
    assert [(await outbox.job(job.id)).state for job in jobs] == [S.REFUSED, S.ACCEPTED]


@pytest.mark.parametrize("trouble", [Throttled(timedelta(hours=1)), NotAllowed("scope")])
@pytest.mark.parametrize("quiet", [Target.MSS, Target.EHR])
async def test_one_target_that_is_kept_back_does_not_hold_the_other(
    outbox: Outbox,
    worker: Worker,
    mailboxes: ObedientPlatform,
    record: ObedientPlatform,
    trouble: AppError,
    quiet: Target,
) -> None:
    jobs = await sent(outbox, *TWELVE, documents=2, targets=(Target.MSS, Target.EHR))
    (mailboxes if quiet is Target.MSS else record).before = [trouble]
    while await worker.send_one():
        pass
    for job in jobs:
        left = (await outbox.job(job.id)).state is S.ACCEPTED
        assert left is (job.target is not quiet)


async def test_a_part_that_waits_for_its_turn_neither_moves_nor_wakes_anybody(
    outbox: Outbox, tmp_path: Path, clock: HandClock
) -> None:
    first, second = await sent(outbox, *TWELVE)
    until = clock() + timedelta(hours=1)
    for job, moment in ((second, clock()), (first, until)):
        await outbox.change(job.id, Claimed())
        await outbox.change(job.id, Postponed(moment, "throttled"))
    later = await open_outbox(tmp_path / "navette.db", clock)  # it remembers no silence
    leaving = (S.QUEUED, S.WAITING)
    assert await later.jobs_in(leaving, due=clock()) == []
    assert await later.next_moment(leaving) == until
    assert await later.idle(timedelta(minutes=30))
    assert not await later.idle(timedelta(hours=2))
    await later.aclose()


async def test_try_now_means_now_for_the_parts_ahead_too(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform
) -> None:
    jobs = await sent(outbox, *TWELVE)
    mailboxes.before = [Throttled(timedelta(hours=1))]
    await worker.send_one()
    assert not await worker.send_one()
    await outbox.retry(jobs[1].id)
    while await worker.send_one():
        pass
    assert [len(letter.recipients) for letter in mailboxes.received] == [10, 2]


async def test_two_letters_do_not_wait_for_each_other(
    outbox: Outbox, worker: Worker, mailboxes: ObedientPlatform, clock: HandClock
) -> None:
    (first,) = await sent(outbox)
    mailboxes.before = [ServerTrouble(500)]
    await worker.send_one()
    (second,) = await sent(outbox)
    outbox.quiet.clear()
    assert await worker.send_one()
    assert (await outbox.job(second.id)).state is S.ACCEPTED
    assert (await outbox.job(first.id)).state is S.WAITING


# Who did it


def authors(path: Path) -> list[tuple[str, str | None, str | None]]:
    database = look_into(path)
    try:
        found = database.execute("SELECT event, author, author_name FROM journal ORDER BY number")
        return [tuple(row) for row in found.fetchall()]
    finally:
        database.close()


async def test_the_journal_names_who_did_it_and_nobody_for_the_program(
    outbox: Outbox,
    worker: Worker,
    mailboxes: ObedientPlatform,
    tmp_path: Path,
    clock: HandClock,
) -> None:
    claire = (AUTHOR.key, AUTHOR.name)
    (job,) = await sent(outbox)
    mailboxes.before = [Throttled(timedelta(hours=1))]
    await worker.send_one()
    await outbox.retry(job.id)
    mailboxes.after = [InDoubt("cut")]
    await worker.send_one()
    await outbox.resolve(job.id, sent=True)
    refused, barred, undelivered = [(await sent(outbox))[0] for _ in range(3)]
    for one, event in ((refused, Rejected("refused_422")), (barred, Barred(clock(), "scope"))):
        await outbox.change(one.id, Claimed())
        await outbox.change(one.id, event)
    await outbox.cancel(refused.id)
    await outbox.retry(barred.id)
    await outbox.withdraw(barred.sending)
    await told(outbox, clock, await accepted(outbox, clock, undelivered), D.FAILED)
    await outbox.settle(undelivered.id)
    said = authors(tmp_path / "navette.db")
    theirs = {"Composed", "Requeued", "DeclaredSent", "Withdrawn", "Settled"}
    assert {done for done, *_ in said} > theirs
    for done, *by in said:
        assert tuple(by) == (claire if done in theirs else (None, None))


async def test_where_nobody_has_signed_in_nothing_is_done(tmp_path: Path, clock: HandClock) -> None:
    signed_in = [AUTHOR]

    def author() -> Author:
        if not signed_in:
            raise NotSignedIn("ended")
        return signed_in[0]

    outbox = await open_outbox(tmp_path / "sso.db", clock, author=author)
    (job,) = await sent(outbox)
    draft = a_letter()
    await outbox.add(draft)
    signed_in.clear()
    for touch in (
        outbox.send(draft, NOW),
        outbox.withdraw(job.sending),
        outbox.cancel(job.id),
        outbox.retry(job.id),
        outbox.resolve(job.id, sent=True),
        outbox.settle(job.id),
    ):
        with pytest.raises(NotSignedIn):
            await touch
    assert await outbox.drafts() == [draft]
    assert await outbox.job(job.id) == job
    incomplete = replace(draft, recipients=())
    with pytest.raises(Incomplete):  # said first: it is of use before somebody signs in
        await outbox.send(incomplete, NOW)
    await outbox.keep(incomplete)  # the tray is anybody's who sits here
    await outbox.aclose()


async def test_typed_identities_have_no_habits_in_common(outbox: Outbox) -> None:
    patient = replace(a_letter().patient, id=PatientId(""))  # type: ignore[type-var]
    await sent(outbox, patient=patient)
    assert await outbox.usual(PatientId("")) == []
