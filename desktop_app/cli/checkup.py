"""``doctor``: each step as it is taken, and at the end the one at fault."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from desktop_app.cli.answers import Answers
from desktop_app.cli.codes import code_at
from desktop_app.cli.lines import Line
from desktop_app.domain.checkup import Finding, Health
from desktop_app.domain.errors import StoreTrouble
from desktop_app.settings import Settings
from desktop_app.system.logs import journal
from desktop_app.system.paths import Folders
from desktop_app.wording import doctor as words

log = logging.getLogger(__name__)


async def run_doctor(
    load: Callable[[], Settings], folders: Folders, program: str, answers: Answers
) -> int:
    """Look the profile over; the exit code is that of the first step at fault.

    The settings are read here because they are the first step: that they cannot be is no accident.
    """
    from desktop_app.doctor import examine  # noqa: PLC0415 - no other command waits for it

    first: Finding | None = None
    with _journal(folders, program):
        async with contextlib.aclosing(examine(load, folders, _now)) as findings:
            async for found in findings:
                log.info("doctor: %s %s", found.step, found.health)
                answers.tell(_line(found), _paragraph(found))
                if found.health is Health.FAIL and first is None:
                    first = found
    answers.remark(words.ALL_WELL if first is None else words.verdict(first))
    return 0 if first is None else code_at(first)


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def _journal(folders: Folders, program: str) -> Iterator[None]:
    """Write to the journal if there can be one; that there cannot is for a step to find out."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(journal(folders.logs, program))
        except StoreTrouble:
            silent = logging.NullHandler()
            logging.getLogger().addHandler(silent)
            stack.callback(logging.getLogger().removeHandler, silent)
        yield


def _line(found: Finding) -> Line:
    notice = words.notice(found)
    return {
        "step": found.step.value,
        "state": found.health.value,
        "message": f"{notice.title}.",
        "advice": notice.advice,
        "seconds": round(found.seconds, 3),
    }


def _paragraph(found: Finding) -> str:
    notice = words.notice(found)
    advice = f"\n    → {notice.advice}" if notice.advice else ""
    return f"{words.heading(found)}\n    {notice.title}.{advice}"
