"""The desk: the panes, their window, and the wires between them and the presenters.

What it is wired to comes through ports; it can be shown before there is anything to be wired to.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtGui import QClipboard

from desktop_app.domain.errors import AppError, NotAllowed
from desktop_app.domain.letters import Document, LetterId
from desktop_app.domain.people import Patient, PatientStay, Recipient, SearchRules
from desktop_app.domain.ports import KeepsLetters
from desktop_app.domain.sending import Job
from desktop_app.tasks import Tasks
from desktop_app.ui import dialogs
from desktop_app.ui.composer import Composer
from desktop_app.ui.connection import Connection
from desktop_app.ui.frame import TO_SEND, Panes
from desktop_app.ui.letters.habits import usual_types
from desktop_app.ui.letters.pane import DropZone, PagePane, TrayPane
from desktop_app.ui.letters.presenter import Tray, TrayState
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.pane import EnvoisPane, join
from desktop_app.ui.outbox.presenter import CHANGED, Envois, EnvoisState
from desktop_app.ui.patients.pane import PatientPane
from desktop_app.ui.patients.presenter import PatientSearch
from desktop_app.ui.recipients.pane import RecipientsPane
from desktop_app.ui.recipients.presenter import DirectorySearch
from desktop_app.ui.signin.join import join as join_sign_in
from desktop_app.ui.signin.presenter import SignIn
from desktop_app.ui.stays.pane import StayPane
from desktop_app.ui.stays.pane import join as join_stays
from desktop_app.ui.style import Look
from desktop_app.ui.visits.presenter import Visits
from desktop_app.ui.window import MainWindow
from desktop_app.wording import patients as patient_words
from desktop_app.wording import window as words
from desktop_app.wording.failures import explain

Clock = Callable[[], datetime]


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
        self._look_up_stays: Callable[[Patient | None], None] = lambda _patient: None
        self.patient = PatientPane(look, now)
        self.stay = StayPane(look)
        self.recipients = RecipientsPane(look)
        self.panes = Panes(
            tray=TrayPane(look),
            drop_zone=DropZone(look, samples),
            page=PagePane(look, samples),
            composer=Composer(look, self.patient, self.stay, self.recipients),
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
            limits=session.limits,
        )
        signin, leave = join_sign_in(self.window, session.signin, self._tasks)
        self._wire_searches(session, tray)
        self._wire_tray(session, tray, signin)
        envois = self._wire_sendings(session, tray)
        await tray.load()
        await envois.load()
        self.window.offer(session.targets, await usual_types(session.outbox))
        self._tray = tray
        early, self._early = self._early, []
        if early:
            self.take(early)
        listening = ExitStack()
        listening.callback(leave)
        listening.callback(session.outbox.watch(self._tasks.slot(envois.refresh)))
        return listening.close

    # Wires

    def _wire_tray(self, session: Connection, tray: Tray, signin: SignIn) -> None:
        window, panes, tasks = self.window, self.panes, self._tasks
        panes.tray.chosen.connect(tray.choose)
        panes.tray.problems_read.connect(tray.forget_problems)
        window.put_away_asked.connect(tasks.slot(tray.discard))
        window.send_asked.connect(partial(signin.before, tasks.slot(tray.send)))
        window.undo_asked.connect(tasks.slot(partial(self._undo, tray)))
        window.undo_bar.over.connect(tray.undo_over)
        door = asyncio.Semaphore(1)
        panes.page.page_wanted.connect(tasks.slot(partial(self._draw_page, session.letters, door)))

        def change(work: Callable[..., object], value: object) -> None:
            letter = tray.state.chosen  # of the moment of the click
            if letter is not None:
                tasks.start(work(letter, value), "change a letter")  # type: ignore[arg-type]

        async def take_stay(letter: LetterId, chosen: PatientStay) -> None:
            await tray.set_patient(letter, chosen.patient)
            await tray.set_stay(letter, chosen.stay)

        self.patient.patient_chosen.connect(partial(change, tray.set_patient))
        self.patient.stay_chosen.connect(partial(change, take_stay))
        self.recipients.recipients_changed.connect(partial(change, tray.set_recipients))
        self.stay.stay_chosen.connect(partial(change, tray.set_stay))
        panes.composer.type_chosen.connect(partial(change, tray.set_type))
        panes.composer.copies.targets_chosen.connect(partial(change, tray.set_targets))

    def _wire_searches(self, session: Connection, tray: Tray) -> None:
        tasks = self._tasks
        self._show_rules(session.patients.rules)
        patients = PatientSearch(session.patients, self.patient.show_state)
        self.patient.asked.connect(tasks.latest(patients.ask))
        self.patient.search.more_asked.connect(tasks.slot(patients.more))
        visits = Visits(session.patients, self.patient.visits.show_state, self._now)
        self.patient.visits.wanted.connect(tasks.slot(visits.want))
        self.patient.visits.refresh_asked.connect(tasks.slot(visits.refresh))
        directory = DirectorySearch(session.directory, session.habits, self.recipients.show_state)
        self.recipients.search.asked.connect(tasks.latest(directory.search))
        self._suggest = tasks.latest(directory.suggest)
        self._look_up_stays = join_stays(self.stay, session.patients, self._now, tasks)

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
        async def came_back(letter: LetterId, corrected: Job | None) -> None:
            outdated = "" if corrected is None else CHANGED.get(corrected.reason or "", "")
            before = await tray.bring_back(letter, outdated=outdated)
            if corrected is not None:
                self.window.show_view(TO_SEND)
            if outdated == "patient" and before is not None:
                self.patient.look_for(before)

        envois = Envois(session.outbox, self.show_sendings, now=self._now, came_back=came_back)
        join(self.panes.sendings, self.panes.groups, envois, self._tasks)
        return envois

    # What is shown

    def _show_rules(self, rules: SearchRules) -> None:
        self.patient.show_rules(rules)
        self.window.help.explain(patient_words.help_line(rules))

    def _show_tray(self, state: TrayState) -> None:
        letter = state.letter
        patient = None if letter is None else letter.patient
        if state.chosen != self._on_table:
            self._on_table = state.chosen
            self.patient.start_over(state.chosen)
            self.recipients.start_over()
            self.stay.start_over()
        if patient != self._about:
            self._about = patient
            self._suggest(patient)
            self._look_up_stays(patient)
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
