"""Sendings as a Qt table: one row a sending, everything it says worked out once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.domain.choices import Choice, Step, steps, worst_first
from desktop_app.domain.letters import LetterId
from desktop_app.domain.sending import Job, Sending
from desktop_app.wording import outbox, progress
from desktop_app.wording import sendings as words
from desktop_app.wording.states import Tone

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()
_WORTH_MOVING = 0.5
"""Least share of rows that stay, for telling what moved; below it everything is new."""


class Column(IntEnum):
    """The columns, in their order."""

    DEPARTURE = 0
    LETTER = 1
    RECIPIENTS = 2
    STANDING = 3
    TO_DO = 4


_HEADS = {
    Column.DEPARTURE: outbox.DEPARTURE,
    Column.LETTER: outbox.LETTER,
    Column.RECIPIENTS: outbox.RECIPIENTS,
    Column.STANDING: outbox.STANDING,
    Column.TO_DO: outbox.TO_DO,
}


@dataclass(frozen=True, slots=True)
class Link:
    """Something to do, in words; without a step it opens the detail, where the answers are.

    ``steps`` are those of every part of the sending that the words fit.
    """

    text: str
    name: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Everything a row says."""

    sending: Sending
    departure: tuple[str, str]
    patient: str
    about: tuple[str, str]
    recipients: tuple[tuple[str, str, Tone], ...]
    standing: tuple[str, Tone]
    sentence: str
    links: tuple[Link, ...]


def row_of(sending: Sending, now: datetime) -> Row:
    """``sending`` in words, as of ``now``."""
    return Row(
        sending=sending,
        departure=words.departure(sending, now),
        patient=words.patient(sending.letter),
        about=words.about(sending.letter),
        recipients=words.recipients(sending),
        standing=words.standing(sending),
        sentence=words.sentence(sending, now),
        links=links_of(sending, worst_first(sending.jobs)[0]),
    )


def links_of(sending: Sending, job: Job) -> tuple[Link, ...]:
    """What the row offers to do; an answer about a lost letter is given in the detail only.

    A letter whose patient or stay has changed is compared before it is given up or corrected.
    """
    offered = steps(sending, job)
    if any(step.choice is Choice.SENT for step in offered):
        return (Link(outbox.VERIFY, outbox.VERIFY_NAME),)
    compare = (Link(outbox.COMPARE, outbox.COMPARE_NAME),) if job.differences else ()
    return compare + tuple(
        Link(
            words.choice(step.choice, job),
            f"{words.choice_in_full(step.choice, job)}. {words.consequence(step.choice)}",
            (step,) if step.choice in _WHOLE else _everywhere(sending, step, job),
        )
        for step in offered
    )


_WHOLE = (Choice.CORRECT, Choice.WITHDRAW)
"""What is done to a sending as a whole."""


def _everywhere(sending: Sending, step: Step, job: Job) -> tuple[Step, ...]:
    """``step``, and the same for the other parts that stand where ``job`` stands."""
    alike = [one for one in sending.jobs if one.id != job.id and one.state is job.state]
    others = (other for one in alike for other in steps(sending, one))
    return (step, *(other for other in others if other.choice is step.choice))


class SendingsModel(QAbstractTableModel):
    """The rows, and what changed between two answers."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._day = now().astimezone().date()
        self._sendings: list[Sending] = []
        self._rows: list[Row | None] = []

    def show(self, sendings: tuple[Sending, ...]) -> None:
        """Become ``sendings``, telling only what came, went, moved or changed."""
        today = self._now().astimezone().date()
        old, new = {one.letter.id for one in self._sendings}, {one.letter.id for one in sendings}
        if today != self._day or len(old & new) < _WORTH_MOVING * max(len(old), len(new)):
            self._day = today
            self.beginResetModel()
            self._sendings, self._rows = list(sendings), [None] * len(sendings)
            self.endResetModel()
            return
        for number in reversed(range(len(self._sendings))):
            if self._sendings[number].letter.id not in new:
                self.beginRemoveRows(_NOWHERE, number, number)
                del self._sendings[number], self._rows[number]
                self.endRemoveRows()
        for number, sending in enumerate(sendings):
            self._put(number, sending, known=sending.letter.id in old)

    def _put(self, number: int, sending: Sending, *, known: bool) -> None:
        """Have ``sending`` in row ``number``; the rows above are right already."""
        if not known:
            self.beginInsertRows(_NOWHERE, number, number)
            self._sendings.insert(number, sending)
            self._rows.insert(number, None)
            self.endInsertRows()
            return
        place = self.place_of(sending.letter.id)
        if place != number:
            self.beginMoveRows(_NOWHERE, place, place, _NOWHERE, number)
            self._sendings.insert(number, self._sendings.pop(place))
            self._rows.insert(number, self._rows.pop(place))
            self.endMoveRows()
        if self._sendings[number] != sending:
            self._sendings[number], self._rows[number] = sending, None
            self._tell(number)

    def tick(self) -> None:
        """Let the countdowns go on; rows without one are left alone."""
        now = self._now()
        for number, sending in enumerate(self._sendings):
            if any(progress.counts_down(job, now) for job in sending.jobs):
                fresh = row_of(sending, now)
                if fresh != self._rows[number]:
                    self._rows[number] = fresh
                    self._tell(number)

    def counting(self) -> bool:
        """Whether some row waits for an hour that is written in it."""
        return any(job.not_before is not None for one in self._sendings for job in one.jobs)

    def place_of(self, sending: LetterId | None) -> int:
        """The row of a sending, -1 when it is not here."""
        return next(
            (number for number, one in enumerate(self._sendings) if one.letter.id == sending), -1
        )

    def row(self, number: int) -> Row:
        """What row ``number`` says."""
        row = self._rows[number]
        if row is None:
            row = self._rows[number] = row_of(self._sendings[number], self._now())
        return row

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many sendings."""
        return 0 if parent.isValid() else len(self._sendings)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Always the same."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row as an object, the cell as text; the first cell speaks for its whole row."""
        if role == RowRole:
            return self.row(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == Column.DEPARTURE:
            return words.spoken(self._sendings[index.row()], self._now())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _cell(self.row(index.row()), Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(self.row(index.row()), Column(index.column()))
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The heads, in capitals for the eye only."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[Column(section)].upper()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _HEADS[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _tell(self, number: int) -> None:
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(Column) - 1))


def _cell(row: Row, column: Column) -> str:
    match column:
        case Column.DEPARTURE:
            return ", ".join(row.departure)
        case Column.LETTER:
            return f"{row.patient}, {''.join(row.about)}"
        case Column.RECIPIENTS:
            return ", ".join(f"{name} {word}".strip() for name, word, _tone in row.recipients)
        case Column.STANDING:
            return f"{row.standing[0]}. {row.sentence}"
        case Column.TO_DO:
            return ", ".join(link.text for link in row.links)


def _tip(row: Row, column: Column) -> str | None:
    """Whole texts, where a row may have shortened them."""
    match column:
        case Column.LETTER:
            return f"{row.patient}\n{''.join(row.about)}"
        case Column.RECIPIENTS:
            sending = row.sending
            names = (words.recipient(sending.letter, o) for j in sending.jobs for o in j.deliveries)
            return "\n".join(dict.fromkeys(names))
        case Column.STANDING:
            return row.sentence
        case _:
            return None
