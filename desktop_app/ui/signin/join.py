"""The wires between the hospital's sign-in and the window."""

import asyncio
from collections.abc import Callable

from desktop_app.domain.ports import SignsIn
from desktop_app.tasks import Tasks
from desktop_app.ui.signin.presenter import SignIn, SignInState
from desktop_app.ui.window import MainWindow
from desktop_app.wording import signin as words

_ASKED, _FAILED = "sign-in", "sign-in failed"


def join(window: MainWindow, door: SignsIn, tasks: Tasks) -> tuple[SignIn, Callable[[], None]]:
    """Show who works here, and let them come and go; the second answer ends the listening."""
    person = window.top.person
    running: asyncio.Task[None] | None = None

    def start() -> None:
        nonlocal running
        if not signin.state.busy:
            running = tasks.start(signin.sign_in(), "sign in")

    def give_up() -> None:
        if running is not None:
            running.cancel()

    def show(state: SignInState) -> None:
        person.show_state(state)
        if state.busy:
            act = (words.GIVE_UP, give_up)
            window.say(_ASKED, words.IN_BROWSER, name="advice", closable=False, act=act)
        else:
            wanted = words.WANTED if state.wanted and not state.author else None
            window.say(_ASKED, wanted, name="advice", act=(words.SIGN_IN, start))
        problem = None if state.problem is None else words.failed(state.problem)
        window.say(_FAILED, problem, act=(words.SIGN_IN, start))

    signin = SignIn(door, show)
    person.sign_in_asked.connect(start)
    person.sign_out_asked.connect(tasks.slot(signin.sign_out))
    return signin, signin.begin()
