"""The platform of a profile, as everybody above sees it: there at once, reached for when asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from desktop_app.domain.letters import Letter
from desktop_app.domain.people import (
    Appointment,
    Correspondent,
    Coverage,
    Cursor,
    Page,
    Patient,
    PatientId,
    PatientStay,
    SearchRules,
    Stay,
)
from desktop_app.domain.ports import (
    CorrespondentQuery,
    Crossing,
    Delivers,
    FindsCorrespondents,
    FindsCoverages,
    FindsPatients,
    FindsStays,
    FindsVisits,
    PatientQuery,
    ReadsDocuments,
)
from desktop_app.domain.sending import Delivery
from desktop_app.settings import Settings
from desktop_app.system.paths import Folders

if TYPE_CHECKING:
    import httpx

Clock = Callable[[], datetime]


class Reached(
    FindsPatients,
    FindsStays,
    FindsVisits,
    FindsCoverages,
    FindsCorrespondents,
    Delivers,
    Protocol,
):
    """Everything that is asked of a platform."""

    @property
    def record(self) -> Delivers:
        """The hospital's own record, as the platform reaches it."""

    @property
    def dmp(self) -> Delivers:
        """The patient's national record, as the platform reaches it."""


class Platform:
    """The profile's platform, reached for at the first question.

    Until then neither its secret nor the network is needed, nor the code that speaks to it: the
    queue can be looked at without them. Every call raises ``Misconfigured`` while the secret is
    missing or cannot be read.
    """

    def __init__(self, settings: Settings, folders: Folders, now: Clock) -> None:
        self._what = (settings, folders, now)
        self._account = settings.profile.lifen
        self._stack = AsyncExitStack()
        self._client: Reached | None = None
        self._door = asyncio.Lock()

    async def client(self) -> Reached:
        """The client, made once."""
        async with self._door:
            if self._client is None:
                reach = await asyncio.to_thread(_load_reach)
                self._client = await self._stack.enter_async_context(reach(*self._what))
            return self._client

    async def aclose(self) -> None:
        """Let go of its connections."""
        await self._stack.aclose()

    @property
    def rules(self) -> SearchRules:
        """As ``FindsPatients.rules``, from the profile alone."""
        from desktop_app.fhir.lifen.search import rules_of  # noqa: PLC0415 - not before a face asks

        account = self._account
        return rules_of(account.tenant, account.patients) if account else SearchRules()

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        """As ``FindsPatients.find_patients``."""
        return await (await self.client()).find_patients(query, after)

    async def patient(self, patient_id: PatientId) -> Patient:
        """As ``FindsPatients.patient``."""
        return await (await self.client()).patient(patient_id)

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """As ``FindsStays.find_stays``."""
        return await (await self.client()).find_stays(patient_id)

    async def appointments(self, day: date) -> Page[Appointment]:
        """As ``FindsVisits.appointments``."""
        return await (await self.client()).appointments(day)

    async def current_stays(self) -> Page[PatientStay]:
        """As ``FindsVisits.current_stays``."""
        return await (await self.client()).current_stays()

    async def coverages(self, patient_id: PatientId) -> Sequence[Coverage]:
        """As ``FindsCoverages.coverages``."""
        return await (await self.client()).coverages(patient_id)

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """As ``FindsCorrespondents.find_practitioners``."""
        return await (await self.client()).find_practitioners(query)

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The structures that match, as many as the directory shows."""
        return await (await self.client()).find_organizations(query)

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """As ``Delivers.deliver``."""
        return await (await self.client()).deliver(letter, documents, crossing)

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """As ``Delivers.track``."""
        return await (await self.client()).track(transaction_id)


class Copies:
    """One of the platform's records, reached for as the platform is."""

    def __init__(self, platform: Platform, record: Callable[[Reached], Delivers]) -> None:
        self._platform = platform
        self._record = record

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """As ``Delivers.deliver``."""
        record = self._record(await self._platform.client())
        return await record.deliver(letter, documents, crossing)

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """As ``Delivers.track``."""
        return await self._record(await self._platform.client()).track(transaction_id)


async def way_to(settings: Settings, url: str) -> "httpx.AsyncBaseTransport":
    """The way through this machine's network to ``url``; raises ``Misconfigured``."""
    way = await asyncio.to_thread(_load_way)
    return await way(settings, url)


def _load_reach() -> Callable[[Settings, Folders, Clock], AbstractAsyncContextManager[Reached]]:
    from desktop_app.reach import reach  # noqa: PLC0415 - start-up (architecture.md section 6)

    return reach


def _load_way() -> Callable[[Settings, str], Awaitable["httpx.AsyncBaseTransport"]]:
    from desktop_app.reach import way  # noqa: PLC0415 - start-up (architecture.md section 6)

    return way
