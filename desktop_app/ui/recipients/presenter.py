"""Looking recipients up: the directory, and the usual correspondents of a patient."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop_app.domain.errors import AppError, Incomplete, NotOffered
from desktop_app.domain.identity import read_correspondent_query
from desktop_app.domain.letters import is_patient_mailbox
from desktop_app.domain.people import Correspondent, Page, Patient, Recipient
from desktop_app.domain.ports import CorrespondentQuery, FindsCorrespondents, KnowsHabits


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryState:
    """What the search shows; ``found`` is ``None`` before anything was asked."""

    busy: bool = False
    found: tuple[Correspondent, ...] | None = None
    complete: bool = True
    problem: AppError | None = None
    usual: tuple[Recipient, ...] = ()
    gone: Recipient | None = None
    """A usual correspondent whose address the directory no longer has."""


class DirectorySearch:
    """One search box over the directory of secure mailboxes."""

    def __init__(
        self,
        directory: FindsCorrespondents,
        habits: KnowsHabits,
        show: Callable[[DirectoryState], None],
    ) -> None:
        self._directory = directory
        self._habits = habits
        self._show = show
        self._state = DirectoryState()

    async def search(self, text: str) -> None:
        """Ask for the correspondents that ``text`` describes; an empty text clears the list.

        Practitioners and structures are asked for together; each reading of the text is tried
        in turn until one answers.
        """
        if not text.strip():
            self._become(found=None, busy=False, problem=None, gone=None)
            return
        try:
            queries = read_correspondent_query(text)
        except Incomplete as error:
            self._become(found=None, busy=False, problem=error, gone=None)
            return
        self._become(busy=True, problem=None, gone=None)
        try:
            found, complete = await self._first_answer(queries)
        except AppError as error:
            self._become(found=None, busy=False, problem=error)
        else:
            self._become(found=found, busy=False, complete=complete)

    async def _first_answer(
        self, queries: Sequence[CorrespondentQuery]
    ) -> tuple[tuple[Correspondent, ...], bool]:
        complete = True
        for query in queries:
            pages = await asyncio.gather(
                self._directory.find_practitioners(query), self._structures(query)
            )
            found = tuple(
                reachable for page in pages for one in page.items if (reachable := _reachable(one))
            )
            complete = all(page.complete for page in pages)
            if found:
                return found, complete
        return (), complete

    async def _structures(self, query: CorrespondentQuery) -> Page[Correspondent]:
        try:
            return await self._directory.find_organizations(query)
        except NotOffered:
            return Page()

    async def suggest(self, patient: Patient | None) -> None:
        """Show who usually gets letters about this patient; a typed identity has no memories."""
        if patient is None or not patient.id:
            self._become(usual=())
            return
        try:
            usual = await self._habits.usual(patient.id)
        except AppError:
            usual = ()  # a convenience: its absence is no news
        self._become(usual=tuple(usual))

    async def confirm(self, recipient: Recipient) -> Recipient | None:
        """A usual correspondent as the directory knows them now (lifen.md U28).

        ``None``, and a notice, when it no longer does.
        """
        self._become(busy=True, problem=None, gone=None)
        try:
            entries, _ = await self._first_answer((CorrespondentQuery(telecom=recipient.address),))
        except AppError as error:
            self._become(busy=False, problem=error)
            return None
        wanted = recipient.address.casefold()
        for entry in entries:
            for mailbox in entry.mailboxes:
                if mailbox.address.casefold() == wanted:
                    self._become(busy=False)
                    return Recipient(correspondent=entry, address=mailbox.address)
        self._become(busy=False, gone=recipient)
        return None

    def _become(self, **members: object) -> None:
        self._state = replace(self._state, **members)  # type: ignore[arg-type]
        self._show(self._state)


def _reachable(entry: Correspondent) -> Correspondent | None:
    """``entry`` with the mailboxes that a letter may go to, or ``None`` without any."""
    mailboxes = tuple(one for one in entry.mailboxes if not is_patient_mailbox(one.address))
    return replace(entry, mailboxes=mailboxes) if mailboxes else None
