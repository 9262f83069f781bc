"""The tray: takes files in, keeps drafts, knows which letter is on the table, and sends it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from desktop_app.domain.errors import AppError, NotSignedIn
from desktop_app.domain.letters import COPIES, LIMITS, Letter, LetterId, Limits, Target
from desktop_app.domain.people import Patient, Recipient, Stay, with_recipient
from desktop_app.domain.ports import KeepsLetters, SendsLetters

_AT_ONCE = 2
"""Files taken in at the same time: the disk and the PDF reader are shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayState:
    """Everything the documents pane and the composer show.

    ``taking`` counts files still being copied and read; ``problems`` are what could not be
    taken, until somebody closes them. ``limits`` are those that letters are checked against.
    """

    letters: tuple[Letter, ...] = ()
    chosen: LetterId | None = None
    taking: int = 0
    problems: tuple[AppError, ...] = ()
    sending: bool = False
    limits: Limits = LIMITS

    @property
    def letter(self) -> Letter | None:
        """The letter on the table."""
        return next((letter for letter in self.letters if letter.id == self.chosen), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """What the undo bar offers: a letter about to leave, or one just put away."""

    letter: Letter
    leaves_at: datetime | None = None
    """When it leaves; ``None`` for a letter that was put away."""


class Tray:
    """One secretary's table."""

    def __init__(  # noqa: PLR0913 - two ports, two ways out, what holds here and a clock
        self,
        letters: KeepsLetters,
        outbox: SendsLetters,
        show: Callable[[TrayState], None],
        offer_undo: Callable[[Undoable | None], None],
        *,
        hold: timedelta,
        now: Callable[[], datetime],
        limits: Limits = LIMITS,
    ) -> None:
        self._letters = letters
        self._outbox = outbox
        self._show = show
        self._offer_undo = offer_undo
        self._hold = hold
        self._now = now
        self._state = TrayState(limits=limits)
        self._tickets: dict[LetterId, int] = {}
        self._next_ticket = 0
        self._undos: list[Undoable] = []
        self._offered: Undoable | None = None
        self._door = asyncio.Semaphore(_AT_ONCE)

    @property
    def state(self) -> TrayState:
        """What is shown now."""
        return self._state

    async def load(self) -> None:
        """Find the letters of the last session."""
        try:
            letters = tuple(await self._letters.drafts())
        except AppError as error:
            self._complain(error)
            return
        self._change(letters=letters, chosen=letters[0].id if letters else None)

    async def take(self, paths: Sequence[Path]) -> None:
        """Take files in, in their order; what cannot be taken is said and harms nothing else."""
        self._change(taking=self._state.taking + len(paths))
        first, self._next_ticket = self._next_ticket, self._next_ticket + len(paths)
        await asyncio.gather(*(self._take(path, place) for place, path in enumerate(paths, first)))

    async def _take(self, path: Path, ticket: int) -> None:
        try:
            async with self._door:
                letter = await self._letters.take(path)
        except AppError as error:
            self._complain(error)
        else:
            self._tickets[letter.id] = ticket
            self._add(letter, chosen=self._state.chosen or letter.id)
        finally:
            self._change(taking=self._state.taking - 1)

    def choose(self, letter_id: LetterId | None) -> None:
        """Put a letter on the table."""
        if letter_id != self._state.chosen:
            self._change(chosen=letter_id)

    def forget_problems(self) -> None:
        """Somebody has read them."""
        self._change(problems=())

    # Every change names its letter: what was said of one must never land on another that was
    # put on the table in the meantime.

    async def set_patient(self, letter: LetterId, patient: Patient) -> None:
        """Say who a letter is about; the stay of somebody else is dropped."""

        def change(one: Letter) -> Letter:
            same = one.patient is not None and patient.id and one.patient.id == patient.id
            return replace(one, patient=patient, stay=one.stay if same else None)

        await self._edit(letter, change)

    async def set_stay(self, letter: LetterId, stay: Stay | None) -> None:
        """Say which stay a letter concerns, if any."""
        await self._edit(letter, lambda one: replace(one, stay=stay))

    async def set_targets(self, letter: LetterId, targets: Sequence[Target]) -> None:
        """Say which copies are made; mailboxes follow from there being recipients.

        A letter without recipients goes to its copies alone, and to mailboxes where it has none.
        """
        await self._edit(
            letter, lambda one: replace(one, targets=_targets(one.recipients, targets))
        )

    async def set_recipients(self, letter: LetterId, recipients: Sequence[Recipient]) -> None:
        """Say who gets a letter."""
        await self._edit(letter, lambda one: _addressed(one, recipients))

    async def add_recipient(self, letter: LetterId, recipient: Recipient) -> None:
        """Add one; an address that is there already stays once."""
        await self._edit(
            letter,
            lambda one: _addressed(one, with_recipient(one.recipients, recipient)),
        )

    async def set_type(self, letter: LetterId, type_code: str) -> None:
        """Say what kind of document it is."""
        await self._edit(letter, lambda one: replace(one, type_code=type_code))

    async def _edit(self, letter_id: LetterId, change: Callable[[Letter], Letter]) -> None:
        letter = next((one for one in self._state.letters if one.id == letter_id), None)
        if letter is None or (self._state.sending and letter_id == self._state.chosen):
            return
        changed = change(letter)
        if changed == letter:
            return
        self._put(changed)  # at once: the disk comes after the eye, and before anything leaves
        try:
            await self._letters.keep(changed)
        except AppError as error:
            self._complain(error)

    async def send(self) -> None:
        """Seal the letter on the table; it leaves when the undo time is over."""
        letter = self._state.letter
        if letter is None or self._state.sending:
            return
        self._change(sending=True)
        try:
            await self._outbox.send(letter, self._hold)
        except AppError as error:
            self._complain(error)
        else:
            self._remove(letter.id)
            if self._hold:
                self._offer(Undoable(letter=letter, leaves_at=self._now() + self._hold))
        finally:
            self._change(sending=False)

    async def discard(self) -> None:
        """Put the letter on the table away."""
        letter = self._state.letter
        if letter is None or self._state.sending:
            return
        try:
            await self._letters.discard(letter.id)
        except AppError as error:
            self._complain(error)
        else:
            self._remove(letter.id)
            self._offer(Undoable(letter=letter))

    async def undo(self) -> None:
        """Take a step back, the one on offer or else the last: a true cancel, nothing has left."""
        undo = self._offered or self._last_undo()
        if undo is None:
            return
        self._undos.remove(undo)
        self.undo_over()
        try:
            if undo.leaves_at is None:
                letter = await self._letters.restore(undo.letter.id)
            else:
                letter = await self._outbox.withdraw(undo.letter.id)
        except NotSignedIn as error:
            self._complain(error)
            self._offer(undo)  # still possible, once somebody has signed in
        except AppError as error:
            self._complain(error)
        else:
            self._add(letter, chosen=letter.id)

    def undo_over(self) -> None:
        """The offer in sight has had its time; an earlier letter may still have some."""
        now = self._now()
        self._undos = [one for one in self._undos if one.leaves_at is None or one.leaves_at > now]
        leaving = [one for one in self._undos if one.leaves_at and one is not self._offered]
        self._offered = leaving[-1] if leaving else None
        self._offer_undo(self._offered)

    def _last_undo(self) -> Undoable | None:
        now = self._now()
        valid = (one for one in reversed(self._undos) if not one.leaves_at or one.leaves_at > now)
        return next(valid, None)

    async def bring_back(self, letter_id: LetterId, *, outdated: str = "") -> Patient | None:
        """Show the letter of a sending that was taken back elsewhere; returns who it was about.

        ``outdated`` is ``patient`` or ``stay`` where that is no longer what was checked: it has to
        be chosen again.
        """
        await self.load()
        self.choose(letter_id)
        about = None if self._state.letter is None else self._state.letter.patient
        if outdated == "patient":
            await self._edit(letter_id, lambda one: replace(one, patient=None, stay=None))
        elif outdated == "stay":
            await self._edit(letter_id, lambda one: replace(one, stay=None))
        return about

    def _offer(self, undo: Undoable) -> None:
        self._undos.append(undo)
        self._offered = undo
        self._offer_undo(undo)

    def _add(self, letter: Letter, *, chosen: LetterId) -> None:
        """Put a letter into the tray, where its turn is: a small file overtakes no large one."""
        letters = (*self._state.letters, letter)
        self._change(
            letters=tuple(sorted(letters, key=lambda one: self._tickets.get(one.id, -1))),
            chosen=chosen,
        )

    def _put(self, letter: Letter) -> None:
        letters = tuple(letter if one.id == letter.id else one for one in self._state.letters)
        self._change(letters=letters)

    def _remove(self, letter_id: LetterId) -> None:
        """Take a letter away; if it is still the one on the table, the one after it moves up."""
        ids = [letter.id for letter in self._state.letters]
        place = ids.index(letter_id)
        letters = tuple(one for one in self._state.letters if one.id != letter_id)
        chosen = self._state.chosen
        if chosen == letter_id:
            chosen = letters[min(place, len(letters) - 1)].id if letters else None
        self._change(letters=letters, chosen=chosen)

    def _complain(self, error: AppError) -> None:
        self._change(problems=(*self._state.problems, error))

    def _change(self, **members: object) -> None:
        self._state = replace(self._state, **members)  # type: ignore[arg-type]
        self._show(self._state)


def _targets(recipients: Sequence[Recipient], copies: Sequence[Target]) -> tuple[Target, ...]:
    chosen = tuple(one for one in COPIES if one in copies)
    return (Target.MSS, *chosen) if recipients or not chosen else chosen


def _addressed(letter: Letter, recipients: Sequence[Recipient]) -> Letter:
    targets = _targets(recipients, letter.targets)
    return replace(letter, recipients=tuple(recipients), targets=targets)
