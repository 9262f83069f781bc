from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import FileTrouble
from desktop_app.domain.letters import Document, DocumentId, Letter, LetterId
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Mailbox,
    Patient,
    PatientId,
    Recipient,
)
from desktop_app.domain.ports import Overview
from desktop_app.tasks import Tasks
from desktop_app.ui.commands import KEYS
from desktop_app.ui.desk import Desk
from desktop_app.ui.frame import SENDINGS, TO_SEND
from desktop_app.ui.letters.pane import DropZone, PagePane
from desktop_app.ui.letters.presenter import TrayState, Undoable
from desktop_app.ui.outbox.presenter import EnvoisState
from desktop_app.ui.parts import IconButton, NoticeBox
from desktop_app.ui.style import Look
from desktop_app.ui.window import SMALLEST
from desktop_app.wording import window as words
from desktop_app.wording.failures import Notice

NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)
K = Qt.Key
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
PATIENT = Patient(id=PatientId("1"), birth_family="ABRICOTIER", given=("CAPUCINE",))
ADDRESSES = (Mailbox(address="un@cabinet.mssante.example"), Mailbox(address="b@b.mssante.example"))
RECIPIENT = Recipient(
    correspondent=Correspondent(
        id=CorrespondentId("c"), family="ORMEAU", prefix="DR", mailboxes=ADDRESSES
    ),
    address="un@cabinet.mssante.example",
)


def draft(name: str) -> Letter:
    document = Document(id=DocumentId(name), name=f"{name}.pdf", sha256="", size=184_000, pages=2)
    return Letter(id=LetterId(name), created_at=NOW, documents=(document,))


SAMPLES = (("Une lettre", Path("une-lettre.pdf")), ("Une autre", Path("une-autre.pdf")))
BARE = draft("a")
READY = replace(BARE, patient=PATIENT, recipients=(RECIPIENT,))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, look: Look) -> Desk:
    desk = Desk(
        look,
        qapp.clipboard(),
        Tasks(on_accident=lambda _error: None),
        hospital="CH de Villefictive",
        environment="practice",
        samples=(),
        now=lambda: NOW,
    )
    qtbot.addWidget(desk.window, before_close_func=lambda window: window.close_for_good())
    desk.window.show()
    desk.window.activateWindow()
    return desk


def show(desk: Desk, *letters: Letter, chosen: str = "") -> None:
    state = TrayState(letters=letters, chosen=LetterId(chosen or letters[0].id))
    desk.patient.show_patient(None if state.letter is None else state.letter.patient)
    desk.recipients.show_recipients(() if state.letter is None else state.letter.recipients)
    desk.window.show_tray(state)


def press(desk: Desk, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(desk.window.focusWidget() or desk.window, key, modifiers)


def test_the_title_stays_the_same(desk: Desk) -> None:
    assert desk.window.windowTitle() == "Navette — CH de Villefictive"
    show(desk, BARE)
    assert desk.window.windowTitle() == "Navette — CH de Villefictive"


def test_the_count_is_always_in_sight_and_leads_to_the_letters(desk: Desk, qtbot: QtBot) -> None:
    asked: list[bool] = []
    desk.panes.groups.outstanding_asked.connect(lambda: asked.append(True))
    desk.window.show_overview(Overview(outstanding=2), NOW)
    assert "2 lettres en souffrance" in desk.window.top.outstanding.text()
    qtbot.mouseClick(desk.window.top.outstanding, Qt.MouseButton.LeftButton)
    assert desk.window.view == SENDINGS
    assert asked


def test_the_keyboard_follows_the_work(desk: Desk) -> None:
    show(desk, BARE)
    assert desk.patient.search.field.hasFocus()
    show(desk, replace(BARE, patient=PATIENT))
    assert desk.recipients.search.field.hasFocus()
    show(desk, draft("b"))  # the letter was sent, the next one is on the table
    assert desk.patient.search.field.hasFocus()


def test_walking_through_the_tray_keeps_the_keyboard_there(desk: Desk) -> None:
    show(desk, BARE, draft("b"))
    desk.panes.tray.list.setFocus()
    show(desk, BARE, draft("b"), chosen="b")
    assert desk.panes.tray.list.hasFocus()


def test_f6_walks_through_the_panes_and_comes_back(desk: Desk) -> None:
    show(desk, BARE)
    stops = []
    for _ in range(4):
        press(desk, K.Key_F6)
        stops.append(desk.window.focusWidget())
    assert stops[0] is desk.panes.tray.list
    assert stops[1] is desk.panes.page.pages
    assert stops[2] is desk.patient.search.field
    assert stops[3] is desk.panes.tray.list


def test_f6_walks_through_the_sendings_too(desk: Desk) -> None:
    press(desk, K.Key_2, CTRL)
    first = desk.window.focusWidget()
    press(desk, K.Key_F6)
    second = desk.window.focusWidget()
    press(desk, K.Key_F6)
    assert first is not None
    assert desk.panes.groups.isAncestorOf(first)
    assert second is not None
    assert desk.panes.sendings.isAncestorOf(second)
    assert desk.window.focusWidget() is first


def test_the_sheet_of_shortcuts_gives_the_keyboard_back(desk: Desk) -> None:
    show(desk, BARE)
    press(desk, K.Key_F1)
    assert desk.window.help.isVisible()
    press(desk, K.Key_Escape)
    assert not desk.window.help.isVisible()
    assert desk.patient.search.field.hasFocus()
    press(desk, K.Key_F1)
    press(desk, K.Key_F1)
    assert not desk.window.help.isVisible()


def test_views_and_searches_have_their_keys(desk: Desk) -> None:
    show(desk, BARE)
    press(desk, K.Key_F, CTRL)
    assert desk.window.view == SENDINGS
    assert desk.panes.sendings.bar.field.hasFocus()
    press(desk, K.Key_D, CTRL)
    assert desk.window.view == TO_SEND
    assert desk.recipients.search.field.hasFocus()
    press(desk, K.Key_P, CTRL)
    assert desk.patient.search.field.hasFocus()


def test_a_french_keyboard_needs_no_shift_for_figures(desk: Desk) -> None:
    press(desk, K.Key_Eacute, CTRL)
    assert desk.window.view == SENDINGS
    press(desk, K.Key_Ampersand, CTRL)
    assert desk.window.view == TO_SEND


def test_only_a_complete_letter_is_sent(desk: Desk) -> None:
    asked: list[bool] = []
    desk.window.send_asked.connect(lambda: asked.append(True))
    show(desk, BARE)
    assert not desk.panes.composer.send.isEnabled()
    press(desk, K.Key_Return, CTRL)
    assert not asked
    show(desk, READY)
    press(desk, K.Key_Return, CTRL)
    assert asked == [True]


def test_a_letter_that_is_out_of_sight_is_not_sent(desk: Desk) -> None:
    asked: list[bool] = []
    desk.window.send_asked.connect(lambda: asked.append(True))
    show(desk, READY)
    press(desk, K.Key_2, CTRL)

    press(desk, K.Key_Return, CTRL)
    assert not asked
    assert desk.window.view == TO_SEND
    assert desk.panes.composer.send.hasFocus()
    press(desk, K.Key_Return, CTRL)
    assert asked == [True]


def test_ctrl_enter_among_the_sendings_leads_to_what_the_letter_lacks(desk: Desk) -> None:
    show(desk, replace(BARE, patient=PATIENT))
    press(desk, K.Key_2, CTRL)
    press(desk, K.Key_Return, CTRL)
    assert desk.window.view == TO_SEND
    assert desk.recipients.search.field.hasFocus()


def test_letters_that_can_no_longer_be_read_are_said_for_as_long_as_there_are_any(
    desk: Desk, qtbot: QtBot
) -> None:
    said = "2 lettres de ce poste ne peuvent plus être lues"
    desk.show_sendings(EnvoisState(overview=Overview(damaged=2)))
    assert desk.window.notices == (said,)
    (strip,) = [one for one in desk.window.findChildren(NoticeBox) if one.title == said]
    closing = strip.findChild(IconButton)
    assert closing is not None
    assert not closing.isVisible()
    press(desk, K.Key_2, CTRL)
    assert desk.window.notices == (said,)
    desk.show_sendings(EnvoisState())
    assert not strip.isVisible()


def test_what_is_not_the_real_thing_says_so_in_every_view(desk: Desk) -> None:
    (banner,) = [one for one in desk.window.findChildren(QLabel) if one.text() == words.TRAINING]
    for key in (K.Key_1, K.Key_2):
        press(desk, key, CTRL)
        assert banner.isVisible()
        assert banner.width() >= banner.sizeHint().width()


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768)])
def test_the_identity_stays_in_sight_whatever_is_scrolled(
    desk: Desk, qtbot: QtBot, size: tuple[int, int]
) -> None:
    addresses = [f"un{number}@cabinet.mssante.example" for number in range(10)]
    many = tuple(replace(RECIPIENT, address=address) for address in addresses)
    desk.window.resize(*size)
    show(desk, replace(READY, recipients=many))
    press(desk, K.Key_D, CTRL)
    (name,) = [one for one in desk.patient.findChildren(QLabel) if "ABRICOTIER" in one.text()]
    qtbot.waitUntil(desk.recipients.search.field.hasFocus)
    assert not name.visibleRegion().isEmpty()
    assert not desk.recipients.search.field.visibleRegion().isEmpty()


def test_the_sheet_of_shortcuts_fits_the_smallest_window(desk: Desk) -> None:
    desk.window.resize(*SMALLEST)
    press(desk, K.Key_F1)
    centre = desk.window.centralWidget()
    assert centre is not None
    assert centre.rect().contains(desk.window.help.geometry())


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_opens_without_a_loop_of_its_own(desk: Desk) -> None:
    press(desk, K.Key_F10)
    assert desk.window.top.menu.isVisible()
    desk.window.top.menu.close()


def test_many_refusals_are_all_there_and_leave_the_window_its_size(desk: Desk) -> None:
    height = desk.window.height()
    problems = tuple(FileTrouble("not_pdf", f"photo {number}.png") for number in range(40))
    desk.window.show_tray(TrayState(problems=problems))
    QApplication.sendPostedEvents()
    assert desk.window.height() == height
    said = [one.text() for one in desk.panes.tray.findChildren(QLabel)]
    assert any("photo 39.png" in text for text in said)


def test_a_used_name_is_never_guessed(desk: Desk) -> None:
    show(desk, READY)
    said = [one.text() for one in desk.patient.findChildren(QLabel) if one.isVisible()]
    assert "nom utilisé\u00a0: non renseigné" in said


def test_the_page_grows_and_shrinks(desk: Desk) -> None:
    show(desk, BARE)
    pages = desk.panes.page.pages
    before = pages.scale()
    press(desk, K.Key_Plus, CTRL)
    assert pages.scale() > before
    press(desk, K.Key_Minus, CTRL)
    assert pages.scale() == pytest.approx(before)
    press(desk, K.Key_Minus, CTRL)
    press(desk, K.Key_0, CTRL)
    assert pages.scale() == pytest.approx(before)


def test_the_undo_bar_never_takes_the_keyboard(desk: Desk) -> None:
    show(desk, BARE)
    undo = Undoable(letter=READY, leaves_at=NOW + timedelta(seconds=7))
    desk.window.show_undo(undo, NOW)
    assert desk.window.undo_bar.isVisible()
    assert "départ dans 7" in desk.window.undo_bar.accessibleName()
    assert desk.patient.search.field.hasFocus()
    desk.window.show_undo(None, NOW)
    assert not desk.window.undo_bar.isVisible()


def test_a_message_stays_until_it_is_closed_or_mended(desk: Desk) -> None:
    desk.window.say("work", Notice("Un titre", "Un conseil"), closable=False)
    desk.window.say("accident", Notice("Erreur inattendue"))
    seen = [desk.window.notices]
    desk.window.say("work", None)
    seen.append(desk.window.notices)
    assert seen == [("Un titre", "Erreur inattendue"), ("Erreur inattendue",)]


def test_several_addresses_are_a_visible_choice(desk: Desk) -> None:
    changed: list[tuple[Recipient, ...]] = []
    desk.recipients.recipients_changed.connect(changed.append)
    show(desk, READY)
    (choice,) = desk.recipients.findChildren(QComboBox)
    choice.setCurrentIndex(1)
    choice.textActivated.emit(choice.currentText())
    assert changed[-1][0].address == "b@b.mssante.example"


@pytest.mark.parametrize("name", KEYS)
def test_every_shortcut_is_in_the_menu_and_on_the_sheet(desk: Desk, name: str) -> None:
    assert name in words.COMMANDS
    listed = {command for _title, commands in words.GROUPS for command in commands}
    assert name in listed | {"quit"}
    texts = [action.text() for action in desk.window.top.menu.actions()]
    assert name == "menu" or words.COMMANDS[name] in texts


def test_everything_that_can_be_reached_has_a_name(desk: Desk) -> None:
    show(desk, READY)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QListView)
    reached = [one for kind in kinds for one in desk.window.findChildren(kind)]
    nameless = [
        one
        for one in reached
        if one.isVisible()
        and one.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and not (one.accessibleName() or getattr(one, "text", str)())
    ]
    assert nameless == []


def test_a_sample_letter_is_one_click_away(qtbot: QtBot, look: Look) -> None:
    page, given = PagePane(look, SAMPLES), list[list[Path]]()
    qtbot.addWidget(page)
    page.sample_asked.connect(given.append)
    page.show_letter(None)
    page.show()
    qtbot.mouseClick(page.take_sample, Qt.MouseButton.LeftButton)
    assert given == [[SAMPLES[0][1]]]


def test_without_samples_none_is_offered(qtbot: QtBot, look: Look) -> None:
    page = PagePane(look, ())
    qtbot.addWidget(page)
    page.show_letter(None)
    page.show()
    assert not page.take_sample.isVisible()


def test_each_sample_letter_and_all_of_them_can_be_chosen(qtbot: QtBot, look: Look) -> None:
    zone, given = DropZone(look, SAMPLES), list[list[Path]]()
    qtbot.addWidget(zone)
    zone.sample_asked.connect(given.append)
    menu = zone.samples.menu()
    assert menu is not None
    for action in menu.actions():
        action.trigger()
    one, other = (path for _title, path in SAMPLES)
    assert given == [[one], [other], [one, other]]


@pytest.mark.parametrize("letters", [(), (READY,)], ids=["empty", "a letter"])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_no_sentence_is_cut(
    qtbot: QtBot,
    qapp: QApplication,
    scale: float,
    size: tuple[int, int],
    letters: tuple[Letter, ...],
) -> None:
    desk = Desk(
        Look(qapp, "light", text_scale=scale),
        qapp.clipboard(),
        Tasks(on_accident=lambda _error: None),
        hospital="CH de Villefictive",
        environment="practice",
        samples=SAMPLES,
        now=lambda: NOW,
    )
    qtbot.addWidget(desk.window, before_close_func=lambda window: window.close_for_good())
    desk.window.resize(*size)
    if letters:
        show(desk, *letters)
    desk.window.show()
    QApplication.sendPostedEvents()
    cut = [
        one.text()
        for one in desk.window.findChildren(QLabel)
        if one.isVisible() and one.wordWrap() and one.height() < one.heightForWidth(one.width())
    ]
    assert cut == []
    send = desk.panes.composer.send
    for part in send.findChildren(QLabel):
        assert part.width() >= part.sizeHint().width()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_is_wider_than_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, scale: float
) -> None:
    look = Look(qapp, "light", text_scale=scale)
    desk = Desk(
        look,
        qapp.clipboard(),
        Tasks(on_accident=lambda _error: None),
        hospital="CH de Villefictive",
        environment="practice",
        samples=(),
        now=lambda: NOW,
    )
    qtbot.addWidget(desk.window, before_close_func=lambda window: window.close_for_good())
    desk.window.resize(1366, 768)
    show(desk, READY, draft("b"))
    desk.window.show()
    assert desk.window.width() == 1366
    assert desk.window.height() == 768
    for part in (desk.panes.composer.send, desk.panes.composer.away, desk.window.top.outstanding):
        assert _inside(part, desk.window)


def _inside(part: QWidget, window: QWidget) -> bool:
    corner = part.mapTo(window, part.rect().bottomRight())
    return part.width() >= part.minimumSizeHint().width() and window.rect().contains(corner)


@pytest.mark.parametrize(
    ("room", "filled"),
    [((1366, 728), True), ((1366, 768), True), ((1920, 1040), False), ((800, 800), False)],
)
def test_a_small_screen_is_filled(desk: Desk, room: tuple[int, int], *, filled: bool) -> None:
    desk.window.open_on(QSize(*room))
    assert desk.window.isMaximized() is filled
