"""The program's journal: ids, states, counts; never a name, never an address asked for."""

import logging
import logging.handlers
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.domain.errors import StoreTrouble

_LARGEST, _KEPT = 1_000_000, 3
_TALKATIVE = ("httpx", "httpcore", "uvicorn", "keyring", "asyncio")
"""Libraries that write URLs and values below WARNING."""
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def journal(folder: Path, program: str) -> Iterator[None]:
    """Write what happens to ``folder``/``program``.log while the block runs.

    Raises ``StoreTrouble``.
    """
    try:
        file = logging.handlers.RotatingFileHandler(
            folder / f"{program}.log", maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8"
        )
    except OSError as error:
        raise StoreTrouble("read_only") from error
    file.setFormatter(logging.Formatter(_FORM))
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    root.addHandler(file)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(file)
        file.close()
