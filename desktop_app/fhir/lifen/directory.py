"""Lifen's directory entries → correspondents (lifen.md 4.5, 8.1, 8.3)."""

import re
from collections.abc import Iterable

from desktop_app.domain.letters import is_patient_mailbox
from desktop_app.domain.people import Correspondent, CorrespondentId, Kind, Mailbox, Place
from desktop_app.fhir.lifen.elements import (
    PROFESSIONAL,
    RPPS_ALONE,
    family,
    in_use,
    is_address,
)
from desktop_app.fhir.loose import Json, objects, resources, text, texts

_STRUCTURE = "urn:oid:1.2.250.1.71.4.2.2"
_LAST_RANK = 2**31


def correspondents(bundle: Json) -> tuple[Correspondent, ...]:
    """The directory entries of an answer, each id once."""
    found = {
        entry.id: entry
        for resource in resources(bundle, "Practitioner", "Organization")
        if (entry := _correspondent(resource)) is not None
    }
    return tuple(found.values())


def _correspondent(resource: Json) -> Correspondent | None:
    identity = text(resource.get("id"))
    if not identity:
        return None
    identifiers = in_use(objects(resource.get("identifier")))
    places = tuple(_place(address) for address in objects(resource.get("address")))
    mailboxes = _mailboxes(objects(resource.get("telecom")))
    if resource.get("resourceType") == "Organization":
        return Correspondent(
            id=CorrespondentId(identity),
            kind=Kind.ORGANIZATION,
            identifier=_finess(identifiers),
            name=text(resource.get("name")),
            places=places,
            mailboxes=mailboxes,
        )
    names = objects(resource.get("name"))
    name = next((one for one in names if text(one.get("use")).casefold() == "official"), None)
    name = name or (names[0] if names else {})
    return Correspondent(
        id=CorrespondentId(identity),
        identifier=_rpps(identifiers),
        family=family(name),
        given=texts(name.get("given")),
        prefix=" ".join(texts(name.get("prefix"))),
        places=places,
        mailboxes=mailboxes,
    )


def _rpps(identifiers: Iterable[Json]) -> str | None:
    """Eleven digits; only the national form has an 8 before them (U13)."""
    for one in identifiers:
        system, value = text(one.get("system")), text(one.get("value"))
        if system == PROFESSIONAL and re.fullmatch(r"8\d{11}", value, re.ASCII):
            return value[1:]
        if system in (PROFESSIONAL, *RPPS_ALONE) and re.fullmatch(r"\d{11}", value, re.ASCII):
            return value
    return None


def _finess(identifiers: Iterable[Json]) -> str | None:
    """Nine characters; the national form of a structure has a 1 before them (lifen.md 8.1)."""
    for one in identifiers:
        system, value = text(one.get("system")), text(one.get("value")).upper()
        national = re.fullmatch(r"1(\d[\dAB]\d{7})", value, re.ASCII)
        if system == _STRUCTURE and national is not None:
            return national[1]
        if re.fullmatch(r"\d[\dAB]\d{7}", value, re.ASCII):
            return value
    return None


def _place(address: Json) -> Place:
    return Place(
        lines=texts(address.get("line")),
        postal_code=text(address.get("postalCode")),
        city=text(address.get("city")),
    )


def _mailboxes(telecom: Iterable[Json]) -> tuple[Mailbox, ...]:
    """Secure addresses, best first, each once whatever its case; never a citizen's (T21, T22)."""
    found: dict[str, Mailbox] = {}
    offered = [
        Mailbox(address=text(one.get("value")), rank=_rank(one.get("rank")))
        for one in in_use(telecom)
        if text(one.get("system")).casefold() == "email"
    ]
    for mailbox in sorted(offered, key=lambda one: _LAST_RANK if one.rank is None else one.rank):
        if is_address(mailbox.address) and not is_patient_mailbox(mailbox.address):
            found.setdefault(mailbox.address.casefold(), mailbox)
    return tuple(found.values())


def _rank(value: object) -> int | None:
    is_rank = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LAST_RANK
    return int(text(value)) if is_rank else None
