"""Only this folder runs on Qt's loop; every test of it may wait for a condition."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app.sandbox.server import Served
from desktop_app.tasks import Tasks
from desktop_app.ui.style import Look
from tests.intake.conftest import pdf
from tests.ui.whole import Opened, platform, whole

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="package", autouse=True)
def no_garbage_elsewhere() -> Iterator[None]:
    """As in the program: a collection on another thread would destroy Qt objects of this one."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def swept(qapp: QApplication, look: Look) -> Iterator[None]:
    """Nothing of a test is left for the next one: each window would be styled for ever after."""
    gc.disable()
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    look.choose("light")  # another text size would still be in force


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"qt": lambda: QEventLoop(QApplication.instance() or QApplication([]))}


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """Background work that must end without an accident."""
    accidents: list[BaseException] = []
    tasks = Tasks(on_accident=accidents.append)
    yield tasks
    await tasks.aclose()
    assert not accidents


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    """The light theme at 100 %, whatever the machine's own is."""
    qapp.setQuitOnLastWindowClosed(False)  # as app.py does: a closed window must not end the loop
    return Look(qapp, "light", text_scale=1.0)


async def until(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    """Wait for ``condition`` without a nested loop."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the one poll of the house
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Served]:
    """One platform on a socket for all of these tests."""
    with platform() as served:
        yield served


@pytest.fixture
def served(sandbox: Served) -> Iterator[Served]:
    """The platform without faults, before and after."""
    sandbox.sandbox.faults.replace()
    yield sandbox
    sandbox.sandbox.faults.replace()


@pytest.fixture
def opened(look: Look, served: Served, tmp_path: Path) -> Opened:
    """Opens the whole window, on a tray that is kept from one opening to the next.

    A context to enter inside the test: between fixture and test pytest-qt lets events go by while
    no loop runs, and the worker would stumble.
    """
    return partial(whole, look, served, tmp_path / "data")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A letter that can be dropped."""
    path = tmp_path / "lettre.pdf"
    path.write_bytes(pdf(2))
    return path
