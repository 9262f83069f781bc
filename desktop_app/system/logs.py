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
def journal(folder: Path, program: str, *, on_screen: bool) -> Iterator[None]:
    """Write what happens to ``folder``/``program``.log while the block runs.

    ``on_screen`` repeats warnings on standard error. Raises ``StoreTrouble``.
    """
    try:
        file = logging.handlers.RotatingFileHandler(
            folder / f"{program}.log", maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8"
        )
    except OSError as error:
        raise StoreTrouble("read_only") from error
    handlers: list[logging.Handler] = [file]
    if on_screen:
        screen = logging.StreamHandler()
        screen.setLevel(logging.WARNING)
        handlers.append(screen)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORM))
        root.addHandler(handler)
    try:
        yield
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
