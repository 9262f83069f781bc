"""The program from outside: a served practice platform, the command line, a profile to reach it.

Nothing of the program is imported: what these helpers know is its public interface.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

CLI = Path(sys.executable).with_name("navette-cli")
WINDOW = (sys.executable, "-m", "desktop_app")
PATIENCE = 30.0
"""Seconds that a step may take on a busy machine before it counts as never happening."""
SETTINGS = """
profile = "essai"

[profiles.essai]
label = "CH de Villefictive"
environment = "test"

[profiles.essai.lifen]
tenant = "standard"
token_url = "{token_url}"
fhir_url = "{fhir_url}"
audience = "{audience}"
client_id = "{client_id}"
database_reference = "{database_reference}"

[sending]
undo_seconds = 0

[security]
key_store = "file"
"""


def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """The first answer of ``condition`` that is true; fails after ``seconds``."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        pause.wait(0.02)
    return answer


@dataclass(frozen=True, slots=True)
class Platform:
    """A practice platform in a process of its own, and the rules file that troubles it."""

    described: Json
    faults: Path

    def trouble(self, *rules: Json) -> None:
        """From here on, these rules."""
        self.faults.write_text(json.dumps({"rules": rules}), "utf-8")

    def ledger(self) -> list[Json]:
        """Every sending that it accepted."""
        with urllib.request.urlopen(self.described["ledger_url"], timeout=PATIENCE) as answer:  # noqa: S310 - our own loopback server
            accepted: list[Json] = json.load(answer)["sendings"]
            return accepted


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Platform]:
    """Serve a platform until the block ends."""
    faults = folder / "faults.json"
    faults.write_text('{"rules": []}', "utf-8")
    command = (CLI, "--json", "sandbox", "serve", "--faults", faults)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Platform(json.loads(process.stdout.readline()), faults)
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Navette:
    """One installation: a settings file, a data folder, and the programs that use them."""

    settings: Path
    data: Path

    @property
    def choices(self) -> tuple[str | Path, ...]:
        """The options every program of this installation is given."""
        return ("--config", self.settings, "--data-dir", self.data)

    def cli(self, *arguments: str | Path, given: str | None = None, code: int = 0) -> list[Json]:
        """Run a command to its end, check its exit code, and read what it printed."""
        outcome = subprocess.run(
            (CLI, *self.choices, "--json", *arguments),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE,
        )
        assert outcome.returncode == code, outcome.stderr
        return [json.loads(line) for line in outcome.stdout.splitlines()]

    def jobs(self) -> list[Json]:
        """The queue and the history."""
        return self.cli("queue", "list")

    @contextlib.contextmanager
    def running(self, *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        """A command in the background; what is left of it at the end is killed."""
        command = (CLI, *self.choices, *arguments)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                process.kill()


def install(folder: Path, platform: Platform) -> Navette:
    """A profile that reaches ``platform``, its secret put away as a person would."""
    described = platform.described
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(**described, **described["lifen"]), "utf-8")
    navette = Navette(settings, folder / "data")
    secret = described["client_secret"]
    navette.cli("secrets", "set", "essai", "lifen.client_secret", given=secret)
    return navette


def pdf(path: Path, size: int) -> Path:
    """A one-page PDF of ``size`` bytes: the page first, then what no reader looks at."""
    head = b"%PDF-1.4\n"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    )
    body, places = head, []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    tail_length = 400
    places.append(len(body))
    filler = size - len(body) - tail_length
    start = b"4 0 obj\n<< /Length %d >>\nstream\n" % filler
    end = b"\nendstream\nendobj\n"
    xref = len(body) + len(start) + filler + len(end)
    table = b"xref\n0 5\n0000000000 65535 f \n"
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % xref
    path.write_bytes(body + start + b"\x5a" * filler + end + table + trailer)
    return path
