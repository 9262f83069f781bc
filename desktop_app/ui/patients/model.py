"""The patients found, as a Qt list whose rows say everything that tells two people apart."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.domain.people import Patient, PatientId
from desktop_app.ui.parts import HIGHLIT, draw_pill
from desktop_app.ui.style import Look
from desktop_app.wording import patients as words
from desktop_app.wording.states import Tone

Index = QModelIndex | QPersistentModelIndex
PatientRole = Qt.ItemDataRole.UserRole + 1
HomonymRole = Qt.ItemDataRole.UserRole + 2
_NOWHERE = QModelIndex()
_AS_TEXT = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)


class PatientsModel(QAbstractListModel):
    """One row a patient."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._patients: tuple[Patient, ...] = ()
        self._homonyms: frozenset[PatientId] = frozenset()

    def show(self, patients: tuple[Patient, ...], homonyms: frozenset[PatientId]) -> None:
        """Become another answer; rows that are added to the same one leave the rest in place."""
        kept = len(self._patients)
        if 0 < kept < len(patients) and patients[:kept] == self._patients:
            self.beginInsertRows(_NOWHERE, kept, len(patients) - 1)
            self._patients, self._homonyms = patients, homonyms
            self.endInsertRows()
        elif patients != self._patients or homonyms != self._homonyms:
            self.beginResetModel()
            self._patients, self._homonyms = patients, homonyms
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many patients."""
        return 0 if parent.isValid() else len(self._patients)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A patient, and the whole identity as text for those who listen."""
        patient = self._patients[index.row()]
        if role == PatientRole:
            return patient
        if role == HomonymRole:
            return patient.id in self._homonyms
        if role in _AS_TEXT:
            text = f"{words.heading(patient)}, {words.traits(patient)}"
            return f"{text}, {words.HOMONYM}" if patient.id in self._homonyms else text
        return None


class PatientDelegate(QStyledItemDelegate):
    """Paints a patient on two lines."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines and some air."""
        heights = QFontMetrics(self._strong()).height() + QFontMetrics(self._small()).height()
        return QSize(0, heights + self._look.px(16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        patient: Patient = index.data(PatientRole)
        look, px = self._look, self._look.px
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & HIGHLIT:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.tokens.accent_tint))
            painter.drawRoundedRect(QRectF(area.adjusted(px(3), px(2), -px(3), -px(2))), 6, 6)
        left, width = area.left() + px(12), area.width() - px(24)
        top = area.top() + px(7)
        tag = 0
        for word, tone in self._marks(patient, homonym=bool(index.data(HomonymRole))):
            room = QFontMetrics(look.font(12, QFont.Weight.DemiBold)).horizontalAdvance(word)
            tag += room + px(20)
            place = QPoint(left + width - tag + px(6), top - px(1))
            draw_pill(painter, look, place, (word, tone))
        for text, font, color, room in (
            (words.heading(patient), self._strong(), look.tokens.text, width - tag),
            (words.traits(patient), self._small(), look.tokens.muted, width),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPoint(left, top + metrics.ascent()), shown)
            top += metrics.height() + px(2)
        painter.restore()

    @staticmethod
    def _marks(patient: Patient, *, homonym: bool) -> list[tuple[str, Tone]]:
        marks = []
        if patient.deceased:
            marks.append((words.DECEASED, Tone.NEUTRAL))
        if homonym:
            marks.append((words.HOMONYM, Tone.CARE))
        return marks

    def _strong(self) -> QFont:
        return self._look.font(14, QFont.Weight.DemiBold)

    def _small(self) -> QFont:
        return self._look.font(12.5)
