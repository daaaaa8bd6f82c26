"""What a channel's digest says beside its stories: silences, how well was watched, and the picture of the week."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.audience import EVERYBODY, Audience
from bot.channels.collecting import gathered
from bot.channels.painter import Painter
from bot.questions.silence import Silence
from bot.telegram.digest import message
from bot.telegram.editor import Editor, silent
from bot.telegram.markup import fits, visible
from store.views.values import Delivery
from tests.bot.stage import Stage, staged
from tests.telegram.stories import COMMITMENTS
from tests.telegram.talk import library

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def text_of(stage: Stage, name: str, editor: Editor) -> str:
    views = editor.library.views
    await stage.lane.call(views.catch_up, stage.store)
    stories = await stage.lane.call(views.recent_stories, stage.time.now() - timedelta(days=7))
    made = await editor(Delivery("c", gathered(name, stories), "new"))
    assert made is not None
    assert fits(message(made).text)
    return visible(message(made).text)


@pytest.mark.parametrize(
    ("lang", "heading", "covered"),
    [
        ("en", "The day in reports · 22 Nov 2026", "Coverage of the last 1 day: 98"),
        ("it", "La giornata in notizie · 22 nov 2026", "Copertura di 1 giorno: 98"),
        ("hi", "आज की ख़बरें · 22 नव॰ 2026", "पिछले 1 दिन की कवरेज: 98"),
    ],
)
async def test_a_digest_ends_with_how_well_was_watched(stage: Stage, lang: str, heading: str, covered: str) -> None:
    await stage.report("A roadmap")
    editor = Editor(library(stage), Painter(), EVERYBODY, lang)
    lines = (await text_of(stage, "digest/daily/2026-11-22", editor)).splitlines()
    assert lines[1] == heading
    assert any("A roadmap" in line for line in lines)
    assert lines[-1].startswith(covered)


async def test_a_digest_of_part_of_a_day_says_when(stage: Stage) -> None:
    await stage.report("A roadmap")
    editor = Editor(library(stage), Painter(), EVERYBODY, "en")
    assert "Reports up to 09:00 · 22 Nov 2026" in await text_of(stage, "digest/three-hourly/2026-11-22T0900", editor)
    assert "quiet hours · 22 Nov 2026 · 2\n" in await text_of(stage, "digest/held/2026-11-22T0700/2", editor)


async def test_what_was_silent_for_long_is_listed_longest_first(stage: Stage) -> None:
    catalogue = library(stage).catalogue
    beyond = [Silence(one.id, None, 300 + n, 280.0 + n, 270, is_beyond=True) for n, one in enumerate(COMMITMENTS[:3])]
    lines = visible(silent(beyond, catalogue, "en")).splitlines()
    assert lines[0] == "No evidence seen for long"
    assert lines[1].endswith("302 days, watched on 282")
    assert not any("stalled" in line for line in lines)


async def test_the_picture_of_the_week_is_of_the_seven_days_before(stage: Stage) -> None:
    await stage.report("A roadmap")
    editor = Editor(library(stage), Painter(), EVERYBODY, "en")
    await stage.lane.call(editor.library.views.catch_up, stage.store)
    made = await editor(Delivery("c", gathered("digest/weekly/2026-11-23/picture", []), "new"))
    if not editor.painter.can_draw:
        assert made is None
        return
    assert made is not None
    assert message(made).picture.startswith(b"\x89PNG")
    assert visible(message(made).text) == "Reports from 16 Nov 2026 to 22 Nov 2026"
    nobody = Editor(library(stage), editor.painter, Audience(frozenset({"maritime-ports"})), "en")
    await stage.lane.call(nobody.library.views.catch_up, stage.store)
    assert await nobody(Delivery("c", gathered("digest/weekly/2026-11-23/picture", []), "new")) is None
