"""A letter before it leaves: its documents, its patient, its recipients, its checks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop_app.domain.people import Patient, Recipient, Stay

LetterId = NewType("LetterId", str)
DocumentId = NewType("DocumentId", str)

MAX_RECIPIENTS = 10
"""Recipients in one ``$send-to-mss`` (lifen.md 4.6)."""
MAX_DOCUMENTS = 10
"""Documents in one ``$send-to-mss`` (lifen.md 4.6)."""
MAX_FILE_BYTES = 50_000_000
"""Decoded bytes of one document, whatever is configured: the platform's own figure (lifen.md 6)."""
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


class Target(StrEnum):
    """Where a letter goes; each is a job of its own."""

    MSS = "mss"  # practitioners' secure mailboxes, through Lifen
    EHR = "ehr"  # the hospital's own record, through Lifen
    DMP = "dmp"  # the patient's national record, through Lifen, where a contract says so
    CODOC = "codoc"  # the clinical data warehouse


COPIES = (Target.EHR, Target.DMP)
"""Targets that take one document at a time and have no mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Decoded bytes: what is refused, and what may be refused by others (lifen.md U18).

    ``mailbox`` holds for all documents of one request together, ``record`` for one document.
    """

    mailbox: int = 50_000_000
    mailbox_heavy: int = 10_000_000
    record: int = 15_000_000
    record_heavy: int = 11_000_000


LIMITS = Limits()


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
    """Documents about one patient, for its recipients.

    In the tray it is a draft; once sent, the same letter is what its jobs carry. ``sender`` is
    the RPPS number of the practitioner who answers for it, where somebody said so.
    """

    id: LetterId
    created_at: datetime
    documents: tuple[Document, ...] = ()
    patient: Patient | None = None
    recipients: tuple[Recipient, ...] = ()
    type_code: str = DOCUMENT_TYPES[0]
    title: str = ""
    stay: Stay | None = None
    targets: tuple[Target, ...] = (Target.MSS,)
    sender: str | None = None

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
    IDENTITY_TYPED = "identity_typed"
    RECIPIENTS_MISSING = "recipients_missing"
    RECIPIENTS_CHOSEN = "recipients_chosen"
    COPIES_ONLY = "copies_only"
    PATIENT_MAILBOX = "patient_mailbox"
    DOCUMENT_OK = "document_ok"
    DOCUMENT_MISSING = "document_missing"
    IN_PARTS = "in_parts"
    TARGET_MISSING = "target_missing"
    DOCUMENT_HEAVY = "document_heavy"
    DOCUMENT_TOO_LARGE = "document_too_large"
    STAY_MISSING = "stay_missing"
    RECORD_HEAVY = "record_heavy"
    RECORD_TOO_LARGE = "record_too_large"
    DMP_NEEDS_INS = "dmp_needs_ins"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of « Contrôles »."""

    topic: Topic
    verdict: Verdict


STRONG_WARNINGS = frozenset({"FICT", "DOUT", "DESA", "INVA", "USUR"})
"""Reliability codes that say the identity itself is doubtful (lifen.md 8.2)."""


def check(letter: Letter, limits: Limits = LIMITS) -> tuple[Check, ...]:
    """Everything worth saying about ``letter`` before it leaves, in reading order.

    What is asked of it depends on where it goes: a letter for the record alone needs no recipients.
    """
    mailboxes = Target.MSS in letter.targets
    copies = any(target in letter.targets for target in COPIES)
    return (
        *_about_patient(letter),
        *(_about_recipients(letter) if mailboxes else ()),
        *((Check(Topic.COPIES_ONLY, Verdict.CARE),) if copies and not mailboxes else ()),
        *_about_documents(letter, limits),
        *(_about_copies(letter, limits) if copies else ()),
        *(() if letter.targets else (Check(Topic.TARGET_MISSING, Verdict.BLOCK),)),
        *((Check(Topic.IN_PARTS, Verdict.CARE),) if _in_parts(letter, limits) else ()),
    )


def is_ready(letter: Letter, limits: Limits = LIMITS) -> bool:
    """Whether nothing blocks ``letter`` from leaving."""
    return all(line.verdict is not Verdict.BLOCK for line in check(letter, limits))


def _about_patient(letter: Letter) -> list[Check]:
    patient = letter.patient
    if patient is None:
        return [Check(Topic.PATIENT_MISSING, Verdict.BLOCK)]
    typed = not patient.id
    lines = [
        Check(Topic.IDENTITY_TYPED, Verdict.CARE)
        if typed
        else Check(Topic.PATIENT_CHOSEN, Verdict.OK)
    ]
    if Target.DMP in letter.targets and not (patient.ins and patient.ins_qualified):
        lines.append(Check(Topic.DMP_NEEDS_INS, Verdict.BLOCK))
    if patient.reliability in STRONG_WARNINGS:
        lines.append(Check(Topic.IDENTITY_DOUBTFUL, Verdict.CARE))
    elif not (patient.ins_qualified or typed):
        lines.append(Check(Topic.INS_NOT_QUALIFIED, Verdict.CARE))
    if patient.deceased:
        lines.append(Check(Topic.PATIENT_DECEASED, Verdict.CARE))
    return lines


def _about_recipients(letter: Letter) -> list[Check]:
    if not letter.recipients:
        return [Check(Topic.RECIPIENTS_MISSING, Verdict.BLOCK)]
    if any(is_patient_mailbox(recipient.address) for recipient in letter.recipients):
        return [Check(Topic.PATIENT_MAILBOX, Verdict.BLOCK)]
    return [Check(Topic.RECIPIENTS_CHOSEN, Verdict.OK)]


def _about_documents(letter: Letter, limits: Limits) -> list[Check]:
    if not letter.documents:
        return [Check(Topic.DOCUMENT_MISSING, Verdict.BLOCK)]
    most = limits.mailbox if Target.MSS in letter.targets else MAX_FILE_BYTES
    if any(document.size > most for document in letter.documents):
        return [Check(Topic.DOCUMENT_TOO_LARGE, Verdict.BLOCK)]
    if Target.MSS in letter.targets and letter.size > limits.mailbox_heavy:
        return [Check(Topic.DOCUMENT_HEAVY, Verdict.CARE)]
    return [Check(Topic.DOCUMENT_OK, Verdict.OK)]


def _about_copies(letter: Letter, limits: Limits) -> list[Check]:
    lines = []
    if Target.EHR in letter.targets and letter.stay is None:
        lines.append(Check(Topic.STAY_MISSING, Verdict.BLOCK))
    largest = max((document.size for document in letter.documents), default=0)
    if largest > limits.record:
        lines.append(Check(Topic.RECORD_TOO_LARGE, Verdict.BLOCK))
    elif largest > limits.record_heavy:
        lines.append(Check(Topic.RECORD_HEAVY, Verdict.CARE))
    return lines


def _in_parts(letter: Letter, limits: Limits) -> bool:
    return any(len(shares(letter, target, limits)) > 1 for target in letter.targets)


@dataclass(frozen=True, slots=True)
class Share:
    """What one request carries of a letter."""

    recipients: tuple[Recipient, ...]
    documents: tuple[Document, ...]


def shares(letter: Letter, target: Target, limits: Limits = LIMITS) -> tuple[Share, ...]:
    """How ``letter`` is split for ``target``, whose requests hold only so much (lifen.md 4.6, 4.8).

    One share where everything fits. Mailboxes get every document for each ten recipients; a
    record takes one document at a time. Documents keep their order.
    """
    if target in COPIES or target is Target.CODOC:
        return tuple(Share((), (document,)) for document in letter.documents)
    groups = [
        letter.recipients[first : first + MAX_RECIPIENTS]
        for first in range(0, len(letter.recipients), MAX_RECIPIENTS)
    ]
    loads = tuple(_loads(letter.documents, limits.mailbox))
    return tuple(Share(tuple(group), load) for group in groups for load in loads)


def _loads(documents: Sequence[Document], most: int) -> Iterator[tuple[Document, ...]]:
    load: list[Document] = []
    for document in documents:
        weight = sum(one.size for one in load) + document.size
        if load and (len(load) == MAX_DOCUMENTS or weight > most):
            yield tuple(load)
            load = []
        load.append(document)
    if load:
        yield tuple(load)


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
