"""From a letter to its jobs: what it still lacks, and how it is shared out among requests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.letters import (
    MAX_FILE_BYTES,
    DocumentId,
    Letter,
    LetterId,
    Limits,
    Share,
    Target,
    Topic,
    Verdict,
    check,
    shares,
)
from desktop_app.domain.people import Correspondent, Kind
from desktop_app.domain.sending import Delivery, DeliveryState, Job, JobId, JobState
from desktop_app.outbox.store import new_id

LACKS = {
    Topic.PATIENT_MISSING: "patient",
    Topic.RECIPIENTS_MISSING: "recipients",
    Topic.PATIENT_MAILBOX: "address",
    Topic.DOCUMENT_MISSING: "documents",
    Topic.DOCUMENT_TOO_LARGE: "documents_too_large",
    Topic.STAY_MISSING: "stay",
    Topic.RECORD_TOO_LARGE: "record_too_large",
    Topic.DMP_NEEDS_INS: "ins",
    Topic.TARGET_MISSING: "targets",
}
"""What each check that blocks is called once somebody sends all the same."""


def check_whole(letter: Letter, limits: Limits) -> None:
    """Raise ``Incomplete`` for the first thing that keeps ``letter`` from leaving."""
    most = {
        Topic.DOCUMENT_TOO_LARGE: limits.mailbox
        if Target.MSS in letter.targets
        else MAX_FILE_BYTES,
        Topic.RECORD_TOO_LARGE: limits.record,
    }
    for line in check(letter, limits):
        if line.verdict is Verdict.BLOCK:
            raise Incomplete(LACKS[line.topic], most.get(line.topic, 0))


def jobs_for(letter: Letter, limits: Limits, now: datetime, hold: timedelta) -> Sequence[Job]:
    """One job for each share of each target, in the order in which they are to leave."""
    return [
        Job(
            id=JobId(new_id()),
            sending=letter.id,
            target=target,
            created_at=now,
            state=JobState.HELD if hold else JobState.QUEUED,
            not_before=now + hold if hold else None,
            documents=_documents(letter, target, share),
            deliveries=_deliveries(target, share),
        )
        for target in letter.targets
        for share in shares(letter, target, limits)
    ]


def again(job: Job, now: datetime) -> Job:
    """A job of a sending of its own for what ``job`` could not bring."""
    return Job(
        id=JobId(new_id()),
        sending=LetterId(new_id()),
        target=job.target,
        created_at=now,
        state=JobState.QUEUED,
        documents=job.documents,
        deliveries=tuple(
            replace(delivery, state=DeliveryState.PENDING, reason=None)
            for delivery in job.deliveries
            if delivery.state is not DeliveryState.DELIVERED
        ),
    )


def _documents(letter: Letter, target: Target, share: Share) -> tuple[DocumentId, ...]:
    """Those that a job has to name: none where it carries them all, but a copy names its own."""
    if target is Target.MSS and share.documents == letter.documents:
        return ()
    return tuple(document.id for document in share.documents)


def _deliveries(target: Target, share: Share) -> tuple[Delivery, ...]:
    if target is not Target.MSS:
        return (Delivery(address=target.value, name=""),)
    return tuple(
        Delivery(address=recipient.address, name=_name(recipient.correspondent))
        for recipient in share.recipients
    )


def _name(entry: Correspondent) -> str:
    if entry.kind is Kind.ORGANIZATION:
        return entry.name
    return " ".join(part for part in (entry.prefix, entry.family, *entry.given) if part)
