"""Who letters are about and who gets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar

T = TypeVar("T")

PatientId = NewType("PatientId", str)
StayId = NewType("StayId", str)
AppointmentId = NewType("AppointmentId", str)
CorrespondentId = NewType("CorrespondentId", str)
Cursor = NewType("Cursor", str)
"""Where the next page of a search begins; opaque, given back to the platform as it came."""


class Sex(StrEnum):
    """Administrative sex as FHIR codes it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One identity of the hospital's patient index, as the platform gave it.

    Nothing here is ever inferred: what the platform left out stays empty
    (french_health.md A4: the used name is never filled from the birth name). ``ipp_system`` and
    ``ins_system`` are the URNs that those numbers were given under, ``birth_place_code`` is the
    INSEE code of the municipality or country, ``organization`` the hospital that manages the
    identity. An identity that a person typed, where the platform has no patients to look up, has
    an empty ``id``.
    """

    id: PatientId
    birth_family: str = ""
    used_family: str | None = None
    given: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    birth_place: str | None = None
    birth_place_code: str | None = None
    ipp: str | None = None
    ipp_system: str | None = None
    ins: str | None = None
    ins_system: str | None = None
    ins_qualified: bool = False
    reliability: str | None = None
    deceased: bool = False
    organization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One stay of a patient, as the platform gave it.

    ``number`` is the visit number that people know it by; ``status`` is the platform's own code
    (``planned``, ``in-progress``, ``finished``, or another); ``label`` is the kind of stay and
    the unit, as far as they are readable. A day without an hour is its midnight here.
    """

    id: StayId
    number: str = ""
    status: str = ""
    start: datetime | None = None
    end: datetime | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientStay:
    """A stay and whose it is."""

    patient: Patient
    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One appointment of the hospital's agenda, as the platform gave it.

    It names people by their business identifiers only (lifen.md 4.4): ``patient_number`` is
    usually an IPP and has to be looked up; ``patient_name`` and ``practitioner`` are what the
    agenda calls them, where it says so.
    """

    id: AppointmentId
    start: datetime | None = None
    end: datetime | None = None
    status: str = ""
    label: str = ""
    patient_number: str = ""
    patient_name: str = ""
    practitioner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A health insurance of a patient; ``number`` is a social-security number (lifen.md 4.2)."""

    number: str = ""
    payer: str = ""
    label: str = ""
    status: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRules:
    """What a hospital's platform lets patients be looked up by (lifen.md 2.1).

    ``has_patients`` is false where the hospital has not opened its patients at all: identities
    are then typed.
    """

    has_patients: bool = True
    has_identifier: bool = True
    shortest_name: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who does what the journal notes; ``key`` never changes for one person.

    It is ``system:`` and the operating system's account, or ``sso:`` and the subject that the
    hospital's identity provider vouches for.
    """

    key: str
    name: str = ""


class Kind(StrEnum):
    """What a directory entry is."""

    PRACTITIONER = "practitioner"
    ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A secure address of a directory entry; a lower ``rank`` is preferred (FHIR ContactPoint)."""

    address: str
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a correspondent works."""

    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """An entry of the platform's directory: a practitioner or a structure.

    ``identifier`` is the 11-digit RPPS of a practitioner or the FINESS of a structure; ``name``
    is a structure's name. Mailboxes come best first, each address once.
    """

    id: CorrespondentId
    kind: Kind = Kind.PRACTITIONER
    identifier: str | None = None
    family: str = ""
    given: tuple[str, ...] = ()
    prefix: str = ""
    name: str = ""
    places: tuple[Place, ...] = ()
    mailboxes: tuple[Mailbox, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A correspondent and the one address that was chosen for this letter."""

    correspondent: Correspondent
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of an answer.

    ``total`` is what the platform claims to hold, which may be far more than it will show, or
    ``None``. ``next`` is there only where the platform offers more. ``complete`` is false where
    rows are hidden and cannot be paged to (lifen.md T32). ``asked_as`` are the words that were
    answered where they are not the ones that were typed: without their accents, for one (U6).
    """

    items: tuple[T, ...] = ()
    total: int | None = None
    next: Cursor | None = None
    complete: bool = True
    asked_as: str = ""


def with_recipient(recipients: Sequence[Recipient], new: Recipient) -> tuple[Recipient, ...]:
    """``recipients`` and ``new`` after them, each address once."""
    known = {recipient.address.casefold() for recipient in recipients}
    return tuple(recipients) if new.address.casefold() in known else (*recipients, new)
