from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop_app.domain.letters import (
    Check,
    Document,
    DocumentId,
    Letter,
    LetterId,
    Limits,
    Target,
    Topic,
    Verdict,
    check,
)
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Patient,
    PatientId,
    Recipient,
    Stay,
    StayId,
)
from desktop_app.wording import letters as words
from desktop_app.wording.states import Tone

NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)
ONE_BY_ONE = "un document à la fois"
MSS, EHR, DMP = Target.MSS, Target.EHR, Target.DMP


def a_letter(
    *targets: Target, recipients: int = 1, documents: int = 1, size: int = 1000, stay: bool = True
) -> Letter:
    return Letter(
        id=LetterId("1"),
        created_at=NOW,
        documents=tuple(
            Document(id=DocumentId(str(one)), name="l.pdf", sha256="", size=size, pages=1)
            for one in range(documents)
        ),
        patient=Patient(id=PatientId("p"), ins="2", ins_qualified=True),
        recipients=tuple(
            Recipient(
                correspondent=Correspondent(id=CorrespondentId(str(one))),
                address=f"ok.{one}@x.example",
            )
            for one in range(recipients)
        ),
        targets=targets or (MSS,),
        stay=Stay(id=StayId("s")) if stay else None,
    )


def said(letter: Letter, topic: Topic, limits: Limits | None = None) -> str:
    """What is said of ``letter``, which has to be found about it."""
    limits = limits or Limits()
    (line,) = [one for one in check(letter, limits) if one.topic is topic]
    return words.check_line(line, letter, limits)


@pytest.mark.parametrize("topic", Topic)
def test_each_check_has_its_own_words(topic: Topic) -> None:
    letter = a_letter(MSS, EHR, recipients=12)
    line = words.check_line(Check(topic, Verdict.BLOCK), letter)
    assert line[0].isupper() or line[0].isdigit()
    everything = [words.check_line(Check(one, Verdict.OK), letter) for one in Topic]
    assert everything.count(line) == 1


@pytest.mark.parametrize(
    ("letter", "parts"),
    [
        (a_letter(recipients=12), "2\u00a0fois (12 destinataires, 10 par envoi)"),
        (a_letter(documents=23), "3\u00a0fois (23 documents, 10 par envoi)"),
        (
            a_letter(recipients=12, documents=11),
            "4\u00a0fois (12 destinataires, 10 par envoi\u00a0; 11 documents, 10 par envoi)",
        ),
        (
            a_letter(documents=3, size=20_000_000),
            "2\u00a0fois (60\u00a0Mo en tout, 50\u00a0Mo par envoi)",
        ),
        (
            a_letter(MSS, EHR, documents=12),
            f"2\u00a0fois (12 documents, 10 par envoi), sa copie en 12\u00a0fois ({ONE_BY_ONE}),",
        ),
    ],
)
def test_a_letter_in_parts_says_how_often_it_leaves_and_why(letter: Letter, parts: str) -> None:
    text = f"Cet envoi partira en {parts} et sera suivi comme un seul"
    assert said(letter, Topic.IN_PARTS) == text


def test_a_copy_in_parts_is_told_apart_from_a_letter_that_is_not() -> None:
    text = said(a_letter(MSS, EHR, documents=3), Topic.IN_PARTS)
    assert text.startswith("La copie partira en 3\u00a0fois (un document à la fois)")


def test_the_limits_in_words_are_the_configured_ones() -> None:
    limits = Limits(mailbox=2_000_000, record=1_500_000)
    heavy = a_letter(MSS, size=3_000_000)
    assert "2,0\u00a0Mo au plus" in said(heavy, Topic.DOCUMENT_TOO_LARGE, limits)
    copied = a_letter(EHR, size=1_600_000)
    assert "le dossier patient\u00a0: 1,5\u00a0Mo" in said(copied, Topic.RECORD_TOO_LARGE, limits)
    deposit = a_letter(DMP, size=1_600_000)
    assert "le DMP\u00a0: 1,5\u00a0Mo" in said(deposit, Topic.RECORD_TOO_LARGE, limits)
    assert words.standing(heavy, limits) == ("à corriger", Tone.BAD)
    assert words.standing(heavy)[0] == "✓ prêt"


@pytest.mark.parametrize(
    ("targets", "where"),
    [
        ((EHR,), "au dossier patient seulement"),
        ((DMP,), "au DMP seulement"),
        ((EHR, DMP), "au dossier patient et au DMP seulement"),
    ],
)
def test_a_letter_that_no_doctor_gets_says_so(targets: tuple[Target, ...], where: str) -> None:
    letter = a_letter(*targets, recipients=0)
    assert said(letter, Topic.COPIES_ONLY).endswith(where)
    assert words.standing(letter) == ("prêt · à relire", Tone.CARE)


@pytest.mark.parametrize(
    ("targets", "action"),
    [
        ((MSS,), "Envoyer"),
        ((MSS, EHR), "Envoyer"),
        ((EHR,), "Verser au dossier"),
        ((DMP,), "Déposer au DMP"),
        ((), "Envoyer"),
    ],
)
def test_the_button_says_what_it_will_do(targets: tuple[Target, ...], action: str) -> None:
    assert words.action(replace(a_letter(), targets=targets)) == action


def test_what_a_letter_lacks_is_on_its_card() -> None:
    assert words.standing(a_letter(MSS, EHR, stay=False)) == ("à compléter · séjour", Tone.NEUTRAL)
    assert words.standing(a_letter(recipients=0))[0] == "à compléter · destinataires"
    assert words.standing(replace(a_letter(), patient=None))[0] == "à compléter · patient"
    assert words.card(a_letter(MSS, EHR, stay=False)).endswith("à compléter · séjour")


def test_who_answers_for_a_letter_is_named_where_somebody_said_so() -> None:
    signed = replace(a_letter(), sender="10999999971")
    assert words.sender(signed) == "Signataire\u00a0: RPPS\u00a010999999971"
    assert words.sender(a_letter()) == ""


def test_what_is_right_is_one_line_and_names_the_copies() -> None:
    letter = a_letter(MSS, EHR, DMP)
    right = [line for line in check(letter) if line.verdict is Verdict.OK]
    text = "Contrôlés\u00a0: patient, adresses, PDF"
    assert words.all_right(right, a_letter()) == text
    assert words.all_right(right, letter) == f"{text} · copie au dossier patient et au DMP"
    assert words.all_right(right[:1], a_letter(EHR)) == "Contrôlé\u00a0: patient"
