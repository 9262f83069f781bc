"""Finding patients, page by page (lifen.md 4.1, 5)."""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from desktop_app.domain.errors import Malformed, NotOffered, Refused
from desktop_app.domain.people import Cursor, Page, Patient, PatientId
from desktop_app.domain.ports import PatientQuery
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import mapping
from desktop_app.fhir.lifen.rows import (
    GONE,
    MAX_PAGES,
    next_link,
    page_query,
    read_one,
    total_of,
)
from desktop_app.fhir.lifen.search import Tenant, fits, patient_forms
from desktop_app.fhir.loose import Json, bundle
from desktop_app.fhir.pace import Urgency

_CURSOR = re.compile(r"(\d{1,3})\|([^|]*)\|(.+)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page is: its number, the keys of who came before it, the platform's own link."""

    number: int
    seen: frozenset[str]
    link: str

    def cursor(self) -> Cursor:
        return Cursor(f"{self.number}|{','.join(sorted(self.seen))}|{self.link}")


def _place(cursor: Cursor) -> _Place:
    """Raises ``Malformed`` for a cursor that none of our pages gave."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Malformed("cursor")
    return _Place(int(found[1]), frozenset(filter(None, found[2].split(","))), found[3])


def _key(patient: Patient) -> str:
    return quote(patient.id, safe="")


class Patients:
    """The patients of one hospital."""

    def __init__(
        self, http: FhirHttp, tenant: Tenant, database_reference: str, *, open_to_us: bool
    ) -> None:
        self._http = http
        self._tenant = tenant
        self._database_reference = database_reference
        self._open_to_us = open_to_us

    async def find(self, query: PatientQuery, after: Cursor | None = None) -> Page[Patient]:
        """As ``LifenClient.find_patients``."""
        if not self._open_to_us:
            raise NotOffered("Patient")
        if after is None:
            return await self._first_page(query)
        place = _place(after)
        try:
            return await self._page(query, place)
        except Refused as error:
            if error.status not in GONE:
                raise
        try:
            return await self._again(query, place)
        except Refused as error:
            raise Refused(410) from error

    async def read(self, patient_id: PatientId) -> Patient:
        """As ``LifenClient.patient``."""
        resource = await read_one(self._http, "Patient", patient_id, Urgency.INTERACTIVE)
        return mapping.patient(resource, self._database_reference)

    async def _first_page(self, query: PatientQuery) -> Page[Patient]:
        page: Page[Patient] = Page()
        typed, *others = patient_forms(query, self._tenant)
        for form in (typed, *others):
            answer = bundle(await self._http.search("Patient/_search", form))
            page = self._patients(query, answer, _Place(1, frozenset(), ""))
            if page.items or page.next:
                answered = "" if form is typed else dict(form).get("name", "")
                return replace(page, asked_as=answered)
        return page

    async def _page(self, query: PatientQuery, place: _Place) -> Page[Patient]:
        asked = page_query(self._http.home, place.link)
        return self._patients(query, bundle(await self._http.read("Bundle", asked)), place)

    async def _again(self, query: PatientQuery, place: _Place) -> Page[Patient]:
        """The same page of the search asked anew, or its last one; who was seen is left out."""
        page, reached = await self._first_page(query), 1
        while reached < place.number and page.next is not None:
            reached += 1
            page = await self._page(query, _place(page.next))
        return replace(page, items=tuple(one for one in page.items if _key(one) not in place.seen))

    def _patients(self, query: PatientQuery, answer: Json, place: _Place) -> Page[Patient]:
        """The rows of a page that are new; the index moves, so some come twice."""
        held = mapping.patients(answer, self._database_reference)
        new = [one for one in held if _key(one) not in place.seen]
        link = next_link(answer) if self._tenant.has_pages else ""
        leads_on = bool(link) and place.number < MAX_PAGES and (bool(new) or place.number == 1)
        following = _Place(place.number + 1, place.seen | set(map(_key, new)), link)
        total = total_of(answer)
        seen_all = place.number > 1 or total is None or total <= len(held)
        return Page(
            items=tuple(one for one in new if fits(one, query, self._tenant)),
            total=total,
            next=following.cursor() if leads_on else None,
            complete=leads_on or (seen_all and not link),
        )
