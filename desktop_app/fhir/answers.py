"""What a server answered: read within bounds, and named as one of our errors."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

import httpx
import orjson

from desktop_app.domain.errors import (
    AppError,
    InDoubt,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.fhir.loose import Json, objects, text, texts

MAX_ANSWER = 8_000_000
"""Decoded bytes of an answer; a full page of 100 rows is about a fortieth of it."""
_ANY_ZLIB = 47  # wbits: gzip or zlib, told apart by their header
_LONGEST_WAIT = timedelta(days=1)
_MAX_ISSUES, _MAX_WORDS = 20, 500
_BAD_VALUE = frozenset({"value", "invalid", "invariant", "structure", "required", "codeinvalid"})
_SETUP_WORDS = ("portal", "support")
_ID = re.compile(r"[A-Za-z0-9\-._:]{1,128}", re.ASCII)
"""An id of FHIR, and the colon that some of this platform's have (lifen.md 4.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer in memory; ``body`` is ``None`` where it was too large or not decodable.

    ``wait`` is what ``Retry-After`` asked for, ``location`` the header of that name.
    """

    status: int
    body: bytes | None = None
    wait: timedelta | None = None
    location: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - that is what 2xx means


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came back for something that was taken.

    ``resource`` is empty where the body is not readable, ``location`` where no header said it;
    one of the two is there.
    """

    resource: Json
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One line of an ``OperationOutcome``; ``code`` is folded to lower case without hyphens."""

    code: str
    words: str
    fields: tuple[str, ...]


async def read_body(response: httpx.Response, limit: int = MAX_ANSWER) -> bytes | None:
    """The decoded body, or ``None`` as soon as it exceeds ``limit`` or cannot be decoded.

    httpx would decode a whole piece at once, and a small piece can hold gigabytes.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().casefold()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return None
    inflate = None if encoding in ("", "identity") else zlib.decompressobj(_ANY_ZLIB)
    body = bytearray()
    try:
        async for raw in response.aiter_raw():
            body += raw if inflate is None else inflate.decompress(raw, limit + 1 - len(body))
            if len(body) > limit:
                return None
    except zlib.error:
        return None
    complete = inflate is None or inflate.eof or not body
    return bytes(body) if complete else None


def asked_wait(value: str | None) -> timedelta | None:
    """``Retry-After`` as a duration, whether it gives seconds or a date; at most a day."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", value, re.ASCII):
        return min(timedelta(seconds=float(value)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        left = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)
    except (ValueError, OverflowError):  # the year 1 in a zone east of here is before all time
        return None
    return min(max(left, timedelta()), _LONGEST_WAIT)


def resource(answer: Answer) -> Json:
    """The JSON object of an answer; raises ``Malformed``."""
    if answer.body is None:
        raise Malformed("body")
    try:
        parsed = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise Malformed("json") from error
    if not isinstance(parsed, dict):
        raise Malformed("object")
    return parsed


def receipt(answer: Answer) -> Receipt:
    """What a success has to show for itself; raises ``Malformed`` where that is nothing."""
    try:
        return Receipt(resource=resource(answer), location=answer.location)
    except Malformed:
        if not answer.location:
            raise
        return Receipt(resource={}, location=answer.location)


def created_id(receipt: Receipt, kind: str) -> str | None:
    """The id of what was created: from ``Location``, else from a resource of that kind.

    Nothing but the id is taken from the header: its host means nothing (T2, T3).
    """
    path = re.split(r"[?#]", receipt.location)[0]
    found = re.search(rf"(?:^|/){kind}/([^/]+)(?:/_history(?:/[^/]*)?)?/?$", path)
    said = unquote(found[1]) if found else ""
    if not said and receipt.resource.get("resourceType") == kind:
        said = text(receipt.resource.get("id"))
    return said if _ID.fullmatch(said) and said.strip(".") else None


def issues(answer: Answer) -> tuple[Issue, ...]:
    """What an error answer explains, however it deviates; nothing for HTML (lifen.md 7.1)."""
    try:
        outcome = resource(answer)
    except Malformed:
        return ()
    return tuple(
        Issue(
            code=text(issue.get("code")).casefold().replace("-", "").replace("_", ""),
            words=_words(issue)[:_MAX_WORDS],
            fields=(*texts(issue.get("location")), *texts(issue.get("expression"))),
        )
        for issue in objects(outcome.get("issue"))[:_MAX_ISSUES]
    )


def refusal(  # noqa: PLR0911 - the whole table
    answer: Answer, path: str, *, sending: bool = False, passed: bool = False
) -> AppError:
    """The error that an answer other than a success stands for (lifen.md 7.2).

    ``sending`` is for a call that must not be repeated, ``passed`` once all of it may have left.
    """
    told = issues(answer)
    match answer.status:
        case 401:
            return NotAllowed("credentials", 401)
        case 403:
            return NotAllowed("scope", 403)
        case 407:
            return Unreachable("proxy")
        case 412 if sending and _is_setup(told):
            return NotAllowed("setup", 412)
        case 429:
            return Throttled(answer.wait)
        case 501:
            return NotOffered(path)
        case 408 | 500 | 502 | 503 | 504 as status:
            return InDoubt(f"server_{status}") if passed else ServerTrouble(status)
        case status if 400 <= status < 500:  # noqa: PLR2004 - that is what 4xx means
            fields = tuple(dict.fromkeys(name for issue in told for name in issue.fields))
            return Refused(status, [issue.words for issue in told if issue.words], fields)
        case status if status >= 500:  # noqa: PLR2004 - the rarer ones
            return InDoubt(f"server_{status}") if passed else ServerTrouble(status)
        case _:  # a redirection: never followed (T4)
            return InDoubt("redirected") if passed else Malformed("redirected")


def _is_setup(told: Sequence[Issue]) -> bool:
    """Whether a 412 to a sending speaks of the portal's missing support address (T31).

    The platform gives 412 two meanings and no code of its own for either. What it cannot help
    saying tells them apart: the portal or the support where those are the matter, else a field or
    a code of the « bad value » family where a value is. With none of them it is the set-up,
    because a sending carries no searched value, the only kind that 412 is documented for.
    """
    if any(word in issue.words.casefold() for issue in told for word in _SETUP_WORDS):
        return True
    return not any(issue.fields or issue.code in _BAD_VALUE for issue in told)


def _words(issue: Json) -> str:
    details = objects(issue.get("details"))
    return text(issue.get("diagnostics")) or (text(details[0].get("text")) if details else "")
