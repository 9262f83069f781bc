"""The documents pane: the tray on the left, the page in the middle."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QScrollArea, QWidget

from desktop_app.domain.letters import Document, Letter, PageImage
from desktop_app.ui.letters.model import CardDelegate, LetterRole, TrayModel
from desktop_app.ui.letters.pages import PagesView
from desktop_app.ui.letters.presenter import TrayState
from desktop_app.ui.parts import Elided, IconButton, NoticeBox, button, column, label, row, scrolled
from desktop_app.ui.style import Look, role
from desktop_app.wording import failures
from desktop_app.wording import letters as words
from desktop_app.wording.failures import Notice


class TrayPane(QWidget):
    """The letters to send."""

    chosen = Signal(str)
    problems_read = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._model = TrayModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(CardDelegate(look, self.list))
        self.list.setAccessibleName(words.TRAY)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        look.changed.connect(self.list.viewport().update)
        self._taking = label("", "muted")
        self._taking.hide()
        self._problem = Problems(look)
        self._problem.box.closed.connect(self.problems_read)
        layout = column(spacing=8)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._taking)
        layout.addWidget(self._problem)
        self.setLayout(layout)

    def show_state(self, state: TrayState) -> None:
        """Become ``state``."""
        self._model.show(state.letters, state.limits)
        place = self._model.row_of(state.chosen)
        index = self._model.index(place) if place >= 0 else QModelIndex()
        if self.list.currentIndex() != index:
            self.list.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self._taking.setText(words.taking(state.taking) if state.taking else "")
        self._taking.setVisible(state.taking > 0)
        notices = [failures.explain(problem) for problem in state.problems]
        self._problem.say(failures.together(notices))

    def _current_changed(self, index: QModelIndex) -> None:
        letter: Letter | None = index.data(LetterRole) if index.isValid() else None
        if letter is not None:
            self.chosen.emit(letter.id)


class Problems(QScrollArea):
    """What could not be taken: as high as it needs to be, up to a part of the column."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._most = look.px(200)
        self.box = NoticeBox(look)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self.box)
        self.hide()

    def say(self, notice: Notice | None) -> None:
        """Show ``notice``, or nothing."""
        self.box.say(notice)
        self.setVisible(notice is not None)
        QTimer.singleShot(0, self, self._fit)  # once the words have their font and their room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower is higher."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needed = self.box.heightForWidth(self.width())
        if self.isHidden() or needed < 0:
            return
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        self.setVerticalScrollBarPolicy(off if needed <= self._most else on)
        self.setFixedHeight(min(self._most, needed))


class DropZone(QFrame):
    """Where to put letters, and two ways without dragging."""

    files_asked = Signal()
    sample_asked = Signal(object)  # the paths of one sample letter or of all of them

    def __init__(self, look: Look, samples: Sequence[tuple[str, Path]]) -> None:
        super().__init__()
        role(self, "dropzone")
        layout = column(margins=(12, 12, 12, 10), spacing=2)
        centre = Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(label(words.DROP_TITLE, "strong"), 0, centre)
        if not look.large:
            layout.addWidget(label(words.DROP_WHERE, "muted"), 0, centre)
        self.choose_file = button(words.CHOOSE_FILE, "link", self.files_asked.emit)
        self.choose_file.setToolTip(words.CHOOSE_FILE_TIP)
        choosing = row(spacing=4)
        choosing.addStretch(1)
        choosing.addWidget(self.choose_file)
        if not look.large:
            choosing.addWidget(label(words.CHOOSE_FILE_KEYS, "keys"))
        choosing.addStretch(1)
        layout.addLayout(choosing)
        if samples:
            self.samples = button(words.SAMPLES, "link-centred")
            menu = QMenu(self.samples)
            menu.setAccessibleName(words.SAMPLES_MENU)
            for title, path in samples:
                action = menu.addAction(title)
                action.triggered.connect(lambda _on=False, one=path: self.sample_asked.emit([one]))
            menu.addSeparator()
            every = [path for _title, path in samples]
            menu.addAction(words.ALL_SAMPLES).triggered.connect(
                lambda _on=False: self.sample_asked.emit(every)
            )
            self.samples.setMenu(menu)
            layout.addWidget(self.samples, 0, centre)
        self.setLayout(layout)


class PagePane(QWidget):
    """The page itself under its own small bar, or what to do when there is none."""

    sample_asked = Signal(object)  # the path of one sample letter, in a list

    def __init__(self, look: Look, samples: Sequence[tuple[str, Path]]) -> None:
        super().__init__()
        self.pages = PagesView(look)
        self.page_wanted = self.pages.page_wanted
        self._title = Elided("", "strong")
        self._turned = label("", "muted")
        self._zoom = label("", "small")
        self._zoom.setMinimumWidth(look.px(44))
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        smaller = IconButton(look, "minus", words.ZOOM_OUT, self.pages.zoom_out)
        larger = IconButton(look, "plus", words.ZOOM_IN, self.pages.zoom_in)
        fit = IconButton(look, "move-horizontal", words.ZOOM_FIT, self.pages.zoom_fit)
        bar = QFrame()
        role(bar, "page-bar")
        bar.setFixedHeight(look.px(40))
        inside = row(margins=(16, 0, 8, 0), spacing=4)
        inside.addWidget(self._title, 1)
        inside.addWidget(self._turned)
        inside.addSpacing(12)
        for part in (smaller, self._zoom, larger, fit):
            inside.addWidget(part)
        bar.setLayout(inside)
        self._bar = bar
        self._empty = EmptyTable(look, practice=bool(samples))
        self.take_sample = self._empty.take_sample
        if samples:
            first = samples[0][1]
            self.take_sample.clicked.connect(lambda _on=False: self.sample_asked.emit([first]))
        layout = column(spacing=0)
        layout.addWidget(bar)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self._empty, 1)
        self.setLayout(layout)
        self._turned.setVisible(not look.large)
        self._zoom.setVisible(not look.large)
        self.pages.zoomed.connect(lambda share: self._zoom.setText(f"{share}\u00a0%"))
        self.pages.turned.connect(self._say_page)

    def show_letter(self, letter: Letter | None) -> None:
        """Put a letter in sight."""
        self._bar.setVisible(letter is not None)
        self.pages.setVisible(letter is not None)
        self._empty.setVisible(letter is None)
        if letter is not None:
            self._title.say(words.heading(letter))
        self.pages.show_letter(letter)

    def show_page(self, document: Document, number: int, scale: float, image: PageImage) -> None:
        """Take a rendered page."""
        self.pages.show_page(document, number, scale, image)

    def _say_page(self, number: int, count: int) -> None:
        self._turned.setText(words.page_of(number, count) if count else "")


class EmptyTable(QWidget):
    """What somebody sees who has no letter on the table."""

    def __init__(self, look: Look, *, practice: bool) -> None:
        super().__init__()
        role(self, "sunk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._sign = label()
        inside = column(spacing=8)
        texts = [label(words.EMPTY_TITLE, "title", wrap=True), label(words.EMPTY_ADVICE, wrap=True)]
        if practice:
            texts.append(label(words.EMPTY_PRACTICE, "muted", wrap=True))
        for part in (self._sign, *texts):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inside.addWidget(part)
        self.take_sample = button(words.TAKE_SAMPLE, "")
        self.take_sample.setVisible(practice)
        inside.addSpacing(8)
        inside.addWidget(self.take_sample, 0, Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget()
        middle.setMaximumWidth(look.px(420))
        middle.setLayout(inside)
        across = row(spacing=0)  # an alignment would measure wrapped text at another width
        across.addStretch(1)
        across.addWidget(middle, 1000)
        across.addStretch(1)
        content = QWidget()
        role(content, "sunk")
        places = column(margins=24)
        places.addStretch(2)
        places.addLayout(across)
        places.addStretch(3)
        content.setLayout(places)
        layout = column()
        layout.addWidget(scrolled(content))
        self.setLayout(layout)
        look.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._sign.setPixmap(self._look.pixmap("inbox", 44))
