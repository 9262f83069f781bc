"""The two pictures of docs/pace.md."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pygal
from pygal.style import Style

from benchmarks.pace_measures import Measured

_STYLE = Style(
    font_family="sans-serif",
    background="white",
    plot_background="white",
    colors=("#1b6e8c", "#c0562f", "#6b7f3a"),
    label_font_size=14,
    major_label_font_size=14,
    legend_font_size=14,
    title_font_size=17,
    value_font_size=13,
    value_label_font_size=13,
)
_COMMON = {
    "style": _STYLE,
    "js": [],
    "width": 900,
    "height": 460,
    "legend_at_bottom": True,
    "disable_xml_declaration": True,
}


def stations(path: Path, rows: Mapping[int, Measured]) -> None:
    """Use, refusals and fairness by the number of stations."""
    chart = pygal.Bar(
        title="An hour of nothing but sending, strictest way of counting",
        x_title="stations",
        x_labels=[str(count) for count in rows],
        range=(0, 100),
        print_values=True,
        formatter=lambda value: f"{value:.0f}",
        **_COMMON,
    )
    chart.add("% of the limit used", [100 * row.used for row in rows.values()])
    chart.add("% of the calls refused", [100 * row.refused for row in rows.values()])
    chart.add("fairness (Jain) × 100", [100 * row.jain for row in rows.values()])
    _write(chart, path)


def morning(path: Path, course: Sequence[tuple[float, float, float]]) -> None:
    """Calls per second over the hours of a hospital."""
    chart = pygal.XY(
        title="300 stations in two minutes, 290 leave after 40, 9 of the last 10 after 60",
        x_title="minutes",
        y_title="calls per second",
        show_dots=False,
        **_COMMON,
    )
    chart.add("let through", [(at / 60, through) for at, through, _ in course])
    chart.add("refused", [(at / 60, refused) for at, _, refused in course])
    _write(chart, path)


def _write(chart: pygal.Graph, path: Path) -> None:
    """Same figures, same file: without the date and the random name that pygal gives it."""
    drawn = re.sub(r"<!--.*?-->", "", chart.render(is_unicode=True), flags=re.DOTALL)
    drawn = drawn.replace('nofill"', 'nofill" style="fill:none"')  # for those that read little CSS
    path.write_text(drawn.replace(chart.uuid, path.stem) + "\n", "utf-8")
