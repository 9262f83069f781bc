import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from desktop_app.domain.errors import StoreTrouble
from desktop_app.domain.letters import Target
from desktop_app.domain.people import Stay, StayId
from desktop_app.domain.ports import SendingFilter
from desktop_app.domain.sending import DeliveryState, JobState
from desktop_app.outbox import schema
from desktop_app.outbox.store import Seal
from tests.outbox.conftest import AUTHOR, HandClock, look_into, open_outbox

VERSION_1 = Path(__file__).with_name("version_1.sql").read_text("utf-8")
S = JobState


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A database as version 1 left it, with every kind of row."""
    path = tmp_path / "navette.db"
    database = sqlite3.connect(path)
    database.executescript(VERSION_1)
    database.close()
    return path


def read(path: Path, statement: str) -> list[tuple[object, ...]]:
    clear = path.read_bytes().startswith(b"SQLite format 3")
    database = sqlite3.connect(path) if clear else look_into(path)
    try:
        return [tuple(row) for row in database.execute(statement).fetchall()]
    finally:
        database.close()


def copies(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("navette-*.db")]


async def test_a_database_of_version_1_keeps_everything(former: Path, clock: HandClock) -> None:
    outbox = await open_outbox(former, clock)
    drafts = await outbox.drafts()
    assert [(one.title, one.stay, one.targets) for one in drafts] == [
        ("Compte rendu", Stay(id=StayId("80001")), (Target.MSS,)),
        ("", None, (Target.MSS,)),
    ]
    found = await outbox.sendings(SendingFilter())
    assert Counter(job.state for one in found for job in one.jobs) == {
        S.UNDELIVERED: 1, S.ACCEPTED: 1, S.REFUSED: 2, S.IN_DOUBT: 1,
    }  # fmt: skip
    (both,) = (one for one in found if len(one.jobs) == 2)
    assert both.letter.stay == Stay(id=StayId("80002"))
    assert both.letter.targets == (Target.MSS, Target.EHR)
    assert [one.transaction_id for one in both.jobs] == ["tx-1", "tx-2"]
    assert [one.state for one in both.jobs[0].deliveries] == [
        DeliveryState.DELIVERED,
        DeliveryState.FAILED,
    ]
    assert both.jobs[0].deliveries[1].reason == "boîte pleine"
    assert all(not (one.documents or one.steps or one.differences) for one in both.jobs)
    counts = await outbox.overview()
    assert (counts.drafts, counts.total, counts.damaged) == (3, 4, 1)
    assert [one.letter.id for one in await outbox.sendings(SendingFilter(text="d'orval"))] == [
        both.letter.id
    ]
    await outbox.aclose()


async def test_what_version_1_said_of_a_change_is_said_as_it_is_now(
    former: Path, clock: HandClock
) -> None:
    outbox = await open_outbox(former, clock)
    refused = await outbox.jobs_in([S.REFUSED])
    assert [one.reason for one in refused] == ["changed_patient", "changed_stay"]
    await outbox.aclose()


async def test_the_jobs_of_version_1_go_on(former: Path, clock: HandClock) -> None:
    outbox = await open_outbox(former, clock)
    (failed,) = await outbox.jobs_in([S.UNDELIVERED])
    fresh = await outbox.retry(failed.id)
    assert [one.address for one in fresh.deliveries] == ["plein.b@x.mssante.example"]
    assert (await outbox.letter(fresh.sending)).targets == (Target.MSS,)
    refused, _ = await outbox.jobs_in([S.REFUSED])
    assert (await outbox.withdraw(refused.sending)).stay == Stay(id=StayId("80001"))
    await outbox.aclose()


async def test_the_journal_of_version_1_stays_and_names_nobody(
    former: Path, clock: HandClock
) -> None:
    before = read(former, "SELECT number, at, owner, job, event, state, reason FROM journal")
    outbox = await open_outbox(former, clock)
    (doubt,) = await outbox.jobs_in([S.IN_DOUBT])
    await outbox.resolve(doubt.id, sent=True)
    await outbox.aclose()
    after = read(former, "SELECT number, at, owner, job, event, state, reason FROM journal")
    assert after[: len(before)] == before
    authors = read(former, "SELECT author, author_name FROM journal ORDER BY number")
    assert set(authors[: len(before)]) == {(None, None)}
    assert authors[len(before) :] == [(AUTHOR.key, AUTHOR.name)]


async def test_the_rows_of_others_are_brought_along(former: Path, clock: HandClock) -> None:
    await (await open_outbox(former, clock)).aclose()
    stranger = await open_outbox(former, clock, seal=Seal("1001:autre", "test|hopital-fictif"))
    (letter,) = await stranger.drafts()
    assert letter.stay == Stay(id=StayId("80003"))
    await stranger.aclose()


async def test_a_copy_is_kept_as_it_was_and_only_once(former: Path, clock: HandClock) -> None:
    bodies = read(former, "SELECT body FROM letters")
    await (await open_outbox(former, clock)).aclose()
    copy = former.with_name("navette-v1.db")
    assert read(copy, "SELECT body FROM letters") == bodies
    assert read(copy, "PRAGMA user_version") == [(1,)]
    assert read(former, "PRAGMA user_version") == [(schema.VERSION,)]
    copy.unlink()
    await (await open_outbox(former, clock)).aclose()
    assert copies(former.parent) == []


async def test_a_new_database_needs_no_copy(tmp_path: Path, clock: HandClock) -> None:
    await (await open_outbox(tmp_path / "navette.db", clock)).aclose()
    assert copies(tmp_path) == []


async def test_a_database_of_a_later_version_is_left_alone(
    tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "navette.db"
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    database.close()
    with pytest.raises(StoreTrouble) as caught:
        await open_outbox(path, clock)
    assert caught.value.kind == "future"
    assert read(path, "SELECT * FROM sqlite_master") == []


async def test_a_migration_that_fails_changes_nothing(
    former: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (*schema.MIGRATIONS[:1], f"{schema.MIGRATIONS[1]}; SELECT no_such_function();")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    before = read(former, "SELECT * FROM letters")
    with pytest.raises(StoreTrouble):
        await open_outbox(former, clock)
    assert read(former, "SELECT * FROM letters") == before
    assert read(former, "PRAGMA user_version") == [(1,)]
