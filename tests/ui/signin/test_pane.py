import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.people import Author
from desktop_app.ui.signin.presenter import SignInState
from desktop_app.ui.style import Look
from desktop_app.ui.topbar import TopBar
from desktop_app.ui.window import SMALLEST
from desktop_app.wording import signin as words


def state(name: str) -> SignInState:
    return SignInState(needed=True, author=Author(key="sso:1", name=name))


@pytest.fixture
def bar(qtbot: QtBot, look: Look) -> TopBar:
    made = TopBar(look, hospital="CH de Villefictive", environment="test")
    qtbot.addWidget(made)
    return made


def test_the_longest_name_makes_the_window_no_wider(bar: TopBar) -> None:
    name = "Marie-Antoinette Exemple-Fictif " * 3
    bar.person.show_state(state(name))
    assert bar.minimumSizeHint().width() <= SMALLEST[0]
    bar.resize(SMALLEST[0], bar.height())
    bar.show()
    bar.grab()
    assert bar.person.width() < bar.person.sizeHint().width()
    assert name in bar.person.toolTip()
    assert bar.person.accessibleName() == name


def test_the_button_says_what_it_does_in_every_state(bar: TopBar, qtbot: QtBot) -> None:
    person = bar.person
    person.show_state(SignInState())
    assert person.isHidden()
    person.show_state(SignInState(needed=True))
    assert person.text() == words.SIGN_IN
    with qtbot.waitSignal(person.sign_in_asked):
        person.click()
    person.show_state(SignInState(needed=True, busy=True))
    assert person.text() == words.SIGNING_IN
    assert not person.isEnabled()
    person.show_state(state("Claire Fictif"))
    assert person.menu() is not None
    with qtbot.waitSignal(person.sign_out_asked):
        person.menu().actions()[0].trigger()
