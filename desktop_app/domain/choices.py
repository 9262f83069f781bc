"""What a person may do about a sending, and which of its jobs speaks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.letters import LetterId
from desktop_app.domain.sending import Job, JobId, JobState, Sending, may_cancel


class Choice(StrEnum):
    """One thing to do; design.md section 3 says which state offers it."""

    RETRY = "retry"  # try now
    CORRECT = "correct"  # take back what was refused, in order to change its letter
    WITHDRAW = "withdraw"  # take it back: its letter returns to the tray
    CANCEL = "cancel"  # give one job up for good
    SENT = "sent"  # somebody found out that it had arrived
    NOT_SENT = "not_sent"  # somebody found out that it had not: it leaves again
    RESEND = "resend"  # a new sending to those who did not get it
    SETTLE = "settle"  # somebody dealt with those who did not get it


@dataclass(frozen=True, slots=True)
class Step:
    """A choice about one job of one sending."""

    choice: Choice
    sending: LetterId
    job: JobId


_S = JobState
_WORST_FIRST = (
    _S.IN_DOUBT,
    _S.REFUSED,
    _S.UNDELIVERED,
    _S.BLOCKED,
    _S.WAITING,
    _S.QUEUED,
    _S.HELD,
    _S.SENDING,
    _S.ACCEPTED,
    _S.DELIVERED,
    _S.CANCELLED,
)


def worst_first(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """``jobs`` with the one that most needs somebody in front: it speaks for the sending."""
    return tuple(sorted(jobs, key=_rank))


def _rank(job: Job) -> int:
    if job.state is _S.UNDELIVERED and job.settled:
        return _WORST_FIRST.index(_S.ACCEPTED)
    return _WORST_FIRST.index(job.state)


def steps(sending: Sending, job: Job) -> tuple[Step, ...]:
    """What a person may do about ``job``, the usual thing first; nothing for a final state."""
    whole = all(may_cancel(one) for one in sending.jobs)
    offered: tuple[Choice, ...] = ()
    match job.state:
        case _S.HELD:
            offered = (Choice.WITHDRAW if whole else Choice.CANCEL,)
        case _S.QUEUED | _S.WAITING | _S.BLOCKED:
            offered = (Choice.RETRY, Choice.WITHDRAW if whole else Choice.CANCEL)
        case _S.REFUSED:
            again = () if whole else (Choice.RETRY,)
            offered = (Choice.CORRECT, *again, Choice.CANCEL)
        case _S.IN_DOUBT:
            offered = (Choice.SENT, Choice.NOT_SENT)
        case _S.UNDELIVERED if not job.settled:
            offered = (Choice.RESEND, Choice.SETTLE)
    return tuple(Step(choice, sending.letter.id, job.id) for choice in offered)
