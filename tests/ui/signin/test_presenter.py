from collections.abc import Callable

import pytest

from desktop_app.domain.errors import AppError, NotSignedIn, Unreachable
from desktop_app.domain.people import Author
from desktop_app.ui.signin.presenter import SignIn, SignInState

CLAIRE = Author(key="sso:sbx-90001", name="Claire Fictif")


class Door:
    """A hospital's door that opens, or fails with ``failure``."""

    needed = True

    def __init__(self, failure: AppError | None = None) -> None:
        self.author: Author | None = None
        self.failure = failure
        self.watchers: list[Callable[[], None]] = []

    async def sign_in(self) -> Author:
        if self.failure is not None:
            raise self.failure
        self.author = CLAIRE
        self.tell()
        return CLAIRE

    async def sign_out(self) -> None:
        self.leave()

    def leave(self) -> None:
        self.author = None
        self.tell()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.watchers.append(changed)
        return lambda: self.watchers.remove(changed)

    def tell(self) -> None:
        for changed in tuple(self.watchers):
            changed()


def opened(door: Door) -> tuple[SignIn, list[SignInState], Callable[[], None]]:
    shown: list[SignInState] = []
    signin = SignIn(door, shown.append)
    return signin, shown, signin.begin()


async def test_whoever_signs_in_is_shown_and_then_free_to_send() -> None:
    signin, shown, _forget = opened(Door())
    done: list[str] = []
    signin.before(lambda: done.append("sent"))
    assert shown[-1].wanted
    assert done == []

    await signin.sign_in()

    assert [state.busy for state in shown[2:]] == [True, True, False]
    assert shown[-1] == SignInState(needed=True, author=CLAIRE)
    signin.before(lambda: done.append("sent"))
    assert done == ["sent"]


async def test_where_nobody_is_asked_nothing_is_in_the_way() -> None:
    door = Door()
    door.needed = False
    signin, shown, _forget = opened(door)
    done: list[str] = []
    signin.before(lambda: done.append("sent"))
    assert done == ["sent"]
    assert shown == [SignInState()]


@pytest.mark.parametrize("failure", [NotSignedIn("forged"), Unreachable("sign_in")])
async def test_a_failure_is_shown_until_the_next_try(failure: AppError) -> None:
    door = Door(failure)
    signin, shown, _forget = opened(door)
    await signin.sign_in()
    assert shown[-1] == SignInState(needed=True, problem=failure)
    door.failure = None
    await signin.sign_in()
    assert shown[-1].problem is None


async def test_giving_up_is_no_failure() -> None:
    signin, shown, _forget = opened(Door(NotSignedIn("cancelled")))
    await signin.sign_in()
    assert shown[-1] == SignInState(needed=True)


async def test_a_session_that_ends_by_itself_says_so_and_one_that_is_ended_does_not() -> None:
    door = Door()
    signin, shown, forget = opened(door)
    await signin.sign_in()
    door.leave()
    problem = shown[-1].problem
    assert isinstance(problem, NotSignedIn)
    assert problem.cause == "ended"

    await signin.sign_in()
    await signin.sign_out()
    assert shown[-1] == SignInState(needed=True)
    forget()
    assert door.watchers == []
