"""A letter before it leaves: its documents, its patient, its recipients, its checks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop_app.domain.people import Patient, Recipient, StayId

LetterId = NewType("LetterId", str)
DocumentId = NewType("DocumentId", str)

MAX_RECIPIENTS = 10
"""Recipients in one ``$send-to-mss`` (lifen.md 4.6)."""
MAX_DOCUMENTS = 10
"""Documents in one ``$send-to-mss`` (lifen.md 4.6)."""
MAX_BYTES = 50_000_000
"""Decoded bytes of one sending's documents together (lifen.md U18)."""
HEAVY_BYTES = 10_000_000
"""Above this a practitioner's mailbox may refuse the message (lifen.md U18)."""
MAX_RECORD_BYTES = 15_000_000
"""Decoded bytes of the one document of a ``$send-to-ehr`` (lifen.md 4.8, U18)."""
HEAVY_RECORD_BYTES = 11_000_000
"""Above this the record may count the encoded size and refuse (lifen.md U18)."""
PATIENT_MAILBOX_DOMAIN = "patient.mssante.fr"
"""A citizen's own mailbox: its address holds the INS, so it is never a recipient (T22, U21)."""

DOCUMENT_TYPES = (
    "11488-4",
    "34112-3",
    "11490-0",
    "34874-8",
    "18748-4",
    "15507-7",
    "77436-4",
    "11502-2",
    "11526-1",
    "89601-9",
    "57833-6",
    "34133-9",
    "18761-7",
    "34749-2",
    "15508-5",
    "67851-6",
    "34794-8",
    "11505-5",
    "70004-7",
    "11506-3",
    "47420-5",
    "85208-7",
    "18776-5",
    "60591-5",
    "57832-8",
    "57828-6",
    "55115-0",
    "74207-2",
    "83981-1",
    "87273-9",
)
"""LOINC codes of the French national list that Lifen is known or likely to take (lifen.md 8.4),
the most used first; their labels are in ``wording.documents``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A PDF held in the private spool, exactly as it was dropped.

    ``name`` is what the person called the file; ``sha256`` is of the bytes, in hexadecimal.
    """

    id: DocumentId
    name: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One to ten documents about one patient, for its recipients.

    In the tray it is a draft; once sent, the same letter is what its jobs carry.
    """

    id: LetterId
    created_at: datetime
    documents: tuple[Document, ...] = ()
    patient: Patient | None = None
    recipients: tuple[Recipient, ...] = ()
    type_code: str = DOCUMENT_TYPES[0]
    title: str = ""
    stay: StayId | None = None

    @property
    def size(self) -> int:
        """Bytes of all documents."""
        return sum(document.size for document in self.documents)

    @property
    def pages(self) -> int:
        """Pages of all documents."""
        return sum(document.pages for document in self.documents)


class Verdict(StrEnum):
    """What a check says of a letter."""

    OK = "ok"
    CARE = "care"
    BLOCK = "block"


class Topic(StrEnum):
    """What a check looked at, and what it found there."""

    PATIENT_MISSING = "patient_missing"
    PATIENT_CHOSEN = "patient_chosen"
    PATIENT_DECEASED = "patient_deceased"
    INS_NOT_QUALIFIED = "ins_not_qualified"
    IDENTITY_DOUBTFUL = "identity_doubtful"
    RECIPIENTS_MISSING = "recipients_missing"
    RECIPIENTS_CHOSEN = "recipients_chosen"
    RECIPIENTS_TOO_MANY = "recipients_too_many"
    PATIENT_MAILBOX = "patient_mailbox"
    DOCUMENT_OK = "document_ok"
    DOCUMENT_MISSING = "document_missing"
    DOCUMENTS_TOO_MANY = "documents_too_many"
    DOCUMENT_HEAVY = "document_heavy"
    DOCUMENT_TOO_LARGE = "document_too_large"
    STAY_MISSING = "stay_missing"
    RECORD_ONE_DOCUMENT = "record_one_document"
    RECORD_HEAVY = "record_heavy"
    RECORD_TOO_LARGE = "record_too_large"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of « Contrôles »."""

    topic: Topic
    verdict: Verdict


STRONG_WARNINGS = frozenset({"FICT", "DOUT", "DESA", "INVA", "USUR"})
"""Reliability codes that say the identity itself is doubtful (lifen.md 8.2)."""


def check(letter: Letter, *, mailboxes: bool = True, record: bool = False) -> tuple[Check, ...]:
    """Everything worth saying about ``letter`` before it leaves, in reading order.

    ``mailboxes`` and ``record`` say where it goes: without the first it needs no recipients.
    """
    return (
        *_about_patient(letter.patient),
        *(_about_recipients(letter) if mailboxes else ()),
        *_about_documents(letter),
        *(_about_record(letter) if record else ()),
    )


def is_ready(letter: Letter) -> bool:
    """Whether nothing blocks ``letter`` from leaving."""
    return all(line.verdict is not Verdict.BLOCK for line in check(letter))


def _about_patient(patient: Patient | None) -> list[Check]:
    if patient is None:
        return [Check(Topic.PATIENT_MISSING, Verdict.BLOCK)]
    lines = [Check(Topic.PATIENT_CHOSEN, Verdict.OK)]
    if patient.reliability in STRONG_WARNINGS:
        lines.append(Check(Topic.IDENTITY_DOUBTFUL, Verdict.CARE))
    elif not patient.ins_qualified:
        lines.append(Check(Topic.INS_NOT_QUALIFIED, Verdict.CARE))
    if patient.deceased:
        lines.append(Check(Topic.PATIENT_DECEASED, Verdict.CARE))
    return lines


def _about_recipients(letter: Letter) -> list[Check]:
    if not letter.recipients:
        return [Check(Topic.RECIPIENTS_MISSING, Verdict.BLOCK)]
    lines = []
    if len(letter.recipients) > MAX_RECIPIENTS:
        lines.append(Check(Topic.RECIPIENTS_TOO_MANY, Verdict.BLOCK))
    if any(is_patient_mailbox(recipient.address) for recipient in letter.recipients):
        lines.append(Check(Topic.PATIENT_MAILBOX, Verdict.BLOCK))
    return lines or [Check(Topic.RECIPIENTS_CHOSEN, Verdict.OK)]


def _about_documents(letter: Letter) -> list[Check]:
    if not letter.documents:
        return [Check(Topic.DOCUMENT_MISSING, Verdict.BLOCK)]
    lines = []
    if len(letter.documents) > MAX_DOCUMENTS:
        lines.append(Check(Topic.DOCUMENTS_TOO_MANY, Verdict.BLOCK))
    if letter.size > MAX_BYTES:
        lines.append(Check(Topic.DOCUMENT_TOO_LARGE, Verdict.BLOCK))
    elif letter.size > HEAVY_BYTES:
        lines.append(Check(Topic.DOCUMENT_HEAVY, Verdict.CARE))
    return lines or [Check(Topic.DOCUMENT_OK, Verdict.OK)]


def _about_record(letter: Letter) -> list[Check]:
    lines = []
    if not letter.stay:
        lines.append(Check(Topic.STAY_MISSING, Verdict.BLOCK))
    if len(letter.documents) > 1:
        lines.append(Check(Topic.RECORD_ONE_DOCUMENT, Verdict.BLOCK))
    elif MAX_RECORD_BYTES < letter.size <= MAX_BYTES:
        lines.append(Check(Topic.RECORD_TOO_LARGE, Verdict.BLOCK))
    elif HEAVY_RECORD_BYTES < letter.size <= MAX_RECORD_BYTES:
        lines.append(Check(Topic.RECORD_HEAVY, Verdict.CARE))
    return lines


def is_patient_mailbox(address: str) -> bool:
    """Whether ``address`` reaches a citizen instead of a professional."""
    domain = address.rpartition("@")[2].casefold()
    return domain == PATIENT_MAILBOX_DOMAIN or domain.endswith(f".{PATIENT_MAILBOX_DOMAIN}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """A rendered page: 32-bit BGRX rows, ``stride`` bytes each; ``points`` is its real size."""

    width: int
    height: int
    stride: int
    pixels: bytes
    points: tuple[float, float]
