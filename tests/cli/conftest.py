"""A desk without a window: the real command line, against a sandbox on a socket."""

import asyncio
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop_app.cli import main
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.ledger import Accepted
from desktop_app.sandbox.server import Served, serve
from tests.intake.conftest import pdf

PATIENT_MEMBERS = {
    "id", "ipp", "birth_family", "used_family", "given", "sex", "birth_date", "ins",
    "ins_qualified", "deceased",
}  # fmt: skip
ENTRY_MEMBERS = {"id", "identifier", "family", "given", "name", "city", "addresses"}
JOB_MEMBERS = {
    "job", "sending", "target", "state", "attempts", "not_before", "transaction_id", "reason",
    "recipients",
}  # fmt: skip
"""As design.md section 6 has them."""
PATIENT = "70001"
MAILBOX = "marc.tessandier@cabinet.mssante.example"
STAY = "80001"
SEND, RECORD = "$send-to-mss", "$send-to-ehr"
CLI = (sys.executable, "-m", "desktop_app.cli")


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    text: str
    problem: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        (line,) = self.lines
        return line

    @property
    def error(self) -> dict[str, str]:
        (line,) = self.problem.splitlines()
        found: dict[str, str] = json.loads(line)
        assert set(found) == {"error", "message", "advice"}
        return found


@dataclass
class Desk:
    """One data folder, one settings file, and a way to type commands."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    options: list[str] = field(default_factory=list)
    described: Mapping[str, Any] = field(default_factory=dict)

    def run(self, *words: object, as_json: bool = True) -> Ran:
        self.capsys.readouterr()
        code = main([*self.options, *(["--json"] if as_json else []), *map(str, words)])
        said = self.capsys.readouterr()
        return Ran(code, said.out, said.err)

    def start(self, *words: object) -> subprocess.Popen[str]:
        """The same in a process of its own."""
        return subprocess.Popen(
            [*CLI, *self.options, "--json", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def file(self, content: bytes | None = None, name: str = "lettre.pdf") -> Path:
        path = self.folder / name
        path.write_bytes(pdf() if content is None else content)
        return path

    def send(self, *more: object, to: str = MAILBOX) -> str:
        """Queue a good letter; returns its job."""
        sent = self.run("send", self.file(), "--patient", PATIENT, "--to", to, *more)
        assert sent.code == 0, sent
        job: str = sent.line["jobs"][0]["job"]
        return job

    def settle(self, contract: str, more: str = "") -> None:
        """Another contract with the same platform."""
        described = self.described
        (self.folder / "reglages.toml").write_text(settings_for(described, contract, more), "utf-8")

    def spooled(self) -> list[Path]:
        return list(self.folder.glob("data/*/spool/*"))


@contextmanager
def in_a_thread() -> Iterator[Served]:
    """The sandbox on a socket, beside a test that is not a coroutine."""
    up, loops, found = threading.Event(), [], []

    async def live() -> None:
        ends = asyncio.Event()
        async with serve(calls_per_second=0) as served:
            loops.append((asyncio.get_running_loop(), ends))
            found.append(served)
            up.set()
            await ends.wait()

    thread = threading.Thread(target=asyncio.run, args=(live(),), name="sandbox")
    thread.start()
    assert up.wait(10)
    try:
        yield found[0]
    finally:
        loop, ends = loops[0]
        loop.call_soon_threadsafe(ends.set)
        thread.join(10)
        assert not thread.is_alive()


def settings_for(described: Mapping[str, Any], contract: str = "", more: str = "") -> str:
    """A profile for what is served; ``contract`` are more lines of its Lifen account."""
    lifen = described["lifen"]
    return f"""
        {more}
        [profiles.essai]
        label = "CH de Villefictive"
        environment = "test"
        [profiles.essai.lifen]
        tenant = "standard"
        token_url = "{lifen["token_url"]}"
        audience = "{described["audience"]}"
        fhir_url = "{lifen["fhir_url"]}"
        client_id = "{described["client_id"]}"
        database_reference = "{described["database_reference"]}"
        {contract}
        [security]
        key_store = "file"
    """


@pytest.fixture(autouse=True)
def nothing_said_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("NAVETTE_"):
            monkeypatch.delenv(name)


@dataclass(frozen=True)
class Platform:
    """The served sandbox, as one test finds it: untroubled, with nothing accepted yet."""

    served: Served
    before: int

    @property
    def ledger(self) -> list[Accepted]:
        """What was accepted in this test."""
        return self.served.sandbox.ledger[self.before :]

    def trouble(self, *rules: Rule) -> None:
        """What goes wrong from here on."""
        self.served.sandbox.faults.replace(*rules)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with in_a_thread() as served:
        yield served


@pytest.fixture
def lifen(server: Served) -> Iterator[Platform]:
    lifen = Platform(server, len(server.sandbox.ledger))
    yield lifen
    lifen.trouble()


@pytest.fixture
def practice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk where nothing has been set up."""
    return Desk(tmp_path, capsys, ["--data-dir", str(tmp_path / "data")])


@pytest.fixture
def desk(practice: Desk, lifen: Platform, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk of a hospital whose platform is the served sandbox."""
    described = lifen.served.description
    practice.described = described
    practice.settle("")
    config = practice.folder / "reglages.toml"
    practice.options += ["--config", str(config)]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{described['client_secret']}\n"))
    assert practice.run("secrets", "set", "essai", "lifen.client_secret").code == 0
    return practice
