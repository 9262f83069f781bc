"""The promises the screens and the outbox ask of others, one small Protocol each."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from desktop_app.domain.letters import Document, Letter, LetterId, PageImage
from desktop_app.domain.people import (
    Appointment,
    Author,
    Correspondent,
    Coverage,
    Cursor,
    Page,
    Patient,
    PatientId,
    PatientStay,
    Recipient,
    SearchRules,
    Stay,
)
from desktop_app.domain.sending import Delivery, Job, JobId, JobState, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientQuery:
    """What is known of the patient being looked for; ``name`` holds words in any order."""

    name: str = ""
    birth_date: date | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrespondentQuery:
    """What is known of a practitioner or structure being looked for.

    ``identifier`` is an RPPS or FINESS number, ``telecom`` a whole secure address, ``address``
    words of a town or street.
    """

    name: str = ""
    identifier: str | None = None
    telecom: str | None = None
    address: str = ""


class FindsPatients(Protocol):
    """Looks patients up."""

    @property
    def rules(self) -> SearchRules:
        """What they can be looked up by here."""

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        """One page of the patients that match."""

    async def patient(self, patient_id: PatientId) -> Patient:
        """Read one patient as the platform holds it now."""


class FindsStays(Protocol):
    """Looks up a patient's stays."""

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """The stays of one patient: those under way first, then the newest."""


class FindsVisits(Protocol):
    """Who is here today: the shortest way to the patient of a letter."""

    async def appointments(self, day: date) -> Page[Appointment]:
        """The appointments of one day of here, in their order."""

    async def current_stays(self) -> Page[PatientStay]:
        """The stays under way, the newest first, with their patients."""


class FindsCoverages(Protocol):
    """Looks up who pays for a patient's care."""

    async def coverages(self, patient_id: PatientId) -> Sequence[Coverage]:
        """The insurances of one patient; raises ``NotOffered`` where the tenant has none."""


class FindsCorrespondents(Protocol):
    """Looks recipients up in the directory."""

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The practitioners that match, as many as the directory shows."""

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The structures that match, as many as the directory shows."""


class ReadsDocuments(Protocol):
    """Gives back what was put in the spool."""

    def chunks(self, document: Document, size: int) -> AsyncIterator[bytes]:
        """The document's bytes in pieces of ``size``, the last one shorter.

        Raises ``FileTrouble`` before the last piece when the bytes are gone or are not the ones
        that were checked at intake.
        """


class Crossing(Protocol):
    """What a delivery tells the queue on its way, and what an earlier try left with it."""

    @property
    def steps(self) -> Mapping[str, str]:
        """The references of the steps that are over, by name."""

    async def done(self, step: str, reference: str) -> None:
        """A step is over that sends nothing by itself: on disk before the next one begins."""

    async def passing(self) -> None:
        """The point of no return: on disk before the last piece of the body leaves."""


class Delivers(Protocol):
    """Carries letters to one target of one platform."""

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """Send ``letter``, which fits one request, and return the platform's transaction id.

        ``crossing.passing`` is awaited before the last piece of the body leaves. A failure before
        that has sent nothing; after it, whatever does not settle the matter is ``InDoubt``. Patient
        and stay are read again first: raises ``Changed`` when they are not what was checked.
        """

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of each recipient, unknown ones left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingFilter:
    """Which sendings to show: every member that is set narrows the list.

    ``text`` is looked for in names, titles and addresses without regard to accents or case.
    """

    text: str = ""
    states: Sequence[JobState] = ()
    since: datetime | None = None
    limit: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the status line and the tabs count."""

    drafts: int = 0
    outstanding: int = 0  # should have left and has not, or fate unknown
    moving: int = 0  # held, queued, sending, accepted
    waiting: int = 0  # waiting or blocked: will try again, but not now
    need_person: int = 0
    delivered_today: int = 0
    total: int = 0
    damaged: int = 0  # letters on this disk that can no longer be read, left as they are
    barred: str | None = None  # why the platform is paused, a ``NotAllowed.cause``
    last_delivered_at: datetime | None = None


class KeepsLetters(Protocol):
    """The tray: letters that have not been sent yet, safe on disk."""

    async def drafts(self) -> Sequence[Letter]:
        """Every letter of the tray, oldest first."""

    async def take(self, path: Path) -> Letter:
        """Check a file, copy it into the spool, and put it into the tray as a new letter.

        Raises ``FileTrouble``.
        """

    async def keep(self, letter: Letter) -> None:
        """Store what was changed on a letter of the tray."""

    async def discard(self, letter_id: LetterId) -> None:
        """Put a letter of the tray away; ``restore`` brings it back while it is the last one."""

    async def restore(self, letter_id: LetterId) -> Letter:
        """Bring back a letter that was discarded."""

    async def page(self, document: Document, number: int, scale: float) -> PageImage:
        """Render page ``number`` (from 0) at ``scale`` pixels per point."""


class SendsLetters(Protocol):
    """The outbox, as a screen sees it."""

    async def send(self, letter: Letter, hold: timedelta) -> Sending:
        """Seal ``letter`` for its targets; nothing leaves before ``hold`` is over.

        Raises ``Incomplete``, and ``NotSignedIn`` where the hospital wants to know who sends.
        """

    async def withdraw(self, sending: LetterId) -> Letter:
        """Cancel every job of a sending and put its letter back into the tray.

        Raises ``IllegalMove`` when something has already left.
        """

    async def correct(self, job: JobId) -> Letter:
        """Take back what was refused: a letter of the tray with what has not left of its sending.

        That is all of it where nothing has; otherwise what ``job`` carried, with the parts beside
        it that carry the same documents to others, so that nobody gets anything twice.
        """

    async def cancel(self, job: JobId) -> Job:
        """Withdraw one job for good."""

    async def retry(self, job: JobId) -> Job:
        """Try now; for an undelivered job, a new sending to the failed recipients only."""

    async def resolve(self, job: JobId, *, sent: bool) -> Job:
        """Settle a job in doubt with what a person found out."""

    async def settle(self, job: JobId) -> Job:
        """Note that a person has dealt with an undelivered job by other means."""

    async def sendings(self, wanted: SendingFilter) -> Sequence[Sending]:
        """Queue and history in one list: what needs a person first, then the newest."""

    async def overview(self) -> Overview:
        """The counts that are always visible."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call ``changed`` after every change on disk; the answer ends that."""


class KnowsHabits(Protocol):
    """What former sendings teach."""

    async def usual(self, patient: PatientId) -> Sequence[Recipient]:
        """Who has been sent letters about this patient, the most recent first.

        They are memories: an address is used again only once the directory confirms it (U28).
        """


class SignsIn(Protocol):
    """Who is at the keyboard, as the hospital's identity provider vouches for it."""

    @property
    def needed(self) -> bool:
        """Whether this hospital wants its people to sign in before they send."""

    @property
    def author(self) -> Author | None:
        """Who is signed in and until their session ends; the system's user where none is needed."""

    async def sign_in(self) -> Author:
        """Open the browser, wait for the person to come back; raises ``NotSignedIn``."""

    async def sign_out(self) -> None:
        """End the session here, and at the provider where it offers that."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call ``changed`` when somebody comes or goes; the answer ends that."""
