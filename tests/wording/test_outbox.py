from collections.abc import Callable

import pytest

from desktop_app.domain.ports import Overview
from desktop_app.wording import outbox as words


@pytest.mark.parametrize(
    ("say", "overview", "text"),
    [
        (words.to_resolve, Overview(), "rien ne vous attend"),
        (words.to_resolve, Overview(need_person=1), "1 lettre vous attend"),
        (words.to_resolve, Overview(need_person=2), "2 lettres vous attendent"),
        (words.under_way, Overview(), "rien en route"),
        (words.under_way, Overview(moving=3), "3 en route"),
        (words.under_way, Overview(waiting=1), "1 en attente"),
        (words.under_way, Overview(moving=3, waiting=1), "3 en route, 1 en attente"),
        (words.today, Overview(), "aucune remise"),
        (words.today, Overview(delivered_today=1), "1 remise"),
        (words.today, Overview(delivered_today=38), "38 remises"),
        (words.history, Overview(), "aucun envoi"),
        (words.history, Overview(total=1), "1 envoi"),
        (words.history, Overview(total=12408), "12\u202f408 envois"),
    ],
)
def test_groups_count_in_french(
    say: Callable[[Overview], str], overview: Overview, text: str
) -> None:
    assert say(overview) == text


def test_what_was_not_found_is_quoted() -> None:
    assert "«\u00a0ormeau\u00a0»" in words.no_match("ormeau").title
    assert "filtres" in words.no_match("").title
