import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import IllegalMove, Incomplete, Unknown
from desktop_app.domain.letters import Letter, Target
from desktop_app.domain.people import PatientId
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
    Rejected,
    Tracked,
)
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.store import Seal
from tests.outbox.conftest import (
    SEAL,
    STAY,
    HandClock,
    a_document,
    a_letter,
    look_into,
    open_outbox,
)

TEN_SECONDS = timedelta(seconds=10)
NOW = timedelta(0)
BOTH = (Target.MSS, Target.EHR)
RECORD = Delivery(address="ehr", name="")


async def sent(outbox: Outbox, *addresses: str, hold: timedelta = NOW, family: str = "X") -> Job:
    letter = a_letter(*addresses, family=family)
    await outbox.add(letter)
    return (await outbox.send(letter, hold)).jobs[0]


async def in_doubt(outbox: Outbox, clock: HandClock) -> Job:
    job = await sent(outbox)
    for event in (Claimed(), Passed(clock()), LostSight("cut")):
        job = await outbox.change(job.id, event)
    return job


async def undelivered(outbox: Outbox, clock: HandClock) -> Job:
    job = await sent(outbox, "ok.a@x.mssante.example", "plein.b@x.mssante.example")
    said = tuple(
        replace(
            each,
            state=DeliveryState.FAILED if "plein" in each.address else DeliveryState.DELIVERED,
            reason="boîte pleine" if "plein" in each.address else None,
        )
        for each in job.deliveries
    )
    for event in (
        Claimed(),
        Passed(clock()),
        Accepted("tx", clock(), clock()),
        Tracked(said, clock(), clock()),
    ):
        job = await outbox.change(job.id, event)
    return job


async def test_a_letter_of_the_tray_survives_the_program(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "survivor.db"
    letter = a_letter()
    first = await open_outbox(path, clock)
    await first.add(letter)
    await first.aclose()
    second = await open_outbox(path, clock)
    assert await second.drafts() == [letter]
    await second.aclose()


async def test_sending_takes_the_letter_out_of_the_tray_and_holds_it(
    outbox: Outbox, clock: HandClock
) -> None:
    job = await sent(outbox, hold=TEN_SECONDS)
    assert (job.state, job.not_before) == (JobState.HELD, clock() + TEN_SECONDS)
    assert await outbox.drafts() == []


async def test_each_target_is_a_job_with_its_own_deliveries(outbox: Outbox) -> None:
    letter = replace(a_letter(), stay=STAY, targets=BOTH)
    await outbox.add(letter)
    sending = await outbox.send(letter, NOW)
    mailbox, record = await outbox.jobs_of(sending.letter.id)
    assert [each.address for each in mailbox.deliveries] == [letter.recipients[0].address]
    assert record.target is Target.EHR
    assert record.deliveries == (RECORD,)


async def test_the_record_alone_needs_no_recipients(outbox: Outbox) -> None:
    letter = replace(a_letter(), recipients=(), stay=STAY, targets=(Target.EHR,))
    await outbox.add(letter)
    (job,) = (await outbox.send(letter, NOW)).jobs
    assert (await outbox.job(job.id)).state is JobState.QUEUED
    assert (await outbox.letter(job.sending)).stay == STAY


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"stay": None}, "stay"),
        ({"documents": (replace(a_letter().documents[0], size=15_000_001),)}, "record_too_large"),
    ],
)
async def test_what_the_record_cannot_take_is_said_before_anything_leaves(
    outbox: Outbox, changes: dict[str, Any], named: str
) -> None:
    letter = replace(a_letter(), **{"stay": STAY, "targets": BOTH, **changes})
    await outbox.add(letter)
    with pytest.raises(Incomplete) as refusal:
        await outbox.send(letter, NOW)
    assert refusal.value.what == named
    assert await outbox.drafts() == [letter]


async def test_a_copy_that_failed_is_sent_again_to_the_record_alone(
    outbox: Outbox, clock: HandClock
) -> None:
    letter = replace(a_letter(), stay=STAY, targets=BOTH)
    await outbox.add(letter)
    _mailbox, job = (await outbox.send(letter, NOW)).jobs
    failed = replace(RECORD, state=DeliveryState.FAILED)
    for event in (
        Claimed(),
        Passed(clock()),
        Accepted("tx", clock(), clock()),
        Tracked((failed,), clock(), clock()),
    ):
        job = await outbox.change(job.id, event)
    assert job.state is JobState.UNDELIVERED
    again = await outbox.retry(job.id)
    assert (again.target, again.state) == (Target.EHR, JobState.QUEUED)
    assert again.deliveries == (RECORD,)
    letter = await outbox.letter(again.sending)
    assert (letter.recipients, letter.stay, letter.targets) == ((), STAY, (Target.EHR,))


async def test_the_same_letter_cannot_be_sent_twice(outbox: Outbox) -> None:
    letter = a_letter()
    await outbox.add(letter)
    await outbox.send(letter, NOW)
    with pytest.raises(IllegalMove):
        await outbox.send(letter, NOW)
    assert len(await outbox.sendings(SendingFilter())) == 1


@pytest.mark.parametrize(
    ("letter", "named"),
    [
        (replace(a_letter(), patient=None), "patient"),
        (replace(a_letter(), recipients=()), "recipients"),
        (replace(a_letter(), documents=()), "documents"),
        (replace(a_letter(), targets=()), "targets"),
        (replace(a_letter("2850714@patient.mssante.fr")), "address"),
        (replace(a_letter(), documents=(a_document(size=50_000_001),)), "documents_too_large"),
        (replace(a_letter(), targets=(Target.DMP,)), "ins"),
    ],
)
async def test_an_incomplete_letter_stays_in_the_tray(
    outbox: Outbox, letter: Letter, named: str
) -> None:
    await outbox.add(letter)
    with pytest.raises(Incomplete) as refusal:
        await outbox.send(letter, NOW)
    assert refusal.value.what == named
    assert await outbox.drafts() == [letter]


async def test_undo_cancels_and_gives_the_letter_back(outbox: Outbox) -> None:
    job = await sent(outbox, hold=TEN_SECONDS)
    back = await outbox.withdraw(job.sending)
    assert await outbox.drafts() == [back]
    assert (await outbox.job(job.id)).state is JobState.CANCELLED


async def test_undo_after_it_left_changes_nothing(outbox: Outbox, clock: HandClock) -> None:
    job = await in_doubt(outbox, clock)
    with pytest.raises(IllegalMove):
        await outbox.withdraw(job.sending)
    assert await outbox.drafts() == []
    assert (await outbox.job(job.id)).state is JobState.IN_DOUBT


async def test_a_discarded_letter_comes_back(outbox: Outbox) -> None:
    letter = a_letter()
    await outbox.add(letter)
    await outbox.discard(letter.id)
    assert await outbox.drafts() == []
    assert await outbox.restore(letter.id) == letter
    assert await outbox.drafts() == [letter]


async def test_a_job_in_doubt_is_never_retried_but_settled_by_a_person(
    outbox: Outbox, clock: HandClock
) -> None:
    job = await in_doubt(outbox, clock)
    with pytest.raises(IllegalMove):
        await outbox.retry(job.id)
    assert (await outbox.resolve(job.id, sent=False)).state is JobState.QUEUED


async def test_declared_sent_is_final_and_says_who_said_so(
    outbox: Outbox, clock: HandClock
) -> None:
    job = await in_doubt(outbox, clock)
    settled = await outbox.resolve(job.id, sent=True)
    assert (settled.state, settled.reason) == (JobState.DELIVERED, "declared_sent")


async def test_retrying_an_undelivered_job_concerns_the_failed_recipients_only(
    outbox: Outbox, clock: HandClock
) -> None:
    job = await undelivered(outbox, clock)
    fresh = await outbox.retry(job.id)
    assert [each.address for each in fresh.deliveries] == ["plein.b@x.mssante.example"]
    letter = await outbox.letter(fresh.sending)
    assert [each.address for each in letter.recipients] == ["plein.b@x.mssante.example"]
    assert (await outbox.job(job.id)).settled


async def test_a_failure_is_resent_once(outbox: Outbox, clock: HandClock) -> None:
    job = await undelivered(outbox, clock)
    await outbox.retry(job.id)
    with pytest.raises(IllegalMove):
        await outbox.retry(job.id)


async def test_repaired_access_frees_every_letter_it_kept_back(
    outbox: Outbox, clock: HandClock
) -> None:
    jobs = [await sent(outbox), await sent(outbox)]
    for job in jobs:
        await outbox.change(job.id, Claimed())
        await outbox.change(job.id, Barred(clock() + TEN_SECONDS, "scope"))
    assert (await outbox.overview()).barred == "scope"
    await outbox.retry(jobs[0].id)
    assert [(await outbox.job(job.id)).state for job in jobs] == [JobState.QUEUED] * 2
    assert (await outbox.overview()).barred is None


@pytest.mark.parametrize(
    "stranger",
    [
        Seal(owner="1001:autre", account=SEAL.account),
        Seal(owner=SEAL.owner, account="production|autre-hopital"),
    ],
)
async def test_another_seal_sees_and_touches_nothing(
    tmp_path: Path, clock: HandClock, outbox: Outbox, stranger: Seal
) -> None:
    job = await sent(outbox)
    draft = a_letter()
    await outbox.add(draft)
    other = await open_outbox(tmp_path / "navette.db", clock, seal=stranger)
    try:
        assert await other.sendings(SendingFilter()) == []
        assert await other.drafts() == []
        assert await other.jobs_in(JobState) == []
        assert (await other.overview()).total == 0
        for touch in (other.cancel(job.id), other.retry(job.id), other.discard(draft.id)):
            with pytest.raises(Unknown):
                await touch
        assert await other.spooled() == {document.id for document in draft.documents}
    finally:
        await other.aclose()
    assert (await outbox.job(job.id)).state is JobState.QUEUED


async def test_what_needs_a_person_comes_first_then_the_newest(
    outbox: Outbox, clock: HandClock
) -> None:
    doubtful = await in_doubt(outbox, clock)
    clock.forward(minutes=1)
    older = await sent(outbox)
    clock.forward(minutes=1)
    newer = await sent(outbox)
    found = await outbox.sendings(SendingFilter())
    assert [each.jobs[0].id for each in found] == [doubtful.id, newer.id, older.id]


@pytest.mark.parametrize("text", ["noël", "NOEL", "d'orval", "d orval noel", "orval 14/07/1985"])
async def test_history_is_found_by_any_part_in_any_order(outbox: Outbox, text: str) -> None:
    job = await sent(outbox, family="D’ORVAL-NOËL")
    await sent(outbox, family="MARRONNIER")
    found = await outbox.sendings(SendingFilter(text=text))
    assert [each.jobs[0].id for each in found] == [job.id]


@pytest.mark.parametrize("wild", ["%", "_", "\\", "a%b"])
async def test_a_wildcard_typed_is_a_plain_sign(outbox: Outbox, wild: str) -> None:
    await sent(outbox)
    assert await outbox.sendings(SendingFilter(text=wild)) == []


async def test_the_overview_counts_letters_not_wishes(outbox: Outbox, clock: HandClock) -> None:
    await outbox.add(a_letter())
    await in_doubt(outbox, clock)
    refused = await sent(outbox)
    await outbox.change(refused.id, Claimed())
    await outbox.change(refused.id, Rejected("refused_422"))
    await sent(outbox, hold=TEN_SECONDS)
    counts = await outbox.overview()
    assert (counts.drafts, counts.outstanding, counts.need_person, counts.moving) == (1, 2, 2, 1)


async def test_usual_correspondents_are_those_of_this_patient(outbox: Outbox) -> None:
    await sent(outbox, "ok.a@x.mssante.example")
    await sent(outbox, "ok.b@x.mssante.example", "ok.a@x.mssante.example")
    withdrawn = await sent(outbox, "ok.wrong@x.mssante.example", hold=TEN_SECONDS)
    await outbox.withdraw(withdrawn.sending)
    found = await outbox.usual(PatientId("70001"))
    assert {each.address for each in found} == {"ok.a@x.mssante.example", "ok.b@x.mssante.example"}
    assert await outbox.usual(PatientId("another")) == []


async def test_watchers_hear_of_every_change_until_they_leave(outbox: Outbox) -> None:
    heard: list[int] = []
    leave = outbox.watch(lambda: heard.append(1))
    await sent(outbox)
    assert len(heard) == 2
    leave()
    await sent(outbox)
    assert len(heard) == 2


async def test_what_another_process_queued_is_noticed(
    outbox: Outbox, tmp_path: Path, clock: HandClock
) -> None:
    await outbox.look_outside()
    heard: list[int] = []
    outbox.watch(lambda: heard.append(1))
    await outbox.look_outside()
    assert heard == []
    elsewhere = await open_outbox(tmp_path / "navette.db", clock)
    await sent(elsewhere)
    await elsewhere.aclose()
    await outbox.look_outside()
    assert heard == [1]


async def test_what_was_put_away_is_forgotten_after_a_day_and_nothing_else(
    outbox: Outbox, clock: HandClock
) -> None:
    kept, away, gone = a_letter(), a_letter(), a_letter()
    for letter in (kept, away, gone):
        await outbox.add(letter)
    left = await sent(outbox)
    await outbox.discard(gone.id)
    clock.forward(hours=25)
    await outbox.discard(away.id)
    assert await outbox.forget_discarded() == 1
    assert await outbox.drafts() == [kept]
    assert await outbox.restore(away.id) == away
    assert (await outbox.job(left.id)).state is JobState.QUEUED
    with pytest.raises(Unknown):
        await outbox.restore(gone.id)


async def test_many_may_open_a_new_store_at_once(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "new.db"
    stores = await asyncio.gather(*(open_outbox(path, clock) for _ in range(8)))
    await stores[0].add(a_letter())
    assert len(await stores[7].drafts()) == 1
    for store in stores:
        await store.aclose()


async def test_one_damaged_letter_hides_no_other_and_is_counted(
    outbox: Outbox, tmp_path: Path
) -> None:
    draft, lost_draft = a_letter(), a_letter()
    await outbox.add(draft)
    await outbox.add(lost_draft)
    job, lost = await sent(outbox), await sent(outbox)
    database = look_into(tmp_path / "navette.db")
    with database:
        database.execute(
            "UPDATE letters SET body = x'7b22' WHERE id IN (?, ?)", (lost_draft.id, lost.sending)
        )
    database.close()
    assert await outbox.drafts() == [draft]
    assert [one.letter.id for one in await outbox.sendings(SendingFilter())] == [job.sending]
    assert (await outbox.overview()).damaged == 2
