"""Finds out what the machine lacks for Navette, and has it installed or says how.

Runs on the machine's own Python, before there is any environment: standard library only.

    python3 packaging/linux/prepare.py run     what the window needs
    python3 packaging/linux/prepare.py test    that, and what the end-to-end tests drive

Ends with 0 when everything needed is there, 1 when it stops the caller.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

OLDEST, TOO_NEW = (3, 11), (3, 14)
APT = ("apt-get", "install", "-y", "--no-install-recommends")


@dataclass(frozen=True)
class Need:
    """Something to be found by ``probe``, and the Debian or Ubuntu package that brings it."""

    name: str
    package: str
    probe: Callable[[str], bool]


def _library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _command(name: str) -> bool:
    return shutil.which(name) is not None


def _module(name: str) -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec(name) is not None


ENVIRONMENT = (
    Need("ensurepip", f"python3.{sys.version_info.minor}-venv", _module),
    Need("venv", f"python3.{sys.version_info.minor}-venv", _module),
)
QT = tuple(
    Need(name, package, _library)
    for name, package in (
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libGL.so.1", "libgl1"),
        ("libEGL.so.1", "libegl1"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        # a window on X11: Qt's own message names libxcb-cursor0 whichever of these it misses
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-image.so.0", "libxcb-image0"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libxcb-randr.so.0", "libxcb-randr0"),
        ("libxcb-render-util.so.0", "libxcb-render-util0"),
        ("libxcb-shape.so.0", "libxcb-shape0"),
        ("libxcb-sync.so.1", "libxcb-sync1"),
        ("libxcb-xfixes.so.0", "libxcb-xfixes0"),
        ("libxcb-xkb.so.1", "libxcb-xkb1"),
        # a window on Wayland
        ("libwayland-client.so.0", "libwayland-client0"),
        ("libwayland-cursor.so.0", "libwayland-cursor0"),
    )
)
END_TO_END = (
    Need("Xvfb", "xvfb", _command),
    Need("openbox", "openbox", _command),
    Need("xdotool", "xdotool", _command),
)


def main(purpose: str) -> int:
    """Check, install when root, else say the line; returns the exit code."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        _say(f"Navette needs Python 3.11, 3.12 or 3.13; this one is {sys.version.split()[0]}.")
        return 1
    compulsory = _missing((*ENVIRONMENT, *QT))
    optional = _missing(END_TO_END) if purpose == "test" else []
    if (compulsory or optional) and _may_install():
        _install([*compulsory, *optional])
        compulsory = _missing((*ENVIRONMENT, *QT))
        optional = _missing(END_TO_END) if purpose == "test" else []
    if compulsory:
        _explain("Navette cannot start here yet: it lacks", compulsory)
        return 1
    if optional:
        _explain("The end-to-end tests will be SKIPPED: they lack", optional)
    return 0


def _missing(needs: Sequence[Need]) -> list[Need]:
    return [need for need in needs if not need.probe(need.name)]


def _may_install() -> bool:
    return os.geteuid() == 0 and _command("apt-get")


def _install(needs: Sequence[Need]) -> None:
    """As root on Debian or Ubuntu; what apt-get could not do is found by the next probe."""
    packages = _packages(needs)
    _say(f"Installing {' '.join(packages)}")
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), (*APT, "-qq", *packages)):
        subprocess.run(
            command,
            env=surroundings,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def _packages(needs: Sequence[Need]) -> list[str]:
    return list(dict.fromkeys(need.package for need in needs))


def _explain(sentence: str, needs: Sequence[Need]) -> None:
    _say(f"{sentence} {', '.join(need.name for need in needs)}.")
    if _command("apt-get"):
        _say("Install what is missing with this line, then start again:")
        _say(f"    sudo {' '.join((*APT, *_packages(needs)))}")
    else:
        _say("This system has no apt-get: install them with its own package manager.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
