"""How a command speaks: JSON lines for programs, sentences for people."""

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TextIO

from desktop_app.cli.lines import (
    Line,
    appointment_line,
    correspondent_line,
    coverage_line,
    current_line,
    job_line,
    patient_line,
    sending_line,
    stay_line,
)
from desktop_app.domain.people import (
    Appointment,
    Correspondent,
    Coverage,
    Patient,
    PatientStay,
    Stay,
)
from desktop_app.domain.sending import Job, Sending
from desktop_app.wording import cli as words
from desktop_app.wording.failures import Notice


class Answers:
    """One way of speaking, chosen once by ``--json``; everything is out before it returns.

    Where it cannot be written (nobody reads, the disk is full) the system's own error goes up, and
    is kept as ``unheard``. A failure raises nothing: there is nothing left to say it with.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.unheard: OSError | None = None

    def tell(self, line: Line, sentence: str) -> None:
        """One answer, in the one form or the other."""
        self._say(json.dumps(line, ensure_ascii=False) if self.as_json else sentence)

    def remark(self, sentence: str) -> None:
        """Something only a person needs to be told."""
        if not self.as_json:
            self._say(sentence)

    def fail(self, kind: str, notice: Notice) -> None:
        """The one thing that went wrong, on standard error."""
        if self.as_json:
            line = {"error": kind, "message": notice.title, "advice": notice.advice}
            text = json.dumps(line, ensure_ascii=False)
        else:
            text = f"{notice.title}\n{notice.advice}".strip()
        try:
            _write(sys.stderr, text)
        except OSError:
            _silence(sys.stderr)

    def patient(self, one: Patient) -> None:
        """A patient."""
        self.tell(patient_line(one), words.patient(one))

    def stay(self, one: Stay) -> None:
        """A patient's stay."""
        self.tell(stay_line(one), words.stay(one))

    def current(self, one: PatientStay) -> None:
        """A stay under way and its patient."""
        self.tell(current_line(one), words.current(one))

    def appointment(self, one: Appointment) -> None:
        """An appointment."""
        self.tell(appointment_line(one), words.appointment(one))

    def coverage(self, one: Coverage) -> None:
        """An insurance."""
        self.tell(coverage_line(one), words.coverage(one))

    def correspondent(self, entry: Correspondent) -> None:
        """An entry of the directory."""
        self.tell(correspondent_line(entry), words.correspondent(entry))

    def sending(self, one: Sending) -> None:
        """A letter that joined the queue."""
        self.tell(sending_line(one), words.queued(one.letter.id, one.jobs))

    def job(self, one: Job, siblings: Sequence[Job] = ()) -> None:
        """A job as it is now, and which part of its sending it is."""
        self.tell(job_line(one), words.job(one, datetime.now(UTC), siblings))

    def _say(self, text: str) -> None:
        try:
            _write(sys.stdout, text)
        except OSError as error:
            self.unheard = error
            _silence(sys.stdout)
            raise


def _write(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


def _silence(stream: TextIO) -> None:
    """Let what is still held go nowhere: Python would try to write it when it ends, and fail."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
