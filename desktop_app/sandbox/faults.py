"""Faults on request: what a rules file says goes wrong, goes wrong.

A rules file is JSON: ``{"rules": [{…}, …]}``. The first rule that matches a call and has times
left acts; every member, with an example of each, is described in ``docs/sandbox.md``. The file is
read again whenever it changes, so that a running server can be troubled; while it makes no sense
the rules of before stay in force.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from desktop_app.sandbox import trouble


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the rules file; ``docs/sandbox.md`` describes each member."""

    method: str = ""
    path: str = ""
    times: int | None = None
    skip: int = 0
    delay_ms: int = 0
    after: bool = False
    revoke: bool = False
    cut: bool | Literal["body", "answer"] = False
    at: int = 0
    status: int | None = None
    body: Literal["", "outcome", "html", "empty", "truncated"] = ""
    json: Any = msgspec.UNSET
    headers: dict[str, str] = {}
    retry_after: int | None = None
    redirect: str = ""
    links: str = ""
    drop: tuple[str, ...] = ()
    set: dict[str, Any] = {}
    bomb: int = 0
    size: int = 0
    endless: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the answer is made up, and the application only works for it when ``after``."""
        made = self.status is not None or self.json is not msgspec.UNSET or bool(self.redirect)
        return made or self.bomb > 0 or self.body in ("outcome", "html", "empty")


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
        """The rules of a file; raises ``OSError`` or ``ValueError`` when it makes no sense now."""
        faults = cls(path)
        faults._reread()
        return faults

    def replace(self, *rules: Rule) -> None:
        """Other rules from here on."""
        self.rules = list(rules)
        self._seen = {}

    @property
    def acted(self) -> list[int]:
        """How often each rule in force has acted, in their order."""
        return [
            max(0, self._seen.get(number, 0) - rule.skip) for number, rule in enumerate(self.rules)
        ]

    def meet(self, method: str, path: str) -> Rule | None:
        """The rule that this call runs into, if any; counts it."""
        with self._guard:
            with contextlib.suppress(OSError, ValueError):  # being written, or mistyped
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
    """Middleware between the server and the application; ``revoke`` ends every token."""

    def __init__(self, app: ASGIApp, faults: Faults, revoke: Callable[[], None]) -> None:
        self._app = app
        self._faults = faults
        self._revoke = revoke

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through, or trouble it."""
        rule = None
        if scope["type"] == "http" and scope["path"] != "/_ledger":
            rule = self._faults.meet(scope["method"], scope["path"])
        if rule is None:
            await self._app(scope, receive, send)
            return
        if rule.revoke:
            self._revoke()
        await self._trouble(rule, scope, receive, send)

    async def _trouble(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        if not rule.after:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.cut == "body":
            await trouble.take(receive, rule.at or trouble.stated_length(scope) // 2 or 1)
        if rule.cut == "body" or (rule.cut is True and not rule.after):
            await trouble.reset(receive, send)
            return
        answer = trouble.Answer()
        if rule.after or not rule.replaces:
            await self._app(scope, receive, answer.record)
        else:
            await trouble.take(receive)
        if rule.after:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.cut is True:
            await trouble.reset(receive, send)
            return
        if rule.replaces:
            _make(answer, rule, scope)
        _alter(answer, rule, scope)
        await _tell(answer, rule, receive, send)


def _make(answer: trouble.Answer, rule: Rule, scope: Scope) -> None:
    """Replace the answer by one that is made up."""
    answer.status = rule.status or (307 if rule.redirect else 200)
    answer.headers, answer.body = [], b""
    if rule.redirect:
        query = scope["query_string"].decode("latin-1")
        place = scope["path"] + (f"?{query}" if query else "")
        answer.put("location", f"{rule.redirect}{place}")
    elif rule.json is not msgspec.UNSET:
        answer.put("content-type", "application/fhir+json")
        answer.body = msgspec.json.encode(rule.json)
    else:
        answer.put("content-type", "text/html" if rule.body == "html" else "application/fhir+json")
        answer.body = trouble.BODIES[rule.body or "outcome"]
    if rule.retry_after is not None:
        answer.put("retry-after", str(rule.retry_after))


def _alter(answer: trouble.Answer, rule: Rule, scope: Scope) -> None:
    """Change what the answer says."""
    if rule.body == "truncated" and not rule.replaces:
        answer.body = answer.body[: len(answer.body) // 2]
    if rule.links:
        answer.replace(trouble.own_address(scope), rule.links)
    if rule.drop or rule.set:
        resource = msgspec.json.decode(answer.body)
        for path in rule.drop:
            trouble.drop(resource, path)
        for path, value in rule.set.items():
            trouble.put(resource, path, value)
        answer.body = msgspec.json.encode(resource)
    for name, value in rule.headers.items():
        answer.put(name, value)


async def _tell(answer: trouble.Answer, rule: Rule, receive: Receive, send: Send) -> None:
    """Send the answer, or as much of it as the rule lets through."""
    if rule.bomb:
        await trouble.send_bomb(answer, rule.bomb, receive, send)
    elif rule.size or rule.endless:
        await trouble.send_padded(answer, None if rule.endless else rule.size, receive, send)
    elif rule.cut == "answer":
        await trouble.send_part(answer, rule.at or len(answer.body) // 2, receive, send)
    else:
        await trouble.send_whole(answer, send)
