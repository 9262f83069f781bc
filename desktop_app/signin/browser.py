"""Showing a page in the person's own browser, never in one of ours (RFC 8252)."""

import asyncio
import contextlib
import threading
import webbrowser
from collections.abc import Callable

OpensBrowser = Callable[[str], bool]
"""Shows an address; whether that could be done."""


def system_browser(url: str) -> bool:
    """The browser of this system; it may take its time to come back."""
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def show(opens: OpensBrowser, url: str, failed: Callable[[], None]) -> None:
    """Show ``url`` beside the loop; ``failed`` is called on it when no browser could be had.

    A thread of its own that nobody waits for: some browsers come back when they are closed.
    """
    loop = asyncio.get_running_loop()

    def work() -> None:
        if not opens(url):
            with contextlib.suppress(RuntimeError):  # the loop is gone, and the question with it
                loop.call_soon_threadsafe(failed)

    threading.Thread(target=work, name="browser", daemon=True).start()
