"""The desk: the panes, their window, and the wires between them and the presenters.

What it is wired to comes through ports; it can be shown before there is anything to be wired to.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QClipboard

from desktop_app.domain.errors import AppError, NotAllowed
from desktop_app.domain.letters import Document, LetterId
from desktop_app.domain.people import Patient, Recipient
from desktop_app.domain.ports import (
    FindsCorrespondents,
    FindsPatients,
    KeepsLetters,
    KnowsHabits,
    SendsLetters,
)
from desktop_app.tasks import Tasks
from desktop_app.ui import dialogs
from desktop_app.ui.composer import Composer
from desktop_app.ui.letters.pane import DropZone, PagePane, TrayPane
from desktop_app.ui.letters.presenter import Tray, TrayState
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.pane import EnvoisPane, join
from desktop_app.ui.outbox.presenter import Envois, EnvoisState
from desktop_app.ui.patients.pane import PatientPane
from desktop_app.ui.patients.presenter import PatientSearch
from desktop_app.ui.recipients.pane import RecipientsPane
from desktop_app.ui.recipients.presenter import DirectorySearch
from desktop_app.ui.style import Look
from desktop_app.ui.window import TO_SEND, MainWindow, Panes
from desktop_app.wording import window as words
from desktop_app.wording.failures import explain

Clock = Callable[[], datetime]


class Connection(Protocol):
    """An opened profile, as far as the desk is concerned."""

    @property
    def patients(self) -> FindsPatients:
        """Who letters are about."""

    @property
    def directory(self) -> FindsCorrespondents:
        """Who gets them."""

    @property
    def letters(self) -> KeepsLetters:
        """The tray."""

    @property
    def outbox(self) -> SendsLetters:
        """The queue and the history."""

    @property
    def habits(self) -> KnowsHabits:
        """What former sendings teach."""


class Desk:
    """One secretary's desk."""

    def __init__(  # noqa: PLR0913 - everything from outside comes through here
        self,
        look: Look,
        clipboard: QClipboard,
        tasks: Tasks,
        *,
        hospital: str,
        environment: str,
        samples: Sequence[tuple[str, Path]],
        now: Clock,
    ) -> None:
        self._tasks, self._now = tasks, now
        self._tray: Tray | None = None
        self.sendings = EnvoisState()
        self._early: list[Path] = []
        self._on_table: LetterId | None = None
        self._about: Patient | None = None
        self._suggest: Callable[[Patient | None], None] = lambda _patient: None
        self.patient = PatientPane(look, lambda: _today(now))
        self.recipients = RecipientsPane(look)
        self.panes = Panes(
            tray=TrayPane(look),
            drop_zone=DropZone(look, samples),
            page=PagePane(look, samples),
            composer=Composer(look, self.patient, self.recipients),
            groups=EnvoisGroups(look),
            sendings=EnvoisPane(look, clipboard, now),
        )
        self.window = MainWindow(
            look, self.panes, clipboard, hospital=hospital, environment=environment
        )
        self.window.files_given.connect(self.take)
        self.window.files_asked.connect(tasks.latest(self._choose_files))

    @property
    def letters(self) -> TrayState:
        """What is in the tray now."""
        return TrayState() if self._tray is None else self._tray.state

    @property
    def is_connected(self) -> bool:
        """Whether there is a profile behind the window."""
        return self._tray is not None

    def take(self, files: Sequence[Path]) -> None:
        """Add letters; what comes before the desk is wired waits for that."""
        if self._tray is None:
            self._early.extend(files)
        else:
            self._tasks.start(self._tray.take(files), "take letters in")

    async def connect(self, session: Connection, *, hold: timedelta) -> Callable[[], None]:
        """Wire the desk to an opened profile; the answer ends its listening to the outbox."""
        tray = Tray(
            session.letters,
            session.outbox,
            self._show_tray,
            lambda undo: self.window.show_undo(undo, self._now()),
            hold=hold,
            now=self._now,
        )
        self._wire_searches(session, tray)
        self._wire_tray(session, tray)
        envois = self._wire_sendings(session, tray)
        await tray.load()
        await envois.load()
        self._tray = tray
        early, self._early = self._early, []
        if early:
            self.take(early)
        return session.outbox.watch(self._tasks.slot(envois.refresh))

    # Wires

    def _wire_tray(self, session: Connection, tray: Tray) -> None:
        window, panes, tasks = self.window, self.panes, self._tasks
        panes.tray.chosen.connect(tray.choose)
        panes.tray.problems_read.connect(tray.forget_problems)
        window.put_away_asked.connect(tasks.slot(tray.discard))
        window.send_asked.connect(tasks.slot(tray.send))
        window.undo_asked.connect(tasks.slot(partial(self._undo, tray)))
        window.undo_bar.over.connect(tray.undo_over)
        door = asyncio.Semaphore(1)
        panes.page.page_wanted.connect(tasks.slot(partial(self._draw_page, session.letters, door)))

        def change(work: Callable[..., object], value: object) -> None:
            letter = tray.state.chosen  # of the moment of the click
            if letter is not None:
                tasks.start(work(letter, value), "change a letter")  # type: ignore[arg-type]

        self.patient.patient_chosen.connect(partial(change, tray.set_patient))
        self.recipients.recipients_changed.connect(partial(change, tray.set_recipients))
        panes.composer.type_chosen.connect(partial(change, tray.set_type))

    def _wire_searches(self, session: Connection, tray: Tray) -> None:
        tasks = self._tasks
        patients = PatientSearch(session.patients, self.patient.show_state)
        self.patient.search.asked.connect(tasks.latest(patients.search))
        self.patient.search.more_asked.connect(tasks.slot(patients.more))
        directory = DirectorySearch(session.directory, session.habits, self.recipients.show_state)
        self.recipients.search.asked.connect(tasks.latest(directory.search))
        self._suggest = tasks.latest(directory.suggest)

        async def take_usual(letter: LetterId, recipient: Recipient) -> None:
            confirmed = await directory.confirm(recipient)
            if confirmed is not None:
                await tray.add_recipient(letter, confirmed)

        def picked(recipient: Recipient) -> None:
            letter = tray.state.chosen
            if letter is not None:
                tasks.start(take_usual(letter, recipient), "take a usual correspondent")

        self.recipients.usual_picked.connect(picked)

    def _wire_sendings(self, session: Connection, tray: Tray) -> Envois:
        async def came_back(letter: LetterId, correct: bool) -> None:  # noqa: FBT001 - its port
            await tray.bring_back(letter)
            if correct:
                self.window.show_view(TO_SEND)

        envois = Envois(session.outbox, self.show_sendings, now=self._now, came_back=came_back)
        join(self.panes.sendings, self.panes.groups, envois, self._tasks)
        return envois

    # What is shown

    def _show_tray(self, state: TrayState) -> None:
        letter = state.letter
        patient = None if letter is None else letter.patient
        if state.chosen != self._on_table:
            self._on_table = state.chosen
            self.patient.start_over()
            self.recipients.start_over()
        if patient != self._about:
            self._about = patient
            self._suggest(patient)
        self.patient.show_patient(patient)
        self.recipients.show_recipients(() if letter is None else letter.recipients)
        self.window.show_tray(state)

    def show_sendings(self, state: EnvoisState) -> None:
        """Show the queue and the history, and what of them is said in every view."""
        self.sendings = state
        self.panes.sendings.show_state(state)
        self.panes.groups.show_state(state)
        self.window.show_overview(state.overview, self._now())
        barred = state.overview.barred
        access = None if barred is None else explain(NotAllowed(barred))
        self.window.say("access", access, closable=False)
        self.window.say("damaged", words.damaged(state.overview.damaged), closable=False)

    async def _undo(self, tray: Tray) -> None:
        await tray.undo()
        self.window.show_view(TO_SEND)

    async def _choose_files(self) -> None:
        self.take(await dialogs.choose_files(self.window))

    async def _draw_page(
        self,
        letters: KeepsLetters,
        door: asyncio.Semaphore,
        document: Document,
        number: int,
        scale: float,
    ) -> None:
        pages = self.panes.page.pages
        async with door:  # one at a time, so that what scrolled by meanwhile is never drawn
            if not pages.wants(document, number, scale):
                return
            try:
                image = await letters.page(document, number, scale)
            except AppError:
                pages.show_broken(document, number)
            else:
                pages.show_page(document, number, scale, image)


def _today(now: Clock) -> date:
    return now().astimezone().date()
