"""The look: colours, type and space in one place, light and dark, followed live.

Values are those of the design's token table; everything that is painted or styled reads them here.
"""

import sys
from importlib.resources import files

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.sheet import sheet
from desktop_app.ui.tokens import DARK, LIGHT, Tokens

_RESOURCES = files("resources")
BASE_PIXELS = 14
_USUAL_POINTS = {"win32": 9.0, "darwin": 13.0}.get(sys.platform, 11.0)
"""Size of the system's own text where nobody asked for larger."""
_USUAL_DENSITY = 72.0 if sys.platform == "darwin" else 96.0
_LARGE = 1.4


class Look(QObject):
    """The theme in force; ``changed`` follows the system or the person."""

    changed = Signal()

    def __init__(
        self, app: QApplication, theme: str = "system", *, text_scale: float | None = None
    ) -> None:
        super().__init__(app)
        self._app = app
        self._theme = theme
        self._scale = _system_scale(app) if text_scale is None else text_scale
        self._pixmaps: dict[tuple[str, int, str, float], QPixmap] = {}
        self._family = _load_fonts()
        app.setStyle("Fusion")  # one style everywhere, so that one sheet fits
        app.styleHints().colorSchemeChanged.connect(self._apply)
        self.tokens = LIGHT
        self._apply()

    def px(self, pixels: float) -> int:
        """``pixels`` at 100 %, at the text size in force."""
        return round(pixels * self._scale)

    @property
    def large(self) -> bool:
        """Whether text is so large that words have to be spared."""
        return self._scale > _LARGE

    def font(
        self,
        pixels: float = BASE_PIXELS,
        weight: int = QFont.Weight.Normal,
        *,
        figures: bool = False,
    ) -> QFont:
        """The interface font; ``figures`` of one width are for columns, they widen hyphens."""
        font = QFont(self._family)
        font.setPixelSize(self.px(pixels))
        font.setWeight(QFont.Weight(weight))
        if figures:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def icon(self, name: str, color: str | None = None) -> QIcon:
        """A line icon in ``color``, the muted text colour without one."""
        return QIcon(self.pixmap(name, 16, color))

    def pixmap(self, name: str, size: int, color: str | None = None) -> QPixmap:
        """The icon as pixels, sharp on every screen."""
        ratio = self._app.devicePixelRatio()
        side = self.px(size)
        key = (name, side, color or self.tokens.muted, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _draw(name, side, key[2], ratio)
        return self._pixmaps[key]

    def _apply(self) -> None:
        dark = self._theme == "dark" or (
            self._theme == "system" and self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.tokens = DARK if dark else LIGHT
        self._app.setFont(self.font())
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(sheet(self.tokens, self.px))
        self.changed.emit()

    def choose(self, theme: str) -> None:
        """``system``, ``light`` or ``dark``, from now on."""
        self._theme = theme
        self._apply()


def role(widget: QWidget, name: str) -> QWidget:
    """Let the style sheet know what a widget is; repaints it when that changes."""
    widget.setProperty("role", name)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
    return widget


def _system_scale(app: QApplication) -> float:
    """How much larger than usual the person's system asks text to be, within reason."""
    points = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    dense = app.primaryScreen().logicalDotsPerInch() / _USUAL_DENSITY
    return min(2.0, max(1.0, dense * points / _USUAL_POINTS)) if points > 0 else 1.0


_SMALL = 15
"""Below this side a line icon needs a heavier line to be seen."""


def _draw(name: str, side: int, color: str, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    text = _RESOURCES.joinpath("icons", f"{name}.svg").read_text("utf-8")
    if side < _SMALL:
        text = text.replace('stroke-width="2"', 'stroke-width="3"')
    painter = QPainter(pixmap)
    drawing = QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def _load_fonts() -> str:
    for weight in ("Regular", "SemiBold", "Bold"):
        data = _RESOURCES.joinpath("fonts", f"Inter-{weight}.ttf").read_bytes()
        QFontDatabase.addApplicationFontFromData(QByteArray(data))
    return "Inter"


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.window,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.ToolTipBase: tokens.surface,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.Link: tokens.accent,
    }
    for color_role, color in roles.items():
        palette.setColor(color_role, QColor(color))
    return palette
