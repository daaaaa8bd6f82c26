"""Views that are far behind: the bot works and answers at once, says what its answers lack, and posts nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.ledger import Ledger
from bot.channels.publish import VIEWS_WAIT_S, Clock, Publisher, Terms
from bot.folding import folding
from store.events.deliveries import UpdateSent
from store.events.trust import EventRedacted
from store.log import Event
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def publisher_on(stage: Stage, views: Views) -> Publisher:
    def ledger(channel: str) -> Ledger:
        return Ledger(stage.store, views, stage.lane.call, channel, owner="test", meta={})

    clock = Clock(stage.time.now, stage.time.sleep, stage.time.sleep)
    return Publisher(stage.sink(), ledger, clock, Terms())


async def test_a_publisher_waits_for_views_that_know_what_was_told(stage: Stage) -> None:
    first = stage.publisher()
    await stage.settle(first)
    await stage.report("India and Italy agree")
    await stage.settle(first)
    await first.resign()
    await stage.report("Italy and India sail")
    views = Views.open(None, is_patient=False, step=3)
    second = publisher_on(stage, views)
    assert (await second.turn()).seconds == VIEWS_WAIT_S
    while views.fold_some(stage.store):
        assert (await second.turn()).seconds == VIEWS_WAIT_S
    assert len(stage.posts) == 1
    await stage.settle(second)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["India and Italy agree", "Italy and India sail"]
    assert len(await stage.facts(UpdateSent.TYPE.removesuffix(".v1"))) == 2


async def test_what_views_owe_that_were_thrown_away_meanwhile_is_not_believed(stage: Stage) -> None:
    first = stage.publisher()
    await stage.settle(first)
    item = await stage.report("India and Italy agree")
    await stage.settle(first)
    views, channel = Views.open(None, is_patient=False, step=3), str(CHANNEL)
    while views.fold_some(stage.store):
        pass
    ledger = Ledger(stage.store, views, stage.lane.call, channel, owner="test", meta={})
    assert await ledger.open(stage.time.now())
    gone = EventRedacted(target=f"item/{item}", digest="0" * 64, reason="takedown")
    stage.store.redact([f"revised/{item}"], reason="takedown", record=[Event(gone)], at=stage.time.now())
    views.catch_up(stage.store)
    assert [entry.story.id for entry in views.owed(channel, 9)] == [item]
    assert await ledger.owed() == []
    assert not await ledger.open(stage.time.now())


async def test_folding_goes_on_beside_everything_else_until_all_is_known(stage: Stage) -> None:
    for n in range(5):
        await stage.report(f"Report {n}")
    views, asleep = Views.open(None, is_patient=False, step=3), asyncio.Event()

    async def wake(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(folding(views, stage.store, wake))
    await asleep.wait()
    task.cancel()
    assert (views.coming, await stage.lane.call(views.catch_up, stage.store)) == (None, stage.store.head())
    assert views.counts().items == 5
