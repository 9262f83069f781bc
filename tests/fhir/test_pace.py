import asyncio
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from desktop_app.domain.errors import Throttled
from desktop_app.fhir.pace import (
    CALLS_PER_SECOND,
    RECOVERY,
    SLOWEST,
    Pace,
    PacedTransport,
    Urgency,
)
from tests.fhir.conftest import at_once

LIMIT = 10


def latest(_low: float, high: float) -> float:
    return high


class Limited(httpx.AsyncBaseTransport):
    """Ten calls in any one second, as the platform counts; answers after ``latency``."""

    def __init__(self, latency: Callable[[], float] = lambda: 0.02, limit: int = LIMIT) -> None:
        self._latency = latency
        self._limit = limit
        self._recent: deque[float] = deque()
        self.answers: Counter[int] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        latency = self._latency()
        await asyncio.sleep(latency / 2)
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        status = 429 if len(self._recent) >= self._limit else 200
        if status == 200:
            self._recent.append(now)
        self.answers[status] += 1
        await asyncio.sleep(latency / 2)
        return httpx.Response(status)


class Script(httpx.AsyncBaseTransport):
    """Answers in turn, at once."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return self._answers.pop(0) if self._answers else httpx.Response(200)


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


def test_no_second_ever_sees_more_than_the_limit_however_calls_bunch() -> None:
    async def run() -> None:
        delays = iter([0.9, 0.01, 0.4, 0.02, 0.7, 0.01, 0.01] * 100)
        server = Limited(latency=lambda: next(delays))
        await workers(PacedTransport(server), 200, Urgency.INTERACTIVE, 4)
        assert server.answers == {200: 200}

    at_once(run())


def test_a_search_goes_before_sends_and_sends_before_polls() -> None:
    async def run() -> None:
        pace, order = Pace(), list[str]()

        async def call(name: str, urgency: Urgency) -> None:
            await pace.leave(urgency)
            order.append(name)
            pace.answered(asyncio.get_running_loop().time())

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
        pace = Pace()
        for _ in range(10):
            await pace.leave(Urgency.INTERACTIVE)
        waiting = asyncio.get_running_loop().create_task(pace.leave(Urgency.INTERACTIVE))
        await asyncio.sleep(0.5)
        waiting.cancel()
        pace.answered(asyncio.get_running_loop().time())
        await pace.leave(Urgency.TRACKING)
        assert asyncio.get_running_loop().time() == pytest.approx(1.52, abs=0.01)

    at_once(run())


def test_a_429_halves_the_rate_once_for_all_that_were_under_way() -> None:
    async def run() -> None:
        pace = Pace(spread=latest)
        transport = PacedTransport(Script(*(httpx.Response(429) for _ in range(4))), pace)
        loop = asyncio.get_running_loop()
        await workers(transport, 4, Urgency.INTERACTIVE)
        assert pace.rate(loop.time()) == pytest.approx(CALLS_PER_SECOND / 2)
        await transport.handle_async_request(request())
        assert loop.time() == pytest.approx(1.02, abs=0.02)  # one second of silence, then a call

    at_once(run())


def test_silence_doubles_with_each_further_429() -> None:
    async def run() -> None:
        pace = Pace(spread=latest)
        transport = PacedTransport(Script(*(httpx.Response(429) for _ in range(3))), pace)
        loop, times = asyncio.get_running_loop(), list[float]()
        for _ in range(4):
            await transport.handle_async_request(request())
            times.append(loop.time())
        gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
        assert gaps == pytest.approx([1, 2, 4], abs=0.05)

    at_once(run())


def test_the_rate_comes_back_little_by_little_and_no_further() -> None:
    async def run() -> None:
        pace, loop = Pace(spread=latest), asyncio.get_running_loop()
        left_at = await pace.leave(Urgency.INTERACTIVE)
        pace.answered(loop.time())
        pace.refused(left_at, loop.time(), None)
        await asyncio.sleep(1 + 60)
        assert pace.rate(loop.time()) == pytest.approx(CALLS_PER_SECOND / 2 + 60 * RECOVERY)
        await asyncio.sleep(3600)
        assert pace.rate(loop.time()) == CALLS_PER_SECOND

    at_once(run())


def test_the_rate_never_falls_to_nothing() -> None:
    async def run() -> None:
        pace = Pace(spread=latest)
        for moment in range(1, 50):
            pace.refused(moment - 0.5, float(moment), timedelta(seconds=0))
        assert pace.rate(50.0) >= SLOWEST

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
        assert caught.value.wait is not None
        assert caught.value.wait.total_seconds() == pytest.approx(120, abs=1)
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


def test_a_hundred_workstations_use_the_limit_and_share_it() -> None:
    async def run() -> None:
        server, done = Limited(latency=lambda: 0.05), Counter[int]()
        loop, chance = asyncio.get_running_loop(), random.Random(1)  # noqa: S311 - a fixed run

        async def station(number: int) -> None:
            transport = PacedTransport(server, Pace(spread=chance.uniform))
            while loop.time() < 400:
                answer = await transport.handle_async_request(request(Urgency.SEND))
                if 100 < loop.time() < 400:
                    done[number] += answer.status_code == 200

        async with asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(station(number))
        total = done.total()
        assert total >= 0.9 * LIMIT * 300
        # Jain's index: 1 where all have the same, 1/100 where one has everything
        assert total**2 / (100 * sum(count**2 for count in done.values())) > 0.9

    at_once(run())
