"""The day's root in the channel: posted once, accounted for, and found again in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.holding import Habits
from bot.channels.ledger import Ledger
from bot.channels.publish import Clock, Publisher, Terms
from bot.channels.rhythm import Hours
from bot.channels.witness import seal_for, sealed_on
from bot.telegram.digest import Digest
from bot.telegram.editor import root_post
from store.events.deliveries import UpdateQueued, UpdateSent
from store.events.trust import LogSealed
from store.log import Event
from store.seal import last_seal, seal, seal_of
from store.sqlite import SqliteStore
from store.views.values import Delivery
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, staged

pytestmark = pytest.mark.anyio

DAY_S = 24 * 3600.0
WITNESS = Habits(witness=True)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True) as made:
        yield made


def publisher(stage: Stage, habits: Habits) -> Publisher:
    """As after a start: nothing is known but the log."""
    views = Views.open(None)

    def ledger(channel: str) -> Ledger:
        return Ledger(stage.store, views, stage.lane.call, channel, owner="test", meta={}, habits=habits)

    async def dress(entry: Delivery) -> Digest | None:
        sealed = await stage.lane.call(seal_for, stage.store, entry.story.id)
        return root_post(entry.story.id, sealed, "en") if sealed else None

    clock = Clock(stage.time.now, stage.time.sleep, stage.time.sleep)
    return Publisher(stage.sink(), ledger, clock, Terms(habits=habits), dress=dress)


async def serve(stage: Stage, habits: Habits = WITNESS) -> None:
    await stage.settle(publisher(stage, habits))


async def sealed_day(stage: Stage) -> None:
    """A day with two seals, and the next morning."""
    await serve(stage)
    seal(stage.store, stage.time.now())
    await stage.report("India and Italy agree", archive=True)
    seal(stage.store, stage.time.now())
    await stage.time.sleep(DAY_S)


async def test_the_last_root_of_the_day_is_posted_once_with_how_to_check_it(stage: Stage) -> None:
    await sealed_day(stage)
    for _ in range(3):
        await serve(stage)
    (post,) = stage.posts
    last = last_seal(stage.store)
    assert last is not None
    assert post.text.splitlines()[0] == "The log's root of 22 Nov 2026"
    assert post.text.splitlines()[1] == last.root
    assert f"pactwatch verify --root {last.root}" in post.text
    assert f"events {last.from_} to {last.to}" in post.text
    assert seal_of(stage.store, post.text.splitlines()[1]) is not None
    queued, sent = await stage.facts("UpdateQueued", "UpdateSent")
    assert isinstance(queued, UpdateQueued)
    assert isinstance(sent, UpdateSent)
    assert queued.story == sent.story == "digest/root/2026-11-22"
    assert stage.ends().unaccounted == 0


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
async def test_a_root_whose_answer_was_lost_stands_there_once(stage: Stage, effect: bool) -> None:
    await sealed_day(stage)
    stage.server.faults.add("reset", method="sendMessage", chat=CHANNEL, effect=effect)
    await serve(stage)
    await serve(stage)
    assert len(stage.posts) == 1
    assert len(await stage.facts("UpdateUncertain")) == 1


async def test_who_was_killed_behind_the_intent_posts_it_after_all(stage: Stage) -> None:
    await sealed_day(stage)
    intent = UpdateQueued(channel=str(CHANNEL), story="digest/root/2026-11-22", items=(), text_digest="t")
    await stage.add(intent)
    for _ in range(2):
        await serve(stage)
    assert len(stage.posts) == 1
    assert len(await stage.facts("UpdateSent")) == 1


@pytest.mark.parametrize("habits", [Habits(), Habits(witness=True, quiet=Hours(0, 24 * 60 - 1, "UTC"))])
async def test_who_did_not_ask_or_is_at_rest_is_not_told(stage: Stage, habits: Habits) -> None:
    await sealed_day(stage)
    await serve(stage, habits)
    assert stage.posts == []


async def test_a_day_without_a_seal_has_no_root(stage: Stage) -> None:
    await serve(stage)
    await stage.time.sleep(DAY_S)
    await serve(stage)
    assert stage.posts == []


def test_of_thousands_of_seals_in_a_day_the_last_counts() -> None:
    store, morning = SqliteStore(None), datetime(2026, 3, 1, 8, tzinfo=UTC)
    facts = [LogSealed(from_=n, to=n, root=f"{n:064x}", previous="") for n in range(1, 2502)]
    store.append([Event(fact) for fact in facts[:-1]], at=morning)
    store.append([Event(facts[-1])], at=morning + timedelta(days=1))
    assert sealed_on(store, morning.date()) == facts[-2]
    store.close()
