import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import Busy
from desktop_app.system.writer import one_writer

HOLD = """
import sys
from pathlib import Path
from desktop_app.system.writer import one_writer
with one_writer(Path(sys.argv[1]), "navette"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_a_second_process_is_told_who_does_the_sending(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        with pytest.raises(Busy) as caught, one_writer(tmp_path, "navette-cli"):
            pass
        assert caught.value.holder == f"navette {other.pid}"
        other.communicate()
    with one_writer(tmp_path, "navette-cli"):
        assert str(os.getpid()) in (tmp_path / "sending.holder").read_text()


def test_a_killed_holder_leaves_the_way_free(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        other.kill()
        other.wait()
        with one_writer(tmp_path, "navette-cli"):
            pass


def test_the_lock_is_given_back_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), one_writer(tmp_path, "navette"):
        _ = 1 / 0
    with one_writer(tmp_path, "navette"):
        pass


def test_a_note_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "sending.holder").mkdir()
    with (
        one_writer(tmp_path, "navette"),
        pytest.raises(Busy) as caught,
        one_writer(tmp_path, "navette-cli"),
    ):
        pass
    assert caught.value.holder == "?"
