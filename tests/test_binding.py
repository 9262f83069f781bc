"""Guards the binding we build on: PySide6 6.12.0 loses references to None on Python 3.11.

It loses one per call of most methods that return nothing, so that a program dies after some
thousand of them, far from the cause (docs/decisions/002-qt-6-11.md).
"""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtWidgets import QApplication, QLabel, QListView
from pytestqt.qtbot import QtBot

TIMES = 1000
LOST = 100
"""Fewer references than this are the noise of a living program; the fault loses ``TIMES``."""


class Empty(QAbstractListModel):
    """Rows without a value of any kind: every answer is None."""

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 20

    def data(self, _index: QModelIndex | QPersistentModelIndex, _role: int = 0) -> None:
        return None


def named(thing: QObject) -> Callable[[], object]:
    return lambda: thing.setObjectName("x")


def written(label: QLabel) -> Callable[[], object]:
    return lambda: label.setText("x")


def timed(thing: QObject) -> Callable[[], object]:
    return lambda: thing.killTimer(thing.startTimer(10_000))


def asked(model: Empty) -> Callable[[], object]:
    return lambda: model.index(0, 0).data()


def painted(view: QListView, model: Empty) -> Callable[[], object]:
    view.setModel(model)
    return view.grab


@pytest.mark.parametrize("call", ["named", "written", "timed", "asked", "painted"])
def test_none_survives_the_binding(qtbot: QtBot, qapp: QApplication, call: str) -> None:
    if sys.getrefcount(None) > 1 << 29:
        pytest.skip("None is immortal on this Python")
    label, view = QLabel(), QListView()
    qtbot.addWidget(label)
    qtbot.addWidget(view)
    model = Empty(view)  # kept: an index that outlives its model is a crash
    work = {
        "named": named(label),
        "written": written(label),
        "timed": timed(label),
        "asked": asked(model),
        "painted": painted(view, model),
    }[call]

    before = sys.getrefcount(None)
    for _ in range(TIMES):
        work()

    assert before - sys.getrefcount(None) < LOST
