"""A sandbox in process, its clock set by hand, and a caller with a token."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from desktop_app.sandbox import access
from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.world import World, build_world

BASE = "http://127.0.0.1/fhir/v3"
TOKEN_URL = "http://127.0.0.1/v1/token"


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Caller:
    """Speaks to one sandbox with plain httpx, knowing nothing of our client."""

    client: httpx.AsyncClient
    token: str = ""

    async def enter(
        self, client_id: str = access.CLIENT_ID, reference: str = access.DATABASE_REFERENCE
    ) -> "Caller":
        answer = await self.client.post(
            TOKEN_URL, data=credentials(client_id=client_id, database_reference=reference)
        )
        self.token = answer.json()["access_token"]
        return self

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def search(self, resource: str, operation: str = "_search", **form: str) -> Any:
        return await self.client.post(
            f"{BASE}/{resource}/{operation}",
            data=form,
            headers={**self.headers, "Content-Type": "application/x-www-form-urlencoded"},
        )

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"{BASE}/{path}", headers=self.headers)

    async def send(self, body: Any, operation: str = "$send-to-mss") -> httpx.Response:
        headers = {**self.headers, "Content-Type": "application/fhir+json"}
        return await self.client.post(
            f"{BASE}/CommunicationRequest/{operation}", json=body, headers=headers
        )


def credentials(**other: str) -> dict[str, str]:
    return {
        "client_id": access.CLIENT_ID,
        "client_secret": access.CLIENT_SECRET,
        "audience": access.AUDIENCE,
        "grant_type": "client_credentials",
        "database_reference": access.DATABASE_REFERENCE,
        **other,
    }


@pytest.fixture(scope="session")
def world() -> World:
    return build_world()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sandbox(world: World, clock: Callable[[], datetime]) -> LifenSandbox:
    own = replace(world, patients=dict(world.patients))
    return LifenSandbox(own, clock, calls_per_second=0)


@pytest.fixture
async def stranger(sandbox: LifenSandbox) -> AsyncIterator[Caller]:
    transport = httpx.ASGITransport(sandbox.application())
    async with httpx.AsyncClient(transport=transport) as client:
        yield Caller(client)


@pytest.fixture
async def caller(stranger: Caller) -> Caller:
    return await stranger.enter()
