"""Pictures can be drawn of any numbers and words, in the languages of the bot; where not, there is none."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from bot.channels.chart import Bars, Chart, Grid, Group, Row, can_draw, draw
from bot.channels.painter import Painter
from bot.config import load

CONFIG = Path(__file__).parents[2] / "config.yaml"
drawn = pytest.mark.skipif(not can_draw(), reason="needs the extra `charts`")

WEEK = Grid(
    "सप्ताह की ख़बरें",
    columns=("सोम\n16", "मंगल\n17"),
    groups=(Group("VII. रक्षा सहयोग", (Row("रक्षा औद्योगिक रोडमैप", (0, 12)), Row("Più città, perché", (3, 0)))),),
    gaps=(1,),
    note="Reports per day. Hatched: not watched all day.",
)
YEAR = Bars("Defence", columns=("Oct\n2026", "Nov"), values=(0, 4), gaps=(0,))


def size(png: bytes) -> tuple[int, int]:
    """Width and height, from the header of a PNG (its first chunk)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@drawn
@pytest.mark.parametrize(
    "chart",
    [
        WEEK,
        YEAR,
        Grid("nothing", columns=(), groups=()),
        Bars("nothing", columns=(), values=()),
        Bars("$\\frac{1}{$ ✓ 漢 " + "long " * 200, columns=("x" * 60,), values=(10**9,)),
    ],
)
def test_a_picture_is_as_wide_as_a_telephone_whatever_is_in_it(chart: Chart) -> None:
    width, height = size(draw(chart))
    assert width == 1200
    assert 0 < height < 4 * width


@drawn
def test_more_rows_make_a_longer_picture() -> None:
    rows = tuple(Row(f"commitment {number}", (number,)) for number in range(20))
    longer = Grid("week", columns=("Mon",), groups=(Group("", rows),))
    assert size(draw(longer))[1] > size(draw(WEEK))[1]


@drawn
def test_devanagari_is_shaped() -> None:
    from bot.channels.chart import _Sheet  # noqa: PLC0415 - what it measures is what it draws

    sheet = _Sheet()
    conjunct, apart = sheet._width("क्ष", 11), sheet._width("क\u200cष", 11)
    assert conjunct < apart


@drawn
def test_the_font_has_every_letter_of_the_plan() -> None:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - optional

    from bot.channels.chart import _fonts  # noqa: PLC0415

    known = get_font(findfont(FontProperties(family=_fonts()[:1]))).get_charmap()
    plan = load(CONFIG, {}).rules[0]
    titles = [title for one in plan.plan.pillars for title in one.title.values()]
    titles += [title for one in plan.commitments for title in one.title.values()]
    assert titles
    assert {letter for title in titles for letter in title if ord(letter) not in known} == set()


@drawn
@pytest.mark.anyio
async def test_the_painter_draws_in_another_process_and_remembers() -> None:
    painter = Painter()
    first = await painter.paint(YEAR)
    assert first is not None
    assert size(first)[0] == 1200
    assert await painter.paint(YEAR) is first


@drawn
@pytest.mark.anyio
async def test_a_program_that_fails_gives_no_picture(caplog: pytest.LogCaptureFixture) -> None:
    failing = Painter((sys.executable, "-c", "import sys; sys.stdin.read(); raise SystemExit('out of ink')"))
    assert await failing.paint(YEAR) is None
    assert "out of ink" in caplog.text
