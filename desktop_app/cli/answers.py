"""What a command prints: JSON lines for programs (design.md section 6), sentences for people."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from desktop_app.domain.people import Correspondent, Kind, Patient, Stay
from desktop_app.domain.sending import Job, Sending
from desktop_app.wording import cli as words
from desktop_app.wording import people
from desktop_app.wording.failures import Notice

Line = Mapping[str, Any]


class Answers:
    """One way of speaking, chosen once by ``--json``; everything is out before it returns."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def tell(self, line: Line, sentence: str) -> None:
        """One answer, in the one form or the other."""
        _write(sys.stdout, json.dumps(line, ensure_ascii=False) if self.as_json else sentence)

    def remark(self, sentence: str) -> None:
        """Something only a person needs to be told."""
        if not self.as_json:
            _write(sys.stdout, sentence)

    def fail(self, kind: str, notice: Notice) -> None:
        """The one thing that went wrong, on standard error."""
        if self.as_json:
            line = {"error": kind, "message": notice.title, "advice": notice.advice}
            _write(sys.stderr, json.dumps(line, ensure_ascii=False))
        else:
            _write(sys.stderr, f"{notice.title}\n{notice.advice}".strip())

    def patient(self, one: Patient) -> None:
        """A patient."""
        self.tell(patient_line(one), words.patient(one))

    def stay(self, one: Stay) -> None:
        """A patient's stay."""
        self.tell(stay_line(one), words.stay(one))

    def correspondent(self, entry: Correspondent) -> None:
        """An entry of the directory."""
        self.tell(correspondent_line(entry), words.correspondent(entry))

    def sending(self, one: Sending) -> None:
        """A letter that joined the queue."""
        self.tell(sending_line(one), words.queued(one.letter.id, len(one.jobs)))

    def job(self, one: Job) -> None:
        """A job as it is now."""
        self.tell(job_line(one), words.job(one, datetime.now(UTC)))


def patient_line(one: Patient) -> Line:
    """A patient's members."""
    return {
        "id": one.id,
        "ipp": one.ipp,
        "birth_family": one.birth_family,
        "used_family": one.used_family,
        "given": list(one.given),
        "sex": one.sex.value,
        "birth_date": None if one.birth_date is None else one.birth_date.isoformat(),
        "ins": one.ins,
        "ins_qualified": one.ins_qualified,
        "deceased": one.deceased,
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
    """A job's members; a record copy has one recipient, whose address is ``ehr``."""
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
        "created_at": _moment(one.created_at),
        "passed_at": _moment(one.passed_at),
        "accepted_at": _moment(one.accepted_at),
        "finished_at": _moment(one.finished_at),
        "settled": one.settled,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _write(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()
