"""What a failure means for a job, and how long to wait: decisions only, no writing."""

import random
from datetime import datetime, timedelta

from desktop_app.domain.errors import (
    AppError,
    Changed,
    FileTrouble,
    Incomplete,
    InDoubt,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.sending import Barred, Job, JobEvent, LostSight, Postponed, Rejected

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
ACCESS_CHECK = timedelta(minutes=15)
"""How long a barred platform is left alone before one job sees whether it was repaired."""
TRACKING_STEPS = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))
TRACKING_PACE = (timedelta(minutes=2), timedelta(minutes=5))
"""After the first steps, somewhere between these (lifen.md U16)."""
TRACKING_ENDS = timedelta(hours=24)
LATE_PACE = (timedelta(hours=1), timedelta(hours=2))
"""After that a late word is still worth asking for: it settles the doubt without a person."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after failed attempt number ``attempts`` (from 1), spread at random."""
    doublings = min(max(attempts - 1, 0), 16)
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def next_poll(polls: int, now: datetime) -> datetime:
    """When to ask again what became of an accepted letter, after ``polls`` questions."""
    if polls < len(TRACKING_STEPS):
        return now + TRACKING_STEPS[polls]
    return now + _between(*TRACKING_PACE)


def late_poll(now: datetime) -> datetime:
    """When to ask again for the word that did not come in a day."""
    return now + _between(*LATE_PACE)


def _between(low: timedelta, high: timedelta) -> timedelta:
    return random.uniform(0, 1) * (high - low) + low  # noqa: S311 - spreads load


def verdict(  # noqa: PLR0911 - the whole table
    error: AppError, job: Job, now: datetime
) -> JobEvent:
    """What ``error`` means for the job it happened to; a bug of ours is raised again."""
    wait = now + backoff(job.attempts)
    match error:
        case InDoubt():
            return LostSight(why(error))
        case Throttled():
            return Postponed(now + error.wait if error.wait else wait, why(error))
        case StaleToken():
            return Postponed(now, why(error))
        case Unreachable() | ServerTrouble() | Malformed() | StoreTrouble():
            return Postponed(wait, why(error))
        case NotAllowed():
            return Barred(now + ACCESS_CHECK, why(error))
        case Refused():
            return Rejected(why(error), "\n".join(error.diagnostics) or None)
        case Changed():
            return Rejected(why(error), differences=error.differences)
        case FileTrouble() | Incomplete() | NotOffered():
            return Rejected(why(error))
        case _:
            raise error


def why(error: AppError) -> str:  # noqa: C901, PLR0911 - the whole table
    """The stable code of a failure, for the disk and for ``wording``."""
    match error:
        case InDoubt() | NotAllowed():
            return error.cause
        case Throttled():
            return "throttled"
        case StaleToken():
            return "stale_token"
        case Unreachable():
            return "unreachable"
        case ServerTrouble():
            return f"server_{error.status}"
        case Malformed():
            return "malformed"
        case Refused():
            return f"refused_{error.status}"
        case Changed():
            return f"changed_{error.what}"
        case FileTrouble():
            return f"file_{error.kind}"
        case Incomplete():
            return f"incomplete_{error.what}"
        case StoreTrouble():
            return f"store_{error.kind}"
        case _:
            return "not_offered" if isinstance(error, NotOffered) else "other"
