"""What every handler of the practice platform works with."""

import asyncio
from collections import ChainMap, Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, paging
from desktop_app.sandbox.access import TENANTS, Access, Door, Meter
from desktop_app.sandbox.agenda import Agenda
from desktop_app.sandbox.ledger import Accepted, Ledger, Steps
from desktop_app.sandbox.outcomes import Outcome
from desktop_app.sandbox.paging import Search
from desktop_app.sandbox.search import Tenant
from desktop_app.sandbox.stays import WorldStay
from desktop_app.sandbox.subjects import Known
from desktop_app.sandbox.world import World, WorldPatient

FHIR = "/fhir/v3"


class RecordTracking(StrEnum):
    """Which of its two documented forms the tracking URL of a record copy takes (U17)."""

    COMMUNICATION = "communication"
    TRANSACTION = "transaction"


@dataclass(slots=True, kw_only=True)
class Platform:
    """One platform's state; ``unindexed`` says until when a patient stays out of searches."""

    world: World
    clock: Callable[[], datetime]
    door: Door
    ledger: Ledger
    steps: Steps
    record_tracking: RecordTracking
    agenda: Agenda
    results: paging.Results = field(default_factory=paging.Results)
    unindexed: dict[str, datetime] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    rejected: Counter[int] = field(default_factory=Counter)

    def stays(self) -> Mapping[str, WorldStay]:
        """Every stay by id: the world's own, and those that follow the clock."""
        return ChainMap(self.world.stays, self.agenda.stays(self.clock()))

    def known(self) -> Known:
        """What a body is checked against now."""
        return Known(world=self.world, stays=self.stays())

    def indexed(self) -> Iterable[WorldPatient]:
        """The patients that a search knows of by now."""
        now = self.clock()
        return (
            person
            for person in self.world.patients.values()
            if self.unindexed.get(person.id, now) <= now and person.id not in self.merged
        )

    def answer(
        self, request: Request, access: Access, found: Iterable[Any], search: Search
    ) -> Response:
        """The first page of what a search ``found``, and its next ones to be asked for."""
        ids = tuple(one.id for one in found)
        result = paging.Result(owner=access.owner, ids=ids, search=search)
        return self.page(request, self.results.keep(result), result, 0)

    def page(
        self, request: Request, identifier: str, result: paging.Result, start: int
    ) -> Response:
        """One page; links to others are for standard tenants."""
        paged = TENANTS[result.owner] is Tenant.STANDARD
        return outcomes.fhir(paging.page(base(request), identifier, result, start, paged=paged))

    async def accept(self, accepted: Accepted) -> None:
        """Note a sending, beside the loop; raises ``Outcome``."""
        await stored(self.ledger.add, accepted)


Handler = Callable[[Platform, Request], Awaitable[Response]]
Routes = tuple[tuple[str, str, Handler], ...]
"""Path below ``FHIR``, method, what answers."""


def counted(platform: Platform, name: str, handler: Handler) -> Callable[[Request], Any]:
    """``handler`` as a route wants it, its calls counted under ``name``."""

    async def answer(request: Request) -> Response:
        platform.meter.count(name)
        try:
            return await handler(platform, request)
        except Outcome as outcome:
            platform.rejected[outcome.status] += 1
            return outcome.response()
        except ClientDisconnect:
            return Response(status_code=400)  # the caller is gone: nobody will read it

    return answer


def base(request: Request) -> str:
    """The FHIR base as this caller knows it."""
    return f"{request.url.scheme}://{request.url.netloc}{FHIR}"


async def form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form body, in order."""
    text = (await request.body()).decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True)


async def pieces(request: Request, limit: int) -> list[bytes]:
    """The body as it came; raises ``Outcome`` for one that is, or says it is, over ``limit``."""
    too_large = Outcome(413, "Payload too large", code="TOOLONG")
    if int(request.headers.get("content-length", "0")) > limit:
        raise too_large
    taken, size = [], 0
    async for piece in request.stream():
        taken.append(piece)
        size += len(piece)
        if size > limit:
            raise too_large
    return taken


async def stored(add: Callable[[Any], None], what: object) -> None:
    """Keep ``what``, beside the loop; raises ``Outcome``."""
    try:
        await asyncio.to_thread(add, what)
    except OSError as error:
        raise Outcome(500, "Storage is full") from error
