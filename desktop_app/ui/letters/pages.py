"""The letter itself, page under page: scrolls, zooms, asks for the pages that are in sight."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar

from desktop_app.domain.letters import Document, Letter, PageImage
from desktop_app.ui.style import Look
from desktop_app.wording import letters as words

PageKey = tuple[str, int]
"""A page of a document: the document's id and the page's number from 0."""
_A4 = (595.0, 842.0)
_MARGIN = 16
_STEP = 1.25
_SMALLEST, _LARGEST = 0.25, 4.0
_KEPT = 24
"""Rendered pages kept in memory; a page at 100 % is about 2 MB."""


class PagesView(QAbstractScrollArea):
    """Shows one letter; pages arrive through ``show_page`` after ``page_wanted`` asked for them."""

    page_wanted = Signal(object, int, float)  # document, page from 0, pixels per point
    zoomed = Signal(int)  # per cent of the real size
    turned = Signal(int, int)  # page in sight from 1, how many

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._pages: list[tuple[Document, int]] = []
        self._sizes: dict[PageKey, tuple[float, float]] = {}
        self._images: dict[PageKey, tuple[float, QImage]] = {}
        self._wanted: dict[PageKey, float] = {}
        self._broken: set[PageKey] = set()
        self._zoom: float | None = None  # None: the page is as wide as the view
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words.PAGE_VIEW)
        self.verticalScrollBar().setSingleStep(48)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        look.changed.connect(self.viewport().update)

    def show_letter(self, letter: Letter | None) -> None:
        """Put another letter in sight, or nothing."""
        documents = () if letter is None else letter.documents
        pages = [(one, number) for one in documents for number in range(one.pages)]
        if pages == self._pages:
            return
        self._pages = pages
        self._images.clear()
        self._wanted.clear()
        self._broken.clear()
        self._lay_out()
        self.verticalScrollBar().setValue(0)
        self._scrolled()

    def show_page(self, document: Document, number: int, scale: float, image: PageImage) -> None:
        """Take a rendered page."""
        key = (document.id, number)
        if self._wanted.get(key) == scale:
            del self._wanted[key]
        picture = QImage(
            image.pixels, image.width, image.height, image.stride, QImage.Format.Format_RGB32
        ).copy()  # the bytes belong to Python and may go
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self._images.pop(key, None)
        self._images[key] = (scale, picture)
        while len(self._images) > _KEPT:
            del self._images[next(iter(self._images))]
        if self._sizes.get(key) != image.points:
            self._sizes[key] = image.points
            self._lay_out()
        self.viewport().update()

    def wants(self, document: Document, number: int, scale: float) -> bool:
        """Whether a page that was asked for is still waited for."""
        return self._wanted.get((document.id, number)) == scale

    def is_drawn(self) -> bool:
        """Whether every page that was asked for is there."""
        return bool(self._images) and not self._wanted

    def is_broken(self) -> bool:
        """Whether a page could not be drawn."""
        return bool(self._broken)

    def show_broken(self, document: Document, number: int) -> None:
        """A page cannot be rendered."""
        self._broken.add((document.id, number))
        self.viewport().update()

    # Zoom

    def zoom_in(self) -> None:
        """One step larger."""
        self._set_zoom(self.scale() * _STEP)

    def zoom_out(self) -> None:
        """One step smaller."""
        self._set_zoom(self.scale() / _STEP)

    def zoom_fit(self) -> None:
        """As wide as the view, whatever its width."""
        self._set_zoom(None)

    def scale(self) -> float:
        """Pixels per point on the screen."""
        if self._zoom is not None:
            return self._zoom
        widest = max((self._size(page)[0] for page in self._pages), default=_A4[0])
        room = self.viewport().width() - 2 * _MARGIN
        return min(_LARGEST, max(_SMALLEST, min(room / widest, _COMFORT)))

    def _set_zoom(self, zoom: float | None) -> None:
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        top, middle = _whole(down), _whole(across)
        share, centre = down.value() / top, (across.value() + across.pageStep() / 2) / middle
        self._zoom = None if zoom is None else min(_LARGEST, max(_SMALLEST, zoom))
        self._lay_out()
        down.setValue(round(share * _whole(down)))
        across.setValue(round(centre * _whole(across) - across.pageStep() / 2))
        self._scrolled()
        self.viewport().update()

    # Layout

    def _size(self, page: tuple[Document, int]) -> tuple[float, float]:
        known = self._sizes.get((page[0].id, page[1]))
        return known or next(iter(self._sizes.values()), _A4)

    def _rectangles(self) -> list[QRect]:
        """Where each page lies on the whole sheet."""
        scale, top, found = self.scale(), _MARGIN, []
        sizes = [
            QSize(round(width * scale), round(height * scale))
            for width, height in map(self._size, self._pages)
        ]
        widest = max((size.width() for size in sizes), default=0) + 2 * _MARGIN
        room = max(self.viewport().width(), widest)
        for size in sizes:
            found.append(QRect(QPoint((room - size.width()) // 2, top), size))
            top += size.height() + _MARGIN
        return found

    def _lay_out(self) -> None:
        places = self._rectangles()
        view = self.viewport().size()
        height = (places[-1].bottom() + _MARGIN) if places else 0
        width = max((place.width() for place in places), default=0) + 2 * _MARGIN
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setRange(0, max(0, height - view.height()))
        self.horizontalScrollBar().setPageStep(view.width())
        self.horizontalScrollBar().setRange(0, max(0, width - view.width()))
        self.zoomed.emit(round(self.scale() * 100 * 0.75))  # 96 pixels to 72 points

    def _scrolled(self) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() // 3
        number = sum(place.top() <= middle for place in self._rectangles())
        self.turned.emit(max(1, number) if self._pages else 0, len(self._pages))

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom; the wheel alone scrolls."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            (self.zoom_in if event.angleDelta().y() > 0 else self.zoom_out)()
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and the page keys turn, Home and End go to the ends."""
        bar = self.verticalScrollBar()
        leap = int(bar.pageStep() * 0.9)
        moves: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Space: lambda: bar.setValue(bar.value() + leap),
            Qt.Key.Key_PageDown: lambda: bar.setValue(bar.value() + leap),
            Qt.Key.Key_PageUp: lambda: bar.setValue(bar.value() - leap),
            Qt.Key.Key_Home: lambda: bar.setValue(0),
            Qt.Key.Key_End: lambda: bar.setValue(bar.maximum()),
        }
        move = moves.get(event.key())
        if move is None:
            super().keyPressEvent(event)
        else:
            move()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Draw again: pages are placed from the scroll bars' values."""
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pages in sight, and ask for those that are not there or not sharp."""
        painter = QPainter(self.viewport())
        tokens = self._look.tokens
        painter.fillRect(event.rect(), QColor(tokens.sunk))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        away = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        view = QRect(away, self.viewport().size())
        for page, place in zip(self._pages, self._rectangles(), strict=True):
            if place.intersects(view):
                self._draw(painter, page, place.translated(-away))
        painter.end()

    def _draw(self, painter: QPainter, page: tuple[Document, int], place: QRect) -> None:
        document, number = page
        key = (document.id, number)
        painter.fillRect(place, QColor("#FFFFFF"))
        painter.setPen(QColor(self._look.tokens.line))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))
        if key in self._broken:
            painter.setPen(QColor("#56616B"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words.UNREADABLE_PAGE)
            return
        scale = round(self.scale() * self.devicePixelRatioF(), 3)
        had = self._images.get(key)
        if had is not None:
            painter.drawImage(place, had[1])
        if (had is None or had[0] != scale) and self._wanted.get(key) != scale:
            self._wanted[key] = scale
            self.page_wanted.emit(document, number, scale)


def _whole(bar: QScrollBar) -> int:
    """The length of what ``bar`` scrolls."""
    return max(1, bar.maximum() + bar.pageStep())


_COMFORT = 1.6
"""Widest fit: beyond this a page is larger than life for no gain."""
