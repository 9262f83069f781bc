"""Who is in the hospital: stays and appointments (lifen.md 4.3, 4.4)."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import date

from desktop_app.domain.errors import AppError, Malformed, NotAllowed, NotOffered, Refused
from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Page,
    Patient,
    PatientId,
    PatientStay,
    Stay,
    StayId,
)
from desktop_app.fhir.http import FhirHttp, Pairs
from desktop_app.fhir.lifen import appointments, mapping, stays
from desktop_app.fhir.lifen.rows import MAX_PAGES, Rows, read_one, read_rows
from desktop_app.fhir.lifen.search import Tenant, current_form, day_form, stay_form
from desktop_app.fhir.pace import Urgency

MOST_CURRENT = 20
"""Stays under way that are shown: each may cost one more call of the ten a second for everybody."""
CURRENT_PAGES = 3
READERS = 4
"""Patients that are read at the same time."""
_NOT_FOUND, _UNPROCESSABLE = 404, 422


class Visits:
    """The stays and appointments of one hospital."""

    def __init__(self, http: FhirHttp, tenant: Tenant, database_reference: str) -> None:
        self._http = http
        self._pages = MAX_PAGES if tenant.has_pages else 1
        self._database_reference = database_reference

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """As ``LifenClient.find_stays``."""
        rows = await read_rows(self._http, "Encounter", stay_form(patient_id), self._pages)
        held = stays.stays(rows.resources, self._database_reference)
        own = (stay for stay, owner in held if owner == patient_id)
        return Page(items=stays.in_order(own), total=rows.total, complete=rows.complete)

    async def stay(self, stay_id: StayId) -> Stay:
        """As ``LifenClient.stay``."""
        resource = await read_one(self._http, "Encounter", stay_id, Urgency.INTERACTIVE)
        return stays.stay(resource, self._database_reference)

    async def current_stays(self) -> Page[PatientStay]:
        """As ``LifenClient.current_stays``."""
        pages = min(self._pages, CURRENT_PAGES)
        rows = await self._offered("Encounter", current_form(), pages)
        owners = {
            stay: owner
            for stay, owner in stays.stays(rows.resources, self._database_reference)
            if owner is not None and stay.status == stays.UNDER_WAY
        }
        shown = stays.in_order(owners)[:MOST_CURRENT]
        patients = await self._patients(owners[stay] for stay in shown)
        items = tuple(
            PatientStay(patient=patients[owners[stay]], stay=stay)
            for stay in shown
            if owners[stay] in patients
        )
        complete = rows.complete and len(items) == len(owners)
        return Page(items=items, total=rows.total, complete=complete)

    async def appointments(self, day: date) -> Page[Appointment]:
        """As ``LifenClient.appointments``."""
        rows = await self._offered("Appointment", day_form(day), self._pages)
        items = appointments.appointments(rows.resources, self._database_reference, day)
        return Page(items=items, total=rows.total, complete=rows.complete)

    async def appointment(self, appointment_id: AppointmentId) -> Appointment:
        """As ``LifenClient.appointment``."""
        resource = await read_one(self._http, "Appointment", appointment_id, Urgency.INTERACTIVE)
        return appointments.appointment(resource, self._database_reference)

    async def _offered(self, kind: str, form: Pairs, pages: int) -> Rows:
        """The rows of a search that not every platform has, or not by what we ask it with."""
        try:
            return await read_rows(self._http, kind, form, pages)
        except Refused as error:
            if error.status in (_NOT_FOUND, _UNPROCESSABLE):
                raise NotOffered(kind) from error
            raise

    async def _patients(self, wanted: Iterable[PatientId]) -> dict[PatientId, Patient]:
        """Those of ``wanted`` that can be read; raises what was in the way if it is nobody."""
        found: dict[PatientId, Patient] = {}
        failures: list[AppError] = []
        turn = asyncio.Semaphore(READERS)

        async def read(patient_id: PatientId) -> None:
            async with turn:
                if any(isinstance(one, NotAllowed) for one in failures):
                    return  # our access is at fault: the others would only hear the same
                try:
                    resource = await read_one(
                        self._http, "Patient", patient_id, Urgency.INTERACTIVE
                    )
                except Refused:
                    return
                except AppError as error:
                    failures.append(error)
                    return
            with contextlib.suppress(Malformed, NotAllowed):  # nobody, or another hospital's
                patient = mapping.patient(resource, self._database_reference)
                if patient.id == patient_id:
                    found[patient_id] = patient

        async with asyncio.TaskGroup() as group:
            for patient_id in dict.fromkeys(wanted):
                group.create_task(read(patient_id))
        if failures and not found:
            raise failures[0]
        return found
