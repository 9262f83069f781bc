"""The whole window over a platform on a socket, driven by real keys and real drops."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop_app.domain.letters import Letter
from desktop_app.domain.sending import JobState
from desktop_app.sandbox import access
from desktop_app.sandbox.ledger import Accepted
from desktop_app.sandbox.server import Served, serve
from desktop_app.session import Session, open_session
from desktop_app.settings import LifenAccount, Profile, Security, Settings, SsoAccount
from desktop_app.system.paths import find_folders
from desktop_app.system.secrets import open_secrets
from desktop_app.tasks import Tasks
from desktop_app.ui.desk import Desk
from desktop_app.ui.style import Look
from tests.signin.conftest import PAGES

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
K = Qt.Key


@contextlib.contextmanager
def platform() -> Iterator[Served]:
    """The sandbox behind a port, on a loop and a thread of its own."""
    ready: list[tuple[Served, asyncio.AbstractEventLoop, asyncio.Event]] = []
    up = threading.Event()

    async def listen() -> None:
        stop = asyncio.Event()
        async with serve(calls_per_second=1000) as served:
            ready.append((served, asyncio.get_running_loop(), stop))
            up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    assert up.wait(10)
    served, loop, stop = ready[0]
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def settings_for(
    served: Served,
    undo_seconds: int = 10,
    *,
    sso: bool = False,
    contract: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """A profile that reaches ``served``, and whose people sign in there with ``sso``.

    ``contract`` are members of its account that are not the usual ones.
    """
    told = served.description
    usual = {
        "tenant": "standard",
        "token_url": told["lifen"]["token_url"],
        "audience": told["audience"],
        "fhir_url": told["lifen"]["fhir_url"],
        "client_id": told["client_id"],
        "database_reference": told["database_reference"],
    }
    account = LifenAccount(**{**usual, **contract})
    signing = SsoAccount(**told["sso"], hosts=frozenset({"127.0.0.1"})) if sso else None
    profile = Profile(
        name="essai", label="CH de Villefictive", environment="test", lifen=account, sso=signing
    )
    return Settings(
        profiles={"essai": profile},
        profile=profile,
        security=Security(key_store="file"),
        undo_seconds=undo_seconds,
    )


@dataclass
class Whole:
    """A window somebody works at, and what stands behind it."""

    desk: Desk
    session: Session
    served: Served
    tasks: Tasks

    # What a person does

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.focus, key, modifiers)

    def hover(self, *files: Path, on: QWidget | None = None) -> bool:
        """Drag ``files`` over a widget; whether the window would take them."""
        where, event = self._at(on), self.mime(files)
        enter = QDragEnterEvent(where, COPY, event, LEFT, NONE)
        QApplication.sendEvent(self.desk.window, enter)
        return enter.isAccepted()

    def leave(self) -> None:
        QApplication.sendEvent(self.desk.window, QDragLeaveEvent())

    def drop(self, *files: Path, on: QWidget | None = None) -> None:
        """Drag ``files`` onto a widget and let go."""
        assert self.hover(*files, on=on)
        where, mime = self._at(on), self.mime(files)
        QApplication.sendEvent(self.desk.window, QDragMoveEvent(where, COPY, mime, LEFT, NONE))
        QApplication.sendEvent(self.desk.window, QDropEvent(QPointF(where), COPY, mime, LEFT, NONE))

    # What is seen

    @property
    def focus(self) -> QWidget:
        return self.desk.window.focusWidget() or self.desk.window

    @property
    def letter(self) -> Letter | None:
        return self.desk.letters.letter

    @property
    def ledger(self) -> Sequence[Accepted]:
        return self.served.sandbox.ledger

    def states(self) -> list[JobState]:
        sendings = self.desk.sendings.sendings or ()
        return [job.state for sending in sendings for job in sending.jobs]

    def sees(self, text: str) -> bool:
        """Whether a label in sight says ``text``."""
        labels = self.desk.window.findChildren(QLabel)
        return any(text in one.text() for one in labels if one.isVisible())

    # Means

    @staticmethod
    def mime(files: Sequence[Path]) -> QMimeData:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        return mime

    def _at(self, widget: QWidget | None) -> QPoint:
        window = self.desk.window
        widget = widget or window
        return widget.mapTo(window, widget.rect().center())


COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton


@contextlib.asynccontextmanager
async def whole(
    look: Look,
    served: Served,
    data: Path,
    *,
    hold: float = 10,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    browser: Callable[[str], bool] | None = None,
    contract: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Whole]:
    """Open the window on a profile that reaches ``served``, its work going on.

    ``browser`` is where people sign in; without one the hospital does not ask who they are.
    ``contract`` are members of its account that are not the usual ones.
    """
    accidents: list[BaseException] = []
    tasks, work = Tasks(accidents.append), Tasks(accidents.append)
    settings = settings_for(served, sso=browser is not None, contract=contract)
    folders = find_folders({}, data_dir=data)
    await open_secrets("file", folders.keys).put(
        "essai", "lifen.client_secret", access.CLIENT_SECRET
    )
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    desk = Desk(
        look,
        app.clipboard(),
        tasks,
        hospital=settings.profile.label,
        environment=settings.profile.environment,
        samples=(),
        now=now,
    )
    desk.window.show()
    desk.window.activateWindow()
    opening = open_session(
        settings, folders, now=now, pages=PAGES, open_browser=browser or (lambda _url: False)
    )
    async with opening as session:
        forget = await desk.connect(session, hold=timedelta(seconds=hold))
        work.start(session.work(), "work")
        try:
            yield Whole(desk, session, served, tasks)
        finally:
            forget()
            await tasks.aclose()
    await work.aclose()
    desk.window.close_for_good()
    desk.window.deleteLater()
    assert not accidents


Opened = Callable[..., contextlib.AbstractAsyncContextManager[Whole]]
