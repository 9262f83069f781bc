"""Today's appointments and the stays under way, asked for when they are first wanted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from desktop_app.domain.errors import AppError, NotAllowed, NotOffered
from desktop_app.domain.identity import fold, homonyms
from desktop_app.domain.people import Appointment, AppointmentId, Page, PatientId, PatientStay
from desktop_app.domain.ports import FindsVisits

T = TypeVar("T")

FRESH = timedelta(minutes=5)
"""How long an answer is shown without asking again: the hospital shares its calls."""
AGAIN = timedelta(seconds=30)
"""How long a failure is shown before somebody who looks is worth another try."""
_OFF = frozenset({"cancelled", "entered-in-error"})
"""Appointments that did not take place, as FHIR calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsState:
    """What there is to pick from.

    A list is ``None`` where the hospital does not offer it, or before its first answer.
    ``homonyms`` are patients in a stay who share their names with another, ``namesakes``
    appointments of people with one name and two numbers. ``begun`` counts the
    appointments whose hour has come. The two ``all_…`` are false where the platform shows fewer
    than there are.
    """

    appointments: tuple[Appointment, ...] | None = None
    stays: tuple[PatientStay, ...] | None = None
    homonyms: frozenset[PatientId] = frozenset()
    namesakes: frozenset[AppointmentId] = frozenset()
    begun: int = 0
    all_appointments: bool = True
    all_stays: bool = True
    busy: bool = False
    problem: AppError | None = None
    at: datetime | None = None


class Visits:
    """The pick list of the patient pane."""

    def __init__(
        self,
        visits: FindsVisits,
        show: Callable[[VisitsState], None],
        now: Callable[[], datetime],
    ) -> None:
        self._visits = visits
        self._show = show
        self._now = now
        self._state = VisitsState()
        self._asked: datetime | None = None
        self._closed: set[str] = set()

    async def want(self) -> None:
        """Somebody looks: ask, unless the last answer is of today and of a moment ago."""
        now, rest = self._now(), FRESH if self._state.problem is None else AGAIN
        if self._asked is None or now - self._asked >= rest or _day(self._asked) != _day(now):
            await self.refresh()

    async def refresh(self) -> None:
        """Ask now; what was there stays in sight until the answer, and after a failure."""
        if self._state.busy or len(self._closed) == len(_LISTS):
            return
        now = self._asked = self._now()
        self._become(busy=True)
        try:
            appointments, stays = await asyncio.gather(
                self._ask("appointments", lambda: self._visits.appointments(_day(now))),
                self._ask("stays", self._visits.current_stays),
            )
        finally:
            self._become(busy=False)
        troubles = (one for one in (appointments, stays) if isinstance(one, AppError))
        problem = next(troubles, None)
        if isinstance(appointments, Page):
            kept = tuple(one for one in appointments.items if one.status not in _OFF)
            begun = sum(one.start is not None and one.start <= now for one in kept)
            self._state = replace(
                self._state,
                appointments=kept,
                namesakes=_namesakes(kept),
                begun=begun,
                all_appointments=appointments.complete,
            )
        if isinstance(stays, Page):
            alike = homonyms(one.patient for one in stays.items)
            self._state = replace(
                self._state, stays=stays.items, homonyms=alike, all_stays=stays.complete
            )
        if problem is None:
            self._become(problem=None, at=now)
        else:
            self._become(problem=problem)

    async def _ask(
        self, name: str, question: Callable[[], Awaitable[Page[T]]]
    ) -> Page[T] | AppError | None:
        """The answer, or what went wrong; ``None``, for as long as we run, where it is closed."""
        if name in self._closed:
            return None
        try:
            return await question()
        except NotOffered:
            self._closed.add(name)
        except NotAllowed as error:
            if error.cause != "scope":
                return error
            self._closed.add(name)
        except AppError as error:
            return error
        return None

    def _become(self, **members: object) -> None:
        self._state = replace(self._state, **members)  # type: ignore[arg-type]
        self._show(self._state)


_LISTS = ("appointments", "stays")


def _namesakes(appointments: Sequence[Appointment]) -> frozenset[AppointmentId]:
    numbers: dict[str, set[str]] = {}
    for one in appointments:
        numbers.setdefault(fold(one.patient_name), set()).add(one.patient_number)
    return frozenset(
        one.id
        for one in appointments
        if one.patient_name and len(numbers[fold(one.patient_name)]) > 1
    )


def _day(moment: datetime) -> date:
    """The day on the calendar here."""
    return moment.astimezone().date()
