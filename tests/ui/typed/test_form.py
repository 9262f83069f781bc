"""The form in the whole window, of a hospital without patients to look up, with real keys."""

from pathlib import Path

from desktop_app.domain.people import Sex
from tests.ui.conftest import until
from tests.ui.whole import CTRL, K, Opened, Whole

TYPED = {"patients": "typed", "organization": "60001"}


async def give(desk: Whole, letter: Path) -> None:
    """A letter comes in, and the keyboard waits for its patient."""
    desk.drop(letter)
    await until(lambda: desk.letter is not None, 10)


def has_patient(desk: Whole) -> bool:
    return desk.letter is not None and desk.letter.patient is not None


async def test_an_identity_is_typed_where_there_are_no_patients_and_kept_with_the_letter(
    opened: Opened, letter: Path
) -> None:
    async with opened(contract=TYPED) as desk:
        await give(desk, letter)
        form = desk.desk.patient.form
        await until(form.fields["birth_family"].hasFocus)
        desk.press(K.Key_Tab)
        for text in ("Delormeau-Sandbox", "Capucine Rose", "14071985", "f", "000123"):
            desk.type(text)
            desk.press(K.Key_Tab)
        desk.press(K.Key_Backtab)
        desk.press(K.Key_Return)
        await until(lambda: has_patient(desk))
        await until(lambda: desk.sees("Identité saisie\u00a0: relisez-la sur la lettre"))
        assert not form.isVisible()
    async with opened(contract=TYPED) as desk:
        await until(lambda: has_patient(desk))
        assert desk.letter is not None
        patient = desk.letter.patient
        assert patient is not None
        assert (patient.id, patient.used_family, patient.sex) == (
            "",
            "Delormeau-Sandbox",
            Sex.FEMALE,
        )
        desk.press(K.Key_P, CTRL)
        await until(desk.desk.patient.form.isVisible)
        desk.press(K.Key_Escape)
        assert not desk.desk.patient.form.isVisible()
        assert desk.letter.patient == patient
