import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desktop_app.domain.choices import Choice, Step
from desktop_app.domain.errors import IllegalMove, StoreTrouble
from desktop_app.domain.letters import Letter, LetterId
from desktop_app.domain.ports import Overview, SendingFilter
from desktop_app.domain.sending import Job, JobId, JobState, Sending
from desktop_app.ui.outbox.presenter import Envois, EnvoisState, Group, Period
from tests.ui.conftest import until
from tests.ui.outbox.sendings import NOW, a_morning, a_sending

S = JobState


class PlainOutbox:
    """A list of sendings, what was asked of it, and a door that a test may close."""

    def __init__(self, *sendings: Sending) -> None:
        self.found: Sequence[Sending] = sendings
        self.counts = Overview()
        self.asked: list[SendingFilter] = []
        self.done: list[object] = []
        self.failure: Exception | None = None
        self.door = asyncio.Event()
        self.door.set()

    async def sendings(self, wanted: SendingFilter) -> Sequence[Sending]:
        self.asked.append(wanted)
        await self.door.wait()
        return self.found

    async def overview(self) -> Overview:
        if isinstance(self.failure, StoreTrouble):
            raise self.failure
        return self.counts

    async def send(self, letter: Letter, hold: timedelta) -> Sending:
        raise NotImplementedError

    async def withdraw(self, sending: LetterId) -> Letter:
        await self._do("withdraw", sending)
        return replace(self.found[0].letter, id=LetterId("copy"))

    async def correct(self, job: JobId) -> Letter:
        await self._do("correct", job)
        return replace(self.found[0].letter, id=LetterId("copy"))

    async def cancel(self, job: JobId) -> Job:
        return await self._do("cancel", job)

    async def retry(self, job: JobId) -> Job:
        return await self._do("retry", job)

    async def resolve(self, job: JobId, *, sent: bool) -> Job:
        return await self._do("sent" if sent else "not_sent", job)

    async def settle(self, job: JobId) -> Job:
        return await self._do("settle", job)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        raise NotImplementedError

    async def _do(self, what: str, about: str) -> Job:
        if self.failure is not None:
            raise self.failure
        self.done.append((what, about))
        await self.door.wait()
        return self.found[0].jobs[0]


class Screen:
    """What was shown, and which letters came back to the tray."""

    def __init__(self) -> None:
        self.states: list[EnvoisState] = []
        self.came_back: list[tuple[LetterId, Job | None]] = []

    async def hear(self, letter: LetterId, corrected: Job | None) -> None:
        self.came_back.append((letter, corrected))


def envois_over(outbox: PlainOutbox, now: datetime = NOW) -> tuple[Envois, Screen]:
    screen = Screen()
    envois = Envois(outbox, screen.states.append, now=lambda: now, came_back=screen.hear)
    return envois, screen


async def test_it_opens_on_what_needs_somebody() -> None:
    outbox = PlainOutbox(*a_morning()[:4])
    outbox.counts = Overview(need_person=4)
    envois, _screen = envois_over(outbox)

    await envois.load()

    assert envois.state.filter.group is Group.TO_RESOLVE
    assert envois.state.sendings == a_morning()[:4]
    assert envois.state.overview.need_person == 4


async def test_it_opens_on_today_when_nothing_needs_anybody() -> None:
    envois, _screen = envois_over(PlainOutbox())

    await envois.load()

    assert envois.state.filter.group is Group.TODAY
    assert envois.state.filter.period is Period.TODAY


async def test_what_somebody_has_dealt_with_is_not_to_resolve() -> None:
    settled = a_sending(1, S.UNDELIVERED, settled=True)
    waiting = a_sending(2, S.UNDELIVERED)
    envois, _screen = envois_over(PlainOutbox(settled, waiting))

    await envois.choose_group(Group.TO_RESOLVE)

    assert envois.state.sendings == (waiting,)


@pytest.mark.parametrize(
    ("group", "held", "left_out"),
    [
        (Group.TO_RESOLVE, {S.IN_DOUBT, S.REFUSED, S.UNDELIVERED}, {S.DELIVERED, S.WAITING}),
        (Group.UNDER_WAY, {S.HELD, S.SENDING, S.WAITING, S.BLOCKED}, {S.DELIVERED, S.REFUSED}),
    ],
)
async def test_a_group_asks_for_its_own_states(
    group: Group, held: set[JobState], left_out: set[JobState]
) -> None:
    outbox = PlainOutbox()
    envois, _screen = envois_over(outbox)

    await envois.choose_group(group)

    assert held <= set(outbox.asked[-1].states)
    assert not left_out & set(outbox.asked[-1].states)
    assert outbox.asked[-1].since is None


@pytest.mark.parametrize(
    ("period", "days"), [(Period.TODAY, 0), (Period.WEEK, 6), (Period.MONTH, 29)]
)
async def test_a_period_begins_at_midnight_here(period: Period, days: int) -> None:
    outbox = PlainOutbox()
    envois, _screen = envois_over(outbox)

    await envois.choose_period(period)

    since = outbox.asked[-1].since
    assert since is not None
    assert (since.hour, since.minute, since.second) == (0, 0, 0)
    assert NOW.astimezone().date() - since.date() == timedelta(days=days)


async def test_a_period_that_is_longer_than_today_leaves_today() -> None:
    envois, _screen = envois_over(PlainOutbox())
    await envois.choose_group(Group.TODAY)

    await envois.choose_period(Period.WEEK)

    assert envois.state.filter.group is Group.HISTORY


async def test_a_state_that_the_group_does_not_hold_leaves_the_group() -> None:
    outbox = PlainOutbox()
    envois, _screen = envois_over(outbox)
    await envois.choose_group(Group.TO_RESOLVE)

    groups = []
    for state in (S.REFUSED, S.DELIVERED):
        await envois.choose_state(state)
        groups.append(envois.state.filter.group)
    assert groups == [Group.TO_RESOLVE, Group.HISTORY]
    assert outbox.asked[-1].states == (S.DELIVERED,)
    await envois.choose_state(None)
    assert not outbox.asked[-1].states


async def test_words_are_looked_for_in_the_group_and_then_everywhere() -> None:
    outbox = PlainOutbox()
    envois, _screen = envois_over(outbox)
    await envois.choose_group(Group.TO_RESOLVE)

    await envois.search("  ormeau ")
    assert outbox.asked[-1].text == "ormeau"
    assert outbox.asked[-1].states
    await envois.search_everywhere()
    assert outbox.asked[-1] == SendingFilter(text="ormeau", limit=outbox.asked[-1].limit)


async def test_choosing_a_group_forgets_what_narrowed_the_one_before() -> None:
    envois, _screen = envois_over(PlainOutbox())
    await envois.search("ormeau")
    await envois.choose_state(S.CANCELLED)

    await envois.choose_group(Group.HISTORY)

    assert envois.state.filter.text == ""
    assert envois.state.filter.state is None


async def test_a_burst_of_changes_leads_to_one_more_reading() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, _screen = envois_over(outbox)
    outbox.door.clear()
    reading = asyncio.gather(envois.refresh())
    await until(lambda: len(outbox.asked) == 1)

    for _ in range(50):
        await envois.refresh()
    outbox.door.set()
    await reading

    assert len(outbox.asked) == 2


async def test_an_answer_to_an_old_question_is_not_shown() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, screen = envois_over(outbox)
    outbox.door.clear()
    reading = asyncio.gather(envois.search("orm"))
    await until(lambda: len(outbox.asked) == 1)
    await envois.search("ormeau")
    outbox.found = (a_sending(2),)

    outbox.door.set()
    await reading

    assert [asked.text for asked in outbox.asked] == ["orm", "ormeau"]
    shown = [state for state in screen.states if state.sendings]
    assert {state.filter.text for state in shown} == {"ormeau"}


async def test_only_the_counts_are_read_while_the_list_is_out_of_sight() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, _screen = envois_over(outbox)
    envois.look_away()
    outbox.counts = Overview(outstanding=3)

    await envois.refresh()
    assert envois.state.overview.outstanding == 3
    assert outbox.asked == []
    await envois.look()
    assert len(outbox.asked) == 1


async def test_a_list_that_is_cut_short_says_so() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, _screen = envois_over(outbox)
    await envois.refresh()
    assert envois.state.complete

    outbox.found = [a_sending(number) for number in range(outbox.asked[0].limit)]
    await envois.refresh()

    assert not envois.state.complete


@pytest.mark.parametrize(
    ("choice", "done"),
    [
        (Choice.RETRY, ("retry", "job-1")),
        (Choice.RESEND, ("retry", "job-1")),
        (Choice.CANCEL, ("cancel", "job-1")),
        (Choice.SENT, ("sent", "job-1")),
        (Choice.NOT_SENT, ("not_sent", "job-1")),
        (Choice.SETTLE, ("settle", "job-1")),
        (Choice.WITHDRAW, ("withdraw", "letter-1")),
        (Choice.CORRECT, ("correct", "job-1")),
    ],
)
async def test_each_choice_reaches_the_outbox(choice: Choice, done: object) -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, _screen = envois_over(outbox)

    await envois.act(Step(choice, LetterId("letter-1"), JobId("job-1")))

    assert outbox.done == [done]
    assert len(outbox.asked) == 1


@pytest.mark.parametrize("choice", [Choice.CORRECT, Choice.WITHDRAW, Choice.CANCEL])
async def test_a_letter_that_is_taken_back_is_announced_with_what_to_correct(
    choice: Choice,
) -> None:
    refused = a_sending(1, S.REFUSED, reason="changed_patient")
    envois, screen = envois_over(PlainOutbox(refused))
    await envois.load()

    await envois.act(Step(choice, LetterId("letter-1"), JobId("job-1")))

    assert (
        screen.came_back
        == {
            Choice.CORRECT: [("copy", refused.jobs[0])],
            Choice.WITHDRAW: [("copy", None)],
            Choice.CANCEL: [],
        }[choice]
    )


async def test_the_same_job_is_not_decided_twice_at_a_time() -> None:
    outbox = PlainOutbox(a_sending(1, S.IN_DOUBT))
    envois, _screen = envois_over(outbox)
    outbox.door.clear()
    first = asyncio.gather(envois.act(Step(Choice.NOT_SENT, LetterId("l"), JobId("job-1"))))
    await until(lambda: len(outbox.done) == 1)

    await envois.act(Step(Choice.NOT_SENT, LetterId("l"), JobId("job-1")))
    outbox.door.set()
    await first

    assert len(outbox.done) == 1


async def test_a_failure_stays_until_somebody_has_read_it() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, _screen = envois_over(outbox)
    outbox.failure = IllegalMove("Withdrawn", "sending")
    await envois.act(Step(Choice.CANCEL, LetterId("letter-1"), JobId("job-1")))

    outbox.failure = None
    await envois.refresh()
    assert isinstance(envois.state.problem, IllegalMove)
    envois.forget_problem()
    assert envois.state.problem is None


async def test_a_disk_that_does_not_answer_is_shown_not_raised() -> None:
    outbox = PlainOutbox(a_sending(1))
    envois, screen = envois_over(outbox)
    outbox.failure = StoreTrouble("other")

    await envois.load()
    await envois.refresh()

    assert isinstance(envois.state.problem, StoreTrouble)
    assert screen.states[-1].sendings is None


@pytest.mark.parametrize(
    ("overview", "group"),
    [
        (Overview(need_person=1, outstanding=2), Group.TO_RESOLVE),
        (Overview(outstanding=2, waiting=2), Group.UNDER_WAY),
    ],
)
async def test_letters_that_are_overdue_are_found_where_they_stand(
    overview: Overview, group: Group
) -> None:
    outbox = PlainOutbox()
    outbox.counts = overview
    envois, _screen = envois_over(outbox)
    await envois.refresh()

    await envois.show_outstanding()

    assert envois.state.filter.group is group
