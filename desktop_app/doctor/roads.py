"""The ways from this machine to the hosts of a profile, and which of them still stand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from desktop_app.doctor import wire
from desktop_app.doctor.wire import Clock, Met, Way, way
from desktop_app.domain.checkup import (
    Certificate,
    ClockRead,
    ClockUnsaid,
    Connected,
    Direct,
    Fact,
    Health,
    NamesKnown,
    ProxyOpen,
    Step,
    Trouble,
)
from desktop_app.domain.errors import Misconfigured
from desktop_app.settings import Settings, is_loopback
from desktop_app.system.network import proxy_for, trusted

T = TypeVar("T")
Look = Callable[[], Awaitable[tuple[Health, Fact]]]

TOO_FAR = timedelta(minutes=5)
"""How wrong a clock may be before somebody should know."""


@dataclass(kw_only=True)
class Roads:
    """The hosts that give tokens, hold the data, and sign people in; the last one may be absent.

    ``lost`` says at which step a way was found to lead nowhere.
    """

    auth: Way
    fhir: Way
    sso: Way | None = None
    lost: dict[Way, Step] = field(default_factory=dict)
    offset: timedelta | None = None

    def looks(self, settings: Settings, now: Clock) -> dict[Step, Look]:
        """The steps that are taken on the ways themselves."""
        return {
            Step.NAMES: self.check_names,
            Step.PROXY: self.check_proxy,
            Step.TLS: lambda: self.check_hosts(settings, now),
            Step.CLOCK: self.check_clock,
        }

    def blocked(self, step: Step) -> Step | None:
        """The step at which every way was lost that ``step`` could take, if so."""
        match step:
            case Step.TOKEN:
                ways: tuple[Way | None, ...] = (self.auth,)
            case Step.PATIENTS | Step.DIRECTORY:
                ways = (self.fhir,)
            case Step.SIGN_IN:
                ways = (self.sso,)
            case Step.PROXY | Step.TLS | Step.CLOCK:
                ways = (self.fhir, self.auth, self.sso)
            case _:
                return None
        ends = [self.lost.get(one) for one in ways if one is not None]
        return ends[0] if all(ends) else None

    @property
    def standing(self) -> tuple[Way, ...]:
        """The ways that are not lost, each once."""
        every = (self.auth, self.fhir, *((self.sso,) if self.sso else ()))
        return tuple(dict.fromkeys(one for one in every if one not in self.lost))

    async def check_names(self) -> tuple[Health, Fact]:
        """Whether this machine knows the names that it has to know."""
        found, trouble = await self._each(self.standing, wire.find, Step.NAMES)
        if trouble is not None:
            return Health.FAIL, trouble
        return Health.OK, NamesKnown(tuple(dict.fromkeys(found)))

    async def check_proxy(self) -> tuple[Health, Fact]:
        """Whether the proxy, where there is one, lets us through to each host."""
        behind = [one for one in self.standing if one.proxy is not None]
        if not behind:
            return Health.OK, Direct()
        _, trouble = await self._each(behind, wire.tunnel, Step.PROXY)
        if trouble is not None:
            return Health.FAIL, trouble
        return Health.OK, ProxyOpen(wire.shown(behind[0].proxy or ""))

    async def check_hosts(self, settings: Settings, now: Clock) -> tuple[Health, Fact]:
        """Whether each host answers and proves who it is; raises ``Misconfigured``."""
        try:
            context = await asyncio.to_thread(trusted, settings.network.ca_file)
        except Misconfigured:
            self.lost |= dict.fromkeys(self.standing, Step.TLS)
            raise
        met, trouble = await self._each(
            self.standing, lambda one: wire.meet(one, context, now), Step.TLS
        )
        if trouble is not None:
            return Health.FAIL, trouble
        self.offset = _largest(one.offset for one in met)
        return Health.OK, Connected(_certificates(met))

    async def check_clock(self) -> tuple[Health, Fact]:
        """How far our clock is from the hosts'.

        A token does not care (lifen.md T38), but whether a sign-in is still good depends on it.
        """
        if self.offset is None:
            return Health.WARN, ClockUnsaid()
        if abs(self.offset) <= TOO_FAR:
            return Health.OK, ClockRead(self.offset)
        return Health.FAIL if self.sso else Health.WARN, ClockRead(self.offset)

    async def _each(
        self, ways: Sequence[Way], walk: Callable[[Way], Awaitable[T | Trouble]], step: Step
    ) -> tuple[list[T], Trouble | None]:
        """Walk some ways at once; the trouble of the first that leads nowhere."""
        ends = await asyncio.gather(*(walk(one) for one in ways))
        troubles = {
            one: end for one, end in zip(ways, ends, strict=True) if isinstance(end, Trouble)
        }
        self.lost |= dict.fromkeys(troubles, step)
        reached = [end for end in ends if not isinstance(end, Trouble)]
        return reached, next(iter(troubles.values()), None)


async def find_roads(settings: Settings) -> Roads | None:
    """The ways that the program takes; none in practice, which is played inside the program."""
    profile, choice = settings.profile, settings.network.proxy
    if profile.lifen is None:
        return None
    proxy = await _proxy(profile.lifen.fhir_url, choice)
    sso = profile.sso
    return Roads(
        auth=way(profile.lifen.token_url, proxy),
        fhir=way(profile.lifen.fhir_url, proxy),
        sso=None if sso is None else way(sso.metadata_url, await _proxy(sso.metadata_url, choice)),
    )


async def _proxy(url: str, choice: str) -> str | None:
    if is_loopback(urlsplit(url).hostname):
        return None
    return await asyncio.to_thread(proxy_for, url, choice)


def _largest(offsets: Iterable[timedelta | None]) -> timedelta | None:
    return max((one for one in offsets if one is not None), key=abs, default=None)


def _certificates(met: Iterable[Met]) -> tuple[Certificate, ...]:
    return tuple(one.certificate for one in met if one.certificate is not None)
