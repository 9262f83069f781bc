"""The members of each JSON line (design.md section 6): more may be added, none renamed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from desktop_app.domain.people import (
    Appointment,
    Correspondent,
    Coverage,
    Kind,
    Patient,
    PatientStay,
    Stay,
)
from desktop_app.domain.sending import Job, Sending
from desktop_app.wording import people

Line = Mapping[str, Any]


def patient_line(one: Patient) -> Line:
    """A patient's members; ``send --identity`` reads the same ones."""
    return {
        "id": one.id,
        "ipp": one.ipp,
        "birth_family": one.birth_family,
        "used_family": one.used_family,
        "given": list(one.given),
        "sex": one.sex.value,
        "birth_date": _day(one.birth_date),
        "ins": one.ins,
        "ins_qualified": one.ins_qualified,
        "deceased": one.deceased,
        "ipp_system": one.ipp_system,
        "ins_system": one.ins_system,
        "birth_place": one.birth_place,
        "birth_place_code": one.birth_place_code,
        "reliability": one.reliability,
    }


def stay_line(one: Stay) -> Line:
    """A stay's members; ``status`` is the platform's own code."""
    return {
        "id": one.id,
        "number": one.number,
        "status": one.status,
        "start": _moment(one.start),
        "end": _moment(one.end),
        "label": one.label,
    }


def current_line(one: PatientStay) -> Line:
    """A stay's members, and its patient's below ``patient``."""
    return {**stay_line(one.stay), "patient": patient_line(one.patient)}


def appointment_line(one: Appointment) -> Line:
    """An appointment's members; ``patient_number`` is what the agenda says, not an id."""
    return {
        "id": one.id,
        "start": _moment(one.start),
        "end": _moment(one.end),
        "status": one.status,
        "label": one.label,
        "patient_number": one.patient_number,
        "patient_name": one.patient_name,
        "practitioner": one.practitioner,
    }


def coverage_line(one: Coverage) -> Line:
    """An insurance's members."""
    return {
        "number": one.number,
        "payer": one.payer,
        "label": one.label,
        "status": one.status,
        "start": _day(one.start),
        "end": _day(one.end),
    }


def correspondent_line(entry: Correspondent) -> Line:
    """A directory entry's members; ``name`` is a structure's, or how a person is addressed."""
    named = entry.name if entry.kind is Kind.ORGANIZATION else people.correspondent(entry)
    return {
        "id": entry.id,
        "identifier": entry.identifier,
        "family": entry.family,
        "given": list(entry.given),
        "name": named,
        "city": entry.places[0].city if entry.places else "",
        "addresses": [mailbox.address for mailbox in entry.mailboxes],
    }


def sending_line(one: Sending) -> Line:
    """A sending's members."""
    return {
        "sending": one.letter.id,
        "jobs": [
            {"job": job.id, "target": job.target.value, "state": job.state.value}
            for job in one.jobs
        ],
    }


def job_line(one: Job) -> Line:
    """A job's members; a copy has one recipient, whose address is its target's name.

    ``documents`` are the ids of those that it carries, ``differences`` what had changed.
    """
    return {
        "job": one.id,
        "sending": one.sending,
        "target": one.target.value,
        "state": one.state.value,
        "attempts": one.attempts,
        "not_before": _moment(one.not_before),
        "transaction_id": one.transaction_id,
        "reason": one.reason,
        "recipients": [
            {"address": each.address, "state": each.state.value, "reason": each.reason}
            for each in one.deliveries
        ],
        "documents": list(one.documents),
        "differences": [
            {"trait": each.trait, "before": each.before, "now": each.now}
            for each in one.differences
        ],
        "created_at": _moment(one.created_at),
        "passed_at": _moment(one.passed_at),
        "accepted_at": _moment(one.accepted_at),
        "finished_at": _moment(one.finished_at),
        "settled": one.settled,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
