"""The one thread that pdfium is asked on, and what it is asked."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, TypeVar

from desktop_app.domain.letters import PageImage

T = TypeVar("T")
Opened = Callable[[], BinaryIO]
"""Opens a document in clear, to be read at any place; closed by whoever called it."""


class PdfReader:
    """Asks pdfium, one question at a time on one thread: it bears no more (its own manual)."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "pdf")

    async def aclose(self) -> None:
        """Finish the page at hand, drop the ones still waiting."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    async def check(self, opened: Opened) -> int:
        """How many pages there are, if all of it can be read.

        Raises ``FileTrouble``: ``empty``, ``not_pdf``, ``encrypted``, ``damaged``, ``missing``,
        ``unreadable``.
        """
        return await self._ask(lambda: _check(opened))

    async def page(self, opened: Opened, number: int, scale: float) -> PageImage:
        """Page ``number`` (from 0) at ``scale`` pixels per point, or as near as it may be."""
        return await self._ask(lambda: _render(opened, number, scale))

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)


def _check(opened: Opened) -> int:
    from desktop_app.intake import pdfium  # noqa: PLC0415 - start-up (architecture.md section 6)

    return pdfium.check(opened)


def _render(opened: Opened, number: int, scale: float) -> PageImage:
    from desktop_app.intake import pdfium  # noqa: PLC0415 - the same

    return pdfium.render(opened, number, scale)
