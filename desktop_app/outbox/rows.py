"""Rows ↔ dataclasses: the one place that knows how letters and jobs are written down."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from desktop_app.domain.errors import Difference, StoreTrouble
from desktop_app.domain.identity import fold
from desktop_app.domain.letters import DocumentId, Letter, LetterId, Target
from desktop_app.domain.sending import Delivery, DeliveryState, Job, JobId, JobState
from desktop_app.outbox.database import Row

JOB_COLUMNS = (
    "id",
    "letter",
    "target",
    "state",
    "revision",
    "attempts",
    "created_at",
    "not_before",
    "passed_at",
    "accepted_at",
    "finished_at",
    "transaction_id",
    "polls",
    "reason",
    "detail",
    "settled",
    "documents",
    "steps",
    "differences",
)
_JOURNAL = ("number", "at", "owner", "job", "event", "state", "reason", "author", "author_name")
_LETTERS = msgspec.json.Decoder(Letter)
_DOCUMENTS = msgspec.json.Decoder(tuple[DocumentId, ...])
_STEPS = msgspec.json.Decoder(tuple[tuple[str, str], ...])
_DIFFERENCES = msgspec.json.Decoder(tuple[Difference, ...])


def stamp(moment: datetime | None) -> str | None:
    """UTC, fixed width, so that text order is time order."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """What ``stamp`` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def letter_body(letter: Letter) -> bytes:
    """A letter as it is kept."""
    return msgspec.json.encode(letter)


def letter_from(body: bytes) -> Letter:
    """What ``letter_body`` wrote; raises ``StoreTrouble`` when it was damaged since."""
    try:
        return _LETTERS.decode(body)
    except msgspec.MsgspecError as error:
        raise StoreTrouble("damaged") from error


def letter_words(letter: Letter) -> str:
    """Everything a person may search a letter by, folded."""
    parts = [letter.title, *(document.name for document in letter.documents)]
    if (patient := letter.patient) is not None:
        parts += [patient.birth_family, patient.used_family or "", *patient.given]
        parts += [patient.ipp or "", patient.ins or ""]
        if patient.birth_date is not None:
            parts += [patient.birth_date.strftime("%d/%m/%Y"), patient.birth_date.isoformat()]
    for recipient in letter.recipients:
        entry = recipient.correspondent
        parts += [entry.family, *entry.given, entry.name, recipient.address]
        parts += [entry.identifier or "", *(place.city for place in entry.places)]
    return fold(" ".join(part for part in parts if part))


def job_values(job: Job) -> dict[str, Any]:
    """A job as a row of ``jobs``."""
    return {
        "id": job.id,
        "letter": job.sending,
        "target": job.target.value,
        "state": job.state.value,
        "revision": job.revision,
        "attempts": job.attempts,
        "created_at": stamp(job.created_at),
        "not_before": stamp(job.not_before),
        "passed_at": stamp(job.passed_at),
        "accepted_at": stamp(job.accepted_at),
        "finished_at": stamp(job.finished_at),
        "transaction_id": job.transaction_id,
        "polls": job.polls,
        "reason": job.reason,
        "detail": job.detail,
        "settled": int(job.settled),
        "documents": _listed(job.documents),
        "steps": _listed(job.steps),
        "differences": _listed(job.differences),
    }


def job_from(row: Row, deliveries: Iterable[Delivery]) -> Job:
    """The job of a row; raises ``StoreTrouble`` when the row makes no sense."""
    try:
        created_at = datetime.fromisoformat(row["created_at"])
        return Job(
            id=JobId(row["id"]),
            sending=LetterId(row["letter"]),
            target=Target(row["target"]),
            created_at=created_at,
            state=JobState(row["state"]),
            revision=row["revision"],
            attempts=row["attempts"],
            not_before=moment(row["not_before"]),
            passed_at=moment(row["passed_at"]),
            accepted_at=moment(row["accepted_at"]),
            finished_at=moment(row["finished_at"]),
            transaction_id=row["transaction_id"],
            polls=row["polls"],
            reason=row["reason"],
            detail=row["detail"],
            settled=bool(row["settled"]),
            documents=_DOCUMENTS.decode(row["documents"]),
            steps=_STEPS.decode(row["steps"]),
            differences=_DIFFERENCES.decode(row["differences"]),
            deliveries=tuple(deliveries),
        )
    except (ValueError, msgspec.MsgspecError) as error:
        raise StoreTrouble("damaged") from error


def delivery_from(row: Row) -> Delivery:
    """The delivery of a row."""
    try:
        state = DeliveryState(row["state"])
    except ValueError as error:
        raise StoreTrouble("damaged") from error
    return Delivery(address=row["address"], name=row["name"], state=state, reason=row["reason"])


def next_revision(job: Job) -> Job:
    """The same job, one write later."""
    return replace(job, revision=job.revision + 1)


def _listed(items: tuple[object, ...]) -> str:
    return msgspec.json.encode(items).decode()


def link(before: str, line: Row) -> str:
    """The digest of ``line``, a row of the journal, behind one whose digest is ``before``."""
    said = msgspec.json.encode([before, *(line[column] for column in _JOURNAL)])
    return hashlib.sha256(said).hexdigest()
