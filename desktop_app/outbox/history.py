"""Questions about many sendings at once: the Envois list, its counts, the usual recipients."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from desktop_app.domain.identity import fold
from desktop_app.domain.letters import Target
from desktop_app.domain.people import PatientId, Recipient
from desktop_app.domain.ports import Overview, SendingFilter
from desktop_app.domain.sending import FINAL, Job, JobState, Sending, is_outstanding, needs_person
from desktop_app.outbox import rows
from desktop_app.outbox.database import Row
from desktop_app.outbox.statements import MINE, listed
from desktop_app.outbox.store import Store

MOVING = (JobState.HELD, JobState.QUEUED, JobState.SENDING, JobState.ACCEPTED)
WAITING = (JobState.WAITING, JobState.BLOCKED)
USUAL = 9
"""How many usual correspondents are shown: one digit key each."""
_SENT = f"{MINE} AND letters.sent_at IS NOT NULL"
_WAITS_FOR_PERSON = (
    "EXISTS (SELECT 1 FROM jobs WHERE jobs.letter = letters.id AND (jobs.state IN"
    " ('in_doubt', 'refused') OR (jobs.state = 'undelivered' AND jobs.settled = 0)))"
)
_ARRIVED = (
    "(SELECT max(jobs.finished_at) FROM jobs WHERE jobs.letter = letters.id"  # noqa: S608
    " AND jobs.state = 'delivered') >= :midnight AND NOT EXISTS (SELECT 1 FROM jobs"
    f" WHERE jobs.letter = letters.id AND jobs.state NOT IN ({listed(FINAL)}))"
)
"""Whether all of a letter that was not given up has arrived, the last of it since midnight."""


def sendings(store: Store, wanted: SendingFilter) -> list[Sending]:
    """The sendings that ``wanted`` lets through, what needs a person first, then the newest."""
    where = [_SENT]
    values: dict[str, object] = {"limit": wanted.limit, "since": rows.stamp(wanted.since)}
    for number, word in enumerate(fold(wanted.text).split()):
        where.append(f"letters.words LIKE :word{number} ESCAPE '\\'")
        values[f"word{number}"] = f"%{_literal(word)}%"
    if wanted.states:
        where.append(
            "EXISTS (SELECT 1 FROM jobs WHERE jobs.letter = letters.id"  # noqa: S608 - constants
            f" AND jobs.state IN ({listed(wanted.states)}))"
        )
    if wanted.since is not None:
        where.append("letters.sent_at >= :since")
    found = store.query(
        f"SELECT letters.id, sent_at, body FROM letters WHERE {' AND '.join(where)}"  # noqa: S608
        f" ORDER BY {_WAITS_FOR_PERSON} DESC, sent_at DESC, place DESC LIMIT :limit",
        **values,
    )
    return _sendings(store, found)


def following(store: Store, last: int, count: int) -> tuple[int, list[Sending]]:
    """The next sendings in the order they were composed, and the place to go on from.

    The place is 0 once there are no more. One that is damaged is left out.
    """
    found = store.query(
        f"SELECT letters.id, sent_at, body, place FROM letters WHERE {_SENT}"  # noqa: S608
        " AND place > :last ORDER BY place LIMIT :count",
        last=last,
        count=count,
    )
    return (found[-1]["place"] if found else 0), _sendings(store, found)


def _sendings(store: Store, found: Sequence[Row]) -> list[Sending]:
    jobs = _jobs_by_letter(store, [row["id"] for row in found])
    return [
        Sending(
            letter=letter,
            sent_at=datetime.fromisoformat(row["sent_at"]),
            jobs=tuple(jobs.get(row["id"], ())),
        )
        for row, letter in store.readable(found)
    ]


def overview(store: Store, now: datetime) -> Overview:
    """The counts that are always in sight; a letter counts once, however many jobs it has."""
    open_jobs = store.jobs_in(state for state in JobState if state not in FINAL)
    barred = [job.reason for job in open_jobs if job.state is JobState.BLOCKED]
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    (counts,) = store.query(
        "SELECT (SELECT count(*) FROM letters"  # noqa: S608 - constants
        f" WHERE {MINE} AND sent_at IS NULL AND discarded_at IS NULL) AS drafts,"
        f" (SELECT count(*) FROM letters WHERE {_SENT}) AS total,"
        f" (SELECT count(*) FROM letters WHERE {_SENT} AND {_ARRIVED}) AS today,"
        " (SELECT max(jobs.finished_at) FROM jobs JOIN letters ON letters.id = jobs.letter"
        f" WHERE {MINE} AND jobs.state = 'delivered') AS last",
        midnight=rows.stamp(midnight),
    )
    return Overview(
        drafts=counts["drafts"],
        outstanding=_letters(job for job in open_jobs if is_outstanding(job, now)),
        moving=_letters(job for job in open_jobs if job.state in MOVING),
        waiting=_letters(job for job in open_jobs if job.state in WAITING),
        need_person=_letters(job for job in open_jobs if needs_person(job)),
        delivered_today=counts["today"],
        total=counts["total"],
        damaged=len(store.damaged),
        barred=barred[0] if barred else None,
        last_delivered_at=rows.moment(counts["last"]),
    )


def usual(store: Store, patient: PatientId) -> list[Recipient]:
    """Who was sent letters about this patient, most recent first, each address once."""
    found = store.query(
        f"SELECT id, body FROM letters WHERE {_SENT} AND patient = :patient"  # noqa: S608 - constants
        " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.letter = letters.id"
        " AND jobs.state = 'cancelled') ORDER BY sent_at DESC LIMIT 50",
        patient=patient,
    )
    known: dict[str, Recipient] = {}
    for _row, letter in store.readable(found):
        for recipient in letter.recipients:
            known.setdefault(recipient.address.casefold(), recipient)
    return list(known.values())[:USUAL]


def idle(store: Store, now: datetime, horizon: timedelta, quiet: Collection[Target] = ()) -> bool:
    """Whether no job can move within ``horizon`` unless a person does something.

    ``quiet`` are the targets that a passing failure keeps from sending for longer than that. What
    waits behind a barred or quiet target cannot move; the barred job that will see whether access
    was repaired can, once its time comes, and so can what is on its way or tracked.
    """
    coming = store.jobs_in((*MOVING, *WAITING), due=now + horizon)
    barred = {job.target for job in store.jobs_in((JobState.BLOCKED,))}
    return not any(
        job.state in (JobState.ACCEPTED, JobState.SENDING)
        or (job.target not in quiet and (job.target not in barred or job.state is JobState.BLOCKED))
        for job in coming
    )


def _jobs_by_letter(store: Store, letters: Sequence[str]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in store.jobs_of(letters):
        found.setdefault(job.sending, []).append(job)
    return found


def _letters(jobs: Iterable[Job]) -> int:
    return len({job.sending for job in jobs})


def _literal(word: str) -> str:
    """``word`` for LIKE, with its wildcards taken at face value."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
