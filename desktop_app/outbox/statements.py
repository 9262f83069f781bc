"""What is said to SQLite in more than one place, and what is long."""

from collections.abc import Iterable
from enum import StrEnum

from desktop_app.outbox import rows

MINE = "letters.owner = :owner AND letters.seal = :seal"
"""Whose rows a statement may touch; every statement that reads or finds letters says it."""
JOBS = (
    f"SELECT {', '.join(f'jobs.{column}' for column in rows.JOB_COLUMNS)}"  # noqa: S608 - constants
    " FROM jobs JOIN letters ON letters.id = jobs.letter"
)
INSERT_JOB = (
    f"INSERT INTO jobs ({', '.join(rows.JOB_COLUMNS)})"  # noqa: S608 - constants
    f" VALUES ({', '.join(f':{column}' for column in rows.JOB_COLUMNS)})"
)
UPDATE_JOB = (
    f"UPDATE jobs SET {', '.join(f'{column} = :{column}' for column in rows.JOB_COLUMNS)}"  # noqa: S608
    " WHERE id = :id"
)
LED = """jobs.state IN ('queued', 'waiting') AND EXISTS (
    SELECT 1 FROM jobs AS ahead WHERE ahead.letter = jobs.letter AND ahead.target = jobs.target
    AND ahead.place < jobs.place AND ahead.attempts < :patience
    AND ahead.state IN ('held', 'queued', 'waiting', 'sending'))"""
"""Whether a job lets an earlier part of the same sending, for the same target, go first."""
PATIENCE = 5
"""Attempts after which a part that keeps failing no longer keeps back those behind it."""
NOTE = (
    "INSERT INTO journal (at, owner, job, event, state, reason, author, author_name)"
    " VALUES (:at, :owner, :job, :event, :state, :reason, :author, :author_name)"
)
LAST_NOTES = (
    "SELECT * FROM (SELECT * FROM journal WHERE number <= :number ORDER BY number DESC LIMIT 2)"
    " ORDER BY number"
)
CHAIN = "UPDATE journal SET chain = :chain WHERE number = :number"


def listed(values: Iterable[StrEnum]) -> str:
    """Members of our own enumerations, for ``IN``."""
    return ", ".join(f"'{value.value}'" for value in values)
