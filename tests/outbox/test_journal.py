from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.outbox.journal import Fault, Verified
from desktop_app.outbox.service import Outbox
from tests.outbox.conftest import HandClock, a_letter, look_into, open_outbox


async def busy(outbox: Outbox, letters: int = 3) -> None:
    """Some letters that were composed and taken back: two lines each."""
    for _ in range(letters):
        letter = a_letter()
        await outbox.add(letter)
        (job,) = (await outbox.send(letter, timedelta(0))).jobs
        await outbox.cancel(job.id)


def tamper(folder: Path, statement: str) -> None:
    with closing(look_into(folder / "navette.db")) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute(statement)


async def test_a_journal_that_nobody_touched_is_whole(outbox: Outbox) -> None:
    assert await outbox.verify_journal() == Verified(0)
    await busy(outbox)
    assert await outbox.verify_journal() == Verified(6)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE journal SET reason = 'other' WHERE number = 3", Fault(3, "changed")),
        ("UPDATE journal SET author_name = 'Autre Fictif' WHERE number = 1", Fault(1, "changed")),
        ("UPDATE journal SET at = '2024-01-01' WHERE number = 6", Fault(6, "changed")),
        ("UPDATE journal SET chain = '' WHERE number = 1", Fault(2, "changed")),
        ("DELETE FROM journal WHERE number = 1", Fault(1, "missing")),
        ("DELETE FROM journal WHERE number = 4", Fault(4, "missing")),
        ("DELETE FROM journal WHERE number = 6", Fault(6, "missing")),
        ("DELETE FROM journal", Fault(1, "missing")),
        ("UPDATE journal SET number = 9 WHERE number = 6", Fault(6, "missing")),
    ],
)
async def test_whatever_was_touched_since_is_found(
    outbox: Outbox, tmp_path: Path, statement: str, fault: Fault
) -> None:
    await busy(outbox)
    tamper(tmp_path, statement)
    assert (await outbox.verify_journal()).fault == fault


async def test_two_programs_write_one_chain(
    outbox: Outbox, tmp_path: Path, clock: HandClock
) -> None:
    other = await open_outbox(tmp_path / "navette.db", clock)
    await busy(outbox, 1)
    await busy(other, 1)
    await busy(outbox, 1)
    await other.aclose()
    assert await outbox.verify_journal() == Verified(6)


async def test_what_was_not_committed_leaves_no_gap(outbox: Outbox) -> None:
    await busy(outbox, 1)
    letter = a_letter()
    await outbox.add(letter)
    sending = await outbox.send(letter, timedelta(0))
    await outbox.cancel(sending.jobs[0].id)
    with pytest.raises(Exception, match="while"):
        await outbox.withdraw(letter.id)  # one of its jobs has gone too far: undone as a whole
    await busy(outbox, 1)
    assert await outbox.verify_journal() == Verified(6)


async def test_every_sending_is_given_once_the_oldest_first(outbox: Outbox) -> None:
    letters = [a_letter() for _ in range(7)]
    for letter in letters:
        await outbox.add(letter)
        await outbox.send(letter, timedelta(0))
    found = [one.letter.id async for one in outbox.every(batch=3)]
    assert found == [letter.id for letter in letters]
