"""The colours of both themes: the design's token table, and nothing else."""

from dataclasses import dataclass

from desktop_app.wording.states import Tone


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
    veil="rgba(236, 245, 245, 250)",
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
    veil="rgba(20, 40, 42, 250)",
    bar="#2A3238",
    on_bar="#E7EBEE",
    bar_accent="#7BD5D1",
    bar_track="#47525A",
)
