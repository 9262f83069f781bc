"""Lifen, call by call: patients, visits, the directory, sending, tracking (lifen.md 4)."""

from collections.abc import Sequence
from datetime import date

from desktop_app.domain.errors import InDoubt, NotOffered
from desktop_app.domain.letters import LIMITS, Letter, Limits
from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Correspondent,
    Coverage,
    Cursor,
    Kind,
    Page,
    Patient,
    PatientId,
    PatientStay,
    SearchRules,
    Stay,
    StayId,
)
from desktop_app.domain.ports import CorrespondentQuery, Crossing, PatientQuery, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import coverages, directory, tracking
from desktop_app.fhir.lifen.dmp import LifenDmp
from desktop_app.fhir.lifen.patients import Patients
from desktop_app.fhir.lifen.record import LifenRecord
from desktop_app.fhir.lifen.rows import total_of
from desktop_app.fhir.lifen.search import (
    DIRECTORY_SIZE,
    TENANTS,
    correspondent_forms,
    coverage_form,
    rules_of,
)
from desktop_app.fhir.lifen.sending import mss_body
from desktop_app.fhir.lifen.subject import check_subject
from desktop_app.fhir.lifen.visits import Visits
from desktop_app.fhir.loose import bundle
from desktop_app.settings import LifenAccount


class LifenClient:
    """One hospital on Lifen.

    Keeps ``FindsPatients``, ``FindsStays``, ``FindsVisits``, ``FindsCoverages``,
    ``FindsCorrespondents`` and, for the practitioners' mailboxes, ``Delivers``; ``record`` and
    ``dmp`` keep the same for the hospital's own record and the national one.
    """

    def __init__(self, http: FhirHttp, account: LifenAccount, limits: Limits = LIMITS) -> None:
        tenant = TENANTS[account.tenant]
        owner = account.database_reference
        self._http = http
        self._account = account
        self._limits = limits
        self._tenant = tenant
        self._rules = rules_of(account.tenant, account.patients)
        self._patients = Patients(http, tenant, owner, open_to_us=self._rules.has_patients)
        self._visits = Visits(http, tenant, owner)
        self.record = LifenRecord(http, account, limits)
        self.dmp = LifenDmp(http, account, limits)

    @property
    def rules(self) -> SearchRules:
        """What patients can be looked up by here."""
        return self._rules

    async def token_scopes(self) -> tuple[str, ...]:
        """What the platform says our access opens; asks for a token where there is none.

        It is told to whoever checks a profile and never relied upon (U2).
        """
        return await self._http.scopes()

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        """One page of the patients that match, or the page at ``after``.

        Indexing is late: somebody admitted a minute ago may be missing (T17). A cursor that the
        platform has forgotten is replaced by asking again from the start, once; then ``Refused``
        with 410. Raises ``Incomplete``, ``NotOffered``, and whatever a read raises.
        """
        return await self._patients.find(query, after)

    async def patient(self, patient_id: PatientId) -> Patient:
        """Read one patient as the platform holds it now; ``Refused`` with 404 if it does not."""
        return await self._patients.read(patient_id)

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """Every stay of one patient, those under way first, then the newest.

        Asked by patient alone and ordered here (U31).
        """
        return await self._visits.find_stays(patient_id)

    async def stay(self, stay_id: StayId) -> Stay:
        """Read one stay as the platform holds it now; ``Refused`` with 404 if it does not."""
        return await self._visits.stay(stay_id)

    async def current_stays(self) -> Page[PatientStay]:
        """The newest stays under way, with their patients; who cannot be read is left out.

        Raises ``NotOffered`` where stays are not found by their status.
        """
        return await self._visits.current_stays()

    async def appointments(self, day: date) -> Page[Appointment]:
        """The appointments of ``day``, in their order.

        Raises ``NotAllowed`` with ``scope`` where the hospital has not opened its agenda,
        ``NotOffered`` where the platform has none.
        """
        return await self._visits.appointments(day)

    async def appointment(self, appointment_id: AppointmentId) -> Appointment:
        """Read one appointment as the platform holds it now."""
        return await self._visits.appointment(appointment_id)

    async def coverages(self, patient_id: PatientId) -> Sequence[Coverage]:
        """The insurances of one patient; raises ``NotOffered`` where the tenant has none."""
        if not self._tenant.has_coverage:
            raise NotOffered("Coverage")
        answer = await self._http.search("Coverage/_search", coverage_form(patient_id))
        return coverages.coverages(bundle(answer), self._account.database_reference, patient_id)

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The practitioners that match; at most 100, without a next page."""
        return await self._directory(query, Kind.PRACTITIONER)

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The structures that match; at most 100, without a next page."""
        return await self._directory(query, Kind.ORGANIZATION)

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """Send ``letter`` to its recipients' mailboxes; returns what ``track`` asks with.

        The patient (and the stay) is read again first, unless the hospital has no patients to
        read: ``Changed`` when they are no longer what was checked (T18).
        """
        body = mss_body(letter, documents, self._account, self._limits)
        if self._rules.has_patients:
            await check_subject(self._http, letter, self._account.database_reference)
        path = "CommunicationRequest/$send-to-mss"
        receipt = await self._http.send(path, body, crossing.passing)
        transaction = tracking.transaction(receipt)
        if transaction is None:
            raise InDoubt("no_transaction")
        return transaction

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of each recipient of an accepted sending."""
        said = await tracking.ask(self._http, transaction_id, addresses=True)
        return tracking.deliveries(bundle(said))

    async def _directory(self, query: CorrespondentQuery, kind: Kind) -> Page[Correspondent]:
        path = "Practitioner" if kind is Kind.PRACTITIONER else "Organization"
        page: Page[Correspondent] = Page()
        for form in correspondent_forms(query, kind):
            answer = bundle(await self._http.search(f"{path}/$search-for-mss", form))
            found = tuple(one for one in directory.correspondents(answer) if one.kind is kind)
            total = total_of(answer)
            hidden = len(found) >= DIRECTORY_SIZE or (total or 0) > len(found)
            page = Page(items=found, total=total, complete=not hidden)
            if found:
                break
        return page
