"""Where things lie: the settings, the machine's policy, the private data folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desktop_app.domain.errors import StoreTrouble

_APP = "navette"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """``config`` and ``policy`` are files to read; everything written goes below ``data``.

    ``config_named`` tells that somebody asked for that very settings file.
    """

    data: Path
    config: Path
    policy: Path
    config_named: bool = False

    def letters(self, environment: str) -> Path:
        """The folder of the database and the documents; practice has its own."""
        return private(self.data / ("practice" if environment == "practice" else "letters"))

    @property
    def logs(self) -> Path:
        """Where the program says what it did, without a name in it."""
        return private(self.data / "logs")

    @property
    def keys(self) -> Path:
        """Where the ``file`` key store keeps its file."""
        return private(self.data / "keys")


def find_folders(
    environ: Mapping[str, str], *, data_dir: Path | None = None, config: Path | None = None
) -> Folders:
    """What the command line says, else ``NAVETTE_DATA_DIR`` and ``NAVETTE_CONFIG``, else the usual.

    The data folder is local to the machine: a roaming profile never carries letters. With a
    data folder of its own choice and no settings file named, the settings lie in that folder too.
    """
    named_data = data_dir or _path(environ, "NAVETTE_DATA_DIR")
    named_config = config or _path(environ, "NAVETTE_CONFIG")
    home = named_data or platformdirs.user_config_path(_APP, appauthor=False)
    return Folders(
        data=named_data or platformdirs.user_data_path(_APP, appauthor=False, roaming=False),
        config=named_config or home / "settings.toml",
        policy=platformdirs.site_config_path(_APP, appauthor=False) / "policy.toml",
        config_named=named_config is not None,
    )


def private(folder: Path) -> Path:
    """``folder``, made if need be, open to its owner only; raises ``StoreTrouble``."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreTrouble("read_only") from error
    return folder


def _path(environ: Mapping[str, str], variable: str) -> Path | None:
    text = environ.get(variable, "")
    return Path(text).expanduser() if text else None
