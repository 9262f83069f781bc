"""Letters and jobs on disk. Synchronous: ``service`` keeps it on a thread of its own."""

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from desktop_app.domain.errors import IllegalMove, StaleJob, StoreTrouble, Unknown
from desktop_app.domain.letters import Letter, LetterId, Target
from desktop_app.domain.people import Author
from desktop_app.domain.sending import (
    Delivery,
    Job,
    JobEvent,
    JobId,
    JobState,
    Sending,
    Withdrawn,
    advance,
    alike,
    carried,
    may_cancel,
    together,
)
from desktop_app.outbox import rows, schema
from desktop_app.outbox.database import Place, Row
from desktop_app.outbox.disk import named_troubles
from desktop_app.outbox.statements import (
    CHAIN,
    INSERT_JOB,
    JOBS,
    LAST_NOTES,
    LED,
    MINE,
    NOTE,
    PATIENCE,
    UPDATE_JOB,
    listed,
)

log = logging.getLogger(__name__)


def new_id() -> str:
    """A fresh id that says nothing of what it names."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Seal:
    """Whose rows these are: an operating-system user and a hospital's platform account.

    Rows under another seal are invisible and stay untouched (design.md section 3, Ownership).
    """

    owner: str
    account: str


class Store:
    """The letters and jobs of one seal, in one database file."""

    def __init__(self, place: Place, seal: Seal) -> None:
        with named_troubles():
            self._db = schema.connect(place)
        self._seal = {"owner": seal.owner, "seal": seal.account}
        self.damaged: set[str] = set()
        """Ids of the letters that were met and could not be read; left as they are."""

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def version(self) -> int:
        """A number that changes when another process has committed."""
        return int(self.query("PRAGMA data_version")[0][0])

    def query(self, statement: str, **values: Any) -> list[Row]:
        """The rows of a reading statement, which may name ``:owner`` and ``:seal``."""
        with named_troubles():
            found: list[Row] = self._db.execute(statement, {**self._seal, **values}).fetchall()
            return found

    # The tray

    def add_letter(self, letter: Letter) -> None:
        """Put a new letter into the tray."""
        with self._writing():
            self._insert_letter(letter)

    def keep_letter(self, letter: Letter) -> None:
        """Replace a letter of the tray; raises ``IllegalMove`` once it was sent."""
        with self._writing():
            self._draft_row(letter.id, "keep")
            self._write_body(letter)

    def drafts(self) -> list[Letter]:
        """The letters of the tray, oldest first."""
        found = self.query(
            f"SELECT id, body FROM letters WHERE {MINE}"  # noqa: S608 - constant
            " AND sent_at IS NULL AND discarded_at IS NULL ORDER BY place"
        )
        return [letter for _row, letter in self.readable(found)]

    def readable(self, found: Iterable[Row]) -> Iterator[tuple[Row, Letter]]:
        """The letters of some rows; one that was damaged is set aside and hides no other."""
        for row in found:
            try:
                letter = rows.letter_from(row["body"])
            except StoreTrouble:
                if row["id"] not in self.damaged:
                    self.damaged.add(row["id"])
                    log.error("letter %s: damaged", row["id"])  # noqa: TRY400 - no trace: its text
            else:
                yield row, letter

    def discard(self, letter_id: LetterId, at: datetime | None) -> Letter:
        """Put a letter of the tray away (``at`` set) or bring it back (``None``)."""
        with self._writing():
            row = self._draft_row(letter_id, "discard")
            self._db.execute(
                "UPDATE letters SET discarded_at = ? WHERE id = ?", (rows.stamp(at), letter_id)
            )
        return rows.letter_from(row["body"])

    def forget_discarded(self, before: datetime) -> int:
        """Remove the letters of the tray that were put away before then; returns how many."""
        with self._writing():
            gone = self._db.execute(
                "DELETE FROM letters WHERE owner = :owner AND seal = :seal AND sent_at IS NULL"
                " AND discarded_at < :before",
                {**self._seal, "before": rows.stamp(before)},
            )
        return int(gone.rowcount)

    def letter(self, letter_id: LetterId) -> Letter:
        """One letter, sent or not."""
        return rows.letter_from(self._letter_row(letter_id)["body"])

    def spooled(self) -> set[str]:
        """Ids of the documents that some letter of this database refers to, whoever owns it."""
        found = self.query("SELECT body FROM letters")
        return {
            document.id for row in found for document in rows.letter_from(row["body"]).documents
        }

    # Sendings

    # What a person does is noted with who it was: ``by`` is nobody for what the program does.

    def seal_letter(
        self, letter: Letter, jobs: Sequence[Job], at: datetime, by: Author | None = None
    ) -> Sending:
        """Turn a letter of the tray into a sending: all of it or nothing."""
        with self._writing():
            self._draft_row(letter.id, "send")
            self._write_body(letter)
            self._db.execute(
                "UPDATE letters SET sent_at = ?, discarded_at = NULL WHERE id = ?",
                (rows.stamp(at), letter.id),
            )
            for job in jobs:
                self._insert_job(job, at, by)
        return Sending(letter=letter, sent_at=at, jobs=tuple(jobs))

    def withdraw(self, sending: LetterId, at: datetime, by: Author | None = None) -> Letter:
        """Cancel every job of a sending and put a copy of its letter into the tray.

        All of it or nothing: raises ``IllegalMove`` if one of the jobs has gone too far.
        """
        with self._writing():
            letter = replace(self.letter(sending), id=LetterId(new_id()), created_at=at)
            for job in self.jobs_of([sending]):
                self._advance(job, Withdrawn(at), at, by)
            self._insert_letter(letter)
        return letter

    def take_back(self, job_id: JobId, at: datetime, by: Author | None = None) -> Letter:
        """Cancel a job and those beside it that may be, and put what they carried into the tray.

        Where something of the sending has left, only jobs of the same target and documents are
        taken: together they are a letter that nobody has had any of. Raises ``IllegalMove``.
        """
        with self._writing():
            job = self.job(job_id)
            jobs = self.jobs_of([job.sending])
            letter = self.letter(job.sending)
            if not all(may_cancel(one) for one in jobs):
                beside = [one for one in jobs if one.id != job.id and may_cancel(one)]
                jobs = [job, *(one for one in beside if alike(one, job))]
                letter = replace(carried(letter, together(jobs)), targets=(job.target,))
            for one in jobs:
                self._advance(one, Withdrawn(at), at, by)
            letter = replace(letter, id=LetterId(new_id()), created_at=at)
            self._insert_letter(letter)
        return letter

    def resend(
        self, job_id: JobId, settled: JobEvent, fresh: Job, at: datetime, by: Author | None = None
    ) -> Job:
        """Settle a job and give what it failed to bring a sending of its own, in one step."""
        with self._writing():
            former = self._advance(self.job(job_id), settled, at, by)
            letter = replace(
                carried(self.letter(former.sending), fresh),
                id=fresh.sending,
                created_at=at,
                targets=(fresh.target,),
            )
            self._insert_letter(letter)
            self._db.execute(
                "UPDATE letters SET sent_at = ? WHERE id = ?", (rows.stamp(at), letter.id)
            )
            self._insert_job(fresh, at, by)
        return fresh

    def change(
        self,
        job_id: JobId,
        event: JobEvent,
        at: datetime,
        revision: int | None = None,
        by: Author | None = None,
    ) -> Job:
        """Advance a job by ``event`` on disk and return it as it is then.

        With ``revision``, raises ``StaleJob`` if somebody else moved the job since.
        """
        with self._writing():
            job = self.job(job_id)
            if revision is not None and job.revision != revision:
                raise StaleJob
            return self._advance(job, event, at, by)

    def job(self, job_id: JobId) -> Job:
        """One job of this seal; raises ``Unknown``."""
        found = self._with_deliveries(
            self.query(f"{JOBS} WHERE {MINE} AND jobs.id = :id", id=job_id)
        )
        if not found:
            raise Unknown("job")
        return found[0]

    def jobs_of(self, sendings: Iterable[str]) -> list[Job]:
        """The jobs of some sendings, in the order they were made."""
        return self._with_deliveries(
            self.query(
                f"{JOBS} WHERE {MINE} AND jobs.letter IN (SELECT value FROM json_each(:ids))"  # noqa: S608
                " ORDER BY jobs.place",
                ids=msgspec.json.encode(list(sendings)).decode(),
            )
        )

    def jobs_in(
        self,
        states: Iterable[JobState],
        *,
        due: datetime | None = None,
        but: Iterable[Target] = (),
        limit: int = -1,
    ) -> list[Job]:
        """The jobs that stand in one of ``states``, first come first.

        ``due`` keeps those whose time has come by then, in the order in which it came: a letter
        that always fails must not keep the others back. The parts of one sending leave in their
        order. ``but`` leaves targets out.
        """
        turn = "coalesce(jobs.not_before, jobs.created_at), jobs.place"
        order = "jobs.place" if due is None else turn
        come = f" AND (jobs.not_before IS NULL OR jobs.not_before <= :due) AND NOT ({LED})"
        when = "" if due is None else come
        return self._with_deliveries(
            self.query(
                f"{JOBS} WHERE {MINE} AND jobs.state IN ({listed(states)}){when}"
                f" AND jobs.target NOT IN ({listed(but)})"
                f" ORDER BY {order} LIMIT :limit",
                due=rows.stamp(due),
                limit=limit,
                patience=PATIENCE,
            )
        )

    def next_moment(
        self, states: Iterable[JobState], but: Iterable[Target] = ()
    ) -> datetime | None:
        """The earliest time that a job in one of ``states`` waits for; ``but`` as ``jobs_in``."""
        ((earliest,),) = self.query(
            "SELECT min(jobs.not_before) FROM jobs JOIN letters ON letters.id = jobs.letter"  # noqa: S608
            f" WHERE {MINE} AND jobs.state IN ({listed(states)})"
            f" AND jobs.target NOT IN ({listed(but)}) AND NOT ({LED})",
            patience=PATIENCE,
        )
        return rows.moment(earliest)

    # Inside a transaction

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, on disk when the block ends, undone when it raises."""
        with named_troubles():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _letter_row(self, letter_id: LetterId) -> Row:
        found = self.query(f"SELECT * FROM letters WHERE {MINE} AND id = :id", id=letter_id)  # noqa: S608
        if not found:
            raise Unknown("letter")
        return found[0]

    def _draft_row(self, letter_id: LetterId, wish: str) -> Row:
        row = self._letter_row(letter_id)
        if row["sent_at"] is not None:
            raise IllegalMove(wish, "sent")
        return row

    def _insert_letter(self, letter: Letter) -> None:
        self._db.execute(
            "INSERT INTO letters (id, owner, seal, created_at, words, body)"
            " VALUES (:id, :owner, :seal, :created_at, '', x'')",
            {**self._seal, "id": letter.id, "created_at": rows.stamp(letter.created_at)},
        )
        self._write_body(letter)

    def _write_body(self, letter: Letter) -> None:
        self._db.execute(
            "UPDATE letters SET patient = ?, words = ?, body = ? WHERE id = ?",
            (
                (letter.patient.id or None) if letter.patient else None,  # a typed one has none
                rows.letter_words(letter),
                rows.letter_body(letter),
                letter.id,
            ),
        )

    def _insert_job(self, job: Job, at: datetime, by: Author | None) -> None:
        self._db.execute(INSERT_JOB, rows.job_values(job))
        self._write_deliveries(job)
        self._note(job, "Composed", at, by)

    def _advance(self, job: Job, event: JobEvent, at: datetime, by: Author | None) -> Job:
        moved = rows.next_revision(advance(job, event))
        self._db.execute(UPDATE_JOB, rows.job_values(moved))
        if moved.deliveries != job.deliveries:
            self._write_deliveries(moved)
        self._note(moved, type(event).__name__, at, by)
        return moved

    def _write_deliveries(self, job: Job) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO deliveries (job, number, address, name, state, reason)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (job.id, number, each.address, each.name, each.state.value, each.reason)
                for number, each in enumerate(job.deliveries)
            ],
        )

    def _note(self, job: Job, event: str, at: datetime, by: Author | None) -> None:
        noted = self._db.execute(
            NOTE,
            {
                **self._seal,
                "at": rows.stamp(at),
                "job": job.id,
                "event": event,
                "state": job.state.value,
                "reason": job.reason,
                "author": by.key if by else None,
                "author_name": by.name if by else None,
            },
        )
        *before, line = self._db.execute(LAST_NOTES, {"number": noted.lastrowid}).fetchall()
        chain = rows.link(before[0]["chain"] if before else "", line)
        self._db.execute(CHAIN, {"chain": chain, "number": line["number"]})

    def _with_deliveries(self, found: Sequence[Row]) -> list[Job]:
        if not found:
            return []
        held: dict[str, list[Delivery]] = {}
        for row in self.query(
            "SELECT * FROM deliveries WHERE job IN (SELECT value FROM json_each(:ids))"
            " ORDER BY job, number",
            ids=msgspec.json.encode([row["id"] for row in found]).decode(),
        ):
            held.setdefault(row["job"], []).append(rows.delivery_from(row))
        return [rows.job_from(row, held.get(row["id"], ())) for row in found]
