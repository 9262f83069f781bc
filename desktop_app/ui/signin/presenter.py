"""Signing in and out, as the window shows it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_app.domain.errors import AppError, NotSignedIn
from desktop_app.domain.people import Author
from desktop_app.domain.ports import SignsIn


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """Everything that is shown of it.

    ``busy`` while the browser has the word; ``wanted`` when somebody could not send for want of a
    name; ``problem`` is why nobody is signed in, until it is read or mended.
    """

    needed: bool = False
    author: Author | None = None
    busy: bool = False
    wanted: bool = False
    problem: AppError | None = None


class SignIn:
    """The hospital's question to whoever sits here."""

    def __init__(self, door: SignsIn, show: Callable[[SignInState], None]) -> None:
        self._door, self._show = door, show
        self._leaving = False
        self._state = SignInState(needed=door.needed, author=door.author)

    @property
    def state(self) -> SignInState:
        """What is shown now."""
        return self._state

    def begin(self) -> Callable[[], None]:
        """Show who is here, from now on; the answer ends that."""
        self._change()
        return self._door.watch(self._heard)

    def before(self, then: Callable[[], None]) -> None:
        """Do what needs a name, or ask for the name first: then nothing is done by itself."""
        if self._door.needed and self._door.author is None:
            self._change(wanted=True, problem=None)
        else:
            then()

    async def sign_in(self) -> None:
        """Let the browser ask; being cancelled is the person's own wish."""
        self._change(busy=True, problem=None)
        problem: AppError | None = None
        try:
            await self._door.sign_in()
        except AppError as error:
            given_up = isinstance(error, NotSignedIn) and error.cause == "cancelled"
            problem = None if given_up else error
        finally:
            self._change(busy=False, wanted=False, problem=problem)

    async def sign_out(self) -> None:
        """Nobody is here any more."""
        self._leaving = True
        try:
            await self._door.sign_out()
        finally:
            self._leaving = False

    def _heard(self) -> None:
        """Somebody came or went; who did not ask to go is told why they are gone."""
        gone = self._state.author is not None and self._door.author is None
        self._change(problem=NotSignedIn("ended") if gone and not self._leaving else None)

    def _change(self, **members: object) -> None:
        author = self._door.author
        self._state = replace(self._state, author=author, **members)  # type: ignore[arg-type]
        self._show(self._state)
