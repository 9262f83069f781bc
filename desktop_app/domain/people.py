"""Who letters are about and who gets them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar

T = TypeVar("T")

PatientId = NewType("PatientId", str)
StayId = NewType("StayId", str)
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
    (french_health.md A4: the used name is never filled from the birth name).
    """

    id: PatientId
    birth_family: str = ""
    used_family: str | None = None
    given: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    birth_place: str | None = None
    ipp: str | None = None
    ins: str | None = None
    ins_qualified: bool = False
    reliability: str | None = None
    deceased: bool = False


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
    rows are hidden and cannot be paged to (lifen.md T32).
    """

    items: tuple[T, ...] = ()
    total: int | None = None
    next: Cursor | None = None
    complete: bool = True


def with_recipient(recipients: Sequence[Recipient], new: Recipient) -> tuple[Recipient, ...]:
    """``recipients`` and ``new`` after them, each address once."""
    known = {recipient.address.casefold() for recipient in recipients}
    return tuple(recipients) if new.address.casefold() in known else (*recipients, new)
