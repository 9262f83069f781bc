"""What is always in sight: whose window it is, what is overdue, what happened last."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QWidget

from desktop_app.domain.ports import Overview
from desktop_app.ui.parts import Elided, button, label, row
from desktop_app.ui.signin.pane import PersonButton
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words


class TopBar(QFrame):
    """Brand, hospital, environment, the overdue letters, who works here, help and menu."""

    outstanding_asked = Signal()
    help_asked = Signal()

    def __init__(self, look: Look, *, hospital: str, environment: str) -> None:
        super().__init__()
        role(self, "bar")
        self._look = look
        self.outstanding = button("", "outstanding-none", self.outstanding_asked.emit)
        self.outstanding.setToolTip(words.OUTSTANDING_TIP)
        self.person = PersonButton()
        self.help = button(words.HELP, "quiet", self.help_asked.emit)
        self.menu_button: QPushButton = button(words.MENU, "quiet")
        self.menu = QMenu(self.menu_button)
        self.menu_button.setMenu(self.menu)
        self.menu_button.setToolTip(f"{words.MENU} ({words.MENU_KEY})")
        layout = row(margins=(16, 0, 8, 0), spacing=12)
        layout.addWidget(label(words.NAME, "brand"))
        rule = QWidget()
        role(rule, "rule")
        rule.setFixedSize(1, look.px(22))
        layout.addWidget(rule)
        name = label(hospital)
        name.setAccessibleName(f"{words.HOSPITAL}\u00a0: {hospital}")
        layout.addWidget(name)
        if banner := words.environment(environment, short=look.large):
            layout.addWidget(
                label(banner, f"banner-{environment}"), 0, Qt.AlignmentFlag.AlignVCenter
            )
        layout.addStretch(1)
        layout.addWidget(self.outstanding)
        layout.addWidget(self.person)
        layout.addWidget(self.help)
        layout.addWidget(self.menu_button)
        self.setLayout(layout)
        self.setFixedHeight(look.px(48))
        self._overview = Overview()
        look.changed.connect(self._draw)
        self.show_overview(self._overview)

    def show_overview(self, overview: Overview) -> None:
        """Show the count that matters."""
        self._overview = overview
        self._draw()

    def _draw(self) -> None:
        tokens, count = self._look.tokens, self._overview.outstanding
        self.outstanding.setText(f"\u2009{words.outstanding(count)}")  # air beside the sign
        color = tokens.bad if count else tokens.good
        self.outstanding.setIcon(
            self._look.icon("circle-alert" if count else "circle-check", color)
        )
        self.outstanding.setIconSize(QSize(self._look.px(16), self._look.px(16)))
        role(self.outstanding, "outstanding-some" if count else "outstanding-none")


class StatusLine(QFrame):
    """The last thing that happened, what is on its way, and the keys that matter."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        role(self, "foot")
        self.setAccessibleName(words.STATUS)
        self._last, self._queue = label(words.OPENING, "muted"), label("", "muted")
        keys = Elided(words.KEYS_IN_SHORT, "muted")
        keys.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        layout = row(margins=(16, 0, 16, 0), spacing=20)
        for part in (self._last, self._queue):
            layout.addWidget(part)
        layout.addWidget(keys, 1)
        self.setLayout(layout)
        self.setFixedHeight(look.px(30))

    def show_overview(self, overview: Overview, now: datetime) -> None:
        """Show the counts."""
        self._last.setText(words.last_sending(overview, now))
        self._queue.setText(words.queue(overview))
        self._queue.setVisible(bool(self._queue.text()))

    def texts(self) -> Sequence[str]:
        """What is written there."""
        return self._last.text(), self._queue.text()
