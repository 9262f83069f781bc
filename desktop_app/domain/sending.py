"""What becomes of a letter: jobs, deliveries, and the one table of how they may change.

The words for these states are in ``wording.states``; their stored values never change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop_app.domain.errors import Difference, IllegalMove
from desktop_app.domain.letters import DocumentId, Letter, LetterId, Target

JobId = NewType("JobId", str)


RECORD_ADDRESSES = frozenset({Target.EHR.value, Target.DMP.value, Target.CODOC.value})
"""A copy has no mailbox: the one delivery of its job has the target for an address."""


class JobState(StrEnum):
    """Where a job stands; design.md section 3 says what each one means and how it ends."""

    HELD = "held"  # the undo window runs; nothing has left
    QUEUED = "queued"  # may leave as soon as the platform is reachable
    SENDING = "sending"  # a worker has it; ``passed_at`` says if it may have arrived
    WAITING = "waiting"  # was not processed for a passing reason; tries again at ``not_before``
    ACCEPTED = "accepted"  # the platform took it; being tracked
    DELIVERED = "delivered"  # every mailbox accepted it, or a person vouched for it
    UNDELIVERED = "undelivered"  # at least one recipient definitively failed
    IN_DOUBT = "in_doubt"  # it may have left; only proof or a person settles it
    REFUSED = "refused"  # the platform said no; nothing left
    BLOCKED = "blocked"  # our access is at fault; the platform pauses
    CANCELLED = "cancelled"  # withdrawn before anything left


FINAL = frozenset({JobState.DELIVERED, JobState.CANCELLED})
"""States that nothing leaves."""


class DeliveryState(StrEnum):
    """Where one recipient's copy stands (lifen.md 4.7)."""

    PENDING = "pending"  # nothing said yet, or on its way
    DELIVERED = "delivered"  # accepted by the mailbox; not proof that it was read
    FAILED = "failed"  # definitively not delivered
    UNKNOWN = "unknown"  # the platform answers with something that has no meaning for us


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One recipient of one job; ``address`` is the join key with the platform's tracking.

    A copy for a record has one, at one of ``RECORD_ADDRESSES`` and without a name.
    """

    address: str
    name: str
    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request's share of a letter on its way to one target.

    ``revision`` guards against two writers. ``passed_at`` is the point of no return: once it
    is on disk the letter may have arrived. ``reason`` is a stable code for ``wording``,
    ``detail`` the platform's own words (may name a patient: shown, never logged).
    ``settled`` tells that a person has dealt with a failed delivery. ``documents`` are those of
    the letter that it carries, all of them when empty. ``steps`` are the references of what a
    delivery in several steps has left on the platform so far, by the name of the step.
    ``differences`` are what had changed when ``reason`` says that something did.
    """

    id: JobId
    sending: LetterId
    target: Target
    created_at: datetime
    state: JobState = JobState.HELD
    revision: int = 0
    attempts: int = 0
    not_before: datetime | None = None
    passed_at: datetime | None = None
    accepted_at: datetime | None = None
    finished_at: datetime | None = None
    transaction_id: str | None = None
    polls: int = 0
    reason: str | None = None
    detail: str | None = None
    settled: bool = False
    documents: tuple[DocumentId, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    differences: tuple[Difference, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """The undo window is over."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A worker takes it."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that sends nothing by itself is over; a later try goes on from there."""

    step: str
    reference: str


@dataclass(frozen=True, slots=True)
class Passed:
    """The last piece of the body is about to leave: from here it may arrive."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """201: the platform has it and named it; ``next_poll`` is when to ask what became of it."""

    transaction_id: str
    at: datetime
    next_poll: datetime


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the platform now says of each recipient.

    ``next_poll`` is when to ask again if something is still open.
    """

    deliveries: tuple[Delivery, ...]
    at: datetime
    next_poll: datetime


@dataclass(frozen=True, slots=True)
class TrackingPostponed:
    """The platform could not be asked, and why; the letter itself is not concerned."""

    next_poll: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TrackingEnded:
    """A day went by without a final word; a late one is still asked for, at ``next_poll``."""

    next_poll: datetime


@dataclass(frozen=True, slots=True)
class Postponed:
    """It was not processed, and will be tried again at ``until``."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The program stopped before the point of no return."""


@dataclass(frozen=True, slots=True)
class LostSight:
    """It passed the point of no return and no answer settles what became of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform, or the letter's own file, makes this sending impossible as it is."""

    reason: str
    detail: str | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Barred:
    """Our access does not open the platform; ``until`` is when to see if it was repaired."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Requeued:
    """A person, or a repaired access, asks for another try now."""


@dataclass(frozen=True, slots=True)
class DeclaredSent:
    """A person found out that it had arrived."""

    at: datetime


@dataclass(frozen=True, slots=True)
class DeclaredNotSent:
    """A person found out that it had not arrived: it may leave again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """A person has dealt with the recipients that could not be reached."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A person takes it back before anything left."""

    at: datetime


JobEvent = (
    Released
    | Claimed
    | StepDone
    | Passed
    | Accepted
    | Tracked
    | TrackingPostponed
    | TrackingEnded
    | Postponed
    | Interrupted
    | LostSight
    | Rejected
    | Barred
    | Requeued
    | DeclaredSent
    | DeclaredNotSent
    | Settled
    | Withdrawn
)

_S = JobState
_MAY_CANCEL = frozenset({_S.HELD, _S.QUEUED, _S.WAITING, _S.REFUSED, _S.BLOCKED})
_MAY_REQUEUE = frozenset({_S.WAITING, _S.REFUSED, _S.BLOCKED})


def advance(job: Job, event: JobEvent) -> Job:  # noqa: C901, PLR0911, PLR0912 - the whole table
    """Return ``job`` after ``event``; every transition is below, and only here.

    Raises ``IllegalMove`` for every pair that has no line.
    """
    match job.state, event:
        case _S.HELD, Released():
            return replace(job, state=_S.QUEUED, not_before=None)
        case ((_S.QUEUED | _S.WAITING), Claimed()):
            return replace(
                job,
                state=_S.SENDING,
                attempts=job.attempts + 1,
                not_before=None,
                passed_at=None,
                reason=None,
                detail=None,
                differences=(),
            )
        case _S.SENDING, StepDone(step, reference) if job.passed_at is None:
            return replace(job, steps=(*job.steps, (step, reference)))
        case _S.SENDING, Passed(at):
            return replace(job, passed_at=at)
        case _S.SENDING, Accepted(transaction_id, at, next_poll):
            return replace(
                job,
                state=_S.ACCEPTED,
                transaction_id=transaction_id,
                accepted_at=at,
                not_before=next_poll,
            )
        case _S.SENDING, Postponed(until, reason):
            return replace(job, state=_S.WAITING, not_before=until, passed_at=None, reason=reason)
        case _S.SENDING, Interrupted() if job.passed_at is None:
            return replace(job, state=_S.QUEUED)
        case _S.SENDING, LostSight(reason):
            return replace(job, state=_S.IN_DOUBT, reason=reason)
        case _S.SENDING, Rejected(reason, detail, differences):
            return replace(
                job,
                state=_S.REFUSED,
                reason=reason,
                detail=detail,
                differences=differences,
                passed_at=None,
            )
        case _S.SENDING, Barred(until, reason):
            return replace(job, state=_S.BLOCKED, not_before=until, passed_at=None, reason=reason)
        case ((_S.ACCEPTED | _S.IN_DOUBT), Tracked()) if job.transaction_id is not None:
            return _tracked(job, event)
        case _S.ACCEPTED, TrackingPostponed(next_poll, reason):
            return replace(job, polls=job.polls + 1, not_before=next_poll, reason=reason)
        case _S.IN_DOUBT, TrackingPostponed(next_poll) if job.transaction_id is not None:
            return replace(job, polls=job.polls + 1, not_before=next_poll)
        case _S.ACCEPTED, TrackingEnded(next_poll):
            return replace(job, state=_S.IN_DOUBT, not_before=next_poll, reason="tracking_ended")
        case _S.IN_DOUBT, DeclaredSent(at):
            return _closed(job, DeliveryState.DELIVERED, at)
        case _S.IN_DOUBT, DeclaredNotSent(at):
            if any(one.state is DeliveryState.DELIVERED for one in job.deliveries):
                return _closed(job, DeliveryState.FAILED, at)  # never twice to who has it already
            return _afresh(job)
        case _S.UNDELIVERED, Settled():
            return replace(job, settled=True)
        case state, Requeued() if state in _MAY_REQUEUE:
            return replace(
                job,
                state=_S.QUEUED,
                not_before=None,
                reason=None,
                detail=None,
                differences=(),
                steps=() if state is _S.REFUSED else job.steps,  # they may be what was refused
            )
        case state, Withdrawn(at) if state in _MAY_CANCEL:
            return replace(job, state=_S.CANCELLED, not_before=None, finished_at=at)
        case _:
            raise IllegalMove(type(event).__name__, job.state)


def _tracked(job: Job, event: Tracked) -> Job:
    """Fold what the platform says into the job; a final word on a recipient is never undone."""
    said = {delivery.address.casefold(): delivery for delivery in event.deliveries}
    deliveries = tuple(
        known
        if known.state in (DeliveryState.DELIVERED, DeliveryState.FAILED)
        else _merged(known, said.get(known.address.casefold()))
        for known in job.deliveries
    )
    states = {delivery.state for delivery in deliveries}
    job = replace(job, deliveries=deliveries, polls=job.polls + 1)
    if states <= {DeliveryState.DELIVERED, DeliveryState.FAILED}:
        failed = DeliveryState.FAILED in states
        return replace(
            job,
            state=_S.UNDELIVERED if failed else _S.DELIVERED,
            not_before=None,
            finished_at=event.at,
            reason=None,
        )
    reason = job.reason if job.state is _S.IN_DOUBT else None
    return replace(job, not_before=event.next_poll, reason=reason)


def _closed(job: Job, open_ones: DeliveryState, at: datetime) -> Job:
    """A person says what became of the recipients that the platform has not spoken of.

    What it has said stays: a known failure does not disappear because the rest arrived.
    """
    settled = (DeliveryState.DELIVERED, DeliveryState.FAILED)
    deliveries = tuple(
        one if one.state in settled else replace(one, state=open_ones) for one in job.deliveries
    )
    failed = any(one.state is DeliveryState.FAILED for one in deliveries)
    return replace(
        job,
        state=_S.UNDELIVERED if failed else _S.DELIVERED,
        not_before=None,
        finished_at=at,
        reason=None if failed else "declared_sent",
        deliveries=deliveries,
    )


def _afresh(job: Job) -> Job:
    """As if it had never been tried, but for the count of attempts."""
    pending = DeliveryState.PENDING
    return replace(
        job,
        state=_S.QUEUED,
        not_before=None,
        passed_at=None,
        accepted_at=None,
        transaction_id=None,
        polls=0,
        reason=None,
        deliveries=tuple(replace(one, state=pending, reason=None) for one in job.deliveries),
    )


def _merged(known: Delivery, said: Delivery | None) -> Delivery:
    return known if said is None else replace(known, state=said.state, reason=said.reason)


def carried(letter: Letter, job: Job) -> Letter:
    """``letter`` as ``job`` carries it: its own recipients and documents only."""
    addresses = {delivery.address.casefold() for delivery in job.deliveries}
    recipients = tuple(one for one in letter.recipients if one.address.casefold() in addresses)
    documents = tuple(one for one in letter.documents if one.id in job.documents)
    return replace(
        letter,
        recipients=recipients if job.target is Target.MSS else (),
        documents=documents if job.documents else letter.documents,
    )


def alike(one: Job, other: Job) -> bool:
    """Whether two jobs of a sending carry the same documents to the same target."""
    return (one.target, one.documents) == (other.target, other.documents)


def together(jobs: Sequence[Job]) -> Job:
    """The first of some jobs that are ``alike``, with the deliveries of them all."""
    deliveries = tuple(delivery for job in jobs for delivery in job.deliveries)
    return replace(jobs[0], deliveries=deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A letter that somebody decided to send, and its jobs, one for each share of each target."""

    letter: Letter
    sent_at: datetime
    jobs: tuple[Job, ...]


def is_outstanding(job: Job, now: datetime) -> bool:
    """Whether ``job`` counts in « lettres en souffrance ».

    It should have left and has not, or its fate is unknown, or a recipient did not get it and
    nobody has dealt with that. A job that is on its way right now does not count.
    """
    match job.state:
        case _S.WAITING | _S.BLOCKED | _S.REFUSED | _S.IN_DOUBT:
            return True
        case _S.UNDELIVERED:
            return not job.settled
        case _S.HELD | _S.QUEUED:
            due = job.not_before or job.created_at
            return (now - due).total_seconds() > _ON_ITS_WAY_SECONDS
        case _:
            return False


_ON_ITS_WAY_SECONDS = 120


def needs_person(job: Job) -> bool:
    """Whether nothing will happen to ``job`` until somebody decides."""
    if job.state is _S.UNDELIVERED:
        return not job.settled
    return job.state in (_S.IN_DOUBT, _S.REFUSED)


def may_cancel(job: Job) -> bool:
    """Whether ``job`` can still be withdrawn: nothing of it has left."""
    return job.state in _MAY_CANCEL
