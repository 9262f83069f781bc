"""Faults on request: what a rules file says goes wrong, goes wrong.

A rules file is JSON: ``{"rules": [{…}, …]}``. The first rule that matches a call and has times
left acts. Members of a rule:

- ``method``, ``path``: what to match; ``path`` is the end of the path (``$send-to-mss``), both
  optional;
- ``times``: how often it acts (for ever without it); ``skip``: how many matching calls it lets
  through first;
- ``status`` with ``body`` (``outcome``, ``html``, ``empty``, ``truncated``) and ``retry_after``:
  answer this instead; ``body`` ``truncated`` alone halves the true answer;
- ``delay_ms``: wait first; with ``after``, once the work is done;
- ``after``: true to let the application do its work before the answer is replaced;
- ``cut``: true to break the connection instead of answering (with ``after``: the work is done);
- ``links``: a base URL that replaces the platform's own in the answer's links;
- ``drop``: top-level members to leave out of the answer.

The file is read again whenever it changes, so that a running server can be troubled.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HTML = b"<html><body><h1>Service Unavailable</h1></body></html>"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the rules file."""

    method: str = ""
    path: str = ""
    times: int | None = None
    skip: int = 0
    status: int | None = None
    body: str = "outcome"
    retry_after: int | None = None
    delay_ms: int = 0
    after: bool = False
    cut: bool = False
    links: str = ""
    drop: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[Rule] = []


@dataclass
class Faults:
    """The rules in force and how often each has acted."""

    path: Path | None = None
    rules: list[Rule] = field(default_factory=list)
    _seen: dict[int, int] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, path: Path) -> "Faults":
        """The rules of a file; raises ``ValueError`` when it makes no sense now."""
        faults = cls(path)
        faults._reread()
        return faults

    def replace(self, *rules: Rule) -> None:
        """Other rules from here on."""
        self.rules = list(rules)
        self._seen = {}

    def meet(self, method: str, path: str) -> Rule | None:
        """The rule that this call runs into, if any; counts it."""
        with self._guard:
            self._reread()
            for number, rule in enumerate(self.rules):
                if rule.method not in ("", method) or not path.endswith(rule.path):
                    continue
                seen = self._seen.get(number, 0)
                if rule.times is not None and seen >= rule.skip + rule.times:
                    continue
                self._seen[number] = seen + 1
                if seen >= rule.skip:
                    return rule
        return None

    def _reread(self) -> None:
        if self.path is None:
            return
        status = self.path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            rules = msgspec.json.decode(self.path.read_bytes(), type=_File).rules
            self._stamp = stamp
            self.replace(*rules)


class FaultyWay:
    """Middleware between the server and the application."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through, or trouble it."""
        if scope["type"] != "http" or scope["path"] == "/_ledger":
            await self._app(scope, receive, send)
            return
        rule = self._faults.meet(scope["method"], scope["path"])
        if rule is None:
            await self._app(scope, receive, send)
            return
        if not rule.after:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.cut and not rule.after:
            await _break(receive, send)
            return
        answer = _Recorded()
        if rule.after or rule.status is None:
            await self._app(scope, receive, answer)
        else:
            await _drain(receive)
        if rule.after:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.cut:
            await _break(receive, send)
            return
        own = f"{scope['scheme']}://{_host(scope)}".encode()
        await _send(send, *_altered(rule, answer, own))


@dataclass
class _Recorded:
    """An answer that is held back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def __call__(self, message: Message) -> None:
        """Take one piece of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")


def _altered(
    rule: Rule, answer: _Recorded, own: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    status = answer.status if rule.status is None else rule.status
    body = answer.body
    headers = [(name, value) for name, value in answer.headers if name.lower() != b"content-length"]
    if rule.status is not None:
        kind, body = _made(rule)
        headers = [(b"content-type", kind)]
        if rule.retry_after is not None:
            headers.append((b"retry-after", str(rule.retry_after).encode()))
    elif rule.body == "truncated":
        body = body[: len(body) // 2]
    if rule.links:
        body = body.replace(own, rule.links.encode())
    if rule.drop:
        resource: dict[str, Any] = orjson.loads(body)
        body = orjson.dumps({key: value for key, value in resource.items() if key not in rule.drop})
    return status, [*headers, (b"content-length", str(len(body)).encode())], body


def _made(rule: Rule) -> tuple[bytes, bytes]:
    match rule.body:
        case "html":
            return b"text/html; charset=utf-8", _HTML
        case "empty":
            return b"application/fhir+json", b""
        case "truncated":
            return b"application/fhir+json", b'{"resourceType": "Bundle", "entry": [{'
        case _:
            issue = {"severity": "ERROR", "code": "PROCESSING", "diagnostics": "Requested fault"}
            outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
            return b"application/fhir+json", orjson.dumps(outcome)


def _host(scope: Scope) -> str:
    return next((value.decode() for name, value in scope["headers"] if name == b"host"), "")


async def _break(receive: Receive, send: Send) -> None:
    """Reset the connection without a word; raises ``ConnectionError`` where there is none."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise ConnectionResetError
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drain(receive: Receive) -> None:
    """Take the whole body, so that the caller is not cut off while it still sends."""
    while (await receive()).get("more_body", False):
        pass


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
