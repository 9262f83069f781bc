"""The history as a table: what its columns are called, and a sending as its lines."""

from collections.abc import Iterator
from datetime import datetime

from desktop_app.domain.sending import RECORD_ADDRESSES, Delivery, Job, Sending
from desktop_app.wording import reasons, states, targets
from desktop_app.wording.documents import short_label
from desktop_app.wording.people import given_names

HEADINGS = (
    "Envoi",
    "Composé le",
    "Nom de naissance",
    "Nom utilisé",
    "Prénoms",
    "Né(e) le",
    "IPP",
    "Type de document",
    "Titre",
    "Pages",
    "Destination",
    "Destinataire",
    "Adresse",
    "État de l’envoi",
    "État du destinataire",
    "Motif",
    "Accepté le",
    "Terminé le",
    "Identifiant de la plateforme",
    "Empreinte SHA-256 des documents",
)


def lines(sending: Sending) -> Iterator[tuple[str, ...]]:
    """A sending, one line for each recipient of each of its parts."""
    for job in sending.jobs:
        for delivery in job.deliveries:
            yield _line(sending, job, delivery)


def _line(sending: Sending, job: Job, delivery: Delivery) -> tuple[str, ...]:
    letter, patient = sending.letter, sending.letter.patient
    sums = [one.sha256 for one in letter.documents if not job.documents or one.id in job.documents]
    return (
        letter.id,
        _moment(sending.sent_at),
        patient.birth_family if patient else "",
        (patient.used_family or "") if patient else "",
        given_names(patient) if patient else "",
        patient.birth_date.strftime("%d/%m/%Y") if patient and patient.birth_date else "",
        (patient.ipp or "") if patient else "",
        short_label(letter.type_code),
        letter.title,
        str(letter.pages),
        targets.part(sending, job),
        delivery.name,
        "" if delivery.address in RECORD_ADDRESSES else delivery.address,
        states.job(job)[0].removeprefix("✓ "),
        states.recipient(job, delivery.state)[0].removeprefix("✓ "),
        reasons.words(delivery.reason) if delivery.reason else "",
        _moment(job.accepted_at),
        _moment(job.finished_at),
        job.transaction_id or "",
        " ".join(sums),
    )


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone().strftime("%d/%m/%Y %H:%M:%S")
