"""The sandbox behind a socket and our client of it; it was written without looking at ours."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from desktop_app.domain.letters import Letter
from desktop_app.domain.people import PatientId
from desktop_app.fhir.auth import Credentials, Tokens
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.fhir.watchful import WatchfulTransport
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.server import Served, serve
from desktop_app.sandbox.world import World, build_world
from desktop_app.settings import LifenAccount
from tests.fhir.conftest import letter

CAPUCINE = PatientId("70001")
SEND, RECORD = "$send-to-mss", "$send-to-ehr"
OWNERS = {"standard": "Sbx0Demo01", "ramsay": "SbxRamsay1", "vivalto": "SbxVivalt1"}
"""Each tenant, and a hospital of it."""


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2024, 3, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Hospital:
    """A served platform and one client of it."""

    served: Served
    lifen: LifenClient
    clock: HandClock

    def trouble(self, *rules: Rule) -> None:
        self.served.sandbox.faults.replace(*rules)

    @property
    def sandbox(self) -> LifenSandbox:
        return self.served.sandbox

    async def letter(self, *contents: bytes, **changes: Any) -> Letter:
        """About a patient as the platform holds it now."""
        return letter(*contents, patient=await self.lifen.patient(CAPUCINE), **changes)


def account(served: Served, **changes: str) -> LifenAccount:
    told = served.description
    names = ("client_id", "audience", "database_reference")
    members = {"tenant": "standard", **told["lifen"], **{name: told[name] for name in names}}
    return LifenAccount(**{**members, **changes})


@contextlib.asynccontextmanager
async def opened(
    world: World, secret: str = "", *, limit: int = 0, **changes: Any
) -> AsyncIterator[Hospital]:
    """The sandbox, and our client as the program opens it: at the platform's pace."""
    clock = HandClock()
    own = replace(world, patients=dict(world.patients))
    async with serve(world=own, clock=clock, calls_per_second=limit) as served:
        told = secret or served.description["client_secret"]
        async with open_lifen(account(served, **changes), told) as lifen:
            yield Hospital(served, lifen, clock)


@contextlib.asynccontextmanager
async def at_once(world: World, **changes: Any) -> AsyncIterator[Hospital]:
    """The same without pace and without pauses, where it is not time that is looked at."""
    clock = HandClock()
    own = replace(world, patients=dict(world.patients))
    async with (
        serve(world=own, clock=clock, calls_per_second=0) as served,
        httpx.AsyncClient(transport=WatchfulTransport(), trust_env=False) as client,
    ):
        named = account(served, **changes)
        credentials = Credentials(
            token_url=named.token_url,
            client_id=named.client_id,
            secret=served.description["client_secret"],
            audience=named.audience,
            database_reference=named.database_reference,
        )
        tokens = Tokens(client, credentials)
        http = FhirHttp(client, named.fhir_url, tokens, backoff=lambda _failures: 0.0)
        yield Hospital(served, LifenClient(http, named), clock)


@pytest.fixture(scope="package")
def world() -> World:
    return build_world()


@pytest.fixture
async def hospital(world: World) -> AsyncIterator[Hospital]:
    async with at_once(world) as hospital:
        yield hospital
