"""Who may call the practice platform: tokens, scopes, the common limit (lifen.md 1.2, 1.3)."""

import json
import secrets
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes
from desktop_app.sandbox.search import Tenant

AUDIENCE = "https://sandbox.platform-apis/"
CLIENT_ID, CLIENT_SECRET = "demo-client-id", "demo-client-secret"
DATABASE_REFERENCE = "Sbx0Demo01"
TENANTS = {
    DATABASE_REFERENCE: Tenant.STANDARD,
    "SbxRamsay1": Tenant.RAMSAY,
    "SbxVivalt1": Tenant.VIVALTO,
}
TOKEN_SECONDS = 172_800
CALLS_PER_SECOND = 10
DMP_RECIPIENT = "Organization/60099"
"""What a contract would name as the recipient of a deposit in the DMP (our convention)."""
TECHNICAL = {
    "PATIENT_GAM_SEARCH": "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ"
    " ENCOUNTER_SEARCH",
    "APPOINTMENT_GAM_SEARCH": "APPOINTMENT_READ APPOINTMENT_SEARCH",
    "SEND_TO_EHR": "ORGANIZATION_READ BINARY_CREATE COMMUNICATIONREQUEST_CREATE"
    " DOCUMENTREFERENCE_CREATE",
    "SEND_TO_MSS": "",
}
"""What each functional scope expands to; that of the last is not published (lifen.md 1.3)."""
FORM, JSON = "application/x-www-form-urlencoded", ("application/fhir+json", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application known to the platform: its functional scopes, less what it ``lacks``."""

    secret: str = CLIENT_SECRET
    scopes: frozenset[str] = frozenset(TECHNICAL)
    lacks: frozenset[str] = frozenset()
    mail_support: bool = True

    @property
    def granted(self) -> frozenset[str]:
        """Functional and technical names, as the token says them (U2)."""
        technical = (name for scope in self.scopes for name in TECHNICAL[scope].split())
        return frozenset({*self.scopes, *technical}) - self.lacks


def _without(*scopes: str) -> Client:
    return Client(scopes=frozenset(TECHNICAL) - set(scopes))


CLIENTS: Mapping[str, Client] = {
    CLIENT_ID: Client(),
    "demo-search-only": Client(scopes=frozenset({"PATIENT_GAM_SEARCH"})),
    "demo-no-patients": _without("PATIENT_GAM_SEARCH"),
    "demo-no-appointments": _without("APPOINTMENT_GAM_SEARCH"),
    "demo-no-mailboxes": _without("SEND_TO_MSS"),
    "demo-no-record": _without("SEND_TO_EHR"),
    "demo-nothing": _without(*TECHNICAL),
    "demo-no-deposit": Client(lacks=frozenset({"COMMUNICATIONREQUEST_CREATE"})),
    "demo-no-support-mail": Client(mail_support=False),
}
"""All have the same secret; the first may do everything."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens, until ``ends`` on the monotonic clock."""

    client: Client
    owner: str
    ends: float


class Door:
    """Gives tokens, and lets in who shows one.

    A token lasts for ``seconds``; every client shares ``calls_per_second`` (0: no limit), and a
    call too many is told to come back after ``retry_after`` seconds, or is told nothing.
    """

    def __init__(
        self,
        seconds: int = TOKEN_SECONDS,
        calls_per_second: int = CALLS_PER_SECOND,
        retry_after: int | None = None,
        clients: Mapping[str, Client] = CLIENTS,
    ) -> None:
        self._seconds = seconds
        self._limit = calls_per_second
        self._retry_after = retry_after
        self._clients = clients
        self.given = 0
        self._tokens: dict[str, Access] = {}
        self._recent: deque[float] = deque()

    def revoke_all(self) -> None:
        """Make every token invalid, as a change of secret does."""
        self._tokens.clear()

    async def token(self, request: Request) -> Response:
        """Answer a request for a token (lifen.md 1.2)."""
        fields = await _token_fields(request)
        client = self._clients.get(fields.get("client_id", ""))
        secret = fields.get("client_secret", "")
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            return _oauth(401, "access_denied", "Unauthorized")
        if fields.get("grant_type") != "client_credentials":
            return _oauth(400, "invalid_request", "Grant type must be client_credentials.")
        audience = fields.get("audience", "")
        if audience != AUDIENCE:
            return _oauth(403, "access_denied", f"Service not enabled within domain: {audience}")
        owner = fields.get("database_reference", "")
        if owner not in TENANTS:
            return _oauth(400, "invalid_request", "A valid database_reference must be provided.")
        token = f"eyJzYW5kYm94Ijp0cnVlfQ.{secrets.token_urlsafe(18)}.demo"
        self._tokens[token] = Access(client, owner, time.monotonic() + self._seconds)
        self.given += 1
        members: dict[str, str | int] = {
            "access_token": token,
            "scope": " ".join(sorted(client.granted)),
            "expires_in": self._seconds,
            "token_type": "Bearer",
        }
        return _json(200, members)

    def enter(self, request: Request, scopes: str, media: tuple[str, ...]) -> Access:
        """Who calls with one of ``scopes``; raises ``Outcome`` 401, 429, 403 or 415, in turn."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._tokens.get(token.strip()) if scheme.casefold() == "bearer" else None
        if access is None or access.ends <= time.monotonic():
            raise outcomes.invalid_token()
        self._pace()
        check_scope(access, scopes)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind not in media and (kind or request.method == "POST"):
            raise outcomes.media_type()
        return access

    def _pace(self) -> None:
        """Refuse what exceeds the limit in any one second; a refused call costs nothing."""
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if self._limit and len(self._recent) >= self._limit:
            raise outcomes.too_many_calls(self._retry_after)
        self._recent.append(now)


class Meter:
    """How many calls came, by name, and the most that came in any one second."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.peak = 0
        self._recent: deque[float] = deque()

    def count(self, name: str) -> None:
        """Note a call, whatever becomes of it."""
        now = time.monotonic()
        self.calls[name] += 1
        self._recent.append(now)
        while self._recent[0] <= now - 1:
            self._recent.popleft()
        self.peak = max(self.peak, len(self._recent))


def check_scope(access: Access, scopes: str) -> None:
    """Raise ``Outcome`` 403 unless one of ``scopes`` was granted, functional or technical."""
    if access.client.granted.isdisjoint(scopes.split()):
        raise outcomes.insufficient_scope()


async def _token_fields(request: Request) -> dict[str, str]:
    """The five fields, as a form or as JSON (lifen.md 1.2)."""
    raw = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            fields = json.loads(raw)
        except ValueError:
            return {}
        if not isinstance(fields, dict):
            return {}
        return {str(name): str(value) for name, value in fields.items()}
    return dict(parse_qsl(raw.decode("utf-8", "replace")))


def _oauth(status: int, error: str, description: str) -> Response:
    return _json(status, {"error": error, "error_description": description})


def _json(status: int, members: Mapping[str, str | int]) -> Response:
    return Response(orjson.dumps(members), status, media_type="application/json")
