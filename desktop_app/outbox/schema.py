"""The database's shape: numbered migrations, a copy before each, none from the future."""

from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop_app.domain.errors import StoreTrouble
from desktop_app.outbox.database import Place, open_database, seal_former
from desktop_app.outbox.disk import trouble

MIGRATIONS = (
    """
    CREATE TABLE letters (
        place        INTEGER PRIMARY KEY AUTOINCREMENT,
        id           TEXT NOT NULL UNIQUE,
        owner        TEXT NOT NULL,
        seal         TEXT NOT NULL,
        created_at   TEXT NOT NULL,
        sent_at      TEXT,
        discarded_at TEXT,
        patient      TEXT,
        words        TEXT NOT NULL,
        body         BLOB NOT NULL
    ) STRICT;
    CREATE INDEX letters_sent ON letters (owner, seal, sent_at);
    CREATE INDEX letters_patient ON letters (owner, seal, patient, sent_at);
    CREATE TABLE jobs (
        place          INTEGER PRIMARY KEY AUTOINCREMENT,
        id             TEXT NOT NULL UNIQUE,
        letter         TEXT NOT NULL REFERENCES letters (id),
        target         TEXT NOT NULL,
        state          TEXT NOT NULL,
        revision       INTEGER NOT NULL,
        attempts       INTEGER NOT NULL,
        created_at     TEXT NOT NULL,
        not_before     TEXT,
        passed_at      TEXT,
        accepted_at    TEXT,
        finished_at    TEXT,
        transaction_id TEXT,
        polls          INTEGER NOT NULL,
        reason         TEXT,
        detail         TEXT,
        settled        INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX jobs_letter ON jobs (letter);
    CREATE INDEX jobs_state ON jobs (state, not_before);
    CREATE TABLE deliveries (
        job     TEXT NOT NULL REFERENCES jobs (id),
        number  INTEGER NOT NULL,
        address TEXT NOT NULL,
        name    TEXT NOT NULL,
        state   TEXT NOT NULL,
        reason  TEXT,
        PRIMARY KEY (job, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at     TEXT NOT NULL,
        owner  TEXT NOT NULL,
        job    TEXT NOT NULL REFERENCES jobs (id),
        event  TEXT NOT NULL,
        state  TEXT NOT NULL,
        reason TEXT
    ) STRICT;
    CREATE INDEX journal_job ON journal (job);
    """,
    """
    ALTER TABLE jobs ADD COLUMN documents TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE jobs ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE jobs ADD COLUMN differences TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE journal ADD COLUMN author TEXT;
    ALTER TABLE journal ADD COLUMN author_name TEXT;
    UPDATE jobs SET reason = 'changed_patient' WHERE reason = 'incomplete_patient_changed';
    UPDATE jobs SET reason = 'changed_stay' WHERE reason = 'incomplete_stay_changed';
    -- A letter names its stay whole, and where it goes. One that was damaged stays as it is.
    UPDATE letters SET body = CAST(json_set(
        CAST(body AS TEXT), '$.stay',
        json_object('id', json_extract(CAST(body AS TEXT), '$.stay'))
    ) AS BLOB)
    WHERE CASE WHEN json_valid(CAST(body AS TEXT))
        THEN json_type(CAST(body AS TEXT), '$.stay') END = 'text';
    UPDATE letters SET body = CAST(json_set(
        CAST(body AS TEXT), '$.targets',
        json((SELECT json_group_array(target) FROM (
            SELECT target FROM jobs WHERE jobs.letter = letters.id ORDER BY place)))
    ) AS BLOB)
    WHERE json_valid(CAST(body AS TEXT))
        AND EXISTS (SELECT 1 FROM jobs WHERE jobs.letter = letters.id);
    """,
    """
    ALTER TABLE journal ADD COLUMN chain TEXT NOT NULL DEFAULT '';
    """,
)
VERSION = len(MIGRATIONS)
_PATIENCE = 10
"""Seconds that one process waits for another's writing."""


def connect(place: Place) -> Any:
    """Open the database at ``place``, brought to this program's version.

    Commits reach the disk before they return (WAL with ``synchronous=FULL``): the point of no
    return depends on it. Raises ``StoreTrouble``: ``future`` for a database that a newer
    program wrote, which is left untouched. One process opens at a time: two must not migrate
    together, and switching to WAL does not wait for anybody.
    """
    try:
        with FileLock(f"{place.path}.opening", timeout=_PATIENCE):
            return _connect(place)
    except Timeout as error:
        raise StoreTrouble("other") from error
    except OSError as error:
        raise StoreTrouble(trouble(error)) from error


def _connect(place: Place) -> Any:
    seal_former(place)
    database = open_database(place, patience=_PATIENCE)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        _migrate(database, place.path)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: Any, path: Path) -> None:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreTrouble("future")
    if version == VERSION:
        return
    if version > 0:
        _copy(database, path.with_name(f"{path.stem}-v{version}{path.suffix}"))
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        database.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
        )


def _copy(database: Any, target: Path) -> None:
    """Keep the database as it was before the migration, complete and readable on its own."""
    target.unlink(missing_ok=True)
    database.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
