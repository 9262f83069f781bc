from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.domain.choices import Choice, steps, worst_first
from desktop_app.domain.errors import IllegalMove
from desktop_app.domain.letters import Letter, LetterId, Target
from desktop_app.domain.sending import (
    DeclaredNotSent,
    DeclaredSent,
    Job,
    JobEvent,
    JobId,
    JobState,
    Requeued,
    Sending,
    Settled,
    Withdrawn,
    advance,
    needs_person,
)

NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
S, C = JobState, Choice
EXITS: dict[JobState, tuple[Choice, ...]] = {
    S.HELD: (C.WITHDRAW,),
    S.QUEUED: (C.RETRY, C.WITHDRAW),
    S.SENDING: (),
    S.WAITING: (C.RETRY, C.WITHDRAW),
    S.ACCEPTED: (),
    S.DELIVERED: (),
    S.UNDELIVERED: (C.RESEND, C.SETTLE),
    S.IN_DOUBT: (C.SENT, C.NOT_SENT),
    S.REFUSED: (C.CORRECT, C.CANCEL),
    S.BLOCKED: (C.RETRY, C.WITHDRAW),
    S.CANCELLED: (),
}
MOVES: dict[Choice, JobEvent] = {
    C.CORRECT: Withdrawn(NOW),
    C.WITHDRAW: Withdrawn(NOW),
    C.CANCEL: Withdrawn(NOW),
    C.SENT: DeclaredSent(NOW),
    C.NOT_SENT: DeclaredNotSent(NOW),
    C.RESEND: Settled(),
    C.SETTLE: Settled(),
    C.RETRY: Requeued(),
}


def job(state: JobState, number: int = 1) -> Job:
    return Job(
        id=JobId(str(number)),
        sending=LetterId("1"),
        target=Target.MSS,
        created_at=NOW + timedelta(seconds=number),
        state=state,
    )


def sending(*jobs: Job) -> Sending:
    return Sending(letter=Letter(id=LetterId("1"), created_at=NOW), sent_at=NOW, jobs=jobs)


def offered(*jobs: Job) -> tuple[Choice, ...]:
    return tuple(step.choice for step in steps(sending(*jobs), jobs[0]))


@pytest.mark.parametrize("state", JobState)
def test_every_state_offers_its_exits(state: JobState) -> None:
    assert offered(job(state)) == EXITS[state]


@pytest.mark.parametrize("state", JobState)
def test_what_is_offered_is_what_the_table_allows(state: JobState) -> None:
    for choice in offered(job(state)):
        if (state, choice) != (S.QUEUED, C.RETRY):  # it only wakes the worker
            advance(job(state), MOVES[choice])


@pytest.mark.parametrize("state", JobState)
def test_what_needs_somebody_has_a_way_out(state: JobState) -> None:
    if needs_person(job(state)):
        assert offered(job(state))


def test_what_has_been_dealt_with_offers_nothing_more() -> None:
    assert offered(replace(job(S.UNDELIVERED), settled=True)) == ()


@pytest.mark.parametrize(
    ("state", "exits"),
    [
        (S.HELD, (C.CANCEL,)),
        (S.WAITING, (C.RETRY, C.CANCEL)),
        (S.BLOCKED, (C.RETRY, C.CANCEL)),
        (S.REFUSED, (C.CORRECT, C.RETRY, C.CANCEL)),
    ],
)
def test_a_letter_of_which_something_left_does_not_come_back_whole(
    state: JobState, exits: tuple[Choice, ...]
) -> None:
    gone = job(S.ACCEPTED, 2)
    with pytest.raises(IllegalMove):
        advance(gone, Withdrawn(NOW))
    assert offered(job(state), gone) == exits


def test_the_job_that_most_needs_somebody_speaks_first() -> None:
    jobs = [job(state, number) for number, state in enumerate(JobState)]
    order = [one.state for one in worst_first(jobs)]
    assert order[:4] == [S.IN_DOUBT, S.REFUSED, S.UNDELIVERED, S.BLOCKED]
    assert order[-2:] == [S.DELIVERED, S.CANCELLED]
    assert sorted(order) == sorted(JobState)


def test_a_failure_that_was_dealt_with_does_not_hide_another_job() -> None:
    settled = replace(job(S.UNDELIVERED, 1), settled=True)
    assert worst_first([settled, job(S.WAITING, 2)])[0].state is S.WAITING
    assert worst_first([settled, job(S.DELIVERED, 2)])[0] is settled
