"""The body of a sending, read without holding up the rest of the process.

In practice mode the platform lives beside the window, under one interpreter lock, and parsing a
letter of 50 MB as a whole keeps that lock for a fifth of a second. So the long texts are taken out
first, decoded slice by slice, and only what is left is parsed. Whatever is not exactly as such a
letter should be is parsed as a whole after all: the answer is the same, only less gracious.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.sandbox.outcomes import Json, Outcome, rule

LONG = 1 << 16
"""Bytes between two quotes from which they are taken out."""
_MANY_QUOTES = 100_000
_SLICE = 1 << 18
"""Characters of base64 that are decoded at a time; a multiple of 4."""


@dataclass(frozen=True, slots=True)
class Content:
    """A document, known by the SHA-256 and the number of its decoded bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """A FHIR ``Parameters`` body, by name."""

    by_name: Mapping[str, list[Json]]

    def one(self, name: str) -> Json | None:
        """The parameter of this name; raises ``Outcome`` when there are several."""
        found = self.by_name.get(name, [])
        if len(found) > 1:
            raise rule(f"{name} must appear once", name)
        return found[0] if found else None

    def parts(self, name: str) -> list[Json]:
        """The resources of every part, whatever the parts are called (U15)."""
        return [
            part["resource"]
            for parameter in self.by_name.get(name, [])
            for part in listed(parameter.get("part"))
            if isinstance(part, dict) and isinstance(part.get("resource"), dict)
        ]


Holders = Callable[[Any], list[tuple[Json, str]]]
"""Where a body may hold documents: what holds each, and under which member."""


def read_parameters(pieces: Sequence[bytes], long: int = LONG) -> Parameters:
    """Parse a body that came in ``pieces``; raises ``Outcome`` 400 for no ``Parameters``.

    The text of a document may already be its ``Content``: ask ``content_of``.
    """
    return _parameters(_read(pieces, _payloads, long))


def read_resource(pieces: Sequence[bytes], kind: str, long: int = LONG) -> Json:
    """The same for one resource that may hold its document as ``content``."""
    body = _read(pieces, _own_content, long)
    if not isinstance(body, dict) or body.get("resourceType") != kind:
        raise Outcome(400, f"{kind} resource expected", code="STRUCTURE")
    return body


def attachment_of(resource: Json) -> Json | None:
    """The first attachment of a document, if it has one."""
    contents = listed(resource.get("content"))
    first = contents[0] if contents else None
    attachment = first.get("attachment") if isinstance(first, dict) else None
    return attachment if isinstance(attachment, dict) else None


def content_of(holder: Json, member: str = "data", location: str = "payload") -> Content:
    """What an attachment, parameter or Binary holds; raises ``Outcome`` for no PDF in base64."""
    data = holder.get(member)
    if isinstance(data, Content):
        return data
    if not isinstance(data, str) or len(data) % 4:
        raise rule("data must be base64", location)
    slices = (data[start : start + _SLICE] for start in range(0, len(data), _SLICE))
    return _decoded(slices, location)


def listed(value: Any) -> list[Any]:
    """``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def _parameters(body: Any) -> Parameters:
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise Outcome(400, "Parameters resource expected", code="STRUCTURE")
    by_name: dict[str, list[Json]] = {}
    for parameter in listed(body.get("parameter")):
        if isinstance(parameter, dict):
            by_name.setdefault(str(parameter.get("name")), []).append(parameter)
    return Parameters(by_name)


def _payloads(body: Any) -> list[tuple[Json, str]]:
    try:
        asked = _parameters(body)
    except Outcome:
        return []
    found = [(attachment_of(resource) or {}, "data") for resource in asked.parts("payload")]
    return [*found, *((one, "valueString") for one in asked.by_name.get("payload", []))]


def _own_content(body: Any) -> list[tuple[Json, str]]:
    return [(body, "content")] if isinstance(body, dict) else []


def _read(pieces: Sequence[bytes], holders: Holders, long: int) -> Any:
    """The parsed body, its documents decoded already where that was possible."""
    if (body := _read_gently(pieces, holders, long)) is not None:
        return body
    try:
        return json.loads(b"".join(pieces))
    except (ValueError, RecursionError) as error:
        raise Outcome(400, "Body is not JSON", code="STRUCTURE") from error


def _read_gently(pieces: Sequence[bytes], holders: Holders, long: int) -> Any:
    """The body with the contents of its documents decoded, ``None`` if it must be read whole.

    A mark that comes back as all of what a holder has, has stood for all of it; one that does not
    has been cut out of something else.
    """
    if sum(piece.count(b'"') for piece in pieces) > _MANY_QUOTES:
        return None
    rest, runs = _abridged(pieces, long)
    try:
        body = json.loads(rest)
        known = {mark: _decoded(_slices(run)) for mark, run in runs.items()}
    except (ValueError, RecursionError, Outcome):
        return None
    for holder, member in holders(body):
        data = holder.get(member)
        if isinstance(data, str) and data in known:
            holder[member] = known.pop(data)
    return None if known else body


def _abridged(pieces: Iterable[bytes], long: int) -> tuple[bytes, dict[str, list[bytes]]]:
    """The body with a mark for every long run between two quotes, and those runs."""
    rest: list[bytes] = []
    runs: dict[str, list[bytes]] = {}
    run: list[bytes] = []

    def close() -> None:
        if sum(map(len, run)) < long:
            rest.append(b"".join(run))
            return
        mark = secrets.token_hex(16)
        runs[mark] = run
        rest.append(mark.encode())

    for piece in pieces:
        first, *others = piece.split(b'"')
        run.append(first)
        for other in others:
            close()
            run = [other]
    close()
    return b'"'.join(rest), runs


def _slices(run: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut where a text in one piece would be; raises ``Outcome`` for odd ones."""
    held = bytearray()
    for part in run:
        held += part
        while len(held) >= _SLICE:
            yield bytes(held[:_SLICE])
            del held[:_SLICE]
    if len(held) % 4:
        raise rule("data must be base64", "payload")
    if held:
        yield bytes(held)


def _decoded(slices: Iterable[str | bytes], location: str = "payload") -> Content:
    digest = hashlib.sha256()
    size = 0
    for text in slices:
        if size % 3:  # the slice before ended with padding, and was not the last
            raise rule("data must be base64", location)
        try:
            piece = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise rule("data must be base64", location) from error
        if size == 0 and not piece.startswith(b"%PDF-"):
            raise rule("data must be a PDF", location)
        digest.update(piece)
        size += len(piece)
    if size == 0:
        raise rule("data must be a PDF", location)
    return Content(digest.hexdigest(), size)
