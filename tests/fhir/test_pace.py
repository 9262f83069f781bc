import asyncio
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import Throttled
from desktop_app.fhir.pace import FIRST_HOLD, LONGEST_HOLD, Pace, PacedTransport, Urgency
from desktop_app.sandbox.server import serve
from tests.fhir.hours import at_once

LIMIT = 10


def latest(_low: float, high: float) -> float:
    return high


class Limited(httpx.AsyncBaseTransport):
    """Ten calls in any one second, as the platform counts; each way takes its own time."""

    def __init__(
        self,
        there: Callable[[], float] = lambda: 0.01,
        back: Callable[[], float] = lambda: 0.01,
        limit: int = LIMIT,
    ) -> None:
        self._there, self._back = there, back
        self._limit = limit
        self._recent: deque[float] = deque()
        self.answers: Counter[int] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._there())
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        status = 429 if len(self._recent) >= self._limit else 200
        if status == 200:
            self._recent.append(now)
        self.answers[status] += 1
        await asyncio.sleep(self._back())
        return httpx.Response(status)


class Script(httpx.AsyncBaseTransport):
    """Answers in turn, at once."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return self.answers.pop(0) if self.answers else httpx.Response(200)


def wait_of(error: Throttled) -> float:
    assert error.wait is not None
    return error.wait.total_seconds()


def request(urgency: int = Urgency.INTERACTIVE) -> httpx.Request:
    return httpx.Request("GET", "https://a.example/", extensions={"urgency": urgency})


async def workers(transport: PacedTransport, calls: int, urgency: int, count: int = 4) -> None:
    left = iter(range(calls))

    async def work() -> None:
        for _call in left:
            await transport.handle_async_request(request(urgency))

    await asyncio.gather(*(work() for _ in range(count)))


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("workstations", [1, 4])
def test_three_hundred_calls_take_the_limit_s_own_time_and_no_refusal(
    urgency: Urgency, workstations: int
) -> None:
    async def run() -> None:
        server = Limited()
        transport = PacedTransport(server)
        await workers(transport, 300, urgency, workstations)
        assert server.answers == {200: 300}
        assert asyncio.get_running_loop().time() <= 1.10 * 29

    at_once(run())


@settings(max_examples=40, deadline=None)
@given(
    there=st.floats(0, 0.3),
    back=st.floats(0, 0.3),
    delays=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), max_size=9),
    urgencies=st.lists(st.sampled_from(Urgency), min_size=1, max_size=4),
)
def test_alone_no_second_ever_sees_more_than_the_limit_however_calls_bunch(
    there: float, back: float, delays: list[tuple[float, float]], urgencies: list[Urgency]
) -> None:
    """A way of fixed length and, for all but one call in ten, any delay on top of it."""
    ways = itertools.cycle([(0.0, 0.0), *delays])
    owed = deque[float]()

    def leaving() -> float:
        first, second = next(ways)
        owed.append(second)
        return there + first

    async def run() -> None:
        server = Limited(there=leaving, back=lambda: back + owed.popleft())
        transport = PacedTransport(server)
        async with asyncio.TaskGroup() as group:
            for urgency in urgencies:
                group.create_task(workers(transport, 40, urgency))
        assert server.answers == {200: 40 * len(urgencies)}

    at_once(run())


def test_a_long_way_costs_little_of_the_limit() -> None:
    async def run() -> None:
        chance = random.Random(1)  # noqa: S311 - a fixed run
        server = Limited(*(lambda: chance.uniform(0.08, 0.12),) * 2)
        await workers(PacedTransport(server), 600, Urgency.SEND)
        assert server.answers == {200: 600}
        assert asyncio.get_running_loop().time() <= 1.10 * 60

    at_once(run())


def test_a_search_goes_before_sends_and_sends_before_polls() -> None:
    async def run() -> None:
        pace, order = Pace(), list[str]()

        async def call(name: str, urgency: Urgency) -> None:
            call = await pace.leave(urgency)
            order.append(name)
            pace.answered(call, asyncio.get_running_loop().time(), heard=True)

        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(call("first", Urgency.INTERACTIVE))
            await asyncio.sleep(0.1)
            for name, urgency in (
                ("poll", Urgency.TRACKING),
                ("send", Urgency.SEND),
                ("later send", Urgency.SEND),
                ("search", Urgency.INTERACTIVE),
            ):
                group.create_task(call(name, urgency))
                await asyncio.sleep(0)
        assert order[10:] == ["search", "send", "later send", "poll"]

    at_once(run())


def test_a_search_never_waits_long_behind_background_work() -> None:
    async def run() -> None:
        transport = PacedTransport(Limited())
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            group.create_task(workers(transport, 200, Urgency.SEND))
            await asyncio.sleep(5)
            longest = 0.0
            for _ in range(20):
                asked = loop.time()
                await transport.handle_async_request(request())
                longest = max(longest, loop.time() - asked)
                await asyncio.sleep(0.31)
        assert longest < 0.5

    at_once(run())


def test_a_caller_that_goes_away_frees_its_turn() -> None:
    async def run() -> None:
        pace, loop = Pace(), asyncio.get_running_loop()
        calls = [await pace.leave(Urgency.INTERACTIVE) for _ in range(10)]
        waiting = loop.create_task(pace.leave(Urgency.INTERACTIVE))
        await asyncio.sleep(0.5)
        waiting.cancel()
        pace.answered(calls[0], loop.time(), heard=False)
        await pace.leave(Urgency.TRACKING)
        assert loop.time() == pytest.approx(1.51, abs=0.01)

    at_once(run())


def test_refusals_of_calls_under_way_together_are_one_piece_of_news() -> None:
    async def run() -> None:
        pace = Pace(spread=latest)
        server = PacedTransport(Limited(), pace)
        await workers(server, 40, Urgency.SEND)
        before = pace.rate
        calls = [await pace.leave(Urgency.SEND) for _ in range(3)]
        await asyncio.sleep(0.1)
        after: list[float] = []
        for call in calls:
            now = asyncio.get_running_loop().time()
            pace.answered(call, now, heard=True)
            pace.refused(call, now, None)
            after.append(pace.rate)
        assert after == [pytest.approx(before / 2)] * 3

    at_once(run())


@pytest.mark.parametrize("urgency", list(Urgency))
def test_silence_doubles_with_each_further_429_and_has_an_end(urgency: Urgency) -> None:
    async def run() -> None:
        pace = Pace(spread=latest)
        transport = PacedTransport(Script(*(httpx.Response(429) for _ in range(6))), pace)
        loop, times = asyncio.get_running_loop(), list[float]()
        while len(times) < 7:
            try:
                await transport.handle_async_request(request(urgency))
            except Throttled as error:  # background work rests for longer
                await asyncio.sleep(wait_of(error))
            else:
                times.append(loop.time())
        gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
        held = [FIRST_HOLD, 2 * FIRST_HOLD, 4 * FIRST_HOLD, *[LONGEST_HOLD] * 3]
        assert all(gap > hold for gap, hold in zip(gaps, held, strict=True))
        if urgency is Urgency.INTERACTIVE:
            assert gaps == pytest.approx(held, abs=0.05)

    at_once(run())


def test_a_refused_letter_does_not_silence_a_search() -> None:
    async def run() -> None:
        transport = PacedTransport(Script(httpx.Response(429)), Pace(spread=latest))
        await transport.handle_async_request(request(Urgency.SEND))
        assert (await transport.handle_async_request(request())).status_code == 200
        assert asyncio.get_running_loop().time() < 0.1

    at_once(run())


def test_background_work_fails_rather_than_sit_out_a_long_rest() -> None:
    async def run() -> None:
        script = Script(*(httpx.Response(429) for _ in range(1000)))
        transport, loop = PacedTransport(script, Pace(spread=latest)), asyncio.get_running_loop()
        with pytest.raises(Throttled) as caught:
            await workers(transport, 1000, Urgency.SEND, 1)
        assert wait_of(caught.value) > 10
        script.answers.clear()
        asked = loop.time()
        await transport.handle_async_request(request())
        assert loop.time() - asked < 0.1  # what a person waits for does not rest

    at_once(run())


def test_a_short_wait_of_the_server_s_is_sat_out() -> None:
    async def run() -> None:
        answer = httpx.Response(429, headers={"retry-after": "3"})
        transport = PacedTransport(Script(answer), Pace(spread=latest))
        await transport.handle_async_request(request())
        answered = await transport.handle_async_request(request())
        assert answered.status_code == 200
        assert asyncio.get_running_loop().time() == pytest.approx(3.02, abs=0.02)

    at_once(run())


def test_a_long_wait_of_the_server_s_fails_at_once_and_asks_nothing() -> None:
    async def run() -> None:
        script = Script(httpx.Response(429, headers={"retry-after": "120"}), httpx.Response(200))
        transport = PacedTransport(script, Pace(spread=latest))
        await transport.handle_async_request(request())
        with pytest.raises(Throttled) as caught:
            await transport.handle_async_request(request())
        assert wait_of(caught.value) == pytest.approx(120, abs=1)
        await asyncio.sleep(121)
        assert (await transport.handle_async_request(request())).status_code == 200

    at_once(run())


def test_a_failed_call_gives_its_slot_back() -> None:
    class Cut(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("cut")

    async def run() -> None:
        transport = PacedTransport(Cut())
        for _ in range(30):
            with pytest.raises(httpx.ConnectError):
                await transport.handle_async_request(request())
        assert asyncio.get_running_loop().time() < 3

    at_once(run())


def test_retry_after_is_obeyed_by_everything_this_station_does() -> None:
    async def run() -> None:
        answer = httpx.Response(429, headers={"retry-after": "7"})
        transport = PacedTransport(Script(answer), Pace(spread=latest))
        loop, times = asyncio.get_running_loop(), list[float]()
        await transport.handle_async_request(request(Urgency.SEND))

        async def call(urgency: Urgency) -> None:
            await transport.handle_async_request(request(urgency))
            times.append(loop.time())

        async with asyncio.TaskGroup() as group:
            for urgency in Urgency:
                group.create_task(call(urgency))
        assert min(times) >= 7

    at_once(run())


class Stations:
    """Workstations that do nothing but send, each until its hour; counted from ``start`` on."""

    def __init__(self, seed: int, start: float) -> None:
        self.server = Limited(
            there=lambda: self._chance.uniform(0.02, 0.03),
            back=lambda: self._chance.uniform(0.02, 0.03),
        )
        self._chance = random.Random(seed)  # noqa: S311 - a fixed run
        self._start = start
        self.done = Counter[int]()
        self.refused = 0

    async def send(self, until: dict[int, float]) -> None:
        async with asyncio.TaskGroup() as group:
            for number, end in until.items():
                group.create_task(self._station(number, end))

    async def _station(self, number: int, end: float) -> None:
        transport = PacedTransport(self.server, Pace(spread=self._chance.uniform))
        loop = asyncio.get_running_loop()
        while loop.time() < end:
            try:
                answer = await transport.handle_async_request(request(Urgency.SEND))
            except Throttled as error:
                await asyncio.sleep(wait_of(error))
                continue
            if self._start < loop.time() < end:
                self.done[number] += answer.status_code == 200
                self.refused += answer.status_code == 429

    def fairness(self) -> float:
        """Jain's index: 1 where all have the same, 1/n where one has everything."""
        squares = sum(count**2 for count in self.done.values())
        return self.done.total() ** 2 / (len(self.done) * squares)


@pytest.mark.parametrize("seed", range(3))
def test_ten_workstations_converge_on_equal_shares_of_nearly_all(seed: int) -> None:
    async def run() -> None:
        stations = Stations(seed, start=300)
        await stations.send(dict.fromkeys(range(10), 900.0))
        assert stations.done.total() >= 0.85 * LIMIT * 600
        assert stations.refused <= 0.06 * stations.done.total()
        assert len(stations.done) == 10
        assert stations.fairness() > 0.95

    at_once(run())


def test_a_hundred_workstations_use_the_limit_and_share_it() -> None:
    async def run() -> None:
        stations = Stations(1, start=600)
        await stations.send(dict.fromkeys(range(100), 4200.0))
        assert stations.done.total() >= 0.9 * LIMIT * 3600
        assert stations.refused <= 0.2 * stations.done.total()
        assert len(stations.done) == 100
        assert stations.fairness() > 0.9

    at_once(run())


def test_who_stays_takes_over_what_those_who_go_leave() -> None:
    async def run() -> None:
        stations = Stations(1, start=1080)  # the others went eight minutes ago
        await stations.send({0: 1200.0, **dict.fromkeys(range(1, 10), 600.0)})
        assert stations.done[0] >= 0.8 * LIMIT * 120

    at_once(run())


async def test_sixty_calls_to_the_served_sandbox_meet_its_limit_and_no_refusal() -> None:
    async with serve(calls_per_second=LIMIT) as served:
        told = served.description
        form = {"grant_type": "client_credentials"} | {
            name: told[name]
            for name in ("client_id", "client_secret", "audience", "database_reference")
        }
        network = PacedTransport(httpx.AsyncHTTPTransport())
        async with httpx.AsyncClient(transport=network, trust_env=False) as client:
            token = (await client.post(told["lifen"]["token_url"], data=form)).json()
            client.headers["authorization"] = f"Bearer {token['access_token']}"
            answers = Counter[int]()
            urgencies = itertools.islice(itertools.cycle(Urgency), 60)

            async def call() -> None:
                for urgency in urgencies:
                    answer = await client.get(
                        f"{told['lifen']['fhir_url']}/Patient/70001",
                        headers={"content-type": "application/fhir+json"},
                        extensions={"urgency": urgency},
                    )
                    answers[answer.status_code] += 1

            await asyncio.gather(*(call() for _ in range(4)))
        assert answers == {200: 60}
