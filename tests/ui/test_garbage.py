import gc
from collections.abc import Iterator

import pytest

from desktop_app.ui.garbage import Garbage, collect_due


@pytest.fixture(autouse=True)
def collected_by_hand() -> Iterator[None]:
    yield
    gc.disable()


class Knot:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


def test_python_no_longer_collects_by_itself_until_the_end() -> None:
    garbage = Garbage()
    assert not gc.isenabled()
    garbage.end()
    assert gc.isenabled()


def test_what_is_due_is_collected() -> None:
    garbage = Garbage()
    kept = [Knot() for _ in range(gc.get_threshold()[0] * 2)]
    kept.clear()
    collect_due()
    assert gc.get_count()[0] < gc.get_threshold()[0]
    garbage.end()
