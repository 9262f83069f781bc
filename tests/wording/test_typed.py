import pytest

from desktop_app.domain.typed import TEXTS, WITH_INS, WITH_IPP
from desktop_app.wording import typed as words


def test_every_field_has_a_name() -> None:
    assert set(words.LABELS) == {*TEXTS, "sex"}


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ((), ""),
        (("sex",), "Il manque le sexe."),
        (("sex", "number"), "Il manque le sexe et l’IPP ou l’INS."),
        (
            ("given", "birth_date", "sex"),
            "Il manque les prénoms, la date de naissance et le sexe.",
        ),
    ],
)
def test_what_is_lacking_is_a_sentence(traits: tuple[str, ...], said: str) -> None:
    assert words.lacking(traits) == said


@pytest.mark.parametrize("trait", sorted({*WITH_INS, *WITH_IPP, "number"}))
def test_whatever_may_lack_has_a_word(trait: str) -> None:
    assert words.lacking((trait,))


@pytest.mark.parametrize(
    "code", ["name", "date", "birth_year", "future", "old", "ins_form", "ins_key", "ins", "place"]
)
def test_whatever_may_be_wrong_has_a_sentence(code: str) -> None:
    assert words.wrong(code).endswith(".")


def test_an_ins_is_counted_while_it_is_typed() -> None:
    assert words.unfinished("ins_short", "2") == "1 caractère sur 15."
    assert words.unfinished("ins_short", "2 85 07") == "5 caractères sur 15."
    assert words.unfinished("birth_year", "14/07/85") == words.wrong("birth_year")


def test_a_doubt_names_what_to_read_again() -> None:
    assert words.doubts(()) == ""
    assert words.doubts(("sex", "birth_date")) == (
        "L’INS ne s’accorde pas avec le sexe et la date de naissance\u00a0: relisez."
    )
