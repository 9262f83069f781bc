"""Writes the sample letters of practice mode from ``letters.toml`` and the practice world.

    python packaging/samples/letters.py [FOLDER]     (or: make samples)

The same input gives the same bytes, so that a letter that did not change does not change in git.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from desktop_app.sandbox.world import World, WorldEntry, WorldPatient, build_world

RESOURCES = Path(__file__).parents[2] / "resources"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 24 * mm, WIDTH - 22 * mm, HEIGHT - 20 * mm, 26 * mm
INK, QUIET, TEAL = HexColor("#1D252B"), HexColor("#5B6670"), HexColor("#1F6F78")


def _style(size: float, leading: float, color: Color = INK, font: str = "Inter") -> ParagraphStyle:
    return ParagraphStyle(font, fontName=font, fontSize=size, leading=leading, textColor=color)


BODY = _style(10.5, 16)
BLOCK = _style(10.5, 15)
SMALL = _style(8.6, 12.2, QUIET)
COPY = _style(9.4, 13.5)
TITLE = _style(12.5, 16, font="Inter-Bold")
NAME = _style(11, 13.5, TEAL, "Inter-Bold")
WARNING = _style(8, 10, QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One letter, its people looked up in the practice world."""

    file: str
    service: str
    heads: tuple[str, ...]
    patient: WorldPatient
    recipient: WorldEntry
    copies: tuple[WorldEntry, ...]
    date: date
    title: str
    greeting: str
    text: tuple[str, ...]
    closing: str
    signer: str


def samples(world: World) -> Iterator[Sample]:
    """Every letter of ``letters.toml``; raises ``KeyError`` for somebody the world lacks."""
    with Path(__file__).with_name("letters.toml").open("rb") as file:
        for entry in tomllib.load(file)["letters"]:
            people = {
                "patient": world.patients[entry["patient"]],
                "recipient": world.practitioners[entry["recipient"]],
                "copies": tuple(world.practitioners[copy] for copy in entry["copies"]),
                "heads": tuple(entry["heads"]),
                "text": tuple(
                    re.sub(r"(?<=\d) (?=\S)", "\N{NO-BREAK SPACE}", t) for t in entry["text"]
                ),
            }
            yield Sample(**{**entry, **people})


def _tied(text: str) -> str:
    """``text`` with its numbers kept on one line with what they count."""
    return re.sub(r"(?<=\d) (?=\S)", "\N{NO-BREAK SPACE}", text)


class Sheet:
    """A letter being written from top to bottom, going on to a second page when it must."""

    def __init__(self, path: Path, sample: Sample, pages: int) -> None:
        self._canvas = Canvas(str(path), pagesize=A4, invariant=1, pageCompression=1)
        self._canvas.setTitle(sample.title)
        self._canvas.setAuthor("Centre hospitalier de Villefictive (fictif)")
        self._canvas.setSubject("Document fictif d’entraînement")
        self._sample = sample
        self._pages = pages
        self.page = 1
        self._y = TOP
        self._footer()

    def place(self, text: str, style: ParagraphStyle, x: float, width: float, y: float) -> float:
        """Draw ``text`` with its top at ``y``; returns where it ends."""
        paragraph = Paragraph(text, style)
        _, height = paragraph.wrap(width, HEIGHT)
        end: float = y - height
        paragraph.drawOn(self._canvas, x, end)
        return end

    def flow(self, text: str, style: ParagraphStyle = BODY, before: float = 2.6 * mm) -> None:
        """Go on below what is there."""
        paragraph = Paragraph(text, style)
        _, height = paragraph.wrap(RIGHT - LEFT, HEIGHT)
        if self._y - before - height < BOTTOM:
            self._turn()
        self._y -= before + height
        paragraph.drawOn(self._canvas, LEFT, self._y)

    def go_to(self, y: float) -> None:
        """Where the next paragraph starts."""
        self._y = y

    def keep(self, height: float) -> None:
        """Turn the page unless ``height`` is still free on this one."""
        if self._y - height < BOTTOM:
            self._turn()

    def emblem(self, x: float, y: float) -> None:
        """The hospital's mark: a house with a cross."""
        self._canvas.setFillColor(TEAL)
        self._canvas.roundRect(x, y - 12 * mm, 12 * mm, 12 * mm, 2.4 * mm, stroke=0, fill=1)
        self._canvas.setFillColor(HexColor("#FFFFFF"))
        self._canvas.rect(x + 5 * mm, y - 9.5 * mm, 2 * mm, 7 * mm, stroke=0, fill=1)
        self._canvas.rect(x + 2.5 * mm, y - 7 * mm, 7 * mm, 2 * mm, stroke=0, fill=1)

    def rule(self, y: float) -> None:
        """A thin line across the page."""
        self._canvas.setStrokeColor(HexColor("#C9D1D6"))
        self._canvas.setLineWidth(0.6)
        self._canvas.line(LEFT, y, RIGHT, y)

    def save(self) -> None:
        """Write the file."""
        self._canvas.save()

    def _turn(self) -> None:
        self._canvas.showPage()
        self.page += 1
        self._footer()
        reminder = f"{_concerned(self._sample.patient)}, {_born(self._sample.patient)}"
        end = self.place(reminder, SMALL, LEFT, RIGHT - LEFT, TOP)
        self.rule(end - 2 * mm)
        self._y = end - 4 * mm

    def _footer(self) -> None:
        self.rule(19 * mm)
        self.place("<b>Document fictif – entraînement</b>", WARNING, LEFT, 90 * mm, 16.5 * mm)
        self.place(
            "Centre hospitalier de Villefictive – 14 avenue des Essais, 99001 VILLEFICTIVE",
            WARNING, LEFT, 130 * mm, 12.5 * mm,
        )  # fmt: skip
        pages = f"page {self.page} sur {self._pages}"
        self._canvas.setFont("Inter", 8)
        self._canvas.setFillColor(QUIET)
        self._canvas.drawRightString(RIGHT, 16.5 * mm - 8, pages)


def write(path: Path, sample: Sample) -> None:
    """Write one letter: a first round counts its pages, the second one prints the count."""
    pages = _written(path, sample, 1).page
    _written(path, sample, pages)


def _written(path: Path, sample: Sample, pages: int) -> Sheet:
    sheet = Sheet(path, sample, pages)
    _letterhead(sheet, sample)
    for text in (sample.greeting, *sample.text):
        sheet.flow(text)
    sheet.keep(42 * mm)
    sheet.flow(sample.closing)
    sheet.flow(sample.signer, _style(10.5, 14, font="Inter-SemiBold"), 9 * mm)
    sheet.flow("Lettre validée électroniquement", SMALL, 0.5 * mm)
    if sample.copies:
        sheet.flow(f"Copie à : {' ; '.join(map(_copied, sample.copies))}", COPY, 7 * mm)
    sheet.save()
    return sheet


def _letterhead(sheet: Sheet, sample: Sample) -> None:
    sheet.emblem(LEFT, TOP)
    beside = LEFT + 16 * mm
    y = sheet.place("CENTRE HOSPITALIER<br/>DE VILLEFICTIVE", NAME, beside, 72 * mm, TOP + 0.6 * mm)
    y = sheet.place(f"<b>{sample.service}</b>", BLOCK, LEFT, 88 * mm, y - 4.5 * mm)
    heads = "<br/>".join((*sample.heads, "Secrétariat : 01 99 00 42 10"))
    sheet.place(heads, SMALL, LEFT, 88 * mm, y - 1 * mm)
    sheet.place(_addressed(sample.recipient), BLOCK, 112 * mm, RIGHT - 112 * mm, TOP - 22 * mm)
    day = sample.date
    written = f"Villefictive, le {day.day} {MONTHS[day.month - 1]} {day.year}"
    y = sheet.place(written, BODY, LEFT, 90 * mm, TOP - 54 * mm)
    concerned = f"<b>Concerne : {_concerned(sample.patient)}</b>,<br/>{_born(sample.patient)}"
    y = sheet.place(concerned, BLOCK, LEFT, RIGHT - LEFT, y - 5 * mm)
    y = sheet.place(sample.title.upper(), TITLE, LEFT, RIGHT - LEFT, y - 7 * mm)
    sheet.go_to(y - 2 * mm)


def _addressed(entry: WorldEntry) -> str:
    place = entry.addresses[0]
    lines = (*place.lines, f"{place.postal_code} {place.city}")
    return "<br/>".join((f"<b>Docteur {entry.given} {entry.family.upper()}</b>", *lines))


def _copied(entry: WorldEntry) -> str:
    return f"Dr {entry.given} {entry.family.upper()}, {entry.addresses[0].city}"


def _concerned(patient: WorldPatient) -> str:
    title = "Mme" if patient.sex == "female" else "M."
    names = f"{patient.birth_family} {' '.join(patient.given)}"
    return (
        f"{title} {patient.used_family} née {names}" if patient.used_family else f"{title} {names}"
    )


def _born(patient: WorldPatient) -> str:
    born = "née" if patient.sex == "female" else "né"
    return f"{born} le {patient.birth_date:%d/%m/%Y} à {patient.town} – IPP : {patient.ipp}"


def _register_fonts() -> None:
    for weight in ("Regular", "SemiBold", "Bold"):
        name = "Inter" if weight == "Regular" else f"Inter-{weight}"
        registerFont(TTFont(name, RESOURCES / "fonts" / f"Inter-{weight}.ttf"))
    registerFontFamily("Inter", normal="Inter", bold="Inter-SemiBold")


def main(folder: Path) -> None:
    """Write every letter into ``folder``."""
    _register_fonts()
    folder.mkdir(exist_ok=True)
    for sample in samples(build_world()):
        write(folder / sample.file, sample)
        print(sample.file)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES / "samples")
