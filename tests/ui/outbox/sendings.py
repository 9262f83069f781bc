"""Invented sendings in every state, all about the same fictional morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from desktop_app.domain.letters import Document, DocumentId, Letter, LetterId, Target
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Kind,
    Mailbox,
    Patient,
    PatientId,
    Place,
    Recipient,
)
from desktop_app.domain.sending import Delivery, DeliveryState, Job, JobId, JobState, Sending

NOW = datetime(2024, 3, 4, 9, 46, 0, tzinfo=UTC)
S, D = JobState, DeliveryState
ORMEAU, COUDRIER, TESSANDIER, CLINIQUE = "ormeau", "coudrier", "tessandier", "clinique"


def a_recipient(name: str) -> Recipient:
    family, given, city = {
        ORMEAU: ("ORMEAU-FICTIF", "Paul", "VILLEFICTIVE"),
        COUDRIER: ("COUDRIER-FICTIVE", "Inès", "SAINT-EXEMPLE"),
        TESSANDIER: ("TESSANDIER-FICTIF", "Marc", "VILLEFICTIVE"),
        CLINIQUE: ("", "", "BOURG-FICTIF"),
    }[name]
    address = f"ok.{name}@cabinet.mssante.example"
    return Recipient(
        correspondent=Correspondent(
            id=CorrespondentId(name),
            kind=Kind.PRACTITIONER if family else Kind.ORGANIZATION,
            family=family,
            given=(given,),
            prefix="DR",
            name="Clinique des Exemples",
            places=(Place(city=city),),
            mailboxes=(Mailbox(address=address),),
        ),
        address=address,
    )


def a_sending(
    number: int,
    state: JobState = S.DELIVERED,
    *,
    minutes_ago: float = 5,
    patient: str = "ABRICOTIER Capucine",
    to: tuple[str, ...] = (TESSANDIER,),
    deliveries: tuple[DeliveryState, ...] = (),
    why: str | None = None,
    title: str = "",
    **facts: Any,
) -> Sending:
    """A sending with one job; ``facts`` are members of the job."""
    family, _, given = patient.rpartition(" ")
    recipients = tuple(a_recipient(name) for name in to)
    sent_at = NOW - timedelta(minutes=minutes_ago)
    letter = Letter(
        id=LetterId(f"letter-{number}"),
        created_at=sent_at,
        documents=(
            Document(
                id=DocumentId("0" * 32), name="lettre.pdf", sha256="0" * 64, size=1000, pages=2
            ),
        ),
        patient=Patient(id=PatientId(f"patient-{number}"), birth_family=family, given=(given,)),
        recipients=recipients,
        title=title,
    )
    said = deliveries or tuple(
        {S.DELIVERED: D.DELIVERED, S.UNDELIVERED: D.FAILED}.get(state, D.PENDING)
        for _name in recipients
    )
    job = Job(
        id=JobId(f"job-{number}"),
        sending=letter.id,
        target=Target.MSS,
        created_at=sent_at,
        state=state,
        deliveries=tuple(
            Delivery(
                address=recipient.address,
                name=recipient.correspondent.family,
                state=one,
                reason=why if one is D.FAILED else None,
            )
            for recipient, one in zip(recipients, said, strict=True)
        ),
        **facts,
    )
    return Sending(letter=letter, sent_at=sent_at, jobs=(job,))


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    return NOW + timedelta(**span)


def a_morning() -> tuple[Sending, ...]:
    """One sending in every state and some more, in the order of the outbox."""
    gone: dict[str, Any] = {"attempts": 1, "passed_at": ago(minutes=4)}
    accepted: dict[str, Any] = {
        **gone,
        "accepted_at": ago(minutes=3.9),
        "transaction_id": "tx-demo-0001",
    }
    return (
        a_sending(
            1,
            S.IN_DOUBT,
            minutes_ago=48,
            patient="MARRONNIER Jules",
            to=(ORMEAU, CLINIQUE),
            title="CR opératoire",
            attempts=1,
            passed_at=ago(minutes=48),
            reason="read",
        ),
        a_sending(
            2,
            S.REFUSED,
            minutes_ago=60,
            patient="SANDBOX-LILAS Rose",
            to=(COUDRIER,),
            attempts=1,
            reason="refused_422",
            detail="Le type de document n’est pas accepté.",
        ),
        a_sending(
            3,
            S.UNDELIVERED,
            minutes_ago=65,
            patient="D’ORVAL Théodore",
            title="Lettre de liaison",
            why="boîte pleine",
            **accepted,
            finished_at=ago(minutes=1),
        ),
        a_sending(
            4,
            S.UNDELIVERED,
            minutes_ago=70,
            patient="LE GOFF-N’DIAYE Awa",
            to=(ORMEAU, COUDRIER, TESSANDIER, CLINIQUE),
            deliveries=(D.DELIVERED, D.DELIVERED, D.FAILED, D.DELIVERED),
            why="adresse invalide",
            **accepted,
            finished_at=ago(minutes=1),
        ),
        a_sending(
            5,
            S.HELD,
            minutes_ago=0.1,
            patient="CHÊNE-LIÈGE Aurore",
            to=(ORMEAU, COUDRIER, CLINIQUE),
            not_before=ahead(seconds=8),
        ),
        a_sending(6, S.QUEUED, minutes_ago=0.3, patient="POIRIER-FICTIF Adam"),
        a_sending(
            7, S.SENDING, minutes_ago=0.5, patient="FIGUIER-FICTIF Noé", to=(COUDRIER,), **gone
        ),
        a_sending(
            8,
            S.WAITING,
            minutes_ago=1,
            patient="BA Ô",
            to=(CLINIQUE,),
            title="Certificat",
            attempts=6,
            not_before=ahead(minutes=6),
            reason="unreachable",
        ),
        a_sending(
            9,
            S.BLOCKED,
            minutes_ago=2,
            patient="TILLEUL-FICTIF Zacharie",
            attempts=1,
            not_before=ahead(minutes=14),
            reason="credentials",
        ),
        a_sending(
            10,
            S.ACCEPTED,
            minutes_ago=4,
            patient="SORBIER-FICTIF Lina",
            to=(ORMEAU, COUDRIER),
            deliveries=(D.DELIVERED, D.PENDING),
            title="CR d’imagerie",
            **accepted,
            not_before=ahead(seconds=15),
            polls=2,
        ),
        a_sending(
            11,
            S.DELIVERED,
            minutes_ago=6,
            to=(TESSANDIER, COUDRIER),
            **accepted,
            finished_at=ago(minutes=3),
            polls=1,
        ),
        a_sending(
            12,
            S.CANCELLED,
            minutes_ago=20,
            patient="ROSIER Zoé",
            to=(ORMEAU,),
            finished_at=ago(minutes=19),
        ),
        a_sending(
            13,
            S.DELIVERED,
            minutes_ago=60 * 16.5,
            patient="ROSIER Zoé",
            to=(ORMEAU,),
            title="CR d’anesthésie",
            **accepted,
            finished_at=ago(hours=16.4),
            polls=1,
        ),
    )
