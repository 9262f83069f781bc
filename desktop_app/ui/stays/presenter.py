"""The stays of the patient of the letter on the table: asked for once, then remembered a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop_app.domain.errors import AppError, NotOffered
from desktop_app.domain.people import Page, Patient, PatientId, Stay
from desktop_app.domain.ports import FindsStays

REMEMBERED = timedelta(minutes=2)
"""How long an answer serves again: somebody who walks through the tray asks nothing twice."""
_MANY = 50
"""Patients whose stays are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysState:
    """What is known of the stays of one patient.

    ``stays`` is ``None`` before an answer, and where ``offered`` is false: the platform has no
    stays of this patient to look up.
    """

    offered: bool = False
    busy: bool = False
    stays: tuple[Stay, ...] | None = None
    complete: bool = True
    problem: AppError | None = None

    @property
    def under_way(self) -> Stay | None:
        """The only stay under way, which is offered first; ``None`` where there are several."""
        found = [stay for stay in self.stays or () if stay.status == "in-progress"]
        return found[0] if len(found) == 1 and self.complete else None


class PatientStays:
    """Looks the stays of one patient up; a newer question replaces the one before it."""

    def __init__(
        self, stays: FindsStays, show: Callable[[StaysState], None], now: Callable[[], datetime]
    ) -> None:
        self._stays = stays
        self._show = show
        self._now = now
        self._patient: PatientId | None = None
        self._known: dict[PatientId, tuple[datetime, Page[Stay]]] = {}

    async def look_up(self, patient: Patient | None) -> None:
        """Show the stays of ``patient``; an identity that was typed has none to be found."""
        self._patient = None if patient is None or not patient.id else patient.id
        if self._patient is None:
            self._show(StaysState())
            return
        asked, known = self._known.get(self._patient, (None, None))
        if known is not None and asked is not None and self._now() - asked < REMEMBERED:
            self._show(_found(known))
            return
        await self.ask_again()

    async def ask_again(self) -> None:
        """Ask the platform, whatever it said before."""
        patient = self._patient
        if patient is None:
            return
        self._show(StaysState(offered=True, busy=True))
        try:
            page = await self._stays.find_stays(patient)
        except NotOffered:
            state = StaysState()
        except AppError as error:
            state = StaysState(offered=True, problem=error)
        else:
            self._remember(patient, page)
            state = _found(page)
        if patient == self._patient:  # somebody else may be on the table by now
            self._show(state)

    def _remember(self, patient: PatientId, page: Page[Stay]) -> None:
        self._known.pop(patient, None)
        self._known[patient] = (self._now(), page)
        while len(self._known) > _MANY:
            del self._known[next(iter(self._known))]


def _found(page: Page[Stay]) -> StaysState:
    """The stays under way first, each group as the platform's adapter ordered it."""
    stays = tuple(sorted(page.items, key=lambda stay: stay.status != "in-progress"))
    return StaysState(offered=True, stays=stays, complete=page.complete and page.next is None)
