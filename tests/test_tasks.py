import asyncio
import logging

import pytest

from desktop_app.tasks import Tasks


async def settled(tasks: Tasks) -> None:
    await asyncio.sleep(0)
    await tasks.aclose()


@pytest.fixture
def accidents() -> list[BaseException]:
    return []


@pytest.fixture
def tasks(accidents: list[BaseException]) -> Tasks:
    return Tasks(on_accident=accidents.append)


async def test_a_slot_runs_every_call_to_its_end(tasks: Tasks) -> None:
    done: list[int] = []
    finished = asyncio.Event()

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)
        if len(done) == 2:
            finished.set()

    slot = tasks.slot(work)
    slot(1)
    slot(2)
    await finished.wait()
    assert done == [1, 2]


async def test_the_latest_call_replaces_the_one_before_it(tasks: Tasks) -> None:
    ended: list[str] = []
    finished = asyncio.Event()

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            ended.append(f"{name} given up")
            raise
        ended.append(f"{name} done")
        finished.set()

    slot = tasks.latest(work)
    slot("first")
    await asyncio.sleep(0)
    slot("second")
    await finished.wait()
    assert ended == ["first given up", "second done"]


async def test_an_accident_is_heard_and_logged_by_the_name_of_its_work(
    tasks: Tasks, accidents: list[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        task = tasks.start(work(), "a bug")
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert [type(error) for error in accidents] == [ZeroDivisionError]
    assert "a bug failed" in caplog.text


async def test_closing_cancels_what_still_runs_and_is_no_accident(
    tasks: Tasks, accidents: list[BaseException]
) -> None:
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    tasks.start(work(), "endless")
    await settled(tasks)
    assert stopped.is_set()
    assert not accidents
