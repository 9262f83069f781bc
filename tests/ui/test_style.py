import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.style import Look
from desktop_app.ui.tokens import DARK, LIGHT, Tokens
from desktop_app.wording.states import Tone

READABLE = 4.5
"""Contrast of text (WCAG 2.2, 1.4.3)."""


def luminance(color: str) -> float:
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(tokens: Tokens) -> None:
    pairs = [tokens.tone(tone) for tone in Tone if tone is not Tone.NEUTRAL]
    pairs += [(tokens.training, tokens.training_tint), (tokens.on_accent, tokens.accent)]
    for ground in (tokens.window, tokens.surface):
        pairs += [(ink, ground) for ink in (tokens.text, tokens.muted, tokens.accent, tokens.bad)]
    pairs += [(tokens.on_bar, tokens.bar), (tokens.bar_accent, tokens.bar)]
    for ink, ground in pairs:
        assert contrast(ink, ground) >= READABLE, (ink, ground)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_a_quiet_state_can_be_read_too(tokens: Tokens) -> None:
    assert contrast(*tokens.tone(Tone.NEUTRAL)) >= READABLE


def test_the_theme_can_be_changed_while_it_runs(qapp: QApplication, look: Look) -> None:
    changes: list[bool] = []
    look.changed.connect(lambda: changes.append(True))
    look.choose("dark")
    assert look.tokens is DARK
    look.choose("light")
    assert look.tokens is LIGHT
    assert changes == [True, True]
    assert qapp.palette().window().color().name().upper() == LIGHT.window


def test_larger_text_makes_everything_larger(qapp: QApplication, look: Look) -> None:
    double = Look(qapp, "light", text_scale=2)
    assert double.px(14) == 28
    assert double.font().pixelSize() == 28
    assert double.large
    look.choose("light")  # the usual sheet again
