from datetime import date, datetime, timedelta, timezone

import pytest

from desktop_app.wording import dates

HERE = datetime(2024, 3, 4, 9, 46, tzinfo=timezone(timedelta(hours=1))).astimezone()
"""An instant; its wall clock is that of wherever the tests run."""
NOON = HERE.replace(hour=12, minute=0)


def test_a_day_is_written_day_first() -> None:
    assert dates.day(date(1985, 7, 4)) == "04/07/1985"


@pytest.mark.parametrize(
    ("days", "when", "at", "near"),
    [
        (0, "12:00", "à 12:00", "aujourd’hui"),
        (1, "hier 12:00", "hier à 12:00", "hier"),
        (2, "02/03/2024 12:00", "le 02/03/2024 à 12:00", "02/03/2024"),
    ],
)
def test_a_day_is_named_when_it_is_near(days: int, when: str, at: str, near: str) -> None:
    moment = NOON - timedelta(days=days)
    assert dates.hour(moment) == "12:00"
    assert dates.when(moment, NOON) == when
    assert dates.at(moment, NOON) == at
    assert dates.near_day(moment, NOON) == near


def test_yesterday_ends_at_midnight() -> None:
    midnight = HERE.replace(hour=0, minute=0)
    assert dates.near_day(midnight - timedelta(minutes=1), midnight) == "hier"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0\u00a0s"), (0.4, "0\u00a0s"), (15, "15\u00a0s"), (119, "119\u00a0s"),
        (120, "2\u00a0min"), (7199, "120\u00a0min"), (7200, "2\u00a0h"), (86400, "24\u00a0h"),
    ],
)  # fmt: skip
def test_a_wait_is_told_in_one_unit(seconds: float, text: str) -> None:
    assert dates.wait(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "maintenant"), (0, "maintenant"), (15, "dans 15\u00a0s"), (600, "à 12:10")],
)
def test_what_is_to_come_counts_down_when_it_is_near(seconds: float, text: str) -> None:
    assert dates.soon(NOON + timedelta(seconds=seconds), NOON) == text
