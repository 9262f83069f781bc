"""FHIR elements that several of Lifen's resources share."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from desktop_app.fhir.loose import Json, member, objects, text, texts

IPP_ROOT = "urn:oid:1.2.250.1.71.4.2.2."
IPP_TYPE, IPP_TYPES = "PI", "http://interopsante.org/fhir/valueset/fr-patient-identifier-type"
"""A hospital's number of a patient: the structure's own system, and its type (lifen.md 8.1)."""
INS_SYSTEMS = tuple(f"urn:oid:1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
"""NIR, NIA, and the two for tests and demonstrations; recognised by system alone (U25)."""
PROFESSIONAL = "urn:oid:1.2.250.1.71.4.2.1"
RPPS_ALONE = (
    "http://lifen.fr/fhir/Identifier/practitioner-rpps",
    "https://rpps.esante.gouv.fr",
)
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/birthPlace"
_DATABASE = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"T\d{2}:\d{2}(:\d{2}(\.\d{1,6}\d*)?)?(Z|[+-]\d{2}:\d{2})?"
_MOMENT = re.compile(f"{_DATE}({_TIME})?", re.ASCII)


def family(name: Json) -> str:
    """The family name of a HumanName."""
    return " ".join(texts(name.get("family")))


def in_use(elements: Iterable[Json]) -> list[Json]:
    """Those that were not put aside."""
    return [one for one in elements if text(one.get("use")).casefold() != "old"]


def is_address(value: str) -> bool:
    """Whether ``value`` is written like a mail address."""
    return re.fullmatch(r"[^\s@]+@[^\s@]+", value) is not None


def is_ours(resource: Json, database_reference: str) -> bool:
    """Whether the platform says nothing else than that ``resource`` is of our hospital (T6)."""
    said = (text(one.get("valueString")) for one in extensions(resource, (_DATABASE,)))
    return all(owner == database_reference for owner in said)


def extensions(element: Json, urls: Sequence[str]) -> list[Json]:
    """The extensions of an element that go by one of ``urls``."""
    return [one for one in objects(element.get("extension")) if text(one.get("url")) in urls]


def id_of(reference: object, kind: str) -> str | None:
    """The id in a reference, absolute or not; the host of an absolute one means nothing (T3)."""
    found = re.search(rf"(?:^|/){kind}/([^/?#]+)", text(member(reference).get("reference")))
    return found[1] if found else None


def codes(concept: object) -> set[str]:
    """The codes of a CodeableConcept."""
    return {text(one.get("code")) for one in objects(member(concept).get("coding"))}


def called(concept: object) -> str:
    """What a concept, or the first of several, is called: its text, its display, its code."""
    for one in objects(concept):
        codings = [*objects(one.get("coding")), one]
        words = [one.get("text"), *(coding.get("display") for coding in codings)]
        if said := first((*words, *(coding.get("code") for coding in codings))):
            return said
    return ""


def first(values: Iterable[object]) -> str:
    """The first of ``values`` that says something."""
    return next((said for value in values if (said := text(value))), "")


def status_of(resource: Json) -> str:
    """The status code, in the one spelling that FHIR knows."""
    return text(resource.get("status")).casefold().replace("_", "-")


def day(value: object) -> date | None:
    """A whole date; FHIR also allows a year or a month alone, which is no date to check."""
    said = text(value)
    if not re.fullmatch(_DATE, said, re.ASCII):
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def moment(value: object) -> datetime | None:
    """A moment; a day without an hour is its midnight here, what is no moment is nothing."""
    said = text(value)
    if not _MOMENT.fullmatch(said):
        return None
    try:
        read = datetime.fromisoformat(said)
        here = read.astimezone()  # also finds out what no clock of ours can show
    except (ValueError, OverflowError, OSError):
        return None
    return here if read.tzinfo is None else read
