"""Looking a patient up: what was typed becomes a question, what comes back is shown."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_app.domain.errors import AppError, Incomplete
from desktop_app.domain.identity import grouped, homonyms, read_patient_query
from desktop_app.domain.people import Cursor, Patient, PatientId
from desktop_app.domain.ports import FindsPatients, PatientQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsState:
    """What the search shows.

    ``patients`` is ``None`` before anything was asked. ``homonyms`` are the ids of those who
    share their names with somebody else of the list.
    """

    busy: bool = False
    patients: tuple[Patient, ...] | None = None
    homonyms: frozenset[PatientId] = frozenset()
    total: int | None = None
    complete: bool = True
    more: bool = False
    problem: AppError | None = None


class PatientSearch:
    """One search box; each question replaces the one before it."""

    def __init__(self, patients: FindsPatients, show: Callable[[PatientsState], None]) -> None:
        self._patients = patients
        self._show = show
        self._state = PatientsState()
        self._query: PatientQuery | None = None
        self._next: Cursor | None = None

    async def search(self, text: str) -> None:
        """Ask for the patients that ``text`` describes; an empty text clears the list."""
        self._next = None
        if not text.strip():
            self._become(PatientsState())
            return
        try:
            self._query = read_patient_query(text)
        except Incomplete as error:
            self._become(PatientsState(problem=error))
            return
        self._become(replace(self._state, busy=True, problem=None, more=False))
        await self._fetch(self._query, ())

    async def more(self) -> None:
        """The next rows of the same answer."""
        if self._query is None or self._next is None or self._state.busy:
            return
        self._become(replace(self._state, busy=True, problem=None))
        await self._fetch(self._query, self._state.patients or ())

    async def _fetch(self, query: PatientQuery, before: tuple[Patient, ...]) -> None:
        try:
            page = await self._patients.find_patients(query, self._next if before else None)
        except AppError as error:
            self._become(PatientsState(patients=before or None, problem=error))
            return
        known = {patient.id for patient in before}
        patients = (*before, *grouped(one for one in page.items if one.id not in known))
        self._next = page.next if len(patients) > len(before) else None
        self._become(
            PatientsState(
                patients=patients,
                homonyms=homonyms(patients),
                total=page.total,
                complete=page.complete,
                more=self._next is not None,
            )
        )

    def _become(self, state: PatientsState) -> None:
        self._state = state
        self._show(state)
