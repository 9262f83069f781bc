import hashlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from desktop_app.cli.running import worst
from desktop_app.domain.letters import LetterId, Target
from desktop_app.domain.sending import Job, JobId, JobState
from desktop_app.sandbox.faults import Rule
from desktop_app.system.writer import one_writer
from tests.cli.conftest import CLI, SEND, Desk, Platform, settings_for


def states(lines: Iterable[dict[str, Any]]) -> list[str]:
    """Each state once, in the order they were passed through."""
    return list(dict.fromkeys(line["state"] for line in lines))


def test_a_letter_goes_all_the_way_and_every_step_is_a_line(desk: Desk, lifen: Platform) -> None:
    job = desk.send()
    began = time.monotonic()
    ran = desk.run("queue", "run", "--until-idle", "--timeout", "30")
    assert ran.code == 0
    assert time.monotonic() - began < 20
    assert {line["job"] for line in ran.lines} == {job}
    assert states(ran.lines)[-2:] == ["accepted", "delivered"]
    last = ran.lines[-1]
    assert last["attempts"] == 1
    assert last["recipients"][0]["state"] == "delivered"
    (accepted,) = lifen.ledger
    assert accepted.transaction_id == last["transaction_id"]
    sent = (desk.folder / "lettre.pdf").read_bytes()
    assert accepted.documents[0].sha256 == hashlib.sha256(sent).hexdigest()
    assert desk.run("queue", "run", "--until-idle").text == ""
    assert len(lifen.ledger) == 1


@pytest.mark.parametrize(
    ("rule", "code", "state", "reason", "count"),
    [
        (Rule(path=SEND, status=400), 5, "refused", "refused_400", 0),
        (Rule(path=SEND, status=404), 5, "refused", "refused_404", 0),
        (Rule(path=SEND, status=413), 5, "refused", "refused_413", 0),
        (Rule(path=SEND, status=422), 5, "refused", "refused_422", 0),
        (Rule(path=SEND, status=403), 4, "blocked", "scope", 0),
        (Rule(path="/v1/token", status=401), 4, "blocked", "credentials", 0),
        (Rule(path=SEND, status=500), 6, "in_doubt", None, 0),
        (Rule(path=SEND, status=503, after=True), 6, "in_doubt", None, 1),
        (Rule(path=SEND, after=True, body="truncated"), 6, "in_doubt", None, 1),
        (Rule(path=SEND, after=True, status=201, body="html"), 6, "in_doubt", None, 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_job_left(
    desk: Desk,
    lifen: Platform,
    rule: Rule,
    code: int,
    state: str,
    reason: str | None,
    count: int,
) -> None:
    job = desk.send()
    lifen.trouble(rule)
    ran = desk.run("queue", "run", "--until-idle", "--timeout", "20")
    assert (ran.code, ran.lines[-1]["state"]) == (code, state)
    assert ran.lines[-1]["job"] == job
    if reason is not None:
        assert ran.lines[-1]["reason"] == reason
    assert len(lifen.ledger) == count
    lifen.trouble()
    if code == 6:  # nothing but a person moves it
        again = desk.run("queue", "run", "--until-idle")
        assert (again.code, again.text, len(lifen.ledger)) == (6, "", count)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(path=SEND, status=429),
        Rule(path="/v1/token", cut=True),
        Rule(path="/Patient/70001", status=503),
    ],
)
def test_a_passing_failure_waits_and_then_leaves(desk: Desk, lifen: Platform, rule: Rule) -> None:
    job = desk.send()
    lifen.trouble(rule)
    ran = desk.run("queue", "run", "--timeout", "2")
    assert (ran.code, ran.lines[-1]["state"]) == (4, "waiting")
    assert ran.lines[-1]["not_before"] is not None
    lifen.trouble()
    assert desk.run("queue", "retry", job).line["state"] == "queued"
    assert desk.run("queue", "run", "--timeout", "1").code == 0
    assert len(lifen.ledger) == 1


def test_a_letter_changed_or_gone_while_queued_is_refused(desk: Desk, lifen: Platform) -> None:
    first, second = desk.send(), desk.send()
    changed, gone = desk.spooled()
    changed.write_bytes(changed.read_bytes()[:-1] + b"X")
    gone.unlink()
    ran = desk.run("queue", "run", "--until-idle")
    assert ran.code == 5
    reasons = {line["job"]: line["reason"] for line in desk.run("queue", "list").lines}
    assert set(reasons) == {first, second}
    assert set(reasons.values()) == {"file_changed", "file_missing"}
    assert lifen.ledger == []


def test_with_two_letters_and_no_answer_it_still_ends(desk: Desk, lifen: Platform) -> None:
    """What waits behind a silent platform cannot move either, and must not keep it running."""
    desk.send()
    desk.send()
    lifen.trouble(Rule(path=SEND, status=429, retry_after=3600))
    ran = desk.run("queue", "run", "--until-idle", "--timeout", "50")
    assert ran.code == 4
    assert states(desk.run("queue", "list").lines) == ["waiting", "queued"]


def test_another_writer_is_named(desk: Desk) -> None:
    desk.send()
    with one_writer(desk.folder / "data" / "letters", "navette"):
        ran = desk.run("queue", "run", "--until-idle")
    assert (ran.code, ran.error["error"]) == (4, "busy")
    assert "navette" in ran.error["advice"]


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to send there")
def test_asked_to_stop_it_waits_for_the_answer_to_what_has_left(
    desk: Desk, lifen: Platform
) -> None:
    lifen.trouble(Rule(path=SEND, delay_ms=1500, after=True))
    desk.send()
    with desk.start("queue", "run") as process:
        assert process.stdout is not None
        for text in process.stdout:
            if json.loads(text)["passed_at"] is not None:
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stdout.read()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert json.loads(rest.splitlines()[-1])["state"] == "accepted"
    assert process.returncode == 0
    assert len(lifen.ledger) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to send there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_says_where_it_listens_and_leaves_when_asked(
    practice: Desk, number: signal.Signals
) -> None:
    with practice.start("sandbox", "serve") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert set(told) >= {
            "lifen", "ledger_url", "client_id", "client_secret", "database_reference", "audience",
        }  # fmt: skip
        with urllib.request.urlopen(told["ledger_url"]) as answer:  # noqa: S310 - our own
            assert json.load(answer)["count"] == 0
        config = practice.folder / "s.toml"
        config.write_text(settings_for(told), "utf-8")
        assert practice.run("--config", config, "settings", "show").code == 0
        process.send_signal(number)
    assert process.returncode == 0


def test_a_sandbox_for_strangers_is_refused(practice: Desk) -> None:
    ran = practice.run("sandbox", "serve", "--host", "192.0.2.1")
    assert (ran.code, ran.error["error"]) == (3, "misconfigured")
    ran = practice.run("sandbox", "serve", "--faults", practice.folder / "none.json")
    assert ran.code == 3


def test_the_entry_points_are_the_same_program() -> None:
    ran = subprocess.run([*CLI, "--help"], capture_output=True, text=True, check=True)
    assert "navette-cli" in ran.stdout


NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
JOB = Job(id=JobId("1"), sending=LetterId("2"), target=Target.MSS, created_at=NOW)
CODES = {
    JobState.HELD: 0,
    JobState.QUEUED: 4,
    JobState.SENDING: 4,
    JobState.WAITING: 4,
    JobState.ACCEPTED: 0,
    JobState.DELIVERED: 0,
    JobState.UNDELIVERED: 6,
    JobState.IN_DOUBT: 6,
    JobState.REFUSED: 5,
    JobState.BLOCKED: 4,
    JobState.CANCELLED: 0,
}


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_its_exit_code(state: JobState) -> None:
    assert worst([replace(JOB, state=state)]) == CODES[state]


def test_the_worst_job_decides_and_one_that_was_dealt_with_does_not_count() -> None:
    jobs = [replace(JOB, state=state) for state in JobState]
    assert worst(jobs) == 6
    assert worst([]) == 0
    assert worst([replace(JOB, state=JobState.SENDING, passed_at=JOB.created_at)]) == 6
    assert worst([replace(JOB, state=JobState.UNDELIVERED, settled=True)]) == 0


def test_a_failed_delivery_that_somebody_saw_to_no_longer_waits_for_anybody(desk: Desk) -> None:
    job = desk.send(to="invalide.leonie@cabinet.mssante.example")
    ran = desk.run("queue", "run", "--until-idle")
    assert (ran.code, ran.lines[-1]["state"]) == (6, "undelivered")
    assert ran.lines[-1]["recipients"][0]["reason"] == "adresse invalide"
    assert desk.run("queue", "resolve", job, "--not-sent").code == 5
    assert desk.run("queue", "resolve", job, "--sent").line["settled"] is True
    assert desk.run("queue", "run", "--until-idle").code == 0
