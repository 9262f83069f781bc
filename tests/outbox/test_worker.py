import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import (
    AppError,
    InDoubt,
    Malformed,
    NotAllowed,
    Refused,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.letters import Document, Target
from desktop_app.domain.people import Author
from desktop_app.domain.sending import (
    Claimed,
    Delivery,
    DeliveryState,
    Job,
    JobEvent,
    JobId,
    JobState,
    Passed,
)
from desktop_app.outbox.database import Place
from desktop_app.outbox.policy import TRACKING_ENDS
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.worker import Worker
from tests.outbox.conftest import (
    AUTHOR,
    KEY,
    SEAL,
    START,
    STAY,
    VAULT,
    HandClock,
    ObedientPlatform,
    a_letter,
    open_outbox,
)

S = JobState
CONTENT = b"%PDF-1.4 une lettre fictive " * 5000


@pytest.fixture
async def spooled(tmp_path: Path) -> tuple[Spool, Document]:
    folder = tmp_path / "spool"
    folder.mkdir()
    source = tmp_path / "lettre.pdf"
    source.write_bytes(CONTENT)
    spool = Spool(folder, VAULT)
    copy = await spool.put(source)
    document = Document(id=copy.id, name="lettre.pdf", sha256=copy.sha256, size=copy.size, pages=1)
    return spool, document


@pytest.fixture
def platform() -> ObedientPlatform:
    return ObedientPlatform()


@pytest.fixture
def worker(
    outbox: Outbox,
    platform: ObedientPlatform,
    spooled: tuple[Spool, Document],
    clock: HandClock,
) -> Worker:
    return Worker(outbox, {Target.MSS: platform}, spooled[0], clock)


@pytest.fixture
def send(outbox: Outbox, spooled: tuple[Spool, Document]) -> Callable[..., Awaitable[Job]]:
    async def send(*addresses: str, hold: timedelta = timedelta(0)) -> Job:
        letter = replace(a_letter(*addresses), documents=(spooled[1],))
        await outbox.add(letter)
        return (await outbox.send(letter, hold)).jobs[0]

    return send


Send = Callable[..., Awaitable[Job]]


async def test_nothing_leaves_while_it_is_held(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send(hold=timedelta(seconds=10))
    clock.forward(seconds=9.9)
    assert not await worker.send_one()
    assert platform.received == []
    clock.forward(seconds=0.1)
    assert await worker.send_one()
    assert (await outbox.job(job.id)).state is S.ACCEPTED
    assert len(platform.received) == 1


async def test_each_target_of_a_sending_has_its_own_fate(
    outbox: Outbox, spooled: tuple[Spool, Document], clock: HandClock
) -> None:
    mailboxes = ObedientPlatform()
    record = ObedientPlatform(before=[NotAllowed("scope")])
    worker = Worker(outbox, {Target.MSS: mailboxes, Target.EHR: record}, spooled[0], clock)
    jobs: list[Job] = []
    for _ in "ab":
        targets = (Target.EHR, Target.MSS)
        letter = replace(a_letter(), documents=(spooled[1],), stay=STAY, targets=targets)
        await outbox.add(letter)
        jobs += (await outbox.send(letter, timedelta(0))).jobs
    while await worker.send_one():
        pass
    assert [(await outbox.job(job.id)).state for job in jobs] == [
        S.BLOCKED, S.ACCEPTED, S.QUEUED, S.ACCEPTED,
    ]  # fmt: skip
    await outbox.retry(jobs[0].id)
    while await worker.send_one():
        pass
    assert (len(mailboxes.received), len(record.received)) == (2, 2)
    clock.forward(seconds=6)
    said = Delivery(address="ehr", name="", state=DeliveryState.DELIVERED)
    record.tracking = [[said], [said]]
    while await worker.track_one():
        pass
    assert [(await outbox.job(job.id)).state for job in jobs] == [
        S.DELIVERED, S.ACCEPTED, S.DELIVERED, S.ACCEPTED,
    ]  # fmt: skip


async def test_letters_leave_in_the_order_they_were_sent(
    worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    jobs = [await send() for _ in range(4)]
    while await worker.send_one():
        pass
    assert [letter.id for letter in platform.received] == [job.sending for job in jobs]


async def test_the_mark_is_on_disk_before_the_letter_may_arrive(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    tmp_path: Path,
    clock: HandClock,
    send: Send,
) -> None:
    job = await send()

    async def look_from_outside() -> None:
        other = await open_outbox(tmp_path / "navette.db", clock)
        seen = await other.job(job.id)
        await other.aclose()
        assert (seen.state, seen.passed_at) == (S.SENDING, clock())

    platform.at_the_mark = look_from_outside
    await worker.send_one()
    assert (await outbox.job(job.id)).state is S.ACCEPTED


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (Unreachable("refused"), S.WAITING, "unreachable"),
        (Throttled(timedelta(seconds=7)), S.WAITING, "throttled"),
        (ServerTrouble(503), S.WAITING, "server_503"),
        (StaleToken(), S.WAITING, "stale_token"),
        (Malformed("token"), S.WAITING, "malformed"),
        (NotAllowed("scope", 403), S.BLOCKED, "scope"),
        (NotAllowed("setup", 412), S.BLOCKED, "setup"),
        (Refused(422, ("subject inconnu",)), S.REFUSED, "refused_422"),
        (Refused(413), S.REFUSED, "refused_413"),
        (InDoubt("timeout"), S.IN_DOUBT, "timeout"),
    ],
)
async def test_each_failure_has_its_state(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    send: Send,
    failure: AppError,
    state: JobState,
    reason: str,
) -> None:
    job = await send()
    platform.before.append(failure)
    await worker.send_one()
    after = await outbox.job(job.id)
    assert (after.state, after.reason) == (state, reason)
    assert platform.received == []


async def test_a_waiting_letter_tries_for_ever_at_bounded_intervals(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    for attempt in range(1, 41):
        platform.before.append(Unreachable("refused"))
        assert await worker.send_one()
        waiting = await outbox.job(job.id)
        assert waiting.attempts == attempt
        assert waiting.not_before is not None
        assert timedelta(0) < waiting.not_before - clock() <= timedelta(minutes=5)
        assert not await worker.send_one()
        clock.time = waiting.not_before
    assert await worker.send_one()
    assert (await outbox.job(job.id)).state is S.ACCEPTED


async def test_the_server_s_own_wait_is_honoured_for_the_whole_platform(
    worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    await send()
    await send()
    platform.before.append(Throttled(timedelta(seconds=30)))
    assert await worker.send_one()
    assert not await worker.send_one()
    clock.forward(seconds=29)
    assert not await worker.send_one()
    clock.forward(seconds=1)
    assert await worker.send_one()


async def test_a_person_s_retry_never_waits(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    job = await send()
    platform.before.append(Throttled(timedelta(hours=1)))
    await worker.send_one()
    await outbox.retry(job.id)
    assert await worker.send_one()
    assert (await outbox.job(job.id)).state is S.ACCEPTED


async def test_an_unanswered_letter_is_never_sent_again_by_itself(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    platform.after.append(InDoubt("cut"))
    await worker.send_one()
    for _ in range(50):
        clock.forward(hours=1)
        assert not await worker.send_one()
    await worker.recover()
    assert not await worker.send_one()
    assert (await outbox.job(job.id)).state is S.IN_DOUBT
    assert len(platform.received) == 1


async def test_barred_access_keeps_every_letter_back_with_one_message(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    await send()
    behind = await send()
    platform.before.append(NotAllowed("credentials", 401))
    assert await worker.send_one()
    clock.forward(minutes=14)
    assert not await worker.send_one()
    assert (await outbox.job(behind.id)).state is S.QUEUED
    clock.forward(minutes=1)
    while await worker.send_one():
        pass
    assert len(platform.received) == 2


async def test_a_changed_copy_never_leaves(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    spooled: tuple[Spool, Document],
    send: Send,
) -> None:
    job = await send()
    spool, document = spooled
    spool.path(document.id).write_bytes(CONTENT[:-1] + b"!")
    await worker.send_one()
    after = await outbox.job(job.id)
    assert (after.state, after.reason) == (S.REFUSED, "file_changed")
    assert platform.received == []


async def test_a_vanished_copy_is_said(
    outbox: Outbox, worker: Worker, spooled: tuple[Spool, Document], send: Send
) -> None:
    job = await send()
    spooled[0].path(spooled[1].id).unlink()
    await worker.send_one()
    assert (await outbox.job(job.id)).reason == "file_missing"


async def test_a_disk_that_refuses_the_mark_stops_the_letter_before_it_leaves(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    job = await send()
    platform.before.append(StoreTrouble("full"))
    await worker.send_one()
    assert (await outbox.job(job.id)).state is S.WAITING


@pytest.mark.parametrize(("mark", "state"), [(None, S.QUEUED), (Passed(START), S.IN_DOUBT)])
async def test_recovery_follows_the_mark(
    outbox: Outbox,
    worker: Worker,
    send: Send,
    mark: Passed | None,
    state: JobState,
) -> None:
    job = await send()
    await outbox.change(job.id, Claimed())
    if mark is not None:
        await outbox.change(job.id, mark)
    await worker.recover()
    assert (await outbox.job(job.id)).state is state


async def test_closing_in_the_middle_leaves_what_had_not_left(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    job = await send()
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    platform.at_the_mark = hang
    running = asyncio.get_running_loop().create_task(worker.run())
    await reached.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await outbox.job(job.id)).state is S.IN_DOUBT


class AbsentMinded(Outbox):
    """Writes the mark, and is cut off before it can say so."""

    marked: asyncio.Event

    async def change(
        self,
        job: JobId,
        event: JobEvent,
        revision: int | None = None,
        by: Author | None = None,
    ) -> Job:
        moved = await super().change(job, event, revision, by)
        if isinstance(event, Passed):
            self.marked.set()
            await asyncio.Event().wait()
        return moved


async def test_closing_while_the_mark_is_written_leaves_a_letter_that_may_try_again(
    tmp_path: Path, platform: ObedientPlatform, clock: HandClock, spooled: tuple[Spool, Document]
) -> None:
    spool, document = spooled
    outbox = await AbsentMinded.open(
        Place(tmp_path / "navette.db", KEY), SEAL, clock, author=lambda: AUTHOR
    )
    outbox.marked = asyncio.Event()
    letter = replace(a_letter(), documents=(document,))
    await outbox.add(letter)
    (job,) = (await outbox.send(letter, timedelta(0))).jobs
    worker = Worker(outbox, {Target.MSS: platform}, spool, clock)

    running = asyncio.get_running_loop().create_task(worker.run())
    await outbox.marked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert not platform.received
    assert (await outbox.job(job.id)).state is S.WAITING
    await outbox.aclose()


async def test_stopping_waits_for_the_answer_to_a_letter_that_has_gone(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    job = await send()
    reached, answer = asyncio.Event(), asyncio.Event()

    async def answer_late() -> None:
        reached.set()
        await answer.wait()

    platform.at_the_mark = answer_late
    running = asyncio.get_running_loop().create_task(worker.run())
    await reached.wait()
    stopping = asyncio.get_running_loop().create_task(worker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    answer.set()
    async with asyncio.timeout(5):  # as soon as it is answered, not when patience ends
        await stopping
    assert (await outbox.job(job.id)).state is S.ACCEPTED
    await running


def said(address: str, state: DeliveryState) -> Delivery:
    return Delivery(address=address, name="", state=state)


async def test_tracking_follows_its_steps_until_delivered(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    await worker.send_one()
    address = job.deliveries[0].address
    for wait in (5, 15, 45):
        clock.forward(seconds=wait - 0.1)
        assert not await worker.track_one()
        clock.forward(seconds=0.1)
        assert await worker.track_one()
    assert (await outbox.job(job.id)).state is S.ACCEPTED
    platform.tracking.append((said(address.upper(), DeliveryState.DELIVERED),))
    clock.forward(minutes=5)
    assert await worker.track_one()
    assert (await outbox.job(job.id)).state is S.DELIVERED


@pytest.mark.parametrize("answer", [(), Unreachable("timeout"), Refused(404)])
async def test_a_day_without_a_final_word_asks_a_person(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    clock: HandClock,
    send: Send,
    answer: AppError | tuple[Delivery, ...],
) -> None:
    job = await send()
    await worker.send_one()
    clock.forward(seconds=TRACKING_ENDS.total_seconds())
    platform.tracking.append(answer)
    await worker.track_one()
    after = await outbox.job(job.id)
    assert (after.state, after.reason) == (S.IN_DOUBT, "tracking_ended")
    clock.forward(days=2)
    assert not await worker.send_one()


async def test_a_platform_that_cannot_be_asked_is_asked_again(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    await worker.send_one()
    clock.forward(seconds=5)
    platform.tracking.append(Unreachable("dns"))
    assert await worker.track_one()
    after = await outbox.job(job.id)
    assert after.state is S.ACCEPTED
    assert after.not_before is not None
    assert after.not_before > clock()


async def test_idle_means_that_only_a_person_can_move_something(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    minute = timedelta(seconds=60)
    assert await outbox.idle(minute)
    await send()
    assert not await outbox.idle(minute)
    platform.after.append(InDoubt("cut"))
    await worker.send_one()
    assert await outbox.idle(minute)
    await send()
    await worker.send_one()
    assert not await outbox.idle(minute)  # a tracking poll is due in 5 s


async def test_what_waits_behind_a_silent_platform_cannot_move_either(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    await send()
    await send()
    platform.before.append(Throttled(timedelta(minutes=10)))
    await worker.send_one()
    assert await outbox.idle(timedelta(minutes=1))
    assert not await outbox.idle(timedelta(minutes=11))


async def test_a_barred_platform_moves_when_its_next_check_comes(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    await send()
    await send()
    platform.before.append(NotAllowed("scope"))
    await worker.send_one()
    assert await outbox.idle(timedelta(minutes=1))
    clock.forward(minutes=14.5)
    assert not await outbox.idle(timedelta(minutes=1))


async def test_a_wish_from_another_process_to_try_now_is_granted_now(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    tmp_path: Path,
    clock: HandClock,
    send: Send,
) -> None:
    job = await send()
    platform.before.append(Throttled(timedelta(minutes=10)))
    await worker.send_one()
    await outbox.look_outside()
    assert not await worker.send_one()
    elsewhere = await open_outbox(tmp_path / "navette.db", clock)
    await elsewhere.retry(job.id)
    await elsewhere.aclose()
    await outbox.look_outside()
    assert await worker.send_one()
    assert len(platform.received) == 1


async def test_a_letter_that_always_fails_does_not_keep_the_others_back(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    await send()
    behind = await send()
    platform.before += [ServerTrouble(500), None]
    assert await worker.send_one()
    clock.forward(minutes=5)
    assert await worker.send_one()
    assert (await outbox.job(behind.id)).state is S.ACCEPTED


async def test_an_undo_window_ends_in_time_behind_a_barred_platform_too(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    await send()
    platform.before.append(NotAllowed("scope"))
    await worker.send_one()
    held = await send(hold=timedelta(seconds=10))
    clock.forward(seconds=11)
    assert not await worker.send_one()
    assert (await outbox.job(held.id)).state is S.QUEUED
    clock.forward(minutes=3)
    assert (await outbox.overview()).outstanding == 2


async def test_a_letter_taken_back_as_its_window_ends_does_not_leave(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    held = await send(hold=timedelta(seconds=10))
    clock.forward(seconds=11)
    await outbox.withdraw(held.sending)
    assert not await worker.send_one()
    assert not platform.received


async def test_try_now_means_now_behind_a_barred_platform(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    await send()
    behind = await send()
    platform.before.append(NotAllowed("scope"))
    await worker.send_one()
    assert not await worker.send_one()
    await outbox.retry(behind.id)
    while await worker.send_one():
        pass
    assert len(platform.received) == 2


async def test_a_late_word_settles_the_doubt_without_a_person(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    await worker.send_one()
    clock.forward(hours=24)
    platform.tracking.append(())
    await worker.track_one()
    assert not await worker.track_one()
    clock.forward(hours=2)
    platform.tracking.append(Unreachable("dns"))
    assert await worker.track_one()
    clock.forward(hours=2)
    platform.tracking.append((said(job.deliveries[0].address, DeliveryState.DELIVERED),))
    assert await worker.track_one()
    assert (await outbox.job(job.id)).state is S.DELIVERED


async def test_a_doubt_without_a_number_has_nothing_to_ask(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, clock: HandClock, send: Send
) -> None:
    job = await send()
    platform.after.append(InDoubt("cut"))
    await worker.send_one()
    clock.forward(days=2)
    assert not await worker.track_one()
    assert (await outbox.job(job.id)).state is S.IN_DOUBT


async def test_the_wait_that_the_server_asked_for_outlives_a_look_at_the_database(
    outbox: Outbox, worker: Worker, platform: ObedientPlatform, send: Send
) -> None:
    await send()
    await send()
    platform.before.append(Throttled(timedelta(minutes=10)))
    await worker.send_one()
    await outbox.look_outside()
    assert not await worker.send_one()


@pytest.mark.parametrize(
    ("error", "code"), [(NotAllowed("scope", 403), "scope"), (Refused(404), "refused_404")]
)
async def test_a_tracking_that_is_refused_says_so_until_it_answers_again(
    outbox: Outbox,
    worker: Worker,
    platform: ObedientPlatform,
    clock: HandClock,
    send: Send,
    error: AppError,
    code: str,
) -> None:
    job = await send()
    await worker.send_one()
    clock.forward(seconds=5)
    platform.tracking += [error, ()]
    await worker.track_one()
    assert ((await outbox.job(job.id)).state, (await outbox.job(job.id)).reason) == (
        S.ACCEPTED,
        code,
    )
    clock.forward(minutes=6)
    await worker.track_one()
    assert (await outbox.job(job.id)).reason is None
