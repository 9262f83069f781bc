from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop_app.domain.letters import COPIES
from desktop_app.domain.people import Stay, StayId
from desktop_app.wording import stays as words
from desktop_app.wording.states import Tone

MARCH = datetime(2024, 3, 1, 12, tzinfo=UTC)
APRIL = datetime(2024, 4, 2, 12, tzinfo=UTC)
STAY = Stay(id=StayId("1"), number="SEJ777", status="in-progress", start=MARCH, label="Chirurgie")


@pytest.mark.parametrize(
    ("stay", "text"),
    [
        (STAY, "depuis le 01/03/2024"),
        (replace(STAY, status="finished", end=APRIL), "du 01/03/2024 au 02/04/2024"),
        (replace(STAY, status="finished", end=MARCH), "le 01/03/2024"),
        (replace(STAY, status="planned"), "le 01/03/2024"),
        (replace(STAY, status="finished"), "à partir du 01/03/2024"),
        (replace(STAY, start=None, end=APRIL), "jusqu’au 02/04/2024"),
        (replace(STAY, start=None), ""),
    ],
)
def test_the_dates_of_a_stay_are_what_is_known_of_them(stay: Stay, text: str) -> None:
    assert words.dates(stay) == text


def test_what_is_not_known_leaves_no_hole() -> None:
    bare = Stay(id=StayId("1"))
    assert words.chosen(bare) == "Séjour sans numéro"
    assert words.details(bare) == ""
    assert words.status(bare) == ("", Tone.NEUTRAL)
    assert words.chosen(STAY) == "SEJ777 · depuis le 01/03/2024 · Chirurgie"


def test_a_status_of_another_world_stands_for_itself() -> None:
    assert words.status(replace(STAY, status="mystery"))[0] == "mystery"
    assert words.status(STAY)[0] == "en cours"


def test_every_copy_has_words_and_a_key() -> None:
    for target in COPIES:
        assert words.copy(target)[0]
        assert words.COPY_KEYS[target].startswith("Ctrl+")


def test_they_are_counted_once_that_is_known() -> None:
    counts = (None, 0, 1, 3)
    assert [words.found(one) for one in counts] == ["", "aucun connu", "1 séjour", "3 séjours"]
