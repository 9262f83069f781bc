import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.fhir.share import (
    GAIN,
    IDLE,
    LONGEST_RUN,
    LOWEST,
    MORE,
    SHORTEST_RUN,
    STREAK,
    Share,
)

MOST = 9.9


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def share() -> Share:
    made = Share(MOST, middle)
    made.asked(0)
    return made


def refused(times: int) -> Share:
    made = share()
    for now in range(times):
        made.refused(now)
    return made


def run(made: Share, now: float) -> int:
    """Calls let through until the share changes."""
    before, calls = made.rate, 0
    while made.rate == before:
        made.let_through(now)
        calls += 1
    return calls


def test_a_station_alone_has_all_of_it_within_a_few_answers() -> None:
    made = share()
    for _ in range(9):
        made.let_through(0)
    assert made.rate == MOST
    assert made.rests_until < 0


def test_the_first_refusal_takes_half_and_later_ones_less_and_less() -> None:
    made = share()
    parts: list[float] = []
    for now in range(60):
        before = made.rate
        made.refused(now)
        parts.append(1 - made.rate / before)
    assert parts[:3] == pytest.approx([1 / 2, 1 / 3, 1 / 4])
    assert parts[20:] == pytest.approx([GAIN] * 40)


def test_a_small_share_is_a_run_and_a_rest_that_make_it_up() -> None:
    made = refused(19)  # a tenth of a call per second
    assert made.rate == pytest.approx(0.1)
    calls = run(made, 100)
    assert SHORTEST_RUN <= calls <= LONGEST_RUN
    rate = made.rate
    assert calls + made.rests_until - 100 == pytest.approx(calls / rate)


def test_a_run_cut_short_is_followed_by_a_rest_in_proportion() -> None:
    whole, cut = refused(19), refused(19)
    for _ in range(2):
        cut.let_through(100)
    cut.refused(100)
    calls = run(whole, 100)
    expected = (whole.rests_until - 100) * 2 / calls
    assert cut.rests_until - 100 == pytest.approx(expected, rel=0.35)


def test_a_finished_run_adds_the_same_to_everybody() -> None:
    for times in (30, 40, 60):
        made = refused(times)
        before = made.rate
        run(made, 100)
        assert made.rate - before == pytest.approx(GAIN * MORE)


def test_many_runs_without_a_refusal_make_haste_and_a_refusal_takes_half_of_it_back() -> None:
    made = refused(40)
    steps: list[float] = []
    for now in range(STREAK + 6):
        before = made.rate
        run(made, now)
        steps.append(made.rate - before)
    assert steps[: STREAK - 1] == pytest.approx([GAIN * MORE] * (STREAK - 1))
    assert steps[-1] > 8 * GAIN * MORE
    before = made.rate
    made.refused(100)
    assert before / 2 < made.rate < before * (1 - GAIN)


def test_what_was_learnt_is_forgotten_after_idleness_but_not_during_a_rest() -> None:
    made = refused(40)
    low = made.rate
    made.asked(made.rests_until + 1)
    assert made.rate == low
    made.asked(made.rests_until + 1 + IDLE + 1)
    assert made.rate > low
    assert made.rests_until < 0


@given(st.lists(st.booleans(), max_size=400))
def test_whatever_happens_the_share_stays_within_its_bounds(news: list[bool]) -> None:
    made, now = share(), 0.0
    for good in news:
        now = max(now + 1, made.rests_until)
        made.asked(now)
        if good:
            made.let_through(now)
        else:
            made.refused(now)
        assert LOWEST <= made.rate <= MOST
        assert made.rests_until < now + LONGEST_RUN * 1.5 / LOWEST
