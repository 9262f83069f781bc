"""Signing in at the real window, over sockets, with somebody at the browser."""

import asyncio
import contextlib
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from desktop_app.sandbox.server import Served
from desktop_app.sandbox.twists import Twist
from desktop_app.wording import signin as words
from tests.sealed import look_into
from tests.signin.conftest import Browser, Nobody
from tests.ui.conftest import until
from tests.ui.test_desk import compose
from tests.ui.whole import CTRL, K, Opened, Whole


def press_button(desk: Whole, text: str) -> None:
    """Click what a message across the top offers to do."""
    buttons = desk.desk.window.findChildren(QPushButton)
    (one,) = (button for button in buttons if button.text() == text and offers(button))
    one.click()


def offers(button: QPushButton) -> bool:
    return button.isVisible() and button.property("role") == "link"


def journalled(place: Path) -> set[tuple[str, str]]:
    """Whom the journal names for what people did."""
    with contextlib.closing(look_into(place / "data")) as store:
        query = "SELECT author, author_name FROM journal WHERE author IS NOT NULL"
        return {tuple(row) for row in store.execute(query)}


async def test_a_letter_waits_for_a_name_and_leaves_under_it(
    opened: Opened, letter: Path, served: Served, tmp_path: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=0, browser=Browser()) as desk:
        window = desk.desk.window
        await compose(desk, letter)
        desk.press(K.Key_Return, CTRL)
        await until(lambda: words.WANTED.title in window.notices)
        assert desk.letter is not None
        assert len(served.sandbox.ledger) == before

        press_button(desk, words.SIGN_IN)
        await until(lambda: window.top.person.text() == "Claire Fictif", 10)
        assert window.notices == ()
        assert desk.letter is not None  # nothing leaves by itself

        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.letter is None)
        await until(lambda: len(served.sandbox.ledger) == before + 1, 10)
        assert journalled(tmp_path) == {("sso:sbx-90001", "Claire Fictif")}


async def test_who_works_here_is_in_sight_and_can_leave(opened: Opened) -> None:
    browser = Browser("Rémi Sandbox")
    async with opened(browser=browser) as desk:
        person = desk.desk.window.top.person
        assert person.isVisible()
        assert person.text() == words.SIGN_IN
        assert person.sign_in_action.isVisible()
        person.click()
        await until(lambda: person.text() == "Rémi Sandbox", 10)
        assert not person.sign_in_action.isVisible()

        person.sign_out_action.trigger()
        await until(lambda: person.text() == words.SIGN_IN)
        assert desk.desk.window.notices == ()
        await until(lambda: len(browser.pages) == 2, 5)


async def test_somebody_who_waits_is_told_where_and_can_give_up(opened: Opened) -> None:
    browser = Nobody()
    async with opened(browser=browser) as desk:
        window = desk.desk.window
        window.top.person.click()
        await until(lambda: words.IN_BROWSER.title in window.notices)
        assert not window.top.person.isEnabled()
        await until(browser.has_shown.is_set, 10)
        press_button(desk, words.GIVE_UP)
        await until(lambda: window.notices == ())
        assert window.top.person.text() == words.SIGN_IN
        assert window.top.person.isEnabled()


async def test_a_forged_answer_signs_nobody_in_and_is_said(opened: Opened, served: Served) -> None:
    provider = served.sandbox.identity
    assert provider is not None
    provider.twist = Twist.STRANGER
    try:
        async with opened(browser=Browser()) as desk:
            window = desk.desk.window
            window.top.person.click()
            await until(lambda: any("pas sûre" in title for title in window.notices), 10)
            assert window.top.person.text() == words.SIGN_IN
            provider.twist = None
            press_button(desk, words.SIGN_IN)
            await until(lambda: window.top.person.text() == "Claire Fictif", 10)
            assert window.notices == ()
    finally:
        provider.twist = None


async def test_a_session_that_ends_is_said_and_what_is_queued_goes_on(
    opened: Opened, letter: Path, served: Served
) -> None:
    provider = served.sandbox.identity
    assert provider is not None
    provider.session_seconds = 3
    before = len(served.sandbox.ledger)
    try:
        async with opened(hold=4, browser=Browser()) as desk:
            window = desk.desk.window
            await compose(desk, letter)
            window.top.person.click()
            await until(lambda: window.top.person.text() == "Claire Fictif", 10)
            desk.press(K.Key_Return, CTRL)
            await until(lambda: desk.letter is None)
            await until(lambda: "Votre session est terminée" in window.notices, 10)
            await until(lambda: len(served.sandbox.ledger) == before + 1, 10)
    finally:
        provider.session_seconds = 28_800


async def test_where_the_hospital_does_not_ask_nothing_is_to_be_seen(opened: Opened) -> None:
    async with opened() as desk:
        person = desk.desk.window.top.person
        assert not person.isVisible()
        assert not person.sign_in_action.isVisible()
        assert not person.sign_out_action.isVisible()
        await asyncio.sleep(0)
        assert desk.desk.window.notices == ()
