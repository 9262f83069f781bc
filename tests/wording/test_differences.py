from dataclasses import replace
from datetime import UTC, date, datetime

from desktop_app.domain.errors import Difference
from desktop_app.domain.people import Patient, PatientId, Sex, Stay, StayId
from desktop_app.domain.sending import Sending
from desktop_app.wording import differences as words
from tests.ui.outbox.sendings import a_sending

PATIENT = Patient(
    id=PatientId("p"),
    birth_family="ABRICOTIER",
    given=("CAPUCINE",),
    sex=Sex.FEMALE,
    birth_date=date(1985, 7, 14),
    ipp="000123",
)
STAY = Stay(
    id=StayId("s"),
    number="SEJ777",
    status="in-progress",
    start=datetime(2024, 3, 1, 12, tzinfo=UTC),
)


def checked() -> Sending:
    sending = a_sending(1)
    return replace(sending, letter=replace(sending.letter, patient=PATIENT, stay=STAY))


def test_every_trait_is_there_and_the_changed_ones_have_both_values() -> None:
    told = (
        Difference("birth_date", "1985-07-14", "1985-07-04"),
        Difference("sex", "female", "male"),
    )
    lines = {line.trait: line for line in words.lines(checked(), told)}
    assert list(lines)[:2] == ["Nom de naissance", "Nom utilisé"]
    born = lines["Date de naissance"]
    assert (born.before, born.now, born.differs) == ("14/07/1985", "04/07/1985", True)
    assert (lines["Sexe"].before, lines["Sexe"].now) == ("Femme", "Homme")
    assert not lines["IPP"].differs
    assert lines["IPP"].now == "000123"
    assert lines["Nom utilisé"].now == "non renseigné"


def test_what_was_not_among_the_traits_comes_after_them() -> None:
    told = (Difference("deceased", "", "yes"), Difference("merged", "", "yes"))
    lines = words.lines(checked(), told)[-2:]
    assert [(line.trait, line.before, line.now) for line in lines] == [
        ("Décès", "non", "oui"), ("Dossier fusionné", "non", "oui"),
    ]  # fmt: skip


def test_a_stay_is_compared_with_a_stay() -> None:
    told = (
        Difference("status", "in-progress", "cancelled"),
        Difference("patient", "ABRICOTIER CAPUCINE", ""),
    )
    lines = {line.trait: line for line in words.lines(checked(), told)}
    assert "Nom de naissance" not in lines
    assert (lines["État du séjour"].before, lines["État du séjour"].now) == ("en cours", "annulé")
    assert lines["Patient du séjour"].now == "un autre patient"
    assert lines["Début"].now.startswith("01/03/2024 ")


def test_a_value_that_is_not_what_it_should_be_stands_for_itself() -> None:
    told = (Difference("birth_date", "x", "2024-99-99"), Difference("sex", "f", "m"))
    lines = {line.trait: line for line in words.lines(checked(), told)}
    assert lines["Date de naissance"].now == "2024-99-99"
    assert lines["Sexe"].before == "f"


def test_a_trait_of_another_version_is_still_shown() -> None:
    (line,) = [
        one for one in words.lines(checked(), (Difference("aura", "a", "b"),)) if one.differs
    ]
    assert line.spoken == "aura, changé\u00a0: vous aviez vérifié a, maintenant b"


def test_a_change_is_heard_as_one() -> None:
    same, changed = (
        words.Line("IPP", "1", "1", differs=False),
        words.Line("IPP", "1", "2", differs=True),
    )
    assert "identique" in same.spoken
    assert "changé" in changed.spoken
