"""The form for an identity: what stands in it, what it comes to, whose letter it is for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from desktop_app.domain.letters import LetterId
from desktop_app.domain.people import Patient, Sex
from desktop_app.domain.typed import Reading, Typed, read_identity, with_text, written


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedState:
    """What the form shows."""

    typed: Typed
    reading: Reading

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed yet."""
        return self.typed == Typed()


class TypedIdentity:
    """One form for whichever letter is on the table.

    What is half typed when another letter comes onto it is there again when it comes back: in
    memory only, for nothing of it may be on a disk before it is in the letter.
    """

    def __init__(self, show: Callable[[TypedState], None], today: Callable[[], date]) -> None:
        self._show = show
        self._today = today
        self._typed = Typed()
        self._letter: LetterId | None = None
        self._begun: dict[LetterId, Typed] = {}

    @property
    def state(self) -> TypedState:
        """What it shows now."""
        return TypedState(typed=self._typed, reading=read_identity(self._typed, self._today()))

    def open(self, letter: LetterId | None) -> None:
        """Another letter is on the table."""
        if self._letter is not None and not self.state.is_blank:
            self._begun[self._letter] = self._typed
        self._letter = letter
        begun = None if letter is None else self._begun.pop(letter, None)
        self._become(begun or Typed())

    def correct(self, patient: Patient) -> None:
        """Show the identity that the letter has, to be corrected."""
        self._become(written(patient))

    def forget(self) -> None:
        """Empty every field."""
        self._become(Typed())

    def type(self, trait: str, text: str) -> None:
        """Somebody typed in a field."""
        self._become(with_text(self._typed, trait, text))

    def choose_sex(self, sex: Sex) -> None:
        """Somebody chose."""
        self._become(replace(self._typed, sex=sex))

    def take(self) -> Patient | None:
        """The identity, once it is complete; the form is then empty again."""
        reading = self.state.reading
        if not reading.is_complete:
            return None
        self.forget()
        return reading.patient

    def _become(self, typed: Typed) -> None:
        self._typed = typed
        self._show(self.state)
