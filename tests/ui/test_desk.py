import hashlib
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from desktop_app.domain.people import Recipient
from desktop_app.domain.sending import JobState
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.server import Served
from desktop_app.ui.frame import SENDINGS, TO_SEND
from tests.intake.conftest import BAD, pdf
from tests.ui.conftest import until
from tests.ui.whole import ALT, CTRL, K, Opened, Whole

PATIENT, PRACTITIONER = "abricotier capucine", "tessandier marc"
ADDRESS = "marc.tessandier@cabinet.mssante.example"


def has_letters(desk: Whole, count: int) -> bool:
    return len(desk.desk.letters.letters) == count


async def find_patient(desk: Whole, text: str = PATIENT) -> None:
    """Type in the patient box and take the first answer, with the keyboard only."""
    search = desk.desk.patient.search
    await until(search.field.hasFocus)
    desk.type(text)
    await until(search.list.isVisible, 10)
    desk.press(K.Key_Down)
    desk.press(K.Key_Return)
    await until(lambda: desk.letter is not None and desk.letter.patient is not None)


async def find_recipient(desk: Whole, text: str = PRACTITIONER) -> None:
    search = desk.desk.recipients.search
    before = len(desk.letter.recipients) if desk.letter else 0
    await until(search.field.hasFocus)
    desk.type(text)
    await until(search.list.isVisible, 10)
    desk.press(K.Key_Down)
    desk.press(K.Key_Return)
    await until(lambda: desk.letter is not None and len(desk.letter.recipients) > before)


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def compose(desk: Whole, letter: Path) -> None:
    desk.drop(letter)
    await until(lambda: desk.letter is not None, 10)
    await find_patient(desk)
    await find_recipient(desk)
    await until(desk.desk.panes.composer.send.isEnabled)


async def test_a_dropped_letter_arrives_once_byte_for_byte(
    opened: Opened, served: Served, letter: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=1) as desk:
        await compose(desk, letter)
        desk.press(K.Key_Return, CTRL)
        await until(desk.desk.window.undo_bar.isVisible)
        assert len(served.sandbox.ledger) == before  # nothing leaves while it can be undone
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [JobState.DELIVERED], 20)
        assert desk.sees("File vide")
    (sent,) = served.sandbox.ledger[before:]
    assert sent.recipients == (ADDRESS,)
    (document,) = sent.documents
    assert document.sha256 == fingerprint(letter)


async def test_undo_is_a_true_cancel(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        before = len(desk.ledger)
        await compose(desk, letter)
        desk.press(K.Key_Return, CTRL)
        await until(desk.desk.window.undo_bar.isVisible)
        assert not desk.desk.letters.letters

        desk.press(K.Key_Z, CTRL)

        await until(lambda: desk.letter is not None)
        assert desk.letter is not None
        assert desk.letter.patient is not None
        assert [one.address for one in desk.letter.recipients] == [ADDRESS]
        assert not desk.desk.window.undo_bar.isVisible()
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [JobState.CANCELLED])
        assert len(desk.ledger) == before


async def test_undo_works_while_somebody_types_the_next_patient(
    opened: Opened, letter: Path, tmp_path: Path
) -> None:
    async with opened() as desk:
        following = tmp_path / "suivante.pdf"
        following.write_bytes(pdf())
        await compose(desk, letter)
        desk.drop(following)
        await until(lambda: len(desk.desk.letters.letters) == 2)
        desk.press(K.Key_Return, CTRL)
        await until(desk.desk.patient.search.field.hasFocus)
        desk.type("orm")

        desk.press(K.Key_Z, CTRL)

        await until(lambda: len(desk.desk.letters.letters) == 2)
        assert desk.letter is not None
        assert desk.letter.patient is not None


async def test_drafts_are_there_the_next_time(opened: Opened, served: Served, letter: Path) -> None:
    async with opened() as desk:
        await compose(desk, letter)
        shown = desk.letter
    async with opened() as desk:
        assert desk.letter == shown
        assert desk.sees("ABRICOTIER")
        assert desk.sees("Dr TESSANDIER-FICTIF Marc")


async def test_ctrl_enter_goes_to_what_is_missing(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        before = len(desk.ledger)
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        desk.desk.panes.tray.list.setFocus()

        desk.press(K.Key_Return, CTRL)
        assert desk.desk.patient.search.field.hasFocus()
        await find_patient(desk)
        desk.desk.panes.tray.list.setFocus()
        desk.press(K.Key_Return, CTRL)

        assert desk.desk.recipients.search.field.hasFocus()
        assert desk.desk.letters.letters
        assert len(desk.ledger) == before


async def test_nothing_is_chosen_by_itself(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        search = desk.desk.patient.search
        desk.type(PATIENT)
        await until(search.list.isVisible, 10)
        assert not search.list.currentIndex().isValid()
        desk.press(K.Key_Return)  # in the field: goes to the answers, chooses none
        assert desk.letter is not None
        assert desk.letter.patient is None
        assert search.list.hasFocus()


async def test_usual_correspondents_are_one_key_away(
    opened: Opened, letter: Path, tmp_path: Path
) -> None:
    async with opened() as desk:
        following = tmp_path / "suivante.pdf"
        following.write_bytes(pdf())
        await compose(desk, letter)
        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.letter is None)
        desk.drop(following)
        await until(lambda: desk.letter is not None)
        await find_patient(desk)
        await until(lambda: desk.sees("DESTINATAIRES") and bool(desk.desk.recipients.offered()))

        desk.press(K.Key_1, ALT)

        await until(lambda: bool(desk.letter and desk.letter.recipients))
        assert desk.letter is not None
        assert desk.letter.recipients[0].address == ADDRESS


async def test_a_usual_correspondent_lands_on_the_letter_it_was_picked_for(
    opened: Opened, letter: Path, tmp_path: Path
) -> None:
    async with opened() as desk:
        following = tmp_path / "suivante.pdf"
        following.write_bytes(pdf())
        await compose(desk, letter)
        desk.drop(following)
        await until(lambda: len(desk.desk.letters.letters) == 2)
        first, second = desk.desk.letters.letters
        recipient = Recipient(
            correspondent=first.recipients[0].correspondent, address=first.recipients[0].address
        )
        desk.desk.recipients.recipients_changed.emit(())
        await until(lambda: bool(desk.letter and not desk.letter.recipients))
        desk.served.sandbox.faults.replace(Rule(path="$search-for-mss", delay_ms=200))

        desk.desk.recipients.usual_picked.emit(recipient)
        desk.desk.panes.tray.list.setFocus()
        desk.press(K.Key_Down)  # another letter, before the directory has answered
        assert desk.letter is not None
        assert desk.letter.id == second.id

        await until(lambda: bool(desk.desk.letters.letters[0].recipients), 5)
        assert not desk.desk.letters.letters[1].recipients


async def test_what_was_looked_for_does_not_stay_for_another_letter(
    opened: Opened, letter: Path, tmp_path: Path
) -> None:
    async with opened() as desk:
        following = tmp_path / "suivante.pdf"
        following.write_bytes(pdf())
        desk.drop(letter, following)
        await until(lambda: len(desk.desk.letters.letters) == 2)
        desk.desk.patient.search.field.setFocus()
        desk.type(PATIENT)
        await until(desk.desk.patient.search.list.isVisible, 10)

        desk.desk.panes.tray.list.setFocus()
        first = desk.desk.letters.letters[0].id
        desk.press(K.Key_Down if desk.desk.letters.chosen == first else K.Key_Up)

        await until(lambda: not desk.desk.patient.search.list.isVisible())
        assert desk.desk.patient.search.field.text() == ""


async def test_a_letter_put_away_comes_back(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        desk.desk.panes.tray.list.setFocus()
        desk.press(K.Key_Delete)
        await until(lambda: desk.letter is None)
        assert desk.desk.window.undo_bar.isVisible()
        desk.press(K.Key_Z, CTRL)
        await until(lambda: desk.letter is not None)


SAID = {
    "empty": "est vide",
    "not_pdf": "n’est pas un PDF",
    "damaged": "abîmé",
    "encrypted": "mot de passe",
}


@pytest.mark.parametrize("fault", BAD)
async def test_a_bad_file_is_named_and_harms_nothing(
    opened: Opened, letter: Path, tmp_path: Path, fault: str
) -> None:
    async with opened() as desk:
        content, kind = BAD[fault]
        bad = tmp_path / "autre.pdf"
        bad.write_bytes(content)
        desk.drop(bad, letter)
        await until(lambda: bool(desk.desk.letters.problems) and desk.letter is not None, 5)
        assert desk.sees("autre.pdf")
        assert desk.sees(SAID[kind])
        assert [one.documents[0].name for one in desk.desk.letters.letters] == ["lettre.pdf"]


async def test_a_file_that_is_gone_too_large_or_a_folder_is_said(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as desk:
        large, folder = tmp_path / "lourd.pdf", tmp_path / "dossier"
        with large.open("wb") as file:
            file.write(pdf())
            file.truncate(50_000_001)
        folder.mkdir()
        desk.drop(tmp_path / "absent.pdf", large, folder)
        await until(lambda: len(desk.desk.letters.problems) == 3, 5)
        for text in ("n’est plus là", "trop lourd", "dossier", "3 problèmes à regarder"):
            assert desk.sees(text)


async def test_a_failure_stays_until_it_is_closed(opened: Opened, tmp_path: Path) -> None:
    async with opened() as desk:
        desk.drop(tmp_path / "absent.pdf")
        await until(lambda: desk.sees("n’est plus là"))
        desk.desk.panes.tray.problems_read.emit()
        assert not desk.sees("n’est plus là")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(path="_search", status=400), "n’a pas compris"),
        (Rule(path="_search", status=401), "n’accepte plus les identifiants"),
        (Rule(path="_search", status=403), "n’a pas encore le droit"),
        (Rule(path="_search", status=404), "ne connaît plus ce dossier"),
        (Rule(path="_search", status=412), "refuse une valeur"),
        (Rule(path="_search", status=413), "trop lourde"),
        (Rule(path="_search", status=422), "refuse ce qui lui est demandé"),
        (Rule(path="_search", status=500), "en panne"),
        (Rule(path="_search", status=503), "en panne"),
        (Rule(path="_search", status=200, body="html"), "illisible"),
        (Rule(path="_search", body="truncated"), "illisible"),
        (Rule(path="_search", cut=True), "injoignable"),
        (Rule(path="/token", status=401), "n’accepte plus les identifiants"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.status} {value.body}",
)
async def test_a_search_that_fails_says_why_and_loses_nothing(
    opened: Opened, letter: Path, rule: Rule, said: str
) -> None:
    async with opened() as desk:
        desk.served.sandbox.faults.replace(rule)
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        desk.type(PATIENT)
        await until(lambda: desk.sees(said), 15)
        assert desk.letter is not None
        assert desk.desk.patient.search.field.text() == PATIENT

        desk.served.sandbox.faults.replace()
        desk.press(K.Key_Return)  # the same question again
        desk.desk.patient.search.ask_again()
        await until(desk.desk.patient.search.list.isVisible, 10)


async def test_a_page_link_to_another_host_is_asked_of_our_own(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        served.sandbox.faults.replace(Rule(path="_search", links="https://ailleurs.example"))
        search = desk.desk.patient.search
        desk.type("luc")
        await until(lambda: search.list.isVisible() and desk.sees("20 affichés"), 10)

        search.more_asked.emit()

        await until(lambda: search.list.model().rowCount() > 20, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("d", "au moins 2 lettres"),
        ("zzzzzzz", "Aucun patient trouvé"),
        ("285079900100199", "INS n’est pas valide"),
    ],
)
async def test_a_question_without_an_answer_is_told(
    opened: Opened, letter: Path, text: str, said: str
) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        desk.type(text)
        await until(lambda: desk.sees(said), 10)


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (Rule(path="$send-to-mss", status=422), JobState.REFUSED),
        (Rule(path="$send-to-mss", status=413), JobState.REFUSED),
        (Rule(path="$send-to-mss", status=403), JobState.BLOCKED),
        (Rule(path="$send-to-mss", status=429, retry_after=60), JobState.WAITING),
        (Rule(path="$send-to-mss", status=500), JobState.IN_DOUBT),
        (Rule(path="$send-to-mss", status=201, body="html"), JobState.IN_DOUBT),
    ],
    ids=lambda value: value.value if isinstance(value, JobState) else str(value.status),
)
async def test_a_sending_that_fails_is_counted_and_shown(
    opened: Opened, served: Served, letter: Path, rule: Rule, state: JobState
) -> None:
    async with opened(hold=0) as desk:
        await compose(desk, letter)
        served.sandbox.faults.replace(rule)
        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.desk.sendings.overview.outstanding == 1, 10)
        assert desk.desk.window.top.outstanding.text().endswith("1 lettre en souffrance")
        desk.desk.window.top.outstanding.click()
        await until(lambda: desk.states() == [state], 5)
        assert desk.desk.window.view == SENDINGS


async def test_a_refused_letter_comes_back_whole_to_be_corrected(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened(hold=0) as desk:
        before = len(desk.ledger)
        await compose(desk, letter)
        served.sandbox.faults.replace(Rule(path="$send-to-mss", status=422, times=1))
        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.desk.sendings.overview.need_person == 1, 10)
        desk.press(K.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: desk.states() == [JobState.REFUSED], 5)
        desk.press(K.Key_F6)
        desk.press(K.Key_Tab)  # from the row to what can be done about it
        assert isinstance(desk.focus, QPushButton)
        assert desk.focus.text() == "Corriger"

        desk.press(K.Key_Space)

        await until(lambda: desk.letter is not None, 5)
        assert desk.letter is not None
        assert desk.letter.patient is not None
        assert [one.address for one in desk.letter.recipients] == [ADDRESS]
        assert desk.desk.window.view == TO_SEND
        desk.press(K.Key_Return, CTRL)
        await until(lambda: len(desk.ledger) == before + 1, 10)


async def test_the_whole_job_is_done_with_the_mouse(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened(hold=0) as desk:
        before = len(desk.ledger)
        panes = desk.desk.panes
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        for search, text in (
            (desk.desk.patient.search, PATIENT),
            (desk.desk.recipients.search, PRACTITIONER),
        ):
            click(search.field)
            desk.type(text)  # names have no other way in
            await until(search.list.isVisible, 10)
            click(search.list.viewport(), search.list.visualRect(search.list.model().index(0, 0)))
            await until(search.list.isHidden)
        await until(panes.composer.send.isEnabled)
        click(panes.composer.send)
        await until(lambda: len(desk.ledger) == before + 1, 10)
    assert served.sandbox.ledger[-1].recipients == (ADDRESS,)


def click(widget: QWidget, where: QRect | None = None) -> None:
    place = (where or widget.rect()).center()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


async def test_files_that_were_copied_are_pasted_even_from_a_field(
    opened: Opened, letter: Path, qapp: QApplication
) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None)
        assert desk.desk.patient.search.field.hasFocus()
        qapp.clipboard().setMimeData(desk.mime([letter]))

        desk.press(K.Key_V, CTRL)

        await until(lambda: len(desk.desk.letters.letters) == 2)
        assert desk.desk.patient.search.field.text() == ""
        qapp.clipboard().setText("abricotier")
        desk.press(K.Key_V, CTRL)
        assert desk.desk.patient.search.field.text() == "abricotier"


async def test_a_drop_is_taken_wherever_it_falls(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        panes = desk.desk.panes
        targets = [panes.tray.list.viewport(), panes.drop_zone, desk.desk.window.top]
        for count, target in enumerate(targets, start=1):
            desk.drop(letter, on=target)
            await until(partial(has_letters, desk, count))
        for count, target in enumerate(
            [panes.page.pages.viewport(), desk.desk.patient.search.field], start=len(targets) + 1
        ):
            desk.drop(letter, on=target)
            await until(partial(has_letters, desk, count))
        desk.press(K.Key_2, CTRL)
        desk.drop(letter, on=panes.sendings)
        await until(lambda: len(desk.desk.letters.letters) == len(targets) + 3)
        assert desk.desk.window.view == TO_SEND


async def test_what_will_happen_is_said_while_files_hover(
    opened: Opened, letter: Path, tmp_path: Path
) -> None:
    async with opened() as desk:
        assert desk.hover(letter, tmp_path / "photo.png")
        assert desk.sees("Lâchez pour ajouter 1 lettre")
        assert desk.sees("1 fichier n’est pas un PDF")
        desk.leave()
        assert not desk.sees("Lâchez")
        assert not desk.hover()


async def test_a_page_that_cannot_be_drawn_says_so(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        desk.drop(letter)
        await until(desk.desk.panes.page.pages.is_drawn, 5)
        document = desk.desk.letters.letters[0].documents[0]
        spooled = next((path for path in (letter.parent / "data").rglob(f"*{document.id}*")), None)
        assert spooled is not None
        spooled.chmod(0o600)
        spooled.unlink()
        desk.desk.panes.page.pages.zoom_in()
        await until(desk.desk.panes.page.pages.is_broken, 5)
