"""Lifen, call by call: searches, the directory, sending, tracking (lifen.md 4.1, 4.5 to 4.7)."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl, quote

import httpx

from desktop_app.domain.errors import Incomplete, InDoubt, Malformed, Refused
from desktop_app.domain.identity import fold
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import Correspondent, Cursor, Kind, Page, Patient, PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.http import FhirHttp, Pairs
from desktop_app.fhir.lifen import directory, mapping, tracking
from desktop_app.fhir.lifen.search import (
    DIRECTORY_SIZE,
    Tenant,
    correspondent_forms,
    fits,
    patient_forms,
)
from desktop_app.fhir.lifen.sending import MssBody
from desktop_app.fhir.loose import Json, objects, text
from desktop_app.fhir.pace import Urgency
from desktop_app.settings import is_loopback

log = logging.getLogger(__name__)

MAX_PAGES = 20
"""Pages of one search that are followed (lifen.md 5)."""
_ROOT = "/fhir/v3/"
_PAGE_KEYS = frozenset({"_id", "_index", "_searchAfter", "_searchBefore", "_count"})
_GONE = frozenset({404, 410})


class LifenClient:
    """One hospital on Lifen; keeps ``FindsPatients``, ``FindsCorrespondents`` and ``Delivers``."""

    def __init__(self, http: FhirHttp, *, tenant: Tenant, database_reference: str) -> None:
        self._http = http
        self._tenant = tenant
        self._database_reference = database_reference

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        """One page of the patients that match, or the page at ``after``.

        Indexing is late: somebody admitted a minute ago may be missing (T17). A cursor that the
        platform has forgotten is replaced by asking again from the start, once; then ``Refused``
        with 410. Raises ``Incomplete``, ``NotOffered``, and whatever a read raises.
        """
        if after is None:
            return await self._first_page(query)
        number, _, link = after.partition("|")
        if not number.isdecimal():
            raise Malformed("cursor")
        try:
            return await self._page(query, int(number), link)
        except Refused as error:
            if error.status not in _GONE:
                raise
        try:
            return await self._again(query, int(number))
        except Refused as error:
            raise Refused(410) from error

    async def patient(self, patient_id: PatientId) -> Patient:
        """Read one patient as the platform holds it now; ``Refused`` with 404 if it does not."""
        resource = await self._read("Patient", patient_id, Urgency.INTERACTIVE)
        return mapping.patient(resource, self._database_reference)

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The practitioners that match; at most 100, without a next page."""
        return await self._directory(query, Kind.PRACTITIONER)

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The structures that match; at most 100, without a next page."""
        return await self._directory(query, Kind.ORGANIZATION)

    async def deliver(
        self, letter: Letter, documents: ReadsDocuments, passing: Callable[[], Awaitable[None]]
    ) -> str:
        """Send ``letter`` to its recipients' mailboxes; returns the transaction id.

        The patient (and the stay) is read again first: ``Incomplete`` with ``patient_changed``
        when the record is no longer the one that was checked (T18).
        """
        body = MssBody(letter, documents)
        await self._check_subject(letter)
        receipt = await self._http.send("CommunicationRequest/$send-to-mss", body, passing)
        transaction_id = tracking.transaction_id(receipt)
        if transaction_id is None:
            raise InDoubt("no_transaction")
        return transaction_id

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of each recipient of an accepted sending."""
        bundle = await self._http.read(
            "CommunicationRequest/$tracking",
            [("transaction-id", transaction_id)],
            Urgency.TRACKING,
        )
        return tracking.deliveries(_bundle(bundle))

    async def _first_page(self, query: PatientQuery) -> Page[Patient]:
        page: Page[Patient] = Page()
        for form in patient_forms(query, self._tenant):
            bundle = _bundle(await self._http.search("Patient/_search", form))
            page = self._patients(query, bundle, 1)
            if page.items or page.next:
                break
        return page

    async def _page(self, query: PatientQuery, number: int, link: str) -> Page[Patient]:
        bundle = _bundle(await self._http.read("Bundle", self._page_query(link)))
        page = self._patients(query, bundle, number)
        if page.next is not None and page.next.partition("|")[2] == link:
            return Page(items=page.items, total=page.total, complete=False)  # a link to itself
        return page

    async def _again(self, query: PatientQuery, number: int) -> Page[Patient]:
        """Page ``number`` of the same search asked anew, or its last page."""
        page, reached = await self._first_page(query), 1
        while reached < number and page.next is not None:
            reached += 1
            page = await self._page(query, reached, page.next.partition("|")[2])
        return page

    def _patients(self, query: PatientQuery, bundle: Json, number: int) -> Page[Patient]:
        found = mapping.patients(bundle, self._database_reference)
        link = _next_link(bundle) if self._tenant.has_pages else ""
        follows = bool(link) and number < MAX_PAGES
        total = _total(bundle)
        seen_all = number > 1 or total is None or total <= len(found)
        return Page(
            items=tuple(one for one in found if fits(one, query, self._tenant)),
            total=total,
            next=Cursor(f"{number + 1}|{link}") if follows else None,
            complete=follows or (seen_all and not link),
        )

    def _page_query(self, link: str) -> Pairs:
        """What to ask on our own base for the page that ``link`` names (T1).

        Only the query is taken from it, and only the keys of a page. Raises ``Malformed``.
        """
        home = self._http.home
        try:
            url = httpx.URL(f"{home}/").join(link)
        except (httpx.InvalidURL, ValueError) as error:
            raise Malformed("link") from error
        secure = url.scheme in ("https", home.scheme) or is_loopback(url.host)
        own = url.path == f"{home.path.rstrip('/')}/Bundle"
        pairs = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True)
        if (
            not secure
            or not (own or url.path.partition(_ROOT)[2] == "Bundle")
            or not pairs
            or any(key not in _PAGE_KEYS for key, _value in pairs)
        ):
            raise Malformed("link")
        if url.host != home.host:
            log.info("lifen: a page link names another host; asked on our own")
        return pairs

    async def _directory(self, query: CorrespondentQuery, kind: Kind) -> Page[Correspondent]:
        path = "Practitioner" if kind is Kind.PRACTITIONER else "Organization"
        page: Page[Correspondent] = Page()
        for form in correspondent_forms(query, kind):
            bundle = _bundle(await self._http.search(f"{path}/$search-for-mss", form))
            found = tuple(one for one in directory.correspondents(bundle) if one.kind is kind)
            total = _total(bundle)
            hidden = len(found) >= DIRECTORY_SIZE or (total or 0) > len(found)
            page = Page(items=found, total=total, complete=not hidden)
            if found:
                break
        return page

    async def _check_subject(self, letter: Letter) -> None:
        known = letter.patient
        if known is None:
            raise Incomplete("patient")
        resource = await self._read("Patient", known.id, Urgency.SEND)
        now = mapping.patient(resource, self._database_reference)
        if not mapping.is_current(resource) or _traits(now) != _traits(known):
            raise Incomplete("patient_changed")
        if letter.stay:
            stay = await self._read("Encounter", letter.stay, Urgency.SEND)
            if not mapping.belongs_to(stay, known.id):
                raise Incomplete("patient_changed")

    async def _read(self, kind: str, identity: str, urgency: Urgency) -> Json:
        if not identity.strip("."):
            raise Refused(404)
        return await self._http.read(f"{kind}/{quote(identity, safe='')}", (), urgency)


def _traits(patient: Patient) -> tuple[object, ...]:
    """What must not have changed between the choice and the sending (T18, T37)."""
    names = (patient.birth_family, patient.used_family or "", *patient.given)
    written = tuple(fold(name) for name in names)
    return patient.id, written, patient.birth_date, patient.sex, patient.ipp, patient.deceased


def _bundle(resource: Json) -> Json:
    if resource.get("resourceType") != "Bundle":
        raise Malformed("Bundle")
    return resource


def _next_link(bundle: Json) -> str:
    for link in objects(bundle.get("link")):
        if text(link.get("relation")).casefold() == "next":
            return text(link.get("url"))
    return ""


def _total(bundle: Json) -> int | None:
    total = bundle.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
