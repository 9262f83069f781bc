from datetime import UTC, datetime

import pytest

from desktop_app.domain.ports import Overview
from desktop_app.wording import window as words

NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 lettre en souffrance"),
        (1, "1 lettre en souffrance"),
        (2, "2 lettres en souffrance"),
    ],
)
def test_the_plural_begins_at_two(count: int, said: str) -> None:
    assert words.outstanding(count) == said


def test_only_what_is_not_production_has_a_banner() -> None:
    assert words.environment("practice") == "ENTRAÎNEMENT · rien ne part pour de vrai"
    assert words.environment("practice", short=True) == "ENTRAÎNEMENT"
    assert words.environment("test").startswith("TEST")
    assert words.environment("production") == ""


@pytest.mark.parametrize(
    ("leaving", "waiting", "said"),
    [
        (1, 0, "1 lettre n’est pas encore partie"),
        (2, 0, "2 lettres ne sont pas encore parties"),
        (0, 1, "1 lettre attend une décision"),
        (1, 2, "1 lettre n’est pas encore partie, 2 lettres attendent une décision"),
    ],
)
def test_closing_says_what_is_left(leaving: int, waiting: int, said: str) -> None:
    notice = words.not_gone(leaving, waiting)
    assert notice is not None
    assert notice.title == said


def test_closing_says_nothing_when_nothing_is_left() -> None:
    assert words.not_gone(0, 0) is None


@pytest.mark.parametrize(
    ("count", "others", "said"),
    [
        (1, 0, "Lâchez pour ajouter cette lettre"),
        (3, 0, "Lâchez pour ajouter ces 3 lettres"),
        (3, 1, "Lâchez pour ajouter 2 lettres"),
        (1, 1, "Ce fichier n’est pas un PDF"),
        (2, 2, "Aucun de ces fichiers n’est un PDF"),
    ],
)
def test_a_hovering_file_is_told_what_will_happen(count: int, others: int, said: str) -> None:
    assert words.hovering(count, others)[0] == said


def test_files_that_are_no_pdf_are_counted_in_words() -> None:
    assert words.hovering(2, 1)[1].startswith("1 fichier n’est pas un PDF\u00a0: il sera signalé")
    assert words.hovering(3, 2)[1].endswith("ils seront signalés et laissés de côté.")
    assert words.hovering(1, 1)[1].endswith("il sera vérifié, puis refusé.")
    assert words.hovering(2, 2)[1].endswith("ils seront vérifiés, puis refusés.")


def test_letters_that_cannot_be_read_are_counted_in_words() -> None:
    assert words.damaged(0) is None
    one, two = words.damaged(1), words.damaged(2)
    assert one is not None
    assert two is not None
    assert one.title == "1 lettre de ce poste ne peut plus être lue"
    assert two.title == "2 lettres de ce poste ne peuvent plus être lues"
    for notice in (one, two):
        assert "Rien n’a été effacé" in notice.advice
        assert "Prévenez votre service informatique." in notice.advice


def test_the_status_line_says_what_happened_last() -> None:
    assert words.last_sending(Overview(), NOW) == "Aucune lettre remise pour l’instant"
    assert "10" in words.last_sending(Overview(last_delivered_at=NOW), NOW)
    assert words.queue(Overview()) == "File vide"
    assert words.queue(Overview(moving=2)) == "2 envois en cours"
    assert words.queue(Overview(outstanding=1)) == ""
