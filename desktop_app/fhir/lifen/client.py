"""Lifen, call by call: searches, stays, the directory, sending, tracking (lifen.md 4)."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl

import httpx

from desktop_app.domain.errors import InDoubt, Malformed, Refused
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import (
    Correspondent,
    Cursor,
    Kind,
    Page,
    Patient,
    PatientId,
    Stay,
    StayId,
)
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.http import FhirHttp, Pairs
from desktop_app.fhir.lifen import directory, mapping, stays, tracking
from desktop_app.fhir.lifen.record import LifenRecord
from desktop_app.fhir.lifen.search import (
    DIRECTORY_SIZE,
    Tenant,
    correspondent_forms,
    fits,
    patient_forms,
)
from desktop_app.fhir.lifen.sending import mss_body
from desktop_app.fhir.lifen.subject import check_subject, read
from desktop_app.fhir.loose import Json, bundle, objects, text
from desktop_app.fhir.pace import Urgency
from desktop_app.settings import is_loopback

log = logging.getLogger(__name__)

MAX_PAGES = 20
"""Pages of one search that are followed (lifen.md 5)."""
STAYS_SIZE = 100
_ROOT = "/fhir/v3/"
_PAGE_KEYS = frozenset({"_id", "_index", "_searchAfter", "_searchBefore", "_count"})
_GONE = frozenset({404, 410})


class LifenClient:
    """One hospital on Lifen.

    Keeps ``FindsPatients``, ``FindsStays``, ``FindsCorrespondents`` and, for the practitioners'
    mailboxes, ``Delivers``; ``record`` keeps the same for the hospital's own record.
    """

    def __init__(self, http: FhirHttp, *, tenant: Tenant, database_reference: str) -> None:
        self._http = http
        self._tenant = tenant
        self._database_reference = database_reference
        self.record = LifenRecord(http, database_reference)

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
        resource = await read(self._http, "Patient", patient_id, Urgency.INTERACTIVE)
        return mapping.patient(resource, self._database_reference)

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """Every stay of one patient, those under way first, then the newest.

        Asked by patient alone and ordered here (U31); further pages are followed, for the
        platform may show fewer rows than it was asked for (U8).
        """
        form = (("patient", f"Patient/{patient_id}"), ("_count", str(STAYS_SIZE)))
        answer = bundle(await self._http.search("Encounter/_search", form))
        total, rows = _total(answer), 0
        found: dict[StayId, Stay] = {}
        for _ in range(MAX_PAGES):
            rows += len(objects(answer.get("entry")))
            known = len(found)
            page = stays.stays(answer, self._database_reference, patient_id)
            found |= {stay.id: stay for stay in page}
            link = _next_link(answer) if self._tenant.has_pages else ""
            if not link or len(found) == known:
                break
            answer = bundle(await self._http.read("Bundle", self._page_query(link)))
        complete = not link and (total is None or total <= rows)
        return Page(items=stays.in_order(found.values()), total=total, complete=complete)

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

        The patient (and the stay) is read again first: ``Incomplete`` when they are no longer
        what was checked (T18).
        """
        body = mss_body(letter, documents)
        await check_subject(self._http, letter, self._database_reference)
        receipt = await self._http.send("CommunicationRequest/$send-to-mss", body, passing)
        transaction_id = tracking.transaction_id(receipt)
        if transaction_id is None:
            raise InDoubt("no_transaction")
        return transaction_id

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of each recipient of an accepted sending."""
        said = await self._http.read(
            "CommunicationRequest/$tracking",
            [("transaction-id", transaction_id)],
            Urgency.TRACKING,
        )
        return tracking.deliveries(bundle(said))

    async def _first_page(self, query: PatientQuery) -> Page[Patient]:
        page: Page[Patient] = Page()
        for form in patient_forms(query, self._tenant):
            answer = bundle(await self._http.search("Patient/_search", form))
            page = self._patients(query, answer, 1)
            if page.items or page.next:
                break
        return page

    async def _page(self, query: PatientQuery, number: int, link: str) -> Page[Patient]:
        answer = bundle(await self._http.read("Bundle", self._page_query(link)))
        page = self._patients(query, answer, number)
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

    def _patients(self, query: PatientQuery, answer: Json, number: int) -> Page[Patient]:
        found = mapping.patients(answer, self._database_reference)
        link = _next_link(answer) if self._tenant.has_pages else ""
        follows = bool(link) and number < MAX_PAGES
        total = _total(answer)
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
            answer = bundle(await self._http.search(f"{path}/$search-for-mss", form))
            found = tuple(one for one in directory.correspondents(answer) if one.kind is kind)
            total = _total(answer)
            hidden = len(found) >= DIRECTORY_SIZE or (total or 0) > len(found)
            page = Page(items=found, total=total, complete=not hidden)
            if found:
                break
        return page


def _next_link(answer: Json) -> str:
    for link in objects(answer.get("link")):
        if text(link.get("relation")).casefold() == "next":
            return text(link.get("url"))
    return ""


def _total(answer: Json) -> int | None:
    total = answer.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
