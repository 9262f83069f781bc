"""The program's journal: ids, states, counts; never a name, never an address asked for."""

import copy
import logging
import logging.handlers
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from desktop_app.domain.errors import StoreTrouble

_LARGEST, _KEPT = 1_000_000, 3
_TALKATIVE = ("httpx", "httpcore", "uvicorn", "keyring", "asyncio")
"""Libraries that write URLs and values below WARNING."""
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OURS = "desktop_app"
_VALUES_BEGIN = re.compile(r"[(<'\"\n%]")
"""Where a foreign message passes from its own words to somebody's values."""
_LONGEST_CHAIN = 20

Accident = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Writes where an accident happened and of what kind, never its words.

    Messages of exceptions name files, and files are named after patients. What other libraries
    say is cut where their values begin: asyncio quotes the exception in the message itself.
    """

    def format(self, record: logging.LogRecord) -> str:
        """As ``logging.Formatter``, whatever another handler has already made of ``record``."""
        own = copy.copy(record)
        own.exc_text = None
        if own.name.partition(".")[0] != _OURS:
            own.msg, own.args = _VALUES_BEGIN.split(str(record.msg), maxsplit=1)[0].strip(), ()
        return super().format(own)

    def formatException(self, ei: Accident) -> str:
        """Kinds and frames, along the causes and into the groups."""
        return "\n".join(_told(ei[1])) if ei[1] is not None else ""


def _told(error: BaseException) -> Iterator[str]:
    left: list[tuple[str, BaseException]] = [("", error)]
    seen: set[int] = set()
    while left and len(seen) < _LONGEST_CHAIN:
        relation, one = left.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{relation}{type(one).__name__}"
        for frame, line in traceback.walk_tb(one.__traceback__):
            code = frame.f_code
            yield f"  {Path(code.co_filename).name}:{line} {code.co_name}"
        if isinstance(one, BaseExceptionGroup):
            left += [("in it: ", each) for each in one.exceptions]
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if before is not None:
            left.append(("after: ", before))


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
    file.setFormatter(Discreet(_FORM))
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
