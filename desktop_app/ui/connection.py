"""What the desk is wired to: an opened profile, as far as a screen is concerned."""

from collections.abc import Sequence
from typing import Protocol

from desktop_app.domain.letters import Limits, Target
from desktop_app.domain.ports import (
    FindsCorrespondents,
    FindsPatients,
    FindsStays,
    FindsVisits,
    KeepsLetters,
    KnowsHabits,
    SendsLetters,
    SignsIn,
)


class Patients(FindsPatients, FindsStays, FindsVisits, Protocol):
    """Everything that is asked about patients."""


class Connection(Protocol):
    """An opened profile, as far as the desk is concerned."""

    @property
    def patients(self) -> Patients:
        """Who letters are about, and who is here."""

    @property
    def directory(self) -> FindsCorrespondents:
        """Who gets them."""

    @property
    def letters(self) -> KeepsLetters:
        """The tray."""

    @property
    def outbox(self) -> SendsLetters:
        """The queue and the history."""

    @property
    def habits(self) -> KnowsHabits:
        """What former sendings teach."""

    @property
    def signin(self) -> SignsIn:
        """Who works here."""

    @property
    def targets(self) -> Sequence[Target]:
        """Where letters may go from here."""

    @property
    def limits(self) -> Limits:
        """What letters are checked against."""
