import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.letters import DOCUMENT_TYPES
from desktop_app.wording import documents


@pytest.mark.parametrize("code", DOCUMENT_TYPES)
def test_every_type_has_a_name(code: str) -> None:
    assert documents.label(code) != code


def test_no_two_types_have_the_same_name() -> None:
    assert len({documents.label(code) for code in DOCUMENT_TYPES}) == len(DOCUMENT_TYPES)


def test_a_type_outside_the_list_stands_for_itself() -> None:
    assert documents.label("00000-0") == "00000-0"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0\u00a0octets"),
        (999, "999\u00a0octets"),
        (1000, "1\u00a0ko"),
        (4_200_000, "4,2\u00a0Mo"),
        (50_000_000, "50\u00a0Mo"),
        (1_500_000_000, "1,5\u00a0Go"),
    ],
)
def test_sizes_are_decimal_and_french(count: int, text: str) -> None:
    assert documents.size(count) == text


@given(st.integers(0, 10**12))
def test_a_size_is_short(count: int) -> None:
    text = documents.size(count)
    assert "." not in text
    assert len(text) <= len("999,9\u00a0octets") + 1
