"""The steps in their order, and which of them rest on which."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime

from desktop_app.doctor import local, platform
from desktop_app.doctor.roads import Roads, find_roads
from desktop_app.domain.checkup import (
    Fact,
    Failed,
    Finding,
    Health,
    NotNeeded,
    NotReached,
    SettingsRead,
    SignInReady,
    Step,
    TokenGiven,
)
from desktop_app.domain.errors import AppError, Malformed
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.reach import reach, way
from desktop_app.settings import Settings
from desktop_app.signin.asking import ask, open_client
from desktop_app.signin.provider import read_provider
from desktop_app.system.paths import Folders

Clock = Callable[[], datetime]
Result = tuple[Health, Fact]

_RESTS: Mapping[Step, Step] = {
    Step.TOKEN: Step.SECRET,
    Step.SCOPES: Step.TOKEN,
    Step.PATIENTS: Step.TOKEN,
    Step.DIRECTORY: Step.TOKEN,
    Step.SENDER: Step.STORE,
}
"""Which step a step rests on, besides the ways that it takes."""
_NOT_NEEDED: Result = (Health.SKIPPED, NotNeeded())


async def examine(
    load: Callable[[], Settings], folders: Folders, now: Clock
) -> AsyncGenerator[Finding, None]:
    """Look the profile that ``load`` reads over; one finding for each ``Step``, in their order.

    A step that rests on one that failed is skipped. Nothing changes but what opening the program
    changes: folders and database are made where they are missing.
    """
    began = time.monotonic()
    try:
        settings = load()
    except AppError as error:
        yield _finding(Step.SETTINGS, (Health.FAIL, Failed(error)), began)
        for step in list(Step)[1:]:
            skipped = (Health.SKIPPED, NotReached(Step.SETTINGS))
            yield _finding(step, skipped, time.monotonic())
        return
    chosen = SettingsRead(settings.profile.name, settings.profile.environment)
    yield _finding(Step.SETTINGS, (Health.OK, chosen), began)
    async with AsyncExitStack() as stack:
        examination = _Examination(settings, folders, now, await find_roads(settings), stack)
        for step in list(Step)[1:]:
            began = time.monotonic()
            yield _finding(step, await examination.take(step), began)


def _finding(step: Step, result: Result, began: float) -> Finding:
    health, fact = result
    return Finding(step=step, health=health, fact=fact, seconds=time.monotonic() - began)


class _Examination:
    """One profile, and what is known of it so far."""

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        now: Clock,
        roads: Roads | None,
        stack: AsyncExitStack,
    ) -> None:
        self._settings = settings
        self._folders = folders
        self._now = now
        self._roads = roads
        self._stack = stack
        self._client: LifenClient | None = None
        self._scopes: tuple[str, ...] = ()
        self._broken: dict[Step, Step] = {}
        """Steps that failed or were not reached, and where the trouble began."""
        self._looks: Mapping[Step, Callable[[], Awaitable[Result]]] = {
            Step.SECRET: lambda: local.check_secret(settings, folders),
            **({} if roads is None else roads.looks(settings, now)),
            Step.TOKEN: self._token,
            Step.SCOPES: self._granted,
            Step.PATIENTS: self._patients,
            Step.DIRECTORY: self._directory,
            Step.STORE: lambda: local.check_store(settings, folders),
            Step.SENDER: lambda: asyncio.to_thread(local.check_sender, settings, folders),
        }
        if roads is not None and roads.sso is not None:
            self._looks = {**self._looks, Step.SIGN_IN: self._sign_in}

    async def take(self, step: Step) -> Result:
        """Take one step, unless it does not apply or rests on one that failed."""
        if step not in self._looks:
            return _NOT_NEEDED
        because = self._broken.get(_RESTS.get(step, step))
        if because is None and self._roads is not None:
            because = self._roads.blocked(step)
        if because is not None:
            self._broken[step] = because
            return Health.SKIPPED, NotReached(because)
        try:
            result = await self._looks[step]()
        except AppError as error:
            result = (Health.FAIL, Failed(error))
        if result[0] is Health.FAIL:
            self._broken[step] = step
        return result

    async def _token(self) -> Result:
        opened = reach(self._settings, self._folders, self._now)
        self._client = await self._stack.enter_async_context(opened)
        self._scopes = await self._client.token_scopes()
        return Health.OK, TokenGiven()

    async def _granted(self) -> Result:
        return platform.judge_scopes(self._scopes, self._settings.profile.lifen)

    async def _patients(self) -> Result:
        if self._client is None or not self._client.rules.has_patients:
            return _NOT_NEEDED
        return await platform.ask_patients(self._client)

    async def _directory(self) -> Result:
        return _NOT_NEEDED if self._client is None else await platform.ask_directory(self._client)

    async def _sign_in(self) -> Result:
        """Read what the provider says of itself, as a sign-in begins."""
        sso, roads = self._settings.profile.sso, self._roads
        if sso is None or roads is None or roads.sso is None:
            return _NOT_NEEDED
        async with open_client(await way(self._settings, sso.metadata_url)) as client:
            document = await ask(client, sso.metadata_url)
            if document is None:
                raise Malformed("metadata")
            return Health.OK, SignInReady(read_provider(document, sso).issuer)
