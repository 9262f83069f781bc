"""Messages across the top of the window: one about each matter, until it is closed or mended."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop_app.ui.parts import NoticeBox, column
from desktop_app.ui.style import Look
from desktop_app.wording.failures import Notice

Act = tuple[str, Callable[[], None]]


class Notices(QWidget):
    """As high as its messages are, nothing without any."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._boxes: dict[str, NoticeBox] = {}
        self._deeds: dict[str, Callable[[], None]] = {}
        self._place = column(spacing=0)
        self.setLayout(self._place)

    def say(
        self,
        about: str,
        notice: Notice | None,
        *,
        name: str = "notice",
        closable: bool = True,
        act: Act | None = None,
    ) -> None:
        """Keep one message about one matter until it is closed or mended.

        ``act`` is what can be done about it at once: a word and a deed.
        """
        box = self._boxes.get(about)
        if box is None:
            if notice is None:
                return
            box = self._boxes[about] = NoticeBox(self._look, f"{name}-strip")
            box.closed.connect(box.hide)
            box.acted.connect(partial(self._act, about))
            self._place.addWidget(box)
        word, self._deeds[about] = act or ("", _nothing)
        box.say(notice, action=word, closable=closable)

    def _act(self, about: str) -> None:
        self._deeds[about]()

    @property
    def titles(self) -> tuple[str, ...]:
        """The messages that are in sight."""
        return tuple(box.title for box in self._boxes.values() if box.isVisible())


def _nothing() -> None:
    """What a message without a deed does."""
