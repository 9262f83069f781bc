"""Showing an address without keeping the loop waiting."""

import asyncio
import threading
import webbrowser

import pytest

from desktop_app.signin.browser import show, system_browser


async def test_a_browser_that_comes_back_late_holds_nothing_up() -> None:
    closed, shown = threading.Event(), threading.Event()

    def modal(_url: str) -> bool:
        shown.set()
        return closed.wait(5)

    show(modal, "https://x.example/", lambda: None)
    assert await asyncio.to_thread(shown.wait, 5)
    closed.set()


async def test_a_browser_that_could_not_be_had_is_told_on_the_loop() -> None:
    failed = asyncio.Event()
    show(lambda _url: False, "https://x.example/", failed.set)
    async with asyncio.timeout(5):
        await failed.wait()


@pytest.mark.parametrize("works", [True, False])
def test_the_systems_browser_says_whether_it_could(
    monkeypatch: pytest.MonkeyPatch,
    works: bool,  # noqa: FBT001 - what it says
) -> None:
    shown: list[str] = []

    def opens(url: str) -> bool:
        shown.append(url)
        return works

    monkeypatch.setattr(webbrowser, "open", opens)
    assert system_browser("https://x.example/") is works
    assert shown == ["https://x.example/"]


def test_a_system_without_a_browser_is_no_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_url: str) -> bool:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "open", none)
    assert not system_browser("https://x.example/")
