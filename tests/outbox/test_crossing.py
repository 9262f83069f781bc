import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import (
    AppError,
    Changed,
    Difference,
    InDoubt,
    Refused,
    StoreTrouble,
    Throttled,
)
from desktop_app.domain.letters import Target
from desktop_app.domain.people import Author
from desktop_app.domain.sending import Job, JobEvent, JobId, JobState, StepDone
from desktop_app.outbox.database import Place
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.worker import Worker
from tests.outbox.conftest import (
    AUTHOR,
    KEY,
    SEAL,
    VAULT,
    HandClock,
    ObedientPlatform,
    a_document,
    a_letter,
    look_into,
    open_outbox,
)

S = JobState
STEPS = ("binary", "document")


@pytest.fixture
async def spool(tmp_path: Path) -> Spool:
    folder = tmp_path / "spool"
    folder.mkdir()
    return Spool(folder, VAULT)


@pytest.fixture
async def job(outbox: Outbox, spool: Spool, tmp_path: Path) -> Job:
    """A deposit in the DMP."""
    source = tmp_path / "lettre.pdf"
    source.write_bytes(b"%PDF-1.4 une lettre fictive")
    copy = await spool.put(source)
    document = replace(a_document(), id=copy.id, sha256=copy.sha256, size=copy.size)
    letter = a_letter()
    assert letter.patient is not None
    letter = replace(
        letter,
        documents=(document,),
        patient=replace(letter.patient, ins="285078412345678"),
        targets=(Target.DMP,),
    )
    await outbox.add(letter)
    return (await outbox.send(letter, timedelta(0))).jobs[0]


@pytest.fixture
def dmp() -> ObedientPlatform:
    return ObedientPlatform(steps=STEPS)


@pytest.fixture
def worker(outbox: Outbox, dmp: ObedientPlatform, spool: Spool, clock: HandClock) -> Worker:
    return Worker(outbox, {Target.DMP: dmp}, spool, clock)


async def test_a_step_is_on_disk_before_the_next_one_begins(
    outbox: Outbox, worker: Worker, dmp: ObedientPlatform, job: Job, tmp_path: Path
) -> None:
    seen: list[str] = []

    async def look_from_outside(_step: str) -> None:
        database = look_into(tmp_path / "navette.db")
        seen.append(database.execute("SELECT steps FROM jobs").fetchone()[0])
        database.close()

    dmp.after_a_step = look_from_outside
    await worker.send_one()
    assert seen == ['[["binary","binary-1"]]', '[["binary","binary-1"],["document","document-2"]]']
    after = await outbox.job(job.id)
    assert (after.state, dict(after.steps)) == (
        S.ACCEPTED,
        {"binary": "binary-1", "document": "document-2"},
    )


async def test_a_crash_between_two_steps_is_resumed_with_what_was_kept(
    outbox: Outbox,
    worker: Worker,
    dmp: ObedientPlatform,
    spool: Spool,
    job: Job,
    tmp_path: Path,
    clock: HandClock,
) -> None:
    reached = asyncio.Event()

    async def die(_step: str) -> None:
        reached.set()
        await asyncio.Event().wait()

    dmp.after_a_step = die
    dying = asyncio.get_running_loop().create_task(worker.send_one())
    await reached.wait()
    # What another process finds is what a crash would have left: nothing is written on the way out.
    later = await open_outbox(tmp_path / "navette.db", clock)
    assert (await later.job(job.id)).state is S.SENDING
    again = ObedientPlatform(steps=STEPS)
    follower = Worker(later, {Target.DMP: again}, spool, clock)
    await follower.recover()
    assert await follower.send_one()
    assert again.resumed == [{"binary": "binary-1"}]
    assert again.taken == ["document"]
    assert (await later.job(job.id)).state is S.ACCEPTED
    assert dmp.received == []
    assert len(again.received) == 1
    await later.aclose()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)


async def test_closing_between_two_steps_keeps_the_first(
    outbox: Outbox, worker: Worker, dmp: ObedientPlatform, job: Job
) -> None:
    reached = asyncio.Event()

    async def hang(_step: str) -> None:
        reached.set()
        await asyncio.Event().wait()

    dmp.after_a_step = hang
    running = asyncio.get_running_loop().create_task(worker.run())
    await reached.wait()
    await asyncio.wait_for(worker.stop(), 1)  # nothing has left: there is nothing to wait for
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    after = await outbox.job(job.id)
    assert (after.state, after.reason, after.steps) == (
        S.WAITING,
        "interrupted",
        (("binary", "binary-1"),),
    )


@pytest.mark.parametrize(
    ("trouble", "ask"),
    [
        (Throttled(timedelta(seconds=5)), None),
        (InDoubt("cut"), lambda outbox, job: outbox.resolve(job.id, sent=False)),
    ],
)
async def test_steps_outlive_a_wait_and_a_doubt(
    outbox: Outbox,
    worker: Worker,
    dmp: ObedientPlatform,
    job: Job,
    clock: HandClock,
    trouble: AppError,
    ask: Callable[[Outbox, Job], Awaitable[Job]] | None,
) -> None:
    dmp.before = [trouble]
    await worker.send_one()
    clock.forward(seconds=5)
    if ask is not None:
        await ask(outbox, job)
    assert await worker.send_one()
    assert dmp.taken == list(STEPS)
    assert dmp.resumed[1] == {"binary": "binary-1", "document": "document-2"}


async def test_after_a_refusal_every_step_is_taken_again(
    outbox: Outbox, worker: Worker, dmp: ObedientPlatform, job: Job
) -> None:
    dmp.before = [Refused(404)]
    await worker.send_one()
    await outbox.retry(job.id)
    await worker.send_one()
    assert dmp.taken == [*STEPS, *STEPS]


class FullAfterAStep(Outbox):
    """A disk that has room for everything but the reference of a step."""

    async def change(
        self,
        job: JobId,
        event: JobEvent,
        revision: int | None = None,
        by: Author | None = None,
    ) -> Job:
        if isinstance(event, StepDone):
            raise StoreTrouble("full")
        return await super().change(job, event, revision, by)


async def test_a_step_that_could_not_be_written_stops_the_delivery_before_the_next(
    dmp: ObedientPlatform, job: Job, spool: Spool, tmp_path: Path, clock: HandClock
) -> None:
    outbox = await FullAfterAStep.open(
        Place(tmp_path / "navette.db", KEY), SEAL, clock, author=lambda: AUTHOR
    )
    await Worker(outbox, {Target.DMP: dmp}, spool, clock).send_one()
    after = await outbox.job(job.id)
    assert (after.state, after.reason, after.steps) == (S.WAITING, "store_full", ())
    assert (dmp.taken, dmp.received) == (["binary"], [])
    await outbox.aclose()


@pytest.mark.parametrize("what", ["patient", "stay"])
async def test_what_changed_is_kept_with_the_refusal_until_it_is_tried_again(
    outbox: Outbox, worker: Worker, dmp: ObedientPlatform, job: Job, what: str
) -> None:
    told = (
        Difference("birth_family", "ABRICOTIER", "AMANDIER"),
        Difference("birth_date", "1985-07-14", ""),
    )
    dmp.before = [Changed(what, told)]
    await worker.send_one()
    refused = await outbox.job(job.id)
    assert (refused.state, refused.reason) == (S.REFUSED, f"changed_{what}")
    assert refused.differences == told
    assert (await outbox.retry(job.id)).differences == ()
