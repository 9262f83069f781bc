"""The main job as a person does it: a real window, a real drag, real keys."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end import disk
from tests.end_to_end.program import PATIENCE, WINDOW, Navette, Platform, until
from tests.end_to_end.screen import Screen, switched_on

SOURCE = Path(__file__).with_name("drag_source.py")
SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "CR de consultation (exemple).pdf"
PATIENT, IPP = "70001", "000123"
ADDRESS = "marc.tessandier@cabinet.mssante.example"

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(240)]


def choose(screen: Screen, done: str, condition: Callable[[], bool]) -> None:
    """Go to the answers and take the first, until ``condition`` holds.

    Before the answers are there both keys do nothing, and after the choice neither: the same
    keys may be pressed again.
    """

    def tried() -> bool:
        screen.press("Down", "Return")
        return condition()

    until(tried, done)


def test_a_letter_dropped_from_another_program_arrives_once_byte_for_byte(
    tmp_path: Path, platform: Platform, navette: Navette
) -> None:
    letter = tmp_path / "Lettre d’été (été 2024).pdf"
    letter.write_bytes(SAMPLE.read_bytes())
    digest = hashlib.sha256(letter.read_bytes()).hexdigest()

    with (
        switched_on() as screen,
        screen.showing(*WINDOW, *navette.choices) as program,
        screen.showing(sys.executable, SOURCE, letter, "Source"),
        screen.witnessed(tmp_path / "failure.png"),
    ):
        target = screen.place("Navette", 0, 40)
        source = screen.place("Source", 1420, 400)

        screen.drag(source, target)
        until(lambda: disk.drafts(navette) == 1, "the letter in the tray")
        letter.unlink()  # what was dropped is safe: the file may go

        screen.bring_forward(target)
        screen.press("ctrl+p")
        screen.write(IPP)
        choose(screen, "the patient", lambda: disk.drafts_of(navette, PATIENT) == 1)
        screen.press("ctrl+d")
        screen.write("tessandier")
        choose(screen, "the recipient", lambda: disk.drafts_for(navette, ADDRESS) == 1)
        screen.press("ctrl+Return")
        until(platform.ledger, "the delivery")
        until(lambda: [job["state"] for job in navette.jobs()] == ["delivered"], "the end")
        screen.press("ctrl+q")
        program.wait(PATIENCE)

    (delivery,) = platform.ledger()
    assert delivery["patient"] == PATIENT
    assert delivery["recipients"] == [ADDRESS]
    assert [document["sha256"] for document in delivery["documents"]] == [digest]
    assert program.returncode == 0
