"""Answers as Lifen's public pages say it would, about the invented world (lifen.md)."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktop_app.sandbox import outcomes, records, resources, search
from desktop_app.sandbox.access import (
    CALLS_PER_SECOND,
    FORM,
    JSON,
    TENANTS,
    TOKEN_SECONDS,
    Door,
)
from desktop_app.sandbox.encounters import find_stays
from desktop_app.sandbox.faults import Faults, FaultyWay
from desktop_app.sandbox.outcomes import Json, Outcome
from desktop_app.sandbox.search import Form, Result, Results, Tenant
from desktop_app.sandbox.sending import Accepted, Ledger, check_sending, delivery
from desktop_app.sandbox.world import World, WorldPatient

MAX_BODY = 72_000_000
"""Bytes of a sending's JSON: 50 MB of documents in base64, and room for the rest."""
INDEXING = timedelta(seconds=3)
"""How long a new patient stays out of searches (lifen.md section 3, asynchronous indexing)."""
FHIR = "/fhir/v3"
_SENDING = {"mss": "SEND_TO_MSS", "ehr": "SEND_TO_EHR"}
"""The scope of each target, for tracking too (lifen.md 4.0, by inference)."""


class RecordTracking(StrEnum):
    """Which of its two documented forms the tracking URL of a record copy takes (U17)."""

    COMMUNICATION = "communication"
    TRANSACTION = "transaction"


class LifenSandbox:
    """One platform: its tokens, its searches, its ledger.

    ``clock`` decides what tracking says; ``keep`` is a file that lets accepted sendings outlive
    the process; ``calls_per_second`` is the limit that every client shares (0: none);
    ``record_tracking`` is the form of the link that a record copy is answered with.
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
        record_tracking: RecordTracking = RecordTracking.COMMUNICATION,
    ) -> None:
        self._world = world
        self._clock = clock
        self.faults = faults or Faults()
        self._ledger = Ledger(keep)
        self._door = Door(token_seconds, calls_per_second)
        self.record_tracking = record_tracking
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
        self._door.revoke_all()

    def admit(self, person: WorldPatient) -> None:
        """Add a patient, readable at once and found by searches a little later."""
        self._world.patients[person.id] = person
        self._unindexed[person.id] = self._clock() + INDEXING

    def application(self) -> ASGIApp:
        """The ASGI application: in process for practice mode, behind a port for tests."""
        fhir = (
            ("/Patient/_search", "POST", self._search_patients),
            ("/Patient/{id}", "GET", self._read_patient),
            ("/Encounter/_search", "POST", self._search_stays),
            ("/Encounter/{id}", "GET", self._read_stay),
            ("/Bundle", "GET", self._page),
            ("/Practitioner/$search-for-mss", "POST", self._search_practitioners),
            ("/Organization/$search-for-mss", "POST", self._search_organizations),
            ("/CommunicationRequest/$send-to-mss", "POST", self._send),
            ("/CommunicationRequest/$send-to-ehr", "POST", self._send_to_record),
            ("/CommunicationRequest/$tracking", "GET", self._track),
            ("/Communication", "GET", self._communications),
        )
        platform = Starlette(
            routes=[
                Route("/v1/token", self._counted(self._door.token), methods=["POST"]),
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

    # Patients

    async def _search_patients(self, request: Request) -> Response:
        access = self._door.enter(request, "PATIENT_GAM_SEARCH", (FORM,))
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
        ids = tuple(person.id for person in found)
        result = Result(kind="Patient", ids=ids, size=size, owner=access.owner)
        return self._result_page(request, self._results.keep(result), result, 0)

    async def _page(self, request: Request) -> Response:
        access = self._door.enter(request, "PATIENT_GAM_SEARCH", JSON)
        identifier, result, start = self._results.page(request.query_params, access.owner)
        return self._result_page(request, identifier, result, start)

    def _result_page(
        self, request: Request, identifier: str, result: Result, start: int
    ) -> Response:
        base = _base(request)
        entries = [
            resources.patient(self._world.patients[one], result.owner)
            if result.kind == "Patient"
            else resources.encounter(self._world.stays[one], result.owner)
            for one in result.ids[start : start + result.size]
        ]
        links = search.links(base, identifier, result, start)
        if TENANTS[result.owner] is not Tenant.STANDARD:
            links = links[:1]
        bundle = _searchset(base, identifier, len(result.ids), entries)
        return outcomes.fhir({**bundle, "link": links})

    async def _read_patient(self, request: Request) -> Response:
        access = self._door.enter(request, "PATIENT_GAM_SEARCH", JSON)
        identifier = request.path_params["id"]
        person = self._world.patients.get(identifier)
        if person is None:
            raise outcomes.unknown_service("GET", f"Patient/{identifier}")
        return outcomes.fhir(resources.patient(person, access.owner))

    # Stays

    async def _search_stays(self, request: Request) -> Response:
        access = self._door.enter(request, "PATIENT_GAM_SEARCH", (FORM,))
        form = await _form(request)
        size = search.count(form, search.DEFAULT_COUNT)
        found = find_stays(self._world.stays.values(), form, TENANTS[access.owner])
        ids = tuple(stay.id for stay in found)
        result = Result(kind="Encounter", ids=ids, size=size, owner=access.owner)
        return self._result_page(request, self._results.keep(result), result, 0)

    async def _read_stay(self, request: Request) -> Response:
        access = self._door.enter(request, "PATIENT_GAM_SEARCH", JSON)
        identifier = request.path_params["id"]
        stay = self._world.stays.get(identifier)
        if stay is None:
            raise outcomes.unknown_service("GET", f"Encounter/{identifier}")
        return outcomes.fhir(resources.encounter(stay, access.owner))

    # Directory

    async def _search_practitioners(self, request: Request) -> Response:
        self._door.enter(request, "SEND_TO_MSS", (FORM,))
        form = await _form(request)
        found = search.practitioners(self._world.practitioners.values(), form)
        return _directory(request, form, [resources.practitioner(entry) for entry in found])

    async def _search_organizations(self, request: Request) -> Response:
        self._door.enter(request, "SEND_TO_MSS", (FORM,))
        form = await _form(request)
        found = search.organizations(self._world.organizations.values(), form)
        return _directory(request, form, [resources.organization(entry) for entry in found])

    # Sending

    async def _send(self, request: Request) -> Response:
        access = self._door.enter(request, "SEND_TO_MSS", JSON)
        pieces = await _pieces(request, MAX_BODY)
        if not access.client.mail_support:
            raise Outcome(
                412, "Mail support missing, please defined it in `https://portal.lifen.fr`"
            )
        accepted = await self._accept(check_sending, pieces, access.owner)
        query = f"transaction-id={accepted.transaction_id}"
        url = f"{_base(request)}/CommunicationRequest/$tracking?{query}"
        return _receipt(**{"tracking-url": url, "transaction-id": accepted.transaction_id})

    async def _send_to_record(self, request: Request) -> Response:
        access = self._door.enter(request, "SEND_TO_EHR", JSON)
        pieces = await _pieces(request, records.MAX_BODY)
        accepted = await self._accept(records.check_record, pieces, access.owner)
        named = accepted.transaction_id
        tail = f"CommunicationRequest/$tracking?transaction-id={named}"
        if self.record_tracking is RecordTracking.COMMUNICATION:
            based_on = f"based-on=CommunicationRequest/{named}"
            tail = f"Communication?{based_on}&_elements=status,notDoneReason"
        return _receipt(**{"tracking-url": f"{_base(request)}/{tail}"})

    async def _accept(
        self, check: Callable[..., Accepted], pieces: list[bytes], owner: str
    ) -> Accepted:
        """Check a body and note it, both beside the loop; raises ``Outcome``."""
        name = f"tx-{secrets.token_hex(8)}"
        accepted = await asyncio.to_thread(
            check, pieces, self._world, transaction_id=name, owner=owner, at=self._clock()
        )
        try:
            await asyncio.to_thread(self._ledger.add, accepted)
        except OSError as error:
            raise Outcome(500, "Storage is full") from error
        return accepted

    # Tracking

    async def _track(self, request: Request) -> Response:
        access = self._door.enter(request, " ".join(_SENDING.values()), JSON)
        for name in request.query_params:
            if name != "transaction-id":
                raise outcomes.invalid_parameter(name)
        accepted = self._ledger.accepted.get(request.query_params.get("transaction-id", ""))
        if accepted is None or accepted.owner != access.owner:
            raise outcomes.unknown_service("GET", "CommunicationRequest/$tracking")
        if _SENDING[accepted.target] not in access.client.scopes:
            raise outcomes.insufficient_scope()
        if accepted.target == "ehr":
            told = [resources.communication(None, *self._record_outcome(accepted))]
        else:
            since = self._clock() - accepted.at
            told = [
                resources.communication(address, *delivery(address, since))
                for address in accepted.recipients
            ]
        bundle: Json = {"resourceType": "Bundle", "type": "collection", "total": len(told)}
        return outcomes.fhir({**bundle, "entry": [{"resource": resource} for resource in told]})

    async def _communications(self, request: Request) -> Response:
        """What became of a record copy, as its tracking URL asks (lifen.md 4.8)."""
        access = self._door.enter(request, "SEND_TO_EHR", JSON)
        for name in request.query_params:
            if name not in ("based-on", "_elements"):
                raise outcomes.invalid_parameter(name)
        based_on = request.query_params.get("based-on", "")
        if not based_on:
            raise outcomes.rule("based-on must be filled", "allValueNull")
        asked = records.elements_asked(request.query_params.get("_elements"))
        accepted = self._ledger.accepted.get(based_on.removeprefix("CommunicationRequest/"))
        found = []
        if accepted and (accepted.owner, accepted.target) == (access.owner, "ehr"):
            told = self._record_outcome(accepted)
            found.append(records.communication(f"c-{accepted.transaction_id}", *told, asked))
        return outcomes.fhir(_searchset(_base(request), _bundle_id(), len(found), found))

    def _record_outcome(self, accepted: Accepted) -> tuple[str, str | None]:
        stay = self._world.stays.get(accepted.stay or "")
        since = self._clock() - accepted.at
        return records.record_outcome("" if stay is None else stay.number, since)


async def _pieces(request: Request, limit: int) -> list[bytes]:
    """The body as it came; raises ``Outcome`` for one that says it is longer than ``limit``."""
    if int(request.headers.get("content-length", "0")) > limit:
        raise Outcome(413, "Payload too large", code="TOOLONG")
    return [piece async for piece in request.stream()]


def _receipt(**values: str) -> Response:
    parameters = [{"name": name, "valueString": value} for name, value in values.items()]
    return outcomes.fhir({"resourceType": "Parameters", "parameter": parameters}, 201)


def _directory(request: Request, form: Form, found: list[Json]) -> Response:
    size = search.count(form, search.DIRECTORY_COUNT)
    return outcomes.fhir(_searchset(_base(request), _bundle_id(), len(found), found[:size]))


def _bundle_id() -> str:
    return f"5f1d3f0e-{secrets.token_hex(2)}-4000-8000-{secrets.token_hex(6)}"


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
    by_id = head in ("/Patient", "/Encounter") and tail != "_search"
    return f"{head}/{{id}}" if by_id else place


async def _form(request: Request) -> list[tuple[str, str]]:
    text = (await request.body()).decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True)


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    path = request.url.path.removeprefix(f"{FHIR}/")
    outcome = outcomes.unknown_service(request.method, path)
    outcome.status = status
    return outcome.response()
