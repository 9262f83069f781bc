"""The style sheet: what each role looks like, out of the tokens."""

from collections.abc import Callable

from desktop_app.ui.tokens import Tokens


def sheet(t: Tokens, px: Callable[[float], int]) -> str:
    """The sheet of a theme; ``px`` turns pixels at 100 % into those of the text size in force."""
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
QLabel[role="strong"], QMessageBox QLabel#qt_msgbox_label {{ font-weight: 600; }}
QLabel[role="identity"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="brand"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="title"] {{ font-size: {px(20)}px; font-weight: 700; }}
QLabel[role^="problem"] {{ color: {t.bad}; }}
QLabel[role="problem-strong"] {{ font-weight: 600; }}
QLabel[role="care"] {{ color: {t.care}; }}
QLabel[role="care-small"] {{ color: {t.care}; font-size: {px(12.5)}px; }}
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
QPushButton[role="primary"]:focus {{
    border: 2px solid {t.text}; min-height: {px(38) - 2}px;
}}
QPushButton[role="primary"]:disabled {{
    background: {t.sunk}; color: {t.muted}; border-color: {t.line};
}}
QPushButton[role^="link"] {{
    background: transparent; border: 1px solid transparent; color: {t.accent};
    padding: {px(2)}px {px(4)}px; border-radius: {px(4)}px; text-align: left;
}}
QPushButton[role^="link"]:hover {{ text-decoration: underline; }}
QPushButton[role^="link"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[role="link-centred"] {{ text-align: center; }}
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
QPushButton[role="picker"] {{ background: {t.window}; padding: 0; font-weight: 400; }}
QPushButton[role="picker"]:focus {{ background: {t.surface}; padding: 0; }}
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
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
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
