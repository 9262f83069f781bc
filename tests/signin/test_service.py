"""Whole sign-ins, over real sockets, with somebody at the browser."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from desktop_app.domain.errors import AppError, NotSignedIn, Unreachable
from desktop_app.domain.people import Author
from desktop_app.domain.ports import SignsIn
from desktop_app.sandbox.twists import Twist
from desktop_app.signin import service
from desktop_app.signin.service import SystemUser, open_signin
from tests.signin.conftest import PAGES, SYSTEM, Browser, Clock, Hospital, Nobody, direct


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def who(door: SignsIn) -> Author | None:
    return door.author


async def test_a_person_chooses_who_they_are_and_is_known_from_then_on(hospital: Hospital) -> None:
    browser = Browser("Claire Fictif")
    door = hospital.door(browser)
    told: list[object] = []
    door.watch(lambda: told.append(door.author))
    assert door.needed
    assert who(door) is None

    author = await door.sign_in()

    assert (author.key, author.name) == ("sso:sbx-90001", "Claire Fictif")
    assert who(door) == door.require() == author
    assert told == [author]
    await came_back(browser)
    assert PAGES.done.title in browser.pages[0].text
    door.close()


async def came_back(browser: Browser) -> None:
    async with asyncio.timeout(5):
        while not browser.pages:  # noqa: ASYNC110 - a browser says nothing
            await asyncio.sleep(0.005)


async def test_the_question_is_what_the_reference_asks_and_holds_no_secret(
    hospital: Hospital,
) -> None:
    browser = Browser()
    door = hospital.door(browser, login_hint="remi.sandbox@ch-villefictive.example")
    assert (await door.sign_in()).name == "Rémi Sandbox"

    (url,) = browser.shown
    asked = query(url)
    assert set(asked) == {
        "response_type", "client_id", "redirect_uri", "scope", "acr_values", "state", "nonce",
        "code_challenge", "code_challenge_method", "login_hint",
    }  # fmt: skip
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid email profile"
    assert asked["acr_values"] == hospital.account.acr_values
    assert asked["code_challenge_method"] == "S256"
    back = urlsplit(asked["redirect_uri"])
    assert (back.scheme, back.hostname, back.path) == ("http", "127.0.0.1", "/callback")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    door.close()


async def test_each_sign_in_has_secrets_of_its_own(hospital: Hospital) -> None:
    browser = Browser()
    door = hospital.door(browser)
    await door.sign_in()
    await door.sign_in()
    first, second = map(query, browser.shown)
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
    door.close()


FORGERIES = (
    Twist.NONCE, Twist.ISSUER, Twist.AUDIENCE, Twist.PARTY, Twist.EXPIRED, Twist.FUTURE,
    Twist.UNSIGNED, Twist.STRANGER, Twist.SYMMETRIC, Twist.NAMED_OTHERWISE,
)  # fmt: skip


@pytest.mark.parametrize("twist", FORGERIES)
async def test_an_answer_that_is_not_the_providers_or_not_ours_signs_nobody_in(
    hospital: Hospital, twist: Twist
) -> None:
    hospital.provider.twist = twist
    door = hospital.door(Browser())
    with pytest.raises(NotSignedIn) as caught:
        await door.sign_in()
    assert caught.value.cause == "forged"
    assert door.author is None


async def test_an_answer_to_another_question_is_not_heard_and_the_waiting_goes_on(
    hospital: Hospital,
) -> None:
    hospital.provider.twist = Twist.STATE
    browser = Browser()
    door = hospital.door(browser, patience=timedelta(seconds=0.5))
    with pytest.raises(NotSignedIn) as caught:
        await door.sign_in()
    assert caught.value.cause == "forged"
    assert PAGES.unexpected.title in browser.pages[0].text


@pytest.mark.parametrize("choice", ["Annuler", "Claire Fictif"])
async def test_a_provider_that_says_no_is_believed(hospital: Hospital, choice: str) -> None:
    hospital.provider.twist = None if choice == "Annuler" else Twist.DENIED
    browser = Browser(choice)
    with pytest.raises(NotSignedIn) as caught:
        await hospital.door(browser).sign_in()
    assert caught.value.cause == "refused"
    await came_back(browser)
    assert PAGES.refused.title in browser.pages[0].text


async def test_nobody_who_comes_back_is_waited_for_for_ever(hospital: Hospital) -> None:
    door = hospital.door(lambda _url: True, patience=timedelta(seconds=0.05))
    with pytest.raises(NotSignedIn) as caught:
        await door.sign_in()
    assert caught.value.cause == "late"


async def test_no_browser_ends_the_waiting_at_once(hospital: Hospital) -> None:
    with pytest.raises(NotSignedIn) as caught:
        await hospital.door(lambda _url: False).sign_in()
    assert caught.value.cause == "browser"


async def test_a_provider_that_cannot_be_reached_is_not_the_persons_fault(
    hospital: Hospital,
) -> None:
    async def cut(_url: str) -> httpx.AsyncBaseTransport:
        def fail(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("cut", request=request)

        return httpx.MockTransport(fail)

    door = open_signin(hospital.account, SYSTEM, pages=PAGES, ways=cut, open_browser=Browser())
    with pytest.raises(Unreachable):
        await door.sign_in()


async def test_whoever_waits_in_the_browser_can_give_up(hospital: Hospital) -> None:
    browser = Nobody()
    door = hospital.door(browser)
    waiting = asyncio.get_running_loop().create_task(door.sign_in())
    await browser.shown()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert door.author is None


async def test_a_second_sign_in_takes_the_place_of_one_that_still_waits(
    hospital: Hospital,
) -> None:
    empty = Nobody()
    browsers: Iterator[Callable[[str], bool]] = iter((empty, Browser()))

    def opens(url: str) -> bool:
        return next(browsers)(url)

    door = hospital.door(opens)
    first = asyncio.get_running_loop().create_task(door.sign_in())
    await empty.shown()

    author = await door.sign_in()

    with pytest.raises(NotSignedIn) as caught:
        await first
    assert caught.value.cause == "cancelled"
    assert door.author == author
    door.close()


async def test_the_session_ends_with_the_id_token_whatever_the_wall_clock_says(
    hospital: Hospital,
) -> None:
    hospital.provider.session_seconds = 600
    clock = Clock(offset=-200)  # slow, but not by more than the tolerance
    door = hospital.door(Browser(), now=clock.now, monotonic=lambda: clock.monotonic)
    await door.sign_in()

    clock.monotonic += 599
    assert who(door) is not None
    clock.monotonic += 2
    assert who(door) is None
    with pytest.raises(NotSignedIn) as caught:
        door.require()
    assert caught.value.cause == "ended"
    door.close()


async def test_a_machine_that_slept_wakes_to_a_session_that_ended(hospital: Hospital) -> None:
    hospital.provider.session_seconds = 600
    clock = Clock()
    door = hospital.door(Browser(), now=clock.now, monotonic=lambda: clock.monotonic)
    await door.sign_in()
    clock.offset += 601  # the monotonic clock of a sleeping machine may stand still
    assert door.author is None
    door.close()


async def test_the_end_of_a_session_is_told(hospital: Hospital) -> None:
    hospital.provider.session_seconds = 1
    door = hospital.door(Browser())
    over = asyncio.Event()
    door.watch(lambda: None if door.author else over.set())
    await door.sign_in()
    async with asyncio.timeout(5):
        await over.wait()
    with pytest.raises(NotSignedIn) as caught:
        door.require()
    assert caught.value.cause == "ended"


async def test_who_signs_out_is_gone_at_once_and_the_provider_says_good_bye(
    hospital: Hospital,
) -> None:
    browser = Browser()
    door = hospital.door(browser)
    await door.sign_in()
    told: list[object] = []
    forget = door.watch(lambda: told.append(door.author))

    await door.sign_out()

    assert told == [None]
    with pytest.raises(NotSignedIn) as caught:
        door.require()
    assert caught.value.cause == "needed"
    async with asyncio.timeout(5):
        while len(browser.pages) < 2:  # noqa: ASYNC110 - a browser says nothing
            await asyncio.sleep(0.005)
    farewell = browser.shown[-1]
    assert urlsplit(farewell).path == "/sso/v1/session/logout"
    assert query(farewell) == {"client_id": hospital.account.client_id}  # no token in an address
    forget()
    await door.sign_out()
    assert told == [None]
    assert len(browser.shown) == 2


async def test_signing_out_gives_a_waiting_sign_in_up(hospital: Hospital) -> None:
    browser = Nobody()
    door = hospital.door(browser)
    waiting = asyncio.get_running_loop().create_task(door.sign_in())
    await browser.shown()
    await door.sign_out()
    with pytest.raises(NotSignedIn):
        await waiting


async def test_a_token_that_says_no_name_still_says_who(hospital: Hospital) -> None:
    hospital.provider.twist = Twist.NAMELESS
    door = hospital.door(Browser())
    author = await door.sign_in()
    assert (author.key, author.name) == ("sso:sbx-90001", "")
    door.close()


async def test_nothing_about_a_person_reaches_the_log(
    hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "desktop_app")
    browser = Browser()
    door = hospital.door(browser)
    await door.sign_in()
    await door.sign_out()
    hospital.provider.twist = Twist.NONCE
    with pytest.raises(AppError):
        await door.sign_in()

    spoken = " ".join(record.getMessage() for record in caplog.records)
    assert spoken
    secrets = [value for url in browser.shown for value in query(url).values()]
    people = ["Claire", "Fictif", "claire.fictif", "sbx-90001", "eyJ"]
    for word in (*people, *(one for one in secrets if len(one) > 20)):
        assert word not in spoken


async def test_the_person_s_token_goes_nowhere_else(hospital: Hospital) -> None:
    door = hospital.door(Browser())
    await door.sign_in()
    assert hospital.calls[-2:] == [
        "POST /v1/authorization_code/token",
        "GET /.well-known/jwks.json",
    ]
    assert not [call for call in hospital.calls if "/v1/token" in call or "userinfo" in call]
    door.close()


async def test_without_a_sign_in_or_without_a_face_the_system_s_user_is_the_author(
    hospital: Hospital,
) -> None:
    doors = (
        open_signin(None, SYSTEM, pages=PAGES, ways=direct),
        open_signin(hospital.account, SYSTEM, pages=None, ways=direct),
    )
    for door in doors:
        assert isinstance(door, SystemUser)
        assert not door.needed
        assert door.author == door.require() == await door.sign_in() == SYSTEM
        door.watch(lambda: None)()
        await door.sign_out()
        door.close()
        assert door.author == SYSTEM
    assert hospital.calls == []


def test_until_somebody_signs_in_neither_network_nor_signatures_are_loaded() -> None:
    look = (
        "import sys, desktop_app.signin.service;"
        "sys.exit(any(name in sys.modules for name in ('httpx', 'joserfc', 'cryptography')))"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_a_person_has_five_minutes() -> None:
    assert timedelta(minutes=5) == service.PATIENCE
