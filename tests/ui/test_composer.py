"""The right-hand side in the whole window: stay, copies, type, and what they lead to."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.domain.letters import Target
from desktop_app.domain.people import Recipient
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.domain.sending import JobState
from desktop_app.sandbox.access import DMP_RECIPIENT
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.server import Served
from desktop_app.ui.frame import SENDINGS, TO_SEND
from tests.ui.conftest import until
from tests.ui.test_desk import ADDRESS, compose, find_patient
from tests.ui.whole import ALT, CTRL, K, Opened, Whole

S = JobState
NUMBER, STAY = "SEJ2024000777", "80001"


async def stays_known(desk: Whole) -> None:
    await until(lambda: bool(desk.desk.stay.picker.isVisible()), 10)


async def test_a_letter_goes_to_a_doctor_and_into_the_record(
    opened: Opened, served: Served, letter: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=0) as desk:
        await compose(desk, letter)
        await stays_known(desk)
        assert desk.letter is not None
        assert desk.letter.stay is None  # never chosen by itself
        desk.press(K.Key_R, CTRL)
        await until(lambda: bool(desk.letter and Target.EHR in desk.letter.targets))
        assert not desk.desk.panes.composer.send.isEnabled()
        assert desk.sees("Choisissez le séjour")

        desk.press(K.Key_S, ALT)

        await until(lambda: bool(desk.letter and desk.letter.stay))
        await until(desk.desk.panes.composer.send.hasFocus)
        desk.press(K.Key_Return, CTRL)
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [S.DELIVERED, S.DELIVERED], 30)
        assert len(desk.desk.sendings.sendings or ()) == 1
        (row,) = [desk.desk.panes.sendings.model.row(0)]
        assert row.standing[0] == "✓ remise"
        assert ("Dossier patient", "✓ versée") in [line[:2] for line in row.recipients]
    mailed, copied = sorted(served.sandbox.ledger[before:], key=lambda one: one.target != "mss")
    assert (mailed.target, mailed.recipients, mailed.stay) == ("mss", (ADDRESS,), STAY)
    assert (copied.target, copied.recipients, copied.stay) == ("ehr", (), STAY)
    assert mailed.documents[0].sha256 == copied.documents[0].sha256


async def test_a_letter_may_go_to_the_record_alone(
    opened: Opened, served: Served, letter: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=0) as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None, 10)
        await find_patient(desk)
        await stays_known(desk)
        desk.press(K.Key_R, CTRL)
        desk.press(K.Key_S, ALT)
        send = desk.desk.panes.composer.send
        await until(send.isEnabled)
        assert send.accessibleName().startswith("Verser au dossier")
        assert desk.sees("Aucun destinataire")
        desk.press(K.Key_Return, CTRL)
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [S.DELIVERED], 30)
    assert [one.target for one in served.sandbox.ledger[before:]] == ["ehr"]


async def test_a_deposit_in_the_dmp_is_offered_where_a_contract_says_so(
    opened: Opened, served: Served, letter: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=0, contract={"dmp": DMP_RECIPIENT}) as desk:
        await compose(desk, letter)
        desk.press(K.Key_M, CTRL)
        await until(lambda: bool(desk.letter and Target.DMP in desk.letter.targets))
        await until(desk.desk.panes.composer.send.isEnabled)
        desk.press(K.Key_Return, CTRL)
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [S.DELIVERED, S.DELIVERED], 30)
        desk.desk.panes.sendings.open_detail()
        assert desk.sees("DMP — SELON LE CONTRAT DE L’ÉTABLISSEMENT")
        assert desk.sees("Déposée au DMP")
    assert {one.target for one in served.sandbox.ledger[before:]} == {"mss", "dmp"}


@pytest.mark.parametrize(
    ("contract", "offered"),
    [({}, {Target.EHR}), ({"record": "never"}, set()), ({"patients": "typed"}, set())],
    ids=["usual", "no record", "typed identities"],
)
async def test_only_what_the_profile_offers_is_shown(
    opened: Opened, contract: dict[str, str], offered: set[Target]
) -> None:
    if "patients" in contract:
        contract = {**contract, "organization": "60001"}
    async with opened(contract=contract) as desk:
        copies = desk.desk.panes.composer.copies
        assert {target for target in copies.ticks if copies.offers(target)} == offered
        actions = desk.desk.window.actions_by_name
        assert actions["record"].isVisible() is (Target.EHR in offered)
        assert not actions["dmp"].isVisible()


async def twelve(desk: Whole) -> tuple[Recipient, ...]:
    """Twelve people whom the directory knows."""
    page = await desk.session.directory.find_practitioners(CorrespondentQuery(name="fictif"))
    fine = [one for one in page.items if one.mailboxes and one.places]
    return tuple(
        Recipient(correspondent=one, address=one.mailboxes[0].address) for one in fine[-12:]
    )


async def test_twelve_recipients_leave_in_two_and_are_followed_as_one(
    opened: Opened, served: Served, letter: Path
) -> None:
    before = len(served.sandbox.ledger)
    async with opened(hold=0) as desk:
        desk.drop(letter)
        await until(lambda: desk.letter is not None, 10)
        await find_patient(desk)
        recipients = await twelve(desk)
        assert len({one.address for one in recipients}) == 12
        desk.desk.recipients.recipients_changed.emit(recipients)
        await until(lambda: bool(desk.letter and len(desk.letter.recipients) == 12))
        assert desk.sees("2\u00a0fois (12 destinataires, 10 par envoi)")
        desk.press(K.Key_Return, CTRL)
        desk.press(K.Key_2, CTRL)
        await until(lambda: desk.states() == [S.DELIVERED, S.DELIVERED], 30)
        assert desk.desk.panes.sendings.model.rowCount() == 1
        assert desk.desk.panes.sendings.model.row(0).standing[0] == "✓ remise 12/12"
        desk.desk.panes.sendings.open_detail()
        assert desk.sees("MESSAGERIES MSSANTÉ (1/2)")
        assert desk.sees("MESSAGERIES MSSANTÉ (2/2)")
    sent = served.sandbox.ledger[before:]
    assert sorted(len(one.recipients) for one in sent) == [2, 10]
    assert {one for each in sent for one in each.recipients} == {one.address for one in recipients}


async def test_a_patient_who_changed_stops_the_letter_and_is_compared_trait_by_trait(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened(hold=0) as desk:
        before = len(desk.ledger)
        await compose(desk, letter)
        served.sandbox.faults.replace(
            Rule(method="GET", path="Patient/70001", set={"birthDate": "1985-07-04"})
        )
        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.desk.sendings.overview.need_person == 1, 10)
        desk.press(K.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: desk.states() == [S.REFUSED], 5)
        desk.press(K.Key_F6)
        desk.press(K.Key_Tab)
        assert isinstance(desk.focus, QPushButton)
        assert desk.focus.text() == "Comparer…"
        desk.press(K.Key_Space)
        for text in ("Ce que vous aviez vérifié", "14/07/1985", "04/07/1985", "changé"):
            assert desk.sees(text)
        assert len(desk.ledger) == before

        served.sandbox.faults.replace()
        desk.desk.panes.sendings.table.links.buttons[1].click()  # « Corriger »

        await until(lambda: desk.desk.window.view == TO_SEND, 5)
        search = desk.desk.patient.search
        await until(lambda: search.field.hasFocus() and search.list.isVisible(), 10)
        assert desk.letter is not None
        assert desk.letter.patient is None  # has to be chosen again, proposed only
        assert [one.address for one in desk.letter.recipients] == [ADDRESS]
        desk.press(K.Key_Down)
        desk.press(K.Key_Return)
        await until(desk.desk.panes.composer.send.isEnabled)
        desk.press(K.Key_Return, CTRL)
        await until(lambda: len(desk.ledger) == before + 1, 10)


async def test_a_stay_that_changed_is_chosen_again(
    opened: Opened, served: Served, letter: Path
) -> None:
    async with opened(hold=0) as desk:
        await compose(desk, letter)
        await stays_known(desk)
        desk.press(K.Key_R, CTRL)
        desk.press(K.Key_S, ALT)
        await until(desk.desk.panes.composer.send.isEnabled)
        served.sandbox.faults.replace(
            Rule(method="GET", path=f"Encounter/{STAY}", set={"status": "cancelled"})
        )
        desk.press(K.Key_Return, CTRL)
        await until(lambda: desk.desk.sendings.overview.need_person == 1, 10)
        desk.press(K.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: set(desk.states()) == {S.REFUSED}, 10)
        assert desk.desk.window.view == SENDINGS
        links = desk.desk.panes.sendings.table.links
        next(one for one in links.buttons if one.text() == "Corriger").click()
        await until(lambda: desk.letter is not None, 5)
        assert desk.letter is not None
        assert desk.letter.patient is not None
        assert desk.letter.stay is None
        await until(lambda: desk.desk.stay.picker.is_open, 10)


async def test_another_patient_has_other_stays(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        await compose(desk, letter)
        await stays_known(desk)
        desk.press(K.Key_S, ALT)
        await until(lambda: bool(desk.letter and desk.letter.stay))
        assert desk.letter is not None
        before = desk.letter.patient
        desk.press(K.Key_P, CTRL)
        desk.type("orval")
        await until(desk.desk.patient.search.list.isVisible, 10)
        desk.press(K.Key_Down)
        desk.press(K.Key_Return)
        await until(lambda: bool(desk.letter and desk.letter.patient != before))
        assert desk.letter.stay is None
        await until(lambda: desk.sees("1 séjour"), 10)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(path="Encounter/_search", status=500), "en panne"),
        (Rule(path="Encounter/_search", cut=True), "injoignable"),
        (Rule(path="Encounter/_search", status=403), "n’a pas encore le droit"),
    ],
    ids=["down", "cut", "scope"],
)
async def test_stays_that_cannot_be_had_are_said_and_asked_for_again(
    opened: Opened, served: Served, letter: Path, rule: Rule, said: str
) -> None:
    async with opened() as desk:
        served.sandbox.faults.replace(rule)
        desk.drop(letter)
        await until(lambda: desk.letter is not None, 10)
        await find_patient(desk)
        await until(lambda: desk.sees(said), 15)
        served.sandbox.faults.replace()
        desk.press(K.Key_S, CTRL)
        desk.press(K.Key_Space)
        await stays_known(desk)


async def test_the_type_is_found_by_typing(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        await compose(desk, letter)
        desk.press(K.Key_T, CTRL)
        desk.type("liaison sortie")
        desk.press(K.Key_Return)
        await until(lambda: bool(desk.letter and desk.letter.type_code == "11490-0"))
        assert desk.desk.panes.composer.type_choice.button.said == "Lettre de liaison à la sortie"


async def test_a_check_leads_to_its_field(opened: Opened, letter: Path) -> None:
    async with opened() as desk:
        await compose(desk, letter)
        await stays_known(desk)
        desk.press(K.Key_R, CTRL)
        await until(lambda: desk.sees("Choisissez le séjour"))
        (lead,) = [
            one
            for one in desk.desk.panes.composer.checks.findChildren(QPushButton)
            if one.isVisible()
        ]
        assert lead.accessibleName() == "Choisir le séjour"
        lead.click()
        assert desk.desk.stay.picker.is_open
        assert desk.desk.stay.picker.list.hasFocus()


async def test_the_signatory_of_the_profile_is_shown(opened: Opened, letter: Path) -> None:
    async with opened(contract={"sender": "10999999971"}) as desk:
        await compose(desk, letter)
        shown = desk.desk.panes.composer.findChildren(QLabel)
        assert any(one.text() == "Signataire\u00a0: RPPS\u00a010999999971" for one in shown)


@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1920, 1080)])
async def test_identity_checks_and_button_stay_in_sight_with_everything_open(
    opened: Opened, letter: Path, size: tuple[int, int]
) -> None:
    async with opened(contract={"dmp": DMP_RECIPIENT}) as desk:
        window = desk.desk.window
        window.resize(*size)
        await compose(desk, letter)
        await stays_known(desk)
        desk.press(K.Key_R, CTRL)
        desk.press(K.Key_S, CTRL)
        await until(desk.desk.stay.picker.list.hasFocus)
        QApplication.sendPostedEvents()
        labels = desk.desk.patient.findChildren(QLabel)
        (name,) = [one for one in labels if "ABRICOTIER" in one.text()]
        composer = desk.desk.panes.composer
        for part in (name, composer.checks, composer.send, desk.desk.stay.picker.list):
            assert not part.visibleRegion().isEmpty()
        assert composer.checks.height() >= composer.checks.heightForWidth(composer.checks.width())
        assert window.size().width() == size[0]
