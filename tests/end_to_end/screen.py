"""A screen of our own, and the hands of the person in front of it."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.program import PATIENCE, until

TOOLS = ("Xvfb", "openbox", "xdotool")
FRAME = 60
"""Pixels that a window manager may put around a window."""
STEPS = 12
"""A drag is a journey: with fewer steps some sources never notice that it began."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window as X knows it."""

    id: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        """Its centre on the screen."""
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Screen:
    """An X display and what can be done on it."""

    display: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program needs to appear on it."""
        rest = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        return {**rest, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    @contextlib.contextmanager
    def showing(self, *command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        """A program on this screen; what is left of it at the end is killed."""
        with subprocess.Popen(command, env=self.environment) as process:
            try:
                yield process
            finally:
                process.kill()

    def window(self, title: str) -> Window:
        """The visible window whose title begins so, waited for."""
        found = until(lambda: self._found(title), f"the window {title!r}")
        lines = self.do("getwindowgeometry", "--shell", found).splitlines()
        values = dict(line.split("=", 1) for line in lines)
        place = (int(values[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
        return Window(found, *place)

    def _found(self, title: str) -> str:
        command = ("xdotool", "search", "--onlyvisible", "--name", f"^{title}")
        outcome = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=10
        )
        return outcome.stdout.split("\n", 1)[0]

    def do(self, *arguments: str | int) -> str:
        """One xdotool command."""
        command = ("xdotool", *map(str, arguments))
        return subprocess.run(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE,
        ).stdout

    def place(self, title: str, x: int, y: int) -> Window:
        """Move a window to where it is wanted."""
        window = self.window(title)
        self.do("windowmove", window.id, x, y)
        until(lambda: self._is_near(title, x, y), f"{title!r} to have moved")
        return self.window(title)

    def _is_near(self, title: str, x: int, y: int) -> bool:
        window = self.window(title)
        return abs(window.x - x) + abs(window.y - y) < FRAME

    def bring_forward(self, window: Window) -> None:
        """Give a window the keyboard."""
        self.do("windowactivate", "--sync", window.id)

    def drag(self, source: Window, target: Window) -> None:
        """Drag from the middle of one window to the middle of the other."""
        (x, y), (end_x, end_y) = source.middle, target.middle
        self.do("mousemove", x, y, "mousedown", 1)
        for step in range(1, STEPS + 1):
            self._glide(x + (end_x - x) * step // STEPS, y + (end_y - y) * step // STEPS)
        for shake in (3, -3, 2):
            self._glide(end_x + shake, end_y + shake)
        self.do("mouseup", 1)

    def _glide(self, x: int, y: int) -> None:
        """As fast as a hand: xdotool's own pause lets both programs answer each step."""
        self.do("mousemove", x, y, "sleep", "0.05")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self.do("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        """Type ``text``."""
        self.do("type", "--clearmodifiers", "--delay", 20, text)

    @contextlib.contextmanager
    def witnessed(self, path: Path) -> Iterator[None]:
        """Photograph the screen into ``path`` when the block fails, where that can be done."""
        try:
            yield
        except BaseException:
            if shutil.which("import"):
                command = ("import", "-window", "root", path)
                subprocess.run(command, env=self.environment, check=False, timeout=PATIENCE)
            raise


@contextlib.contextmanager
def switched_on() -> Iterator[Screen]:
    """A screen with a window manager; skipped without the means, except on a CI machine."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        reason = f"{', '.join(missing)} missing: run `make test` as root, or install them"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    server = ("Xvfb", "-displayfd", "1", "-screen", "0", "1600x900x24", "-nolisten", "tcp")
    with subprocess.Popen(server, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as xvfb:
        try:
            assert xvfb.stdout is not None
            screen = Screen(f":{xvfb.stdout.readline().decode().strip()}")
            with screen.showing("openbox"):
                yield screen
        finally:
            xvfb.terminate()
