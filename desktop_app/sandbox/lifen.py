"""Answers as Lifen's public pages say it would, about the invented world (lifen.md)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktop_app.sandbox import (
    appointments,
    coverages,
    deposits,
    directory,
    encounters,
    outcomes,
    patients,
    records,
    sending,
    tracking,
)
from desktop_app.sandbox.access import (
    CALLS_PER_SECOND,
    CLIENTS,
    JSON,
    TOKEN_SECONDS,
    Client,
    Door,
    check_scope,
)
from desktop_app.sandbox.agenda import Agenda
from desktop_app.sandbox.calls import FHIR, Platform, RecordTracking, Routes, counted
from desktop_app.sandbox.faults import Faults, FaultyWay
from desktop_app.sandbox.ledger import Accepted, Ledger, Steps
from desktop_app.sandbox.outcomes import Json
from desktop_app.sandbox.world import World, WorldPatient

if TYPE_CHECKING:  # only what is served has one, and practice mode starts without it
    from desktop_app.sandbox.identity import Identity

__all__ = ["FHIR", "INDEXING", "LifenSandbox", "RecordTracking"]

INDEXING = timedelta(seconds=3)
"""How long a new patient stays out of searches (lifen.md section 3, asynchronous indexing)."""


class LifenSandbox:
    """One platform: its tokens, its searches, its ledger.

    ``clock`` decides what tracking and the agenda say; ``keep`` is a file that lets accepted
    sendings outlive the process; ``calls_per_second`` is the limit that every client shares (0:
    none) and ``retry_after`` what a call too many is told; ``record_tracking`` is the form of the
    link that a record copy is answered with; ``clients`` are the applications that it knows;
    ``identity`` is the provider that people sign in with, served by the same application.
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
        retry_after: int | None = None,
        record_tracking: RecordTracking = RecordTracking.COMMUNICATION,
        clients: Mapping[str, Client] = CLIENTS,
        identity: "Identity | None" = None,
    ) -> None:
        self.faults = faults or Faults()
        self.identity = identity
        self._platform = Platform(
            world=world,
            clock=clock,
            door=Door(token_seconds, calls_per_second, retry_after, clients),
            ledger=Ledger(keep),
            steps=Steps(keep),
            record_tracking=record_tracking,
            agenda=Agenda(world),
        )

    @property
    def ledger(self) -> list[Accepted]:
        """What was answered with 201, oldest first."""
        return list(self._platform.ledger.accepted.values())

    @property
    def record_tracking(self) -> RecordTracking:
        """The form of the tracking URL of the copies to come."""
        return self._platform.record_tracking

    @record_tracking.setter
    def record_tracking(self, form: RecordTracking) -> None:
        self._platform.record_tracking = form

    @property
    def agenda(self) -> Agenda:
        """Appointments and stays that follow the clock."""
        return self._platform.agenda

    def revoke_tokens(self) -> None:
        """Make every token invalid, as a change of secret does."""
        self._platform.door.revoke_all()

    def admit(self, person: WorldPatient) -> None:
        """Add a patient, readable at once and found by searches a little later."""
        self._platform.world.patients[person.id] = person
        self._platform.unindexed[person.id] = self._platform.clock() + INDEXING

    def merge(self, source: str, into: str) -> None:
        """Replace a patient by another: no search finds it any more, a read says so (T18)."""
        self._platform.merged[source] = into

    def application(self) -> ASGIApp:
        """The ASGI application: in process for practice mode, behind a port for tests."""
        families: tuple[Routes, ...] = (
            patients.ROUTES,
            encounters.ROUTES,
            coverages.ROUTES,
            appointments.ROUTES,
            (("/Bundle", "GET", _page),),
            directory.ROUTES,
            sending.ROUTES,
            records.ROUTES,
            deposits.ROUTES,
            tracking.ROUTES,
        )
        routes = [
            Route("/_ledger", self._show_ledger, methods=["GET"]),
            Route("/v1/token", self._token, methods=["POST"]),
            *(self.identity.routes() if self.identity else ()),
            *(
                Route(
                    FHIR + path,
                    counted(self._platform, f"{method} {path}", handler),
                    methods=[method],
                )
                for family in families
                for path, method, handler in family
            ),
        ]
        platform = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
        return FaultyWay(platform, self.faults, self.revoke_tokens)

    async def _token(self, request: Request) -> Response:
        self._platform.meter.calls["POST /v1/token"] += 1
        return await self._platform.door.token(request)

    async def _show_ledger(self, _request: Request) -> Response:
        platform = self._platform
        sent = {one for accepted in self.ledger for one in accepted.binaries}
        binaries = [step.id for step in platform.steps.binaries()]
        told: Json = {
            "count": len(self.ledger),
            "sendings": [accepted.line() for accepted in self.ledger],
            "calls": dict(platform.meter.calls),
            "peak_calls_per_second": platform.meter.peak,
            "rejected": {str(status): count for status, count in platform.rejected.items()},
            "tokens": platform.door.given,
            "binaries": {
                "count": len(binaries),
                "orphans": sum(one not in sent for one in binaries),
            },
            "faults": self.faults.acted,
        }
        return outcomes.fhir(told)


async def _page(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, f"{patients.SCOPE} {appointments.SCOPE}", JSON)
    identifier, result, start = platform.results.page(request.query_params, access.owner)
    check_scope(access, result.search.scope)
    return platform.page(request, identifier, result, start)


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    path = request.url.path.removeprefix(f"{FHIR}/")
    outcome = outcomes.unknown_service(request.method, path)
    outcome.status = status
    return outcome.response()
