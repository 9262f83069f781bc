"""Killed at the worst moments: what had not left leaves once, what may have left never again."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.end_to_end import disk
from tests.end_to_end.program import CLI, WINDOW, Json, Navette, Platform, pdf, until

ADDRESS = "marc.tessandier@cabinet.mssante.example"
SEND = "$send-to-mss"
FAR_AWAY = 120_000
"""Milliseconds that no test lasts."""

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]

Carrier = Callable[[Navette], AbstractContextManager[subprocess.Popen[bytes]]]


@contextmanager
def window(navette: Navette) -> Iterator[subprocess.Popen[bytes]]:
    """The window, off screen: it sends by itself."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen((*WINDOW, *navette.choices), env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def queue_run(navette: Navette) -> Iterator[subprocess.Popen[bytes]]:
    """The command line's way of sending."""
    command = (CLI, *navette.choices, "queue", "run", "--until-idle")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(params=[window, queue_run], ids=["window", "queue run"])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    chosen: Carrier = request.param
    return chosen


def waiting_bytes(port: int) -> int:
    """Bytes that have reached ``port`` of this machine and that nobody has read yet."""
    local = f"0100007F:{port:04X}"
    return sum(
        int(fields[4].split(":")[1], 16)
        for fields in map(str.split, Path("/proc/net/tcp").read_text("ascii").splitlines())
        if fields[1] == local
    )


def queued(navette: Navette, letter: Path) -> None:
    navette.cli("send", letter, "--patient", "70005", "--to", ADDRESS, "--hold", "0")


def states(navette: Navette) -> list[str]:
    return [job["state"] for job in navette.jobs()]


def test_killed_while_uploading_it_arrives_once_after_the_next_start(
    tmp_path: Path, platform: Platform, navette: Navette, carrier: Carrier
) -> None:
    queued(navette, pdf(tmp_path / "lettre.pdf", 20_000_000))
    platform.trouble({"path": SEND, "delay_ms": FAR_AWAY})
    port = int(platform.described["lifen"]["fhir_url"].split(":")[2].split("/")[0])

    with carrier(navette) as process:
        until(lambda: waiting_bytes(port) > 0, "the upload to fill the line")
        process.kill()
        process.wait()
    assert disk.marked(navette) == 0
    assert platform.ledger() == []
    platform.trouble()

    with carrier(navette):
        until(lambda: states(navette) == ["delivered"], "the delivery")

    assert len(platform.ledger()) == 1


def test_killed_between_the_mark_and_the_answer_it_stays_in_doubt_and_is_not_repeated(
    tmp_path: Path, platform: Platform, navette: Navette, carrier: Carrier
) -> None:
    queued(navette, pdf(tmp_path / "lettre.pdf", 20_000))
    platform.trouble({"path": SEND, "delay_ms": FAR_AWAY, "after": True})

    with carrier(navette) as process:
        until(platform.ledger, "the platform to have it")
        assert disk.marked(navette) == 1
        process.kill()
        process.wait()
    assert states(navette) == ["sending"]
    platform.trouble()

    with carrier(navette):
        until(lambda: states(navette) == ["in_doubt"], "the doubt to be shown")
    job = left(navette)

    assert job["transaction_id"] is None
    assert len(platform.ledger()) == 1


def left(navette: Navette) -> Json:
    """The one job, after everything that can move has moved: it needs a person."""
    navette.cli("queue", "run", "--until-idle", code=6)
    (job,) = navette.jobs()
    assert job["state"] == "in_doubt"
    return job


def test_the_person_who_finds_out_settles_the_doubt(
    tmp_path: Path, platform: Platform, navette: Navette
) -> None:
    queued(navette, pdf(tmp_path / "lettre.pdf", 20_000))
    platform.trouble({"path": SEND, "after": True, "cut": True})
    job = left(navette)
    platform.trouble()

    (settled,) = navette.cli("queue", "resolve", job["job"], "--sent")

    assert settled["state"] == "delivered"
    assert len(platform.ledger()) == 1
