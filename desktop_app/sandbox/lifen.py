"""Answers as Lifen's public pages say it would, about the invented world (lifen.md)."""

import asyncio
import json
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktop_app.sandbox import outcomes, resources, search
from desktop_app.sandbox.faults import Faults, FaultyWay
from desktop_app.sandbox.outcomes import Json, Outcome
from desktop_app.sandbox.search import Form, Result, Results, Tenant
from desktop_app.sandbox.sending import Accepted, Ledger, check_sending, delivery
from desktop_app.sandbox.world import World, WorldPatient

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
MAX_BODY = 72_000_000
"""Bytes of a sending's JSON: 50 MB of documents in base64, and room for the rest."""
INDEXING = timedelta(seconds=3)
"""How long a new patient stays out of searches (lifen.md section 3, asynchronous indexing)."""
FHIR = "/fhir/v3"
_TECHNICAL = {
    "PATIENT_GAM_SEARCH": "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ"
    " ENCOUNTER_SEARCH",
    "SEND_TO_MSS": "COMMUNICATIONREQUEST_CREATE",
}
_FORM, _JSON = "application/x-www-form-urlencoded", ("application/fhir+json", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An application known to the platform, with its functional scopes."""

    secret: str
    scopes: frozenset[str] = frozenset(_TECHNICAL)
    mail_support: bool = True


CLIENTS: Mapping[str, Client] = {
    CLIENT_ID: Client(secret=CLIENT_SECRET),
    "demo-search-only": Client(secret=CLIENT_SECRET, scopes=frozenset({"PATIENT_GAM_SEARCH"})),
    "demo-no-support-mail": Client(secret=CLIENT_SECRET, mail_support=False),
}


@dataclass(frozen=True, slots=True)
class _Access:
    """What a token opens, until ``ends`` on the monotonic clock."""

    client: Client
    owner: str
    ends: float


class LifenSandbox:
    """One platform: its tokens, its searches, its ledger.

    ``clock`` decides what tracking says; ``keep`` is a file that lets accepted sendings outlive
    the process; ``calls_per_second`` is the limit that every client shares (0: none).
    """

    def __init__(  # noqa: PLR0913 - each is one thing a test or a command may choose
        self,
        world: World,
        clock: Callable[[], datetime],
        *,
        faults: Faults | None = None,
        keep: Path | None = None,
        token_seconds: int = TOKEN_SECONDS,
        calls_per_second: int = CALLS_PER_SECOND,
    ) -> None:
        self._world = world
        self._clock = clock
        self.faults = faults or Faults()
        self._ledger = Ledger(keep)
        self._token_seconds = token_seconds
        self._limit = calls_per_second
        self._recent: deque[float] = deque()
        self._tokens: dict[str, _Access] = {}
        self._results = Results()
        self._unindexed: dict[str, datetime] = {}
        self._calls: Counter[str] = Counter()
        self._rejected: Counter[int] = Counter()

    @property
    def ledger(self) -> list[Accepted]:
        """What was answered with 201, oldest first."""
        return list(self._ledger.accepted.values())

    def revoke_tokens(self) -> None:
        """Make every token invalid, as a change of secret does."""
        self._tokens.clear()

    def admit(self, person: WorldPatient) -> None:
        """Add a patient, readable at once and found by searches a little later."""
        self._world.patients[person.id] = person
        self._unindexed[person.id] = self._clock() + INDEXING

    def application(self) -> ASGIApp:
        """The ASGI application: in process for practice mode, behind a port for tests."""
        fhir = (
            ("/Patient/_search", "POST", self._search_patients),
            ("/Patient/{id}", "GET", self._read_patient),
            ("/Bundle", "GET", self._page),
            ("/Practitioner/$search-for-mss", "POST", self._search_practitioners),
            ("/Organization/$search-for-mss", "POST", self._search_organizations),
            ("/CommunicationRequest/$send-to-mss", "POST", self._send),
            ("/CommunicationRequest/$tracking", "GET", self._track),
        )
        platform = Starlette(
            routes=[
                Route("/v1/token", self._counted(self._token), methods=["POST"]),
                Route("/_ledger", self._show_ledger, methods=["GET"]),
                *(
                    Route(FHIR + path, self._counted(handler), methods=[method])
                    for path, method, handler in fhir
                ),
            ],
            exception_handlers={HTTPException: _no_route},
        )
        return FaultyWay(platform, self.faults)

    def _counted(
        self, handler: Callable[[Request], "asyncio.Future[Response] | object"]
    ) -> Callable[[Request], object]:
        async def counted(request: Request) -> Response:
            self._calls[f"{request.method} {_operation(request.url.path)}"] += 1
            try:
                answer: Response = await handler(request)  # type: ignore[misc]
            except Outcome as outcome:
                self._rejected[outcome.status] += 1
                answer = outcome.response()
            except ClientDisconnect:
                answer = Response(status_code=400)  # the caller is gone: nobody will read it
            return answer

        return counted

    async def _show_ledger(self, _request: Request) -> Response:
        sendings = self.ledger
        return outcomes.fhir(
            {
                "count": len(sendings),
                "sendings": [sending.line() for sending in sendings],
                "calls": dict(self._calls),
                "rejected": {str(status): count for status, count in self._rejected.items()},
            }
        )

    # Tokens

    async def _token(self, request: Request) -> Response:
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
        self._tokens[token] = _Access(client, owner, time.monotonic() + self._token_seconds)
        granted = " ".join(f"{scope} {_TECHNICAL[scope]}" for scope in sorted(client.scopes))
        return outcomes.fhir(
            {
                "access_token": token,
                "scope": granted,
                "expires_in": self._token_seconds,
                "token_type": "Bearer",
            }
        )

    def _enter(self, request: Request, scope: str, media: tuple[str, ...]) -> _Access:
        """Who calls; raises ``Outcome`` 401, 429, 403 or 415, in this order."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._tokens.get(token.strip()) if scheme.casefold() == "bearer" else None
        if access is None or access.ends <= time.monotonic():
            raise outcomes.invalid_token()
        self._pace()
        if scope not in access.client.scopes:
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

    # Patients

    async def _search_patients(self, request: Request) -> Response:
        access = self._enter(request, "PATIENT_GAM_SEARCH", (_FORM,))
        form = await _form(request)
        tenant = TENANTS[access.owner]
        size = search.count(form, search.DEFAULT_COUNT)
        now = self._clock()
        indexed = (
            person
            for person in self._world.patients.values()
            if self._unindexed.get(person.id, now) <= now
        )
        found = search.patients(indexed, form, tenant)
        result = Result(tuple(person.id for person in found), size, access.owner)
        identifier = self._results.keep(result)
        return self._patients_page(request, identifier, result, 0)

    async def _page(self, request: Request) -> Response:
        access = self._enter(request, "PATIENT_GAM_SEARCH", _JSON)
        identifier, result, start = self._results.page(request.query_params, access.owner)
        return self._patients_page(request, identifier, result, start)

    def _patients_page(
        self, request: Request, identifier: str, result: Result, start: int
    ) -> Response:
        base = _base(request)
        people = [
            self._world.patients[patient] for patient in result.ids[start : start + result.size]
        ]
        entries = [resources.patient(person, result.owner) for person in people]
        links = search.links(base, identifier, result, start)
        if TENANTS[result.owner] is not Tenant.STANDARD:
            links = links[:1]
        bundle = _searchset(base, identifier, len(result.ids), entries)
        return outcomes.fhir({**bundle, "link": links})

    async def _read_patient(self, request: Request) -> Response:
        access = self._enter(request, "PATIENT_GAM_SEARCH", _JSON)
        identifier = request.path_params["id"]
        person = self._world.patients.get(identifier)
        if person is None:
            raise outcomes.unknown_service("GET", f"Patient/{identifier}")
        return outcomes.fhir(resources.patient(person, access.owner))

    # Directory

    async def _search_practitioners(self, request: Request) -> Response:
        self._enter(request, "SEND_TO_MSS", (_FORM,))
        form = await _form(request)
        found = search.practitioners(self._world.practitioners.values(), form)
        return _directory(request, form, [resources.practitioner(entry) for entry in found])

    async def _search_organizations(self, request: Request) -> Response:
        self._enter(request, "SEND_TO_MSS", (_FORM,))
        form = await _form(request)
        found = search.organizations(self._world.organizations.values(), form)
        return _directory(request, form, [resources.organization(entry) for entry in found])

    # Sending

    async def _send(self, request: Request) -> Response:
        access = self._enter(request, "SEND_TO_MSS", _JSON)
        if int(request.headers.get("content-length", "0")) > MAX_BODY:
            raise Outcome(413, "Payload too large", code="TOOLONG")
        pieces = [piece async for piece in request.stream()]
        if not access.client.mail_support:
            raise Outcome(
                412, "Mail support missing, please defined it in `https://portal.lifen.fr`"
            )
        accepted = await asyncio.to_thread(
            check_sending,
            pieces,
            self._world,
            transaction_id=f"tx-{secrets.token_hex(8)}",
            owner=access.owner,
            at=self._clock(),
        )
        try:
            await asyncio.to_thread(self._ledger.add, accepted)
        except OSError as error:
            raise Outcome(500, "Storage is full") from error
        query = f"transaction-id={accepted.transaction_id}"
        url = f"{_base(request)}/CommunicationRequest/$tracking?{query}"
        return outcomes.fhir(
            {
                "resourceType": "Parameters",
                "parameter": [
                    {"name": "tracking-url", "valueString": url},
                    {"name": "transaction-id", "valueString": accepted.transaction_id},
                ],
            },
            201,
        )

    async def _track(self, request: Request) -> Response:
        access = self._enter(request, "SEND_TO_MSS", _JSON)
        for name in request.query_params:
            if name != "transaction-id":
                raise outcomes.invalid_parameter(name)
        accepted = self._ledger.accepted.get(request.query_params.get("transaction-id", ""))
        if accepted is None or accepted.owner != access.owner:
            raise outcomes.unknown_service("GET", "CommunicationRequest/$tracking")
        since = self._clock() - accepted.at
        entries = [
            {"resource": resources.communication(address, *delivery(address, since))}
            for address in accepted.recipients
        ]
        bundle: Json = {"resourceType": "Bundle", "type": "collection", "total": len(entries)}
        return outcomes.fhir({**bundle, "entry": entries})


def _directory(request: Request, form: Form, found: list[Json]) -> Response:
    size = search.count(form, search.DIRECTORY_COUNT)
    identifier = f"5f1d3f0e-{secrets.token_hex(2)}-4000-8000-{secrets.token_hex(6)}"
    return outcomes.fhir(_searchset(_base(request), identifier, len(found), found[:size]))


def _searchset(base: str, identifier: str, total: int, entries: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "id": identifier,
        "type": "searchset",
        "total": total,
        "entry": [
            {
                "fullUrl": f"{base}/{entry['resourceType']}/{entry['id']}",
                "resource": entry,
                "search": {"mode": "match"},
            }
            for entry in entries
        ],
    }


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{FHIR}"


def _operation(path: str) -> str:
    """The call without what it is about: ids stay out of the counts."""
    place = path.removeprefix(FHIR)
    head, _, tail = place.rpartition("/")
    return f"{head}/{{id}}" if head == "/Patient" and tail != "_search" else place


async def _form(request: Request) -> list[tuple[str, str]]:
    text = (await request.body()).decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True)


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


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    path = request.url.path.removeprefix(f"{FHIR}/")
    outcome = outcomes.unknown_service(request.method, path)
    outcome.status = status
    return outcome.response()
