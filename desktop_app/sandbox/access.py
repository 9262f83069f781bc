"""Who may call the practice platform: tokens, scopes, the common limit (lifen.md 1.2, 1.3)."""

import json
import secrets
import time
from collections import deque
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
_TECHNICAL = {
    "PATIENT_GAM_SEARCH": "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ"
    " ENCOUNTER_SEARCH",
    "SEND_TO_EHR": "ORGANIZATION_READ BINARY_CREATE COMMUNICATIONREQUEST_CREATE"
    " DOCUMENTREFERENCE_CREATE",
    "SEND_TO_MSS": "COMMUNICATIONREQUEST_CREATE",
}
FORM, JSON = "application/x-www-form-urlencoded", ("application/fhir+json", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application known to the platform, with its functional scopes."""

    secret: str
    scopes: frozenset[str] = frozenset(_TECHNICAL)
    mail_support: bool = True


CLIENTS: Mapping[str, Client] = {
    CLIENT_ID: Client(secret=CLIENT_SECRET),
    "demo-search-only": Client(secret=CLIENT_SECRET, scopes=frozenset({"PATIENT_GAM_SEARCH"})),
    "demo-no-record": Client(secret=CLIENT_SECRET, scopes=frozenset(_TECHNICAL) - {"SEND_TO_EHR"}),
    "demo-no-support-mail": Client(secret=CLIENT_SECRET, mail_support=False),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens, until ``ends`` on the monotonic clock."""

    client: Client
    owner: str
    ends: float


class Door:
    """Gives tokens, and lets in who shows one.

    A token lasts for ``seconds``; every client shares ``calls_per_second`` (0: no limit).
    """

    def __init__(self, seconds: int, calls_per_second: int) -> None:
        self._seconds = seconds
        self._limit = calls_per_second
        self._tokens: dict[str, Access] = {}
        self._recent: deque[float] = deque()

    def revoke_all(self) -> None:
        """Make every token invalid, as a change of secret does."""
        self._tokens.clear()

    async def token(self, request: Request) -> Response:
        """Answer a request for a token (lifen.md 1.2)."""
        fields = await _token_fields(request)
        client = CLIENTS.get(fields.get("client_id", ""))
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
        granted = " ".join(f"{scope} {_TECHNICAL[scope]}" for scope in sorted(client.scopes))
        return outcomes.fhir(
            {
                "access_token": token,
                "scope": granted,
                "expires_in": self._seconds,
                "token_type": "Bearer",
            }
        )

    def enter(self, request: Request, scopes: str, media: tuple[str, ...]) -> Access:
        """Who calls with one of ``scopes``; raises ``Outcome`` 401, 429, 403 or 415, in turn."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._tokens.get(token.strip()) if scheme.casefold() == "bearer" else None
        if access is None or access.ends <= time.monotonic():
            raise outcomes.invalid_token()
        self._pace()
        if access.client.scopes.isdisjoint(scopes.split()):
            raise outcomes.insufficient_scope()
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
            raise outcomes.too_many_calls()
        self._recent.append(now)


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
    body = orjson.dumps({"error": error, "error_description": description})
    return Response(body, status, media_type="application/json")
