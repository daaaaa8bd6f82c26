"""Pictures of how much was reported: values and words in, a PNG out. The only importer of matplotlib.

Run as a program it reads one chart from its input and writes the picture to its output: matplotlib holds 80 MB, which
the bot need not (`bot/channels/painter.py`).
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Row(msgspec.Struct, frozen=True):
    """One line of a grid: its name and a number for each column."""

    label: str
    values: tuple[int, ...]


class Group(msgspec.Struct, frozen=True):
    """Rows under one heading; an empty heading takes no space."""

    title: str
    rows: tuple[Row, ...]


class Grid(msgspec.Struct, frozen=True, tag="grid"):
    """Numbers by row and column, grouped: the reports on each commitment, day by day.

    `columns` are the heads of the columns, of one line or two. `gaps` are the columns (from 0) in which something may
    have been missed: they are hatched, and `note`, the small print below, should say so.
    """

    title: str
    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    gaps: tuple[int, ...] = ()
    note: str = ""


class Bars(msgspec.Struct, frozen=True, tag="bars"):
    """One number for each column, as bars: the reports on one commitment, month by month. See Grid."""

    title: str
    columns: tuple[str, ...]
    values: tuple[int, ...]
    gaps: tuple[int, ...] = ()
    note: str = ""


Chart = Grid | Bars


def can_draw() -> bool:
    """Whether what draws is installed: the extra `charts`."""
    return find_spec("matplotlib") is not None and find_spec(_FONT_PACKAGE) is not None


def draw(chart: Chart) -> bytes:
    """The chart as a PNG, 1,200 pixels wide, its letters as large as those of a message on a telephone."""
    sheet = _Sheet()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter no font has is drawn as a box, and that is all there is to do
        return sheet.grid(chart) if isinstance(chart, Grid) else sheet.bars(chart)


# Points: 400 of them are about the width of a telephone.
_WIDTH, _MARGIN, _DPI = 400.0, 14.0, 216
_TITLE, _TEXT, _SMALL = 14.0, 11.0, 9.5
_LINE = 1.3  # of the size of the letters; Devanagari needs more than Latin
_CELL, _SUM = 25.0, 34.0  # widths
_PLOT = 150.0  # the height of the highest bar
# One hue from light to dark (ColorBrewer's Blues): told apart by everybody, the colour-blind too, and in grey.
_SHADES = ("#deebf7", "#b3d0e9", "#7fb2d9", "#4a8fc4", "#2168a8", "#0b4280")
_INK, _GREY, _RULE, _PAPER, _GAP = "#1a1a1a", "#5f5f5f", "#c9c9c9", "#ffffff", "#e0b070"
_FONT_PACKAGE = "fontpkg_noto_sans_devanagari"  # Noto Sans Devanagari, SIL Open Font License; Latin letters too


class _Sheet:
    """A page measured in points, filled from the top."""

    def __init__(self) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415 - it is optional, and takes a second

        self._families = _fonts()
        self._figure: Figure = Figure(figsize=(_WIDTH / 72, 1), dpi=_DPI, facecolor=_PAPER)
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._y = _MARGIN  # how far down the page is filled

    def grid(self, chart: Grid) -> bytes:
        highest = max((n for group in chart.groups for row in group.rows for n in row.values), default=0)
        left = _WIDTH - _MARGIN - _SUM - _CELL * len(chart.columns)
        self._paragraph(chart.title, _TITLE, _INK, heavy=True)
        self._heads(chart.columns, left, _CELL)
        for group in chart.groups:
            self._heading(group.title)
            for row in group.rows:
                self._row(row, left, highest, chart.gaps)
        self._y += 6
        self._paragraph(chart.note, _SMALL, _GREY)
        return self._png()

    def bars(self, chart: Bars) -> bytes:
        self._paragraph(chart.title, _TITLE, _INK, heavy=True)
        top = self._y + _TEXT * _LINE  # room for the number above the highest
        step = (_WIDTH - 2 * _MARGIN) / max(len(chart.values), 1)
        for place, n in enumerate(chart.values):
            x, high = _MARGIN + step * place, _PLOT * n / max(*chart.values, 1)
            if place in chart.gaps:
                self._hatch(x, top, step, _PLOT)
            self._box(x + step * 0.14, top + _PLOT - high, step * 0.72, high, _SHADES[3])
            above = top + _PLOT - high - _TEXT * _LINE
            if n or place not in chart.gaps:  # where nobody looked, nothing is no number
                self._text(x + step / 2, above, str(n), _TEXT, _INK if n else _GREY, align="center")
        self._y = top + _PLOT
        self._rule()
        self._y += 2
        self._heads(chart.columns, _MARGIN, step)
        self._y += 2
        self._paragraph(chart.note, _SMALL, _GREY)
        return self._png()

    # --- parts --------------------------------------------------------------------------------------------

    def _heads(self, columns: Sequence[str], left: float, step: float) -> None:
        heads = [head.split("\n") for head in columns]
        for place, lines in enumerate(heads):
            for number, line in enumerate(lines):
                y = self._y + number * _SMALL * _LINE
                self._text(left + step * (place + 0.5), y, line, _SMALL, _GREY, align="center")
        self._y += _SMALL * _LINE * max(map(len, heads), default=0) + 4

    def _heading(self, title: str) -> None:
        if title:
            self._y += 4
            self._rule()
            self._y += 5
            self._paragraph(title, _SMALL, _GREY, heavy=True)

    def _row(self, row: Row, left: float, highest: int, gaps: Sequence[int]) -> None:
        lines = self._wrapped(row.label, left - _MARGIN - 6, _TEXT, at_most=2)
        height = max(_TEXT * _LINE * len(lines), 20.0) + 6
        label, middle = (self._y + (height - _TEXT * _LINE * of) / 2 for of in (len(lines), 1))
        for number, line in enumerate(lines):
            self._text(_MARGIN, label + number * _TEXT * _LINE, line, _TEXT, _INK)
        for place, n in enumerate(row.values):
            x = left + _CELL * place
            if place in gaps:
                self._hatch(x, self._y, _CELL, height)
            shade = (n * len(_SHADES) - 1) // max(highest, 1)
            if n:
                self._box(x + 1.5, self._y + 2, _CELL - 3, height - 4, _SHADES[shade])
                self._text(x + _CELL / 2, middle, str(n), _TEXT, _PAPER if shade >= 3 else _INK, align="center")
        self._text(_WIDTH - _MARGIN, middle, str(sum(row.values)), _TEXT, _INK, align="right", heavy=True)
        self._y += height

    def _paragraph(self, text: str, size: float, ink: str, *, heavy: bool = False) -> None:
        for line in self._wrapped(text, _WIDTH - 2 * _MARGIN, size):
            self._text(_MARGIN, self._y, line, size, ink, heavy=heavy)
            self._y += size * _LINE
        self._y += 4

    def _wrapped(self, text: str, width: float, size: float, *, at_most: int = 6) -> list[str]:
        """The text in lines no wider than this many points; what is too much is cut."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, size) <= width:
                lines[-1] = longer
            elif len(lines) == at_most:
                lines[-1] = lines[-1].rstrip(",;:") + "…"
                break
            else:
                lines.append(word)
        return lines

    # --- strokes ------------------------------------------------------------------------------------------

    def _width(self, text: str, size: float) -> float:
        shown = self._axes.text(0, 0, text, size=size, family=self._families, parse_math=False)
        extent = shown.get_window_extent()
        shown.remove()
        return float(extent.width) * 72 / _DPI

    def _text(
        self, x: float, y: float, text: str, size: float, ink: str, *, align: str = "left", heavy: bool = False
    ) -> None:
        """One line; `y` is where the room for it begins."""
        from matplotlib.patheffects import withStroke  # noqa: PLC0415 - see above

        self._axes.text(
            x,
            y + size,
            text,
            size=size,
            color=ink,
            ha=align,
            va="baseline",
            family=self._families,
            parse_math=False,  # else a dollar sign begins a formula
            # Drawn fatter: the font's bold is a variation of it, and matplotlib reads no variations.
            path_effects=[withStroke(linewidth=0.5, foreground=ink)] if heavy else None,
        )

    def _box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - see above

        self._axes.add_patch(Rectangle((x, y), width, height, facecolor=fill, linewidth=0))

    def _hatch(self, x: float, y: float, width: float, height: float) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - see above

        self._axes.add_patch(Rectangle((x, y), width, height, fill=False, hatch="///", edgecolor=_GAP, linewidth=0))

    def _rule(self) -> None:
        self._axes.plot((_MARGIN, _WIDTH - _MARGIN), (self._y, self._y), color=_RULE, linewidth=0.6)

    def _png(self) -> bytes:
        height = self._y + _MARGIN - 4
        self._figure.set_size_inches(_WIDTH / 72, height / 72)
        self._axes.set_xlim(0, _WIDTH)
        self._axes.set_ylim(height, 0)
        out = io.BytesIO()
        self._figure.savefig(out, format="png", dpi=_DPI)
        return out.getvalue()


def _fonts() -> list[str]:
    """The families to draw with: the one that has Devanagari and Latin, then matplotlib's own for what it lacks."""
    from matplotlib.font_manager import FontProperties, fontManager  # noqa: PLC0415 - see above

    spec = find_spec(_FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(_FONT_PACKAGE)
    (file,) = (Path(spec.origin).parent / "files").glob("*.ttf")
    name = FontProperties(fname=file).get_name()
    # A font of the system may have the same name, and no Latin letters: ours is the one that is meant.
    fontManager.ttflist = [one for one in fontManager.ttflist if one.name != name]
    fontManager.addfont(file)
    return [name, "DejaVu Sans"]


def main() -> None:
    """Draw the chart on standard input onto standard output."""
    os.nice(10)  # a picture waits more easily than a poll
    chart = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Grid | Bars)
    sys.stdout.buffer.write(draw(chart))


if __name__ == "__main__":
    main()
