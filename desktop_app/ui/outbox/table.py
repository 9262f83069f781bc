"""The table itself: its keys, its links, its heights."""

from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableView, QWidget

from desktop_app.ui.outbox.delegate import RowDelegate
from desktop_app.ui.outbox.model import Column, Link, Row, SendingsModel
from desktop_app.ui.parts import button, steady_bar
from desktop_app.ui.style import Look
from desktop_app.wording import outbox as words

_FIXED = {Column.DEPARTURE: 96, Column.TO_DO: 190}
_LETTER, _RECIPIENTS, _LETTER_AND_RECIPIENTS = 0.28, 0.31, 0.47
"""Shares of the width that is left; the sentence has the rest of it."""
_ROOM_FOR_RECIPIENTS, _ROOM_FOR_LINKS = 860, 640
"""Pixels at 100 % below which these columns go under another one."""
_AT_ONCE = 60
"""Rows measured before the screen gets its turn again."""


class LinkButtons(QWidget):
    """The links of one row as buttons, where the keyboard and a screen reader reach them."""

    pressed = Signal(object)  # a Link

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[object, tuple[Link, ...]] | None = None
        self.buttons: list[QPushButton] = []

    def show_links(self, owner: object, links: tuple[Link, ...], after: QWidget) -> None:
        """Offer the ``links`` of ``owner``; ``after`` is what Tab leaves to come here."""
        if (owner, links) == self._shown:
            return
        self._shown = (owner, links)
        focused = any(one.hasFocus() for one in self.buttons)
        for one in self.buttons:
            one.hide()
            one.deleteLater()
        self.buttons = []
        for link in links:
            made = button(link.text, "link", partial(self.pressed.emit, link))
            made.setAccessibleName(link.name)
            made.setToolTip(link.name)
            made.setParent(self)
            made.show()
            QWidget.setTabOrder(self.buttons[-1] if self.buttons else after, made)
            self.buttons.append(made)
        if focused:
            (self.buttons[0] if self.buttons else after).setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self, places: list[QRect], area: QRect) -> None:
        """Lie over the painted links, at ``places`` of the table."""
        self.setGeometry(area)
        for made, place in zip(self.buttons, places, strict=True):
            room = place.translated(-area.topLeft())
            frame = made.sizeHint().width() - made.fontMetrics().horizontalAdvance(made.text())
            made.setGeometry(
                room.left() - frame // 2, room.top(), made.sizeHint().width(), room.height()
            )


class SendingsTable(QTableView):
    """Up and down choose a row, Enter opens it, Tab goes to what can be done about it."""

    link_followed = Signal(object)  # a Link
    opened = Signal()
    escaped = Signal()
    row_chosen = Signal()

    def __init__(self, look: Look, model: SendingsModel) -> None:
        super().__init__()
        self._look = look
        self._model = model
        self._delegate = RowDelegate(look, self)
        self._pressed: Link | None = None
        self._unmeasured = 0
        self.links = LinkButtons(self.viewport())
        self.links.pressed.connect(self.link_followed)
        self._measuring = QTimer(self, singleShot=True, interval=0)
        self._measuring.timeout.connect(self._measure_some)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(words.TABLE)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        steady_bar(self)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        model.modelReset.connect(lambda: self._measure(0))
        model.rowsInserted.connect(lambda _parent, first, last: self._measure_rows(first, last))
        model.dataChanged.connect(lambda first, last: self._measure_rows(first.row(), last.row()))
        look.changed.connect(self._look_changed)

    def choose(self, number: int) -> None:
        """Go to a row."""
        index = self._model.index(number, Column.DEPARTURE)
        if self.currentIndex().row() != number or not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)

    def chosen(self) -> Row | None:
        """The row that is gone to, if any."""
        index = self.currentIndex()
        return self._model.row(index.row()) if index.isValid() else None

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Another row is gone to."""
        super().currentChanged(current, previous)
        self._place_links()
        self.row_chosen.emit()

    def updateEditorGeometries(self) -> None:
        """Called by Qt whenever cells moved: the buttons go with their row."""
        super().updateEditorGeometries()
        self._place_links()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Escape; Qt knows the arrows."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember which link was pressed; the row is chosen as well."""
        self._pressed = self._link_at(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A link that was pressed and let go is followed."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        place = event.position().toPoint()
        if pressed is not None and self._link_at(place) == pressed:
            self.link_followed.emit(pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be followed."""
        link = self._link_at(event.position().toPoint())
        shape = Qt.CursorShape.ArrowCursor if link is None else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out; the sentence has what is left."""
        super().resizeEvent(event)
        self._share_width()

    def changeEvent(self, event: QEvent) -> None:
        """The chosen row looks different in a window that is not in front."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange:
            self.viewport().update()

    def _link_at(self, place: QPoint) -> Link | None:
        index = self.indexAt(place)
        if not index.isValid() or index.column() != self._delegate.links_column():
            return None
        links = self._delegate.links(self._model.row(index.row()), self.visualRect(index))
        return next((link for area, link in links if area.contains(place)), None)

    def _place_links(self) -> None:
        row = self.chosen()
        self.links.setVisible(row is not None and bool(row.links))
        if row is None:
            return
        self.links.show_links(row.sending.letter.id, row.links, self)
        cell = self.visualRect(
            self._model.index(self.currentIndex().row(), self._delegate.links_column())
        )
        places = [place for place, _link in self._delegate.links(row, cell)]
        self.links.place(places, cell.adjusted(0, 0, 0, -1))

    def _share_width(self) -> None:
        width, px = self.viewport().width(), self._look.px
        self._delegate.recipients_below = width < px(_ROOM_FOR_RECIPIENTS)
        self._delegate.links_below = width < px(_ROOM_FOR_LINKS)
        self.setColumnHidden(Column.RECIPIENTS, self._delegate.recipients_below)
        self.setColumnHidden(Column.TO_DO, self._delegate.links_below)
        fixed = {
            column: px(pixels)
            for column, pixels in _FIXED.items()
            if not self.isColumnHidden(column)
        }
        rest = max(0, width - sum(fixed.values()))
        share = _LETTER_AND_RECIPIENTS if self._delegate.recipients_below else _LETTER
        shared = {Column.LETTER: round(rest * share)}
        if not self._delegate.recipients_below:
            shared[Column.RECIPIENTS] = round(rest * _RECIPIENTS)
        wanted = {**fixed, **shared, Column.STANDING: rest - sum(shared.values())}
        if any(self.columnWidth(column) != pixels for column, pixels in wanted.items()):
            for column, pixels in wanted.items():
                self.setColumnWidth(column, pixels)
            self._measure(0)

    def _look_changed(self) -> None:
        self._delegate.measure()
        self._share_width()
        self._measure(0)
        self.viewport().update()

    def _measure(self, first: int) -> None:
        """Measure every row from ``first`` on, a screenful now and the others in turns."""
        self._unmeasured = first
        self._measure_some()

    def _measure_some(self) -> None:
        last = min(self._unmeasured + _AT_ONCE, self._model.rowCount()) - 1
        self._measure_rows(self._unmeasured, last)
        self._unmeasured = last + 1
        if self._unmeasured < self._model.rowCount():
            self._measuring.start()
        else:
            self._measuring.stop()

    def _measure_rows(self, first: int, last: int) -> None:
        widths = [self.columnWidth(column) for column in Column]
        for number in range(first, last + 1):
            height = self._delegate.height(self._model.row(number), widths)
            if self.rowHeight(number) != height:
                self.setRowHeight(number, height)
        self._place_links()
