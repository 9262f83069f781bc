"""The window's composition root: build, show, connect, wait, take down. It decides nothing."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, TracebackType

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app.domain.errors import AppError, Busy, StoreTrouble
from desktop_app.domain.ports import SendingFilter, SendsLetters
from desktop_app.domain.sending import JobState, needs_person
from desktop_app.intake import samples
from desktop_app.settings import PRACTICE, Profile, Settings, load_settings
from desktop_app.signin.pages import Page, Pages
from desktop_app.system.logs import journal
from desktop_app.system.paths import Folders, find_folders
from desktop_app.tasks import Tasks
from desktop_app.ui import dialogs
from desktop_app.ui.desk import Desk
from desktop_app.ui.garbage import Garbage
from desktop_app.ui.style import Look
from desktop_app.wording import signin as signin_words
from desktop_app.wording import window as words
from desktop_app.wording.failures import UNEXPECTED, explain

log = logging.getLogger(__name__)

_PAINT_PATIENCE = 2.0
"""Seconds that opening waits for the first paint: a window that starts minimised has none."""
_BUSY_PAUSE = 15.0
"""Seconds between two looks at whether the sending is free to be taken over."""
_SURE = 1.0
"""Seconds after which work that has not been refused has begun."""
_S = JobState
_WILL_LEAVE = (_S.HELD, _S.QUEUED, _S.SENDING, _S.WAITING, _S.BLOCKED)
_UNSETTLED = (*_WILL_LEAVE, _S.REFUSED, _S.IN_DOUBT, _S.UNDELIVERED)
_NOBODY = Profile(name="", label="", environment="")
"""Whose window it is while the settings cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for."""

    files: tuple[Path, ...] = ()
    config: Path | None = None
    data_dir: Path | None = None
    profile: str | None = None
    report_ready: bool = False
    demo: Path | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; the answer is the process's exit code."""
    options = _options(arguments)
    with contextlib.ExitStack() as stack:
        if options.demo is not None and options.data_dir is None:
            options = _replaced(options, stack.enter_context(tempfile.TemporaryDirectory()))
        folders = find_folders(os.environ, data_dir=options.data_dir, config=options.config)
        settings, problems = _settings(folders, options)
        try:
            stack.enter_context(journal(folders.logs, "navette"))
        except StoreTrouble as error:
            problems.append(error)
        app = QApplication(sys.argv[:1])
        app.setApplicationName(words.NAME)
        app.setQuitOnLastWindowClosed(False)  # taking down needs a living loop
        _speak_french(app)
        face = Face(app, settings, folders, options, problems)
        with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
            return runner.run(face.run())


class Face:
    """One window of one profile, from its first paint to its last."""

    def __init__(
        self,
        app: QApplication,
        settings: Settings,
        folders: Folders,
        options: Options,
        problems: Sequence[AppError],
    ) -> None:
        self._app, self._options = app, options
        self._settings, self._folders = settings, folders
        self._problems = problems
        self._tasks, self._work = Tasks(self._accident), Tasks(self._accident)
        profile = settings.profile
        self.desk = Desk(
            Look(app, settings.theme),
            app.clipboard(),
            self._tasks,
            hospital=profile.label,
            environment=profile.environment,
            samples=samples() if profile.environment == "practice" else (),
            now=_now,
        )
        self._window = self.desk.window
        self._outbox: SendsLetters | None = None

    async def run(self) -> int:
        """Show, open, wait, close."""
        self._garbage = Garbage()
        self._done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._window.close_asked.connect(self._tasks.latest(self._close))
        quitting = _QuitFilter(self._window.close)
        self._app.installEventFilter(quitting)
        self._listen_for_accidents()
        self.desk.take(self._options.files)
        await self._show()
        for problem in self._problems:
            self._window.say(type(problem).__name__, explain(problem), closable=False)
        try:
            if not self._settings.profile.name:
                return await self._done
            return await self._serve()
        finally:
            await self._tasks.aclose()
            await self._work.aclose()
            self._window.close_for_good()
            self._garbage.end()
            sys.excepthook = self._former_hook

    async def _serve(self) -> int:
        session_module = await asyncio.to_thread(_load_session)
        opening = session_module.open_session(
            self._settings, self._folders, now=_now, pages=_pages()
        )
        async with contextlib.AsyncExitStack() as stack:
            try:
                session = await stack.enter_async_context(opening)
            except AppError as error:
                self._window.say("store", explain(error), closable=False)
                return 1 if self._options.demo is not None else await self._done
            self._outbox = session.outbox
            hold = timedelta(seconds=self._settings.undo_seconds)
            stack.callback(await self.desk.connect(session, hold=hold))
            self._garbage.settle()
            self._work.start(self._keep_working(session.work), "work")
            if self._options.report_ready:
                print("ready", flush=True)  # noqa: T201 - what the option is for
            if self._options.demo is not None:
                self._tasks.start(self._play(self._options.demo), "demo")
            code = await self._done
            self._window.hide()
            await self._tasks.aclose()  # nothing may ask a session that is closing
        return code

    async def _show(self) -> None:
        painted = asyncio.Event()
        self._window.painted.connect(painted.set)
        self._window.open_on(self._window.screen().availableSize())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PAINT_PATIENCE):
                await painted.wait()

    async def _keep_working(self, work: Callable[[], Awaitable[None]]) -> None:
        """Send and track; while another window does it, wait to take over."""
        loop = asyncio.get_running_loop()
        while True:
            mended = loop.call_later(_SURE, lambda: self._window.say("work", None))
            try:
                await work()
            except AppError as error:
                mended.cancel()
                log.warning("not working: %s", error)
                name = "advice" if isinstance(error, Busy) else "notice"
                self._window.say("work", explain(error), name=name, closable=False)
                await asyncio.sleep(_BUSY_PAUSE)
            else:
                return

    async def _play(self, directory: Path) -> None:
        from desktop_app.ui.demo import Demo  # noqa: PLC0415 - brings Qt's test library with it

        demo = Demo(self.desk, directory, samples()[0][1], lambda line: print(line, flush=True))  # noqa: T201
        self.finish(await demo.play())

    # Closing

    async def _close(self) -> None:
        """Close, and say so first when letters have not left."""
        notice = None
        if self._outbox is not None:
            with contextlib.suppress(AppError):  # closing must work on a broken disk too
                notice = words.not_gone(*await _unsettled(self._outbox))
        if notice is not None:
            choices = (words.STAY, words.CLOSE_ANYWAY)
            if await dialogs.ask(self._window, notice, choices) == 0:
                return
        self.finish(0)

    def finish(self, code: int) -> None:
        """End with ``code``, whatever is left to do."""
        if not self._done.done():
            self._done.set_result(code)

    # Accidents

    def _listen_for_accidents(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _loop, context: self._accident(context.get("exception") or RuntimeError())
        )
        self._former_hook, sys.excepthook = sys.excepthook, self._hook
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows closes its windows itself
                loop.add_signal_handler(number, self.finish, 0)

    def _hook(
        self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        self._accident(error)

    def _accident(self, error: BaseException) -> None:
        """A bug: told once in the window, logged without its words, and the program lives."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        log.critical("accident: %s at %s", type(error).__name__, where)
        self._window.say("accident", UNEXPECTED)


async def _unsettled(outbox: SendsLetters) -> tuple[int, int]:
    """How many letters have still to leave, and how many wait for somebody."""
    found = await outbox.sendings(SendingFilter(states=_UNSETTLED))
    leaving = sum(any(job.state in _WILL_LEAVE for job in one.jobs) for one in found)
    return leaving, sum(any(needs_person(job) for job in one.jobs) for one in found)


class _QuitFilter(QObject):
    """Cmd-Q and the end of the desktop session close the window instead of ending the loop."""

    def __init__(self, close: Callable[[], object]) -> None:
        super().__init__()
        self._close = close

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Hear ``Quit`` before the application does."""
        if event.type() is QEvent.Type.Quit:
            self._close()
            return True
        return False


def _load_session() -> ModuleType:
    """What is not needed to show a window, imported once there is one."""
    from desktop_app import session  # noqa: PLC0415 - start-up (architecture.md section 6)

    return session


def _pages() -> Pages:
    """What the browser shows to whoever comes back from a sign-in."""
    said = (signin_words.BACK, signin_words.BACK_REFUSED, signin_words.BACK_UNEXPECTED)
    done, refused, unexpected = (Page(one.title, one.advice) for one in said)
    return Pages(done=done, refused=refused, unexpected=unexpected)


def _now() -> datetime:
    return datetime.now(UTC)


def _speak_french(app: QApplication) -> None:
    QLocale.setDefault(QLocale(QLocale.Language.French, QLocale.Country.France))
    translator = QTranslator(app)
    if translator.load("qtbase_fr", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)


def _settings(folders: Folders, options: Options) -> tuple[Settings, list[AppError]]:
    """The settings in force; with a fault in them, a window that can only say so."""
    if options.demo is not None:
        return Settings(profiles={PRACTICE.name: PRACTICE}, profile=PRACTICE, undo_seconds=6), []
    try:
        return load_settings(
            policy=folders.policy,
            user=folders.config,
            environ=os.environ,
            required=folders.config_named,
            profile=options.profile,
        ), []
    except AppError as error:
        return Settings(profiles={}, profile=_NOBODY), [error]


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="navette", description=words.COMMAND_LINE["about"])
    parser.add_argument("files", nargs="*", type=Path, help=words.COMMAND_LINE["files"])
    parser.add_argument("--config", type=Path, help=words.COMMAND_LINE["config"])
    parser.add_argument("--data-dir", type=Path, help=words.COMMAND_LINE["data_dir"])
    parser.add_argument("--profile", help=words.COMMAND_LINE["profile"])
    parser.add_argument(
        "--report-ready", action="store_true", help=words.COMMAND_LINE["report_ready"]
    )
    parser.add_argument("--demo", type=Path, help=words.COMMAND_LINE["demo"])
    found = parser.parse_args(arguments)
    return Options(**{**vars(found), "files": tuple(found.files)})


def _replaced(options: Options, data_dir: str) -> Options:
    return Options(
        files=options.files,
        profile=options.profile,
        report_ready=options.report_ready,
        demo=options.demo,
        data_dir=Path(data_dir),
    )
