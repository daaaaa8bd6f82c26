"""The pinned index of a channel: posted once, current by edits, made anew when somebody deletes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.audience import EVERYBODY
from bot.channels.holding import Habits
from bot.channels.index import StandingIndex, standing_index
from bot.channels.ledger import INDEX_EVERY, PIN_EVERY
from bot.channels.painter import Painter
from bot.channels.publish import Publisher, Terms
from bot.channels.trouble import Trouble, Unpinned
from bot.demo.botapi.world import CHANNEL_RIGHTS
from bot.telegram.answers import Looked
from bot.telegram.catalogue import Catalogue
from bot.telegram.editor import Editor
from bot.telegram.indexed import Seen, index
from bot.telegram.markup import fits, visible
from bot.telegram.pages import Library
from matchers.plan import Commitment, Watched
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, staged
from tests.telegram.stories import COMMITMENTS, PLAN

pytestmark = pytest.mark.anyio

CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True) as made:
        yield made


def publisher(stage: Stage, tell: Callable[[Trouble], Awaitable[None]] | None = None) -> Publisher:
    views = Views.open(None)
    views.catch_up(stage.store)
    library = Library(
        log=stage.store,
        views=views,
        call=stage.lane.call,
        catalogue=CATALOGUE,
        looked=lambda: Looked(None, 0),
        watched=lambda _commitments, _since, _until: None,
        now=stage.time.now,
    )
    return stage.publisher(
        views=views,
        tell=tell,
        terms=Terms(catalogue=CATALOGUE, habits=Habits(index=True)),
        dress=Editor(library, Painter(), EVERYBODY, "en"),
    )


async def test_the_index_is_posted_once_pinned_and_kept_current_by_edits(stage: Stage) -> None:
    for _ in range(2):
        await stage.settle(publisher(stage))
    (first,) = stage.posts
    assert stage.server.chat(CHANNEL).pinned == [first.id]
    assert "VII. Defence\n• Defence industrial roadmap – no report yet" in first.text
    await stage.report("A roadmap is signed")
    await stage.settle(publisher(stage))
    assert "• Defence industrial roadmap – 1 report, of 22 Nov 2026" in stage.posts[0].text
    assert len(stage.posts) == 2
    assert len(await stage.facts("UpdateEdited")) == 1


async def test_a_pin_that_is_refused_is_told_and_tried_again_until_it_stands(stage: Stage) -> None:
    told: list[Trouble] = []

    async def tell(trouble: Trouble) -> None:
        told.append(trouble)

    one = publisher(stage, tell)
    stage.server.set_bot(stage.channel, "administrator", ["post_messages"])
    for _ in range(3):
        await stage.settle(one)
    assert told == [Unpinned(str(CHANNEL), "Not enough rights to manage pinned messages in the chat", 1)]
    await stage.time.sleep(PIN_EVERY.total_seconds())
    await stage.settle(one)
    assert [each.times for each in told if isinstance(each, Unpinned)] == [1, 2]
    assert standing(stage) == StandingIndex(stage.posts[0].id, is_pinned=False)
    stage.server.set_bot(stage.channel, "administrator", CHANNEL_RIGHTS)
    await stage.settle(publisher(stage, tell))
    assert stage.channel.pinned == [stage.posts[0].id]
    assert standing(stage) == StandingIndex(stage.posts[0].id, is_pinned=True)
    assert len(stage.posts) == 1


async def test_one_run_edits_it_no_more_often_than_it_looks(stage: Stage) -> None:
    one = publisher(stage)
    await stage.settle(one)
    await stage.settle(one)
    await stage.report("A roadmap is signed")
    await stage.settle(one)
    assert "no report yet" in stage.posts[0].text.split("roadmap")[1].splitlines()[0]
    await stage.time.sleep(INDEX_EVERY.total_seconds())
    await stage.settle(one)
    assert "1 report" in stage.posts[0].text


async def test_an_index_that_was_deleted_is_made_anew(stage: Stage) -> None:
    await stage.settle(publisher(stage))
    stage.posts[0].deleted = True
    await stage.report("A roadmap is signed")
    for _ in range(3):
        await stage.settle(publisher(stage))
    there = [post for post in stage.posts if not post.deleted and post.text.startswith("Joint Plan")]
    assert len(there) == 1
    assert "1 report" in there[0].text


def standing(stage: Stage) -> StandingIndex | None:
    views = Views.open(None)
    views.catch_up(stage.store)
    return standing_index(stage.store, views, str(CHANNEL))


def test_an_index_of_very_many_commitments_is_shortened_and_says_so() -> None:
    many = [replace_id(number) for number in range(200)]
    catalogue = Catalogue([Watched(PLAN, tuple(many))])
    seen = {one.id: Seen(3, NOON, "https://news.example/1") for one in many[:150]}
    shown = index("digest/index/1", catalogue, many, seen, "en").message.text
    assert fits(shown)
    assert visible(shown).splitlines()[-1].startswith("… and ")


def replace_id(number: int) -> Commitment:
    return replace(COMMITMENTS[0], id=f"c{number}", title={"en": f"Commitment number {number}"})
