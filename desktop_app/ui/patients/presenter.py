"""Looking a patient up: what was typed becomes a question, what comes back is shown."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_app.domain.errors import AppError, Incomplete
from desktop_app.domain.identity import bears, fold, grouped, homonyms, read_patient_query
from desktop_app.domain.people import Appointment, Cursor, Patient, PatientId, SearchRules
from desktop_app.domain.ports import FindsPatients, PatientQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsState:
    """What the search shows.

    ``patients`` is ``None`` before anything was asked. ``homonyms`` are the ids of those who
    share their names with somebody else of the list. ``asked_as`` are the words that answered
    where they are not the ones that were typed. ``visit`` is the appointment whose patient is
    being looked up, ``strangers`` those found who do not bear the name that the agenda says.
    """

    busy: bool = False
    patients: tuple[Patient, ...] | None = None
    homonyms: frozenset[PatientId] = frozenset()
    strangers: frozenset[PatientId] = frozenset()
    total: int | None = None
    complete: bool = True
    more: bool = False
    asked_as: str = ""
    visit: Appointment | None = None
    problem: AppError | None = None


class PatientSearch:
    """One search box; each question replaces the one before it."""

    def __init__(self, patients: FindsPatients, show: Callable[[PatientsState], None]) -> None:
        self._patients = patients
        self._show = show
        self._state = PatientsState()
        self._query: PatientQuery | None = None
        self._next: Cursor | None = None

    async def ask(self, what: str | Appointment) -> None:
        """``search`` for words, ``look_up`` the patient of an appointment."""
        if isinstance(what, Appointment):
            await self.look_up(what)
        else:
            await self.search(what)

    async def search(self, text: str) -> None:
        """Ask for the patients that ``text`` describes; an empty text clears the list.

        What the hospital cannot be asked is said without asking it.
        """
        if not text.strip():
            self._query = self._next = None
            self._become(PatientsState())
            return
        try:
            query = read_patient_query(text, self._patients.rules)
        except Incomplete as error:
            self._query = self._next = None
            self._become(PatientsState(problem=error))
            return
        await self._begin(query, None)

    async def look_up(self, visit: Appointment) -> None:
        """Ask for the patient of an appointment, who is only ever proposed (lifen.md T19).

        By the number that the agenda gives, or by its name where numbers are not looked up.
        """
        try:
            query = _of_visit(visit, self._patients.rules)
        except Incomplete as error:
            self._query = self._next = None
            self._become(PatientsState(problem=error, visit=visit))
            return
        await self._begin(query, visit)

    async def more(self) -> None:
        """The next rows of the same answer."""
        if self._query is None or self._next is None or self._state.busy:
            return
        self._become(replace(self._state, busy=True, problem=None))
        await self._fetch(self._query, self._state.patients or ())

    async def _begin(self, query: PatientQuery, visit: Appointment | None) -> None:
        self._query, self._next = query, None
        self._become(replace(self._state, busy=True, problem=None, more=False, visit=visit))
        await self._fetch(query, ())

    async def _fetch(self, query: PatientQuery, before: tuple[Patient, ...]) -> None:
        visit = self._state.visit
        try:
            page = await self._patients.find_patients(query, self._next if before else None)
        except AppError as error:
            if query is self._query:
                self._become(PatientsState(patients=before or None, problem=error, visit=visit))
            return
        if query is not self._query:
            return  # more rows of an answer that nobody looks at any more
        known = {patient.id for patient in before}
        patients = (*before, *grouped(one for one in page.items if one.id not in known))
        self._next = page.next if len(patients) > len(before) else None
        named = "" if visit is None else visit.patient_name
        self._become(
            PatientsState(
                patients=patients,
                homonyms=homonyms(patients),
                strangers=frozenset(one.id for one in patients if named and not bears(one, named)),
                total=page.total,
                complete=page.complete,
                more=self._next is not None,
                asked_as=page.asked_as or (self._state.asked_as if before else ""),
                visit=visit,
            )
        )

    def _become(self, state: PatientsState) -> None:
        self._state = state
        self._show(state)


def _of_visit(visit: Appointment, rules: SearchRules) -> PatientQuery:
    """What to ask for the patient of ``visit``; raises ``Incomplete`` where it does not say."""
    number, name = visit.patient_number.strip(), visit.patient_name.strip()
    if number and rules.has_identifier:
        return PatientQuery(identifier=number)
    if not name:
        raise Incomplete("number_only" if number else "query_empty", rules.shortest_name)
    words = [word for word in name.split() if fold(word) not in _TITLES]
    return PatientQuery(name=" ".join(words) or name)


_TITLES = frozenset({"m.", "mr", "mr.", "mme", "mlle", "monsieur", "madame", "mademoiselle"})
