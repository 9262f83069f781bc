"""« Copies »: where else the letter goes; only what this hospital offers."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.letters import COPIES, Letter, Target
from desktop_app.ui.parts import column, section
from desktop_app.ui.style import Look
from desktop_app.ui.ticks import Tick
from desktop_app.wording import stays as words


class Copies(QWidget):
    """A box to tick for each copy that is offered."""

    targets_chosen = Signal(object)  # the copies that are ticked, a tuple of Target

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._offered: tuple[Target, ...] = ()
        layout = column(spacing=2)
        layout.addWidget(section(words.COPIES))
        self.ticks: dict[Target, Tick] = {}
        for target in COPIES:
            text, detail = words.copy(target)
            tick = Tick(look, text, detail=detail, keys=words.COPY_KEYS[target])
            tick.clicked.connect(lambda _on=False: self._changed())
            self.ticks[target] = tick
            layout.addWidget(tick)
        self.setLayout(layout)
        self.offer(())

    def offer(self, targets: Sequence[Target]) -> None:
        """Show the boxes of ``targets`` only."""
        self._offered = tuple(one for one in COPIES if one in targets)
        for target, tick in self.ticks.items():
            tick.setVisible(target in self._offered)
        self.setVisible(bool(self._offered))

    def offers(self, target: Target) -> bool:
        """Whether there is a box for ``target``."""
        return target in self._offered

    def show_letter(self, letter: Letter | None) -> None:
        """Tick what the letter has."""
        targets = () if letter is None else letter.targets
        for target, tick in self.ticks.items():
            tick.setChecked(target in targets)

    def toggle(self, target: Target) -> None:
        """As a click on the box."""
        if self.offers(target):
            self.ticks[target].click()

    def _changed(self) -> None:
        self.targets_chosen.emit(
            tuple(target for target, tick in self.ticks.items() if tick.isChecked())
        )
