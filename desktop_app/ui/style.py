"""The look: colours, type and space in one place, light and dark, followed live.

Values are those of the design's token table; everything that is painted or styled reads them here.
"""

import sys
from dataclasses import dataclass
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

from desktop_app.wording.states import Tone

_RESOURCES = files("resources")
BASE_PIXELS = 14
_USUAL_POINTS = {"win32": 9.0, "darwin": 13.0}.get(sys.platform, 11.0)
"""Size of the system's own text where nobody asked for larger."""
_USUAL_DENSITY = 72.0 if sys.platform == "darwin" else 96.0
_LARGE = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One theme."""

    window: str
    surface: str
    sunk: str
    line: str
    text: str
    muted: str
    accent: str
    accent_tint: str
    on_accent: str
    good: str
    good_tint: str
    care: str
    care_tint: str
    bad: str
    bad_tint: str
    training: str
    training_tint: str
    veil: str  # over everything while a drag hovers
    bar: str  # the undo bar, dark in both themes
    on_bar: str
    bar_accent: str
    bar_track: str

    def tone(self, tone: Tone) -> tuple[str, str]:
        """Text and background of a state, always beside a word."""
        match tone:
            case Tone.GOOD:
                return self.good, self.good_tint
            case Tone.CARE:
                return self.care, self.care_tint
            case Tone.BAD:
                return self.bad, self.bad_tint
            case Tone.MOVING:
                return self.accent, self.accent_tint
            case Tone.NEUTRAL:
                return self.muted, self.sunk


LIGHT = Tokens(
    window="#F3F5F6",
    surface="#FFFFFF",
    sunk="#E9ECEE",
    line="#D9DEE2",
    text="#182026",
    muted="#56616B",
    accent="#0B6A70",
    accent_tint="#E2F1F1",
    on_accent="#FFFFFF",
    good="#1B6B3A",
    good_tint="#E3F3E8",
    care="#7A4F00",
    care_tint="#FFF3D6",
    bad="#A8231B",
    bad_tint="#FCE8E6",
    training="#53389E",
    training_tint="#ECE6FA",
    veil="rgba(236, 245, 245, 240)",
    bar="#182026",
    on_bar="#F3F5F6",
    bar_accent="#7BD5D1",
    bar_track="#3E4950",
)
DARK = Tokens(
    window="#14181B",
    surface="#1C2125",
    sunk="#101315",
    line="#2E363C",
    text="#E7EBEE",
    muted="#A2ADB6",
    accent="#67C7C4",
    accent_tint="#173335",
    on_accent="#0B1E20",
    good="#7FD39B",
    good_tint="#16301F",
    care="#F0C36A",
    care_tint="#33280F",
    bad="#F2938C",
    bad_tint="#3A1B19",
    training="#BFA9F5",
    training_tint="#2A2140",
    veil="rgba(20, 40, 42, 240)",
    bar="#2A3238",
    on_bar="#E7EBEE",
    bar_accent="#7BD5D1",
    bar_track="#47525A",
)


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
        self._app.setStyleSheet(_sheet(self))
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


def _sheet(look: Look) -> str:
    t, px = look.tokens, look.px
    return f"""
* {{ outline: none; }}
QWidget {{ color: {t.text}; }}
QMainWindow, QDialog {{ background: {t.window}; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 4px; }}

QWidget[role="bar"] {{ background: {t.surface}; border-bottom: 1px solid {t.line}; }}
QWidget[role="foot"] {{ background: {t.surface}; border-top: 1px solid {t.line}; }}
QWidget[role="side"] {{ background: {t.window}; }}
QWidget[role="panel"] {{ background: {t.surface}; }}
QWidget[role="filters"] {{ background: {t.window}; border-bottom: 1px solid {t.line}; }}
QWidget[role="plain"] {{ background: {t.surface}; }}
QWidget[role="sunk"] {{ background: {t.sunk}; }}

QLabel {{ background: transparent; }}
QLabel[role="muted"] {{ color: {t.muted}; font-size: {px(12.5)}px; }}
QLabel[role="section"] {{
    color: {t.muted}; font-size: {px(11.5)}px; font-weight: 600;
}}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="identity"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="brand"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="title"] {{ font-size: {px(20)}px; font-weight: 700; }}
QLabel[role="problem"] {{ color: {t.bad}; }}
QLabel[role="care"] {{ color: {t.care}; }}
QLabel[role="small"] {{ font-size: {px(12.5)}px; }}
QLabel[role="strong-small"] {{
    font-size: {px(12.5)}px; font-weight: 600; padding: {px(2)}px 0;
}}
QLabel[role="keys"] {{ color: {t.muted}; font-size: {px(12)}px; }}
QLabel[role="key"] {{
    background: {t.sunk}; color: {t.text}; border-radius: {px(4)}px;
    padding: {px(2)}px {px(7)}px; font-size: {px(12)}px;
}}
QLabel[role^="banner"] {{
    border-radius: {px(11)}px; padding: {px(4)}px {px(11)}px;
    font-size: {px(12)}px; font-weight: 600;
}}
QLabel[role="banner-practice"] {{ background: {t.training_tint}; color: {t.training}; }}
QLabel[role="banner-test"] {{ background: {t.care_tint}; color: {t.care}; }}
QWidget[role="rule"] {{ background: {t.line}; }}
QLabel[role="action"] {{ color: {t.on_accent}; font-weight: 600; }}
QLabel[role="action-keys"] {{ color: {t.on_accent}; font-size: {px(12)}px; }}
QLabel[role="action"]:disabled, QLabel[role="action-keys"]:disabled {{ color: {t.muted}; }}
QLabel[role="drop-title"] {{ font-size: {px(20)}px; font-weight: 700; color: {t.accent}; }}
QLabel[role="drop-more"] {{ color: {t.text}; }}
QLabel[role="undo-words"] {{ color: {t.on_bar}; }}

QFrame[role="card"] {{
    background: {t.window}; border: 1px solid {t.line}; border-radius: {px(8)}px;
}}
QFrame[role="notice"] {{ background: {t.bad_tint}; border: none; border-radius: {px(8)}px; }}
QFrame[role="advice"] {{ background: {t.care_tint}; border: none; border-radius: {px(8)}px; }}
QFrame[role="notice-strip"] {{ background: {t.bad_tint}; border-bottom: 1px solid {t.line}; }}
QFrame[role="advice-strip"] {{ background: {t.care_tint}; border-bottom: 1px solid {t.line}; }}
QFrame[role="sheet"] {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(10)}px;
}}
QFrame[role="page-bar"] {{ background: {t.window}; border-bottom: 1px solid {t.line}; }}
QFrame[role="dropzone"] {{
    background: transparent; border: 1px dashed {t.muted}; border-radius: {px(8)}px;
}}

QPushButton {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(8)}px;
    padding: {px(8)}px {px(14)}px; font-weight: 600;
}}
QPushButton:hover {{ border-color: {t.muted}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: {px(7)}px {px(13)}px; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.window}; }}
QPushButton[role="primary"] {{
    background: {t.accent}; border: 1px solid {t.accent}; min-height: {px(38)}px; padding: 0;
}}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[role="primary"]:disabled {{
    background: {t.sunk}; color: {t.muted}; border-color: {t.line};
}}
QPushButton[role="link"] {{
    background: transparent; border: 1px solid transparent; color: {t.accent};
    padding: {px(2)}px {px(4)}px; border-radius: {px(4)}px; text-align: left;
}}
QPushButton[role="link"]:hover {{ text-decoration: underline; }}
QPushButton[role="link"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="quiet"] {{
    background: transparent; border: 1px solid transparent; color: {t.muted};
    padding: {px(3)}px {px(6)}px; border-radius: {px(6)}px; font-weight: 400;
}}
QPushButton[role="quiet"]:hover {{ background: {t.sunk}; color: {t.text}; }}
QPushButton[role="quiet"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[role="outstanding-none"], QPushButton[role="outstanding-some"] {{
    background: transparent; border: 1px solid transparent; padding: {px(4)}px {px(8)}px;
    border-radius: {px(6)}px;
}}
QPushButton[role="outstanding-none"] {{ color: {t.good}; }}
QPushButton[role="outstanding-some"] {{ color: {t.bad}; }}
QPushButton[role="outstanding-none"]:focus, QPushButton[role="outstanding-some"]:focus {{
    border: 1px solid {t.accent};
}}
QPushButton[role="chip"] {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(12)}px;
    padding: {px(4)}px {px(11)}px; font-weight: 400; font-size: {px(12.5)}px;
}}
QPushButton[role="chip"]:hover {{ border-color: {t.accent}; }}
QPushButton[role="chip"]:focus {{ border: 2px solid {t.accent}; padding: {px(3)}px {px(10)}px; }}
QPushButton[role="undo"] {{
    background: transparent; border: 1px solid transparent; color: {t.bar_accent};
    padding: {px(6)}px {px(8)}px;
}}
QPushButton[role="undo"]:focus {{ border: 1px solid {t.bar_accent}; }}
QPushButton[role="segment"] {{
    background: transparent; border: 1px solid transparent; border-radius: {px(7)}px;
    color: {t.muted}; padding: {px(8)}px {px(6)}px;
}}
QPushButton[role="segment"]:checked {{
    background: {t.surface}; color: {t.text}; border: 1px solid {t.line};
}}
QPushButton[role="segment"]:focus {{ border: 2px solid {t.accent}; padding: {px(7)}px {px(5)}px; }}
QFrame[role="segments"] {{ background: {t.sunk}; border: none; border-radius: {px(9)}px; }}

QFrame[role="undo-bar"] {{ background: {t.bar}; border: none; border-radius: {px(10)}px; }}
QFrame[role="drop-veil"] {{ background: {t.veil}; }}
QFrame[role="drop-over"] {{
    background: transparent; border: 2px dashed {t.accent}; border-radius: {px(12)}px;
}}

QLineEdit, QComboBox {{
    background: {t.window}; border: 1px solid {t.line}; border-radius: {px(8)}px;
    padding: {px(7)}px {px(10)}px; selection-background-color: {t.accent};
    selection-color: {t.on_accent};
}}
QLineEdit:focus, QComboBox:focus {{
    border: 2px solid {t.accent}; padding: {px(6)}px {px(9)}px; background: {t.surface};
}}
QComboBox::drop-down {{ border: none; width: {px(28)}px; }}
QComboBox QAbstractItemView {{
    background: {t.surface}; border: 1px solid {t.line}; padding: 4px;
    selection-background-color: {t.accent_tint}; selection-color: {t.text};
}}
QComboBox[role="inline"] {{
    background: transparent; border: 1px solid transparent; padding: 1px 0;
    font-size: {px(12.5)}px; color: {t.muted};
}}
QComboBox[role="inline"]:focus, QComboBox[role="inline"]:hover {{ border: 1px solid {t.accent}; }}

QListView, QTableView {{ background: transparent; border: none; }}
QListView[role="results"] {{
    background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(8)}px;
}}
QListView[role="results"]:focus {{ border: 2px solid {t.accent}; }}
QTableView {{ background: {t.surface}; gridline-color: {t.line}; }}
QHeaderView::section {{
    background: {t.surface}; color: {t.muted}; border: none; border-bottom: 1px solid {t.line};
    padding: {px(8)}px {px(12)}px; font-size: {px(11.5)}px; font-weight: 600;
}}
QHeaderView {{ background: {t.surface}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
QScrollBar::handle:vertical {{
    background: {t.line}; border-radius: {px(4)}px; min-height: {px(32)}px; margin: 2px;
}}
QScrollBar::handle:vertical:disabled {{ background: transparent; }}
QScrollBar::handle:vertical:hover {{ background: {t.muted}; }}
QScrollBar:horizontal {{ background: transparent; height: {px(12)}px; margin: 0; }}
QScrollBar::handle:horizontal {{
    background: {t.line}; border-radius: {px(4)}px; min-width: {px(32)}px; margin: 2px;
}}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.line}; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_tint}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QStackedWidget {{ background: {t.surface}; }}
QWidget[role="side"] QStackedWidget {{ background: transparent; }}
QProgressBar {{
    background: {t.bar_track}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
}}
QProgressBar::chunk {{ background: {t.bar_accent}; border-radius: 2px; }}
"""
