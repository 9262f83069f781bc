from datetime import date

from desktop_app.domain.letters import LetterId
from desktop_app.domain.people import Sex
from desktop_app.domain.typed import Typed
from desktop_app.ui.typed.presenter import TypedIdentity, TypedState

ONE, OTHER = LetterId("1"), LetterId("2")


class Form:
    """A form that somebody types in, and what it showed."""

    def __init__(self) -> None:
        self.shown: list[TypedState] = []
        self.identity = TypedIdentity(self.shown.append, lambda: date(2024, 3, 4))
        self.identity.open(ONE)

    def fill(self) -> None:
        self.identity.type("used_family", "DELORMEAU-SANDBOX")
        self.identity.type("given", "Capucine")
        self.identity.type("birth_date", "14/07/1985")
        self.identity.type("ipp", "000123")
        self.identity.choose_sex(Sex.FEMALE)


def test_every_keystroke_is_read() -> None:
    form = Form()
    form.identity.type("birth_date", "31/02/1985")
    assert form.shown[-1].reading.wrong == {"birth_date": "date"}
    form.identity.type("birth_date", "28/02/1985")
    assert form.shown[-1].reading.wrong == {}


def test_an_identity_is_taken_when_it_is_complete_and_leaves_an_empty_form() -> None:
    form = Form()
    assert form.identity.take() is None
    form.fill()
    patient = form.identity.take()
    assert patient is not None
    assert patient.used_family == "DELORMEAU-SANDBOX"
    assert form.shown[-1].is_blank


def test_what_is_half_typed_waits_for_its_letter() -> None:
    form = Form()
    form.identity.type("given", "Capucine")
    form.identity.open(OTHER)
    assert form.shown[-1].is_blank
    form.identity.open(ONE)
    assert form.shown[-1].typed == Typed(given="Capucine")


def test_an_identity_can_be_corrected() -> None:
    form = Form()
    form.fill()
    patient = form.identity.take()
    assert patient is not None
    form.identity.correct(patient)
    form.identity.type("ipp", "000124")
    corrected = form.identity.take()
    assert corrected is not None
    assert corrected.ipp == "000124"
    assert corrected.given == patient.given


def test_a_form_can_be_emptied() -> None:
    form = Form()
    form.fill()
    form.identity.forget()
    assert form.identity.state.is_blank
