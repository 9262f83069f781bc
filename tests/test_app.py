import os
import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = (sys.executable, "-m", "desktop_app")
OFFSCREEN = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def test_the_demonstration_delivers_a_letter_and_leaves_its_pictures(tmp_path: Path) -> None:
    ended = subprocess.run(
        (*PROGRAM, "--demo", tmp_path / "demo"),
        env=OFFSCREEN,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    pictures = sorted(path.name for path in (tmp_path / "demo").glob("*.png"))
    assert [name[:2] for name in pictures] == [f"{number:02d}" for number in range(1, 10)]
    assert "remise" in ended.stdout


def test_it_says_when_it_is_ready_and_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    arguments = (*PROGRAM, "--data-dir", tmp_path, "--report-ready")
    with subprocess.Popen(arguments, env=OFFSCREEN, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
        finally:
            program.kill()


def test_help_is_french() -> None:
    ended = subprocess.run(
        (*PROGRAM, "--help"), env=OFFSCREEN, capture_output=True, text=True, check=True
    )
    assert "courrier sortant" in ended.stdout
