"""Translated headlines: beside the original, once, and never in the way of a post."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.audience import EVERYBODY
from bot.channels.painter import Painter
from bot.channels.translate import REST, Translate, Translations, by_command
from bot.telegram.editor import Editor
from store.events.items import TitleTranslated
from tests.bot.stage import Stage, staged
from tests.telegram.talk import library

pytestmark = pytest.mark.anyio

UPPER = (
    "import json, sys; a = json.load(sys.stdin); print(json.dumps([a['to'] + ': ' + t.upper() for t in a['texts']]))"
)


def program(code: str, *, seconds: float = 20.0) -> Translate:
    return by_command([sys.executable, "-c", code], seconds=seconds)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def editor(stage: Stage, translate: Translate, lang: str = "en") -> Editor:
    kept = Translations(stage.store, stage.lane.call, translate, stage.time.now, name="upper", meta={})
    return Editor(library(stage), Painter(), EVERYBODY, lang, kept)


async def test_the_translation_stands_below_the_original_and_is_marked(stage: Stage) -> None:
    publisher = stage.publisher(dress=editor(stage, program(UPPER)))
    await stage.settle(publisher)
    await stage.report("L’accordo <sul> porto", lang="it")
    await stage.report("In English already", lang="en")
    await stage.settle(publisher)
    first, second = stage.posts
    assert first.text.splitlines()[1:3] == ["L’accordo <sul> porto", "en: L’ACCORDO <SUL> PORTO (machine translation)"]
    assert "machine translation" not in second.text


async def test_a_headline_is_translated_once(stage: Stage) -> None:
    asked: list[Any] = []

    async def counting(texts: Any, source: str, to: str) -> Any:
        asked.append((list(texts), source, to))
        return ["An agreement"]

    for _ in range(2):
        publisher = stage.publisher(dress=editor(stage, counting))
        await stage.settle(publisher)
        first = await stage.report("Accordo", lang="it") if not stage.items else f"{1:020x}"
        await stage.settle(publisher)
    await stage.report("Ancora", story=first, lang="it")
    await stage.settle(publisher)
    assert asked == [(["Accordo"], "it", "en")]
    (kept,) = await stage.facts("TitleTranslated")
    assert isinstance(kept, TitleTranslated)
    assert (kept.title, kept.by, kept.lang) == ("An agreement", "upper", "en")
    assert "An agreement (machine translation)" in stage.posts[0].text  # the edit keeps it


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(3)",
        "print('nonsense')",
        "print('[]')",
        "print('[1]')",
        "print('{}')",
        "print('[\"' + 'x' * 300000 + '\"]')",
        "import time; time.sleep(600)",
    ],
)
async def test_a_translator_that_fails_holds_up_no_post(stage: Stage, code: str) -> None:
    publisher = stage.publisher(dress=editor(stage, program(code, seconds=1.0)))
    await stage.settle(publisher)
    await stage.report("Accordo", lang="it")
    await stage.settle(publisher)
    (post,) = stage.posts
    assert "Accordo" in post.text
    assert "translation" not in post.text
    assert await stage.facts("TitleTranslated") == []


async def test_a_translator_that_is_not_there_holds_up_no_post(stage: Stage) -> None:
    publisher = stage.publisher(dress=editor(stage, by_command(["/nowhere/translate"], seconds=1)))
    await stage.settle(publisher)
    await stage.report("Accordo", lang="it")
    await stage.settle(publisher)
    assert len(stage.posts) == 1


async def test_after_a_failure_it_is_left_alone_for_a_while(stage: Stage) -> None:
    asked = 0

    async def failing(*_: Any) -> None:
        nonlocal asked
        asked += 1

    publisher = stage.publisher(dress=editor(stage, failing))
    await stage.settle(publisher)
    for number in range(3):
        await stage.report(f"Accordo {number}", lang="it")
    await stage.settle(publisher)
    assert (asked, len(stage.posts)) == (1, 3)
    await stage.time.sleep((REST + timedelta(seconds=1)).total_seconds())
    await stage.report("Ancora", lang="it")
    await stage.settle(publisher)
    assert (asked, len(stage.posts)) == (2, 4)


async def test_what_a_program_writes_is_not_trusted(stage: Stage) -> None:
    async def hostile(*_: Any) -> list[str]:
        return ["<b>" + "x" * 5000 + " @everybody\x00"]

    publisher = stage.publisher(dress=replace(editor(stage, hostile), lang="hi"))
    await stage.settle(publisher)
    await stage.report("Accordo", lang="it")
    await stage.settle(publisher)
    (post,) = stage.posts
    assert "<b>xxx" in post.text
    assert "(मशीनी अनुवाद)" in post.text
