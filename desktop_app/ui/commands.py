"""What can be done from the keyboard: one table for the shortcuts, the menu and the help sheet."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.wording import window as words

_CTRL = Qt.KeyboardModifier.ControlModifier
_K = Qt.Key
KEYS: Mapping[str, tuple[QKeySequence | QKeyCombination | str, ...]] = {
    "open": ("Ctrl+O",),
    "paste": ("Ctrl+V",),
    "patient": ("Ctrl+P",),
    "stay": ("Ctrl+S",),
    "recipients": ("Ctrl+D",),
    "type": ("Ctrl+T",),
    "record": ("Ctrl+R",),
    "dmp": ("Ctrl+M",),
    "send": ("Ctrl+Enter", "Ctrl+Return"),
    "undo": ("Ctrl+Z",),
    "put_away": ("Del",),
    "to_send": ("Ctrl+1", QKeyCombination(_CTRL, _K.Key_Ampersand)),
    "sendings": ("Ctrl+2", QKeyCombination(_CTRL, _K.Key_Eacute)),
    "find": ("Ctrl+F",),
    "outstanding": ("Ctrl+Shift+S",),
    "pane": ("F6",),
    "zoom_in": ("Ctrl++", "Ctrl+="),
    "zoom_out": ("Ctrl+-",),
    "zoom_fit": ("Ctrl+0", QKeyCombination(_CTRL, _K.Key_Agrave)),
    "help": ("F1",),
    "menu": ("F10",),
    "quit": ("Ctrl+Q",),
}
"""The first one is shown; the others are the same wish on another key, or without Shift."""
DIGIT_ROW = (
    _K.Key_Ampersand,
    _K.Key_Eacute,
    _K.Key_QuoteDbl,
    _K.Key_Apostrophe,
    _K.Key_ParenLeft,
    _K.Key_Minus,
    _K.Key_Egrave,
    _K.Key_Underscore,
    _K.Key_Ccedilla,
)
"""1 to 9 on a French keyboard without Shift."""


def shown_keys(name: str) -> str:
    """A command's keys as a French keyboard writes them."""
    text = str(KEYS[name][0])
    for english, french in words.KEYS_SPOKEN.items():
        text = text.replace(english, french)
    return text


def build_actions(
    window: QWidget, does: Mapping[str, Callable[[], object]], homes: Mapping[str, QWidget]
) -> dict[str, QAction]:
    """One action a command, on the window or, in ``homes``, on the one widget it belongs to."""
    actions: dict[str, QAction] = {}
    for name, work in does.items():
        action = QAction(words.COMMANDS[name], window)
        action.setShortcuts([QKeySequence(keys) for keys in KEYS[name]])
        home = homes.get(name, window)
        if home is not window:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False, call=work: call())
        home.addAction(action)
        actions[name] = action
    return actions


def fill_menu(menu: QMenu, actions: Mapping[str, QAction]) -> None:
    """Every command, group by group, closing last."""
    for _title, names in words.GROUPS:
        for name in names:
            if name != "menu":
                menu.addAction(actions[name])
        menu.addSeparator()
    menu.addAction(actions["quit"])
