"""Commands about what has been: the history as a table, the journal as proof."""

import argparse
from collections.abc import AsyncIterator

from desktop_app.cli.answers import Answers
from desktop_app.session import Session
from desktop_app.system.tables import write_table
from desktop_app.wording import cli as words
from desktop_app.wording import history

_NEEDS_PERSON = 6


async def export_history(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Write every sending to a table, one line for each recipient; raises ``FileTrouble``."""

    async def lines() -> AsyncIterator[tuple[str, ...]]:
        async for sending in session.outbox.every():
            for line in history.lines(sending):
                yield line

    count = await write_table(args.file, history.HEADINGS, lines())
    answers.tell({"file": str(args.file), "lines": count}, words.exported(count))


async def verify_journal(session: Session, _args: argparse.Namespace, answers: Answers) -> int:
    """Read the journal's chain; 6 when a line is not what was written."""
    found = await session.outbox.verify_journal()
    fault = found.fault
    line = {
        "lines": found.lines,
        "intact": fault is None,
        "fault": None if fault is None else {"line": fault.number, "kind": fault.kind},
    }
    if fault is None:
        answers.tell(line, words.journal_whole(found.lines))
        return 0
    notice = words.journal_broken(fault.number, fault.kind)
    answers.tell(line, f"{notice.title}\n{notice.advice}")
    return _NEEDS_PERSON
