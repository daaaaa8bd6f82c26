"""Digests of a channel and its quiet hours: what is held, what comes of it, and that it is accounted for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.collecting import PICTURE
from bot.channels.holding import PART, Habits
from bot.channels.publish import Terms
from bot.channels.rhythm import Hours, Rhythm
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import Digest, compose
from bot.telegram.markup import bold
from bot.telegram.message import Message
from matchers.plan import Watched
from store.events.deliveries import UpdateHeld, UpdateQueued, UpdateSent
from store.views.values import Delivery, DeliveryCounts
from tests.bot.stage import Stage, revised, staged
from tests.bot.test_publish_killed import Death, live_until
from tests.telegram.stories import COMMITMENTS, PLAN

pytestmark = pytest.mark.anyio

HOUR_S = 3600.0
CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
DAILY = Rhythm("daily", 20 * 60, "UTC")  # the stage's clock begins at 12:00, on a Sunday
NIGHT = Hours(22 * 60, 7 * 60, "UTC")
ONLY = Habits(digest=DAILY, only_digests=True)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True) as made:
        yield made


def terms(habits: Habits) -> Terms:
    return Terms(catalogue=CATALOGUE, habits=habits)


async def serve(stage: Stage, habits: Habits, **more: Any) -> None:
    """As after a start: nothing is known but the log."""
    await stage.settle(stage.publisher(terms=terms(habits), **more))


async def test_stories_wait_for_the_digest_and_are_told_in_it_once(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.report("A roadmap", published=None)
    await stage.report("A plan", published=None)
    await serve(stage, ONLY)
    assert (len(stage.posts), stage.ends()) == (0, DeliveryCounts(held={"digest": 2}))
    await stage.time.sleep(8 * HOUR_S)
    for _ in range(3):
        await serve(stage, ONLY)
    (digest,) = stage.posts
    assert "A roadmap" in digest.text
    assert "A plan" in digest.text
    assert stage.ends() == DeliveryCounts(published=1, merged=1)
    (sent,) = await stage.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert (sent.story, len(sent.items)) == ("digest/daily/2026-11-22", 2)


async def test_no_digest_is_sent_of_nothing(stage: Stage) -> None:
    for _ in range(40):
        await serve(stage, ONLY)
        await stage.time.sleep(3 * HOUR_S)
    assert (stage.posts, await stage.facts("UpdateQueued")) == ([], [])


async def test_what_comes_after_the_hour_waits_for_the_next(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.time.sleep(9 * HOUR_S)
    await stage.report("Late")
    await serve(stage, ONLY)
    (held,) = await stage.facts("UpdateHeld")
    assert isinstance(held, UpdateHeld)
    assert f"{held.until:%d %H:%M}" == "23 20:00"
    assert stage.posts == []


async def test_two_hours_missed_while_down_bring_one_digest(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.report("First")
    await serve(stage, ONLY)
    await stage.time.sleep(60 * HOUR_S)
    await serve(stage, ONLY)
    assert len(stage.posts) == 1
    (sent,) = await stage.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert sent.story == "digest/daily/2026-11-24"


async def test_more_stories_than_fit_come_in_parts(stage: Stage) -> None:
    await serve(stage, ONLY)
    for number in range(PART + 3):
        await stage.report(f"Report {number} " + "अनुसूचित " * 30)
    await serve(stage, ONLY)
    await stage.time.sleep(8 * HOUR_S)
    for _ in range(4):
        await serve(stage, ONLY)
    assert len(stage.posts) == 2
    everything = "".join(post.text for post in stage.posts)
    assert all(f"Report {number} " in everything for number in range(PART + 3))
    assert stage.ends().unaccounted == 0
    assert stage.ends().held == {}


async def test_quiet_hours_hold_and_then_digest(stage: Stage) -> None:
    habits = Habits(quiet=NIGHT)
    await serve(stage, habits)
    first = await stage.report("By day")
    await serve(stage, habits)
    await stage.time.sleep(11 * HOUR_S)
    await stage.report("By night")
    await stage.report("Another outlet by night", story=first)
    await serve(stage, habits)
    assert len(stage.posts) == 1
    assert "+1 outlet" in stage.posts[0].text  # an edit wakes nobody
    assert stage.ends() == DeliveryCounts(published=1, merged=1, held={"quiet": 1})
    await stage.time.sleep(9 * HOUR_S)
    await stage.report("In the morning")
    await serve(stage, habits)
    texts = [post.text for post in stage.posts]
    assert ("By night" in texts[1], "In the morning" in texts[2]) == (True, True)
    assert stage.ends() == DeliveryCounts(published=3, merged=1)
    assert "By night" not in texts[2]


async def test_a_digest_beside_posts_sums_them_up_and_changes_no_end(stage: Stage) -> None:
    habits = Habits(digest=DAILY)
    await serve(stage, habits)
    await stage.report("A roadmap")
    await serve(stage, habits)
    await stage.time.sleep(8 * HOUR_S)
    await stage.report("Too late for it")
    await serve(stage, habits)
    await serve(stage, habits)
    assert [("A roadmap" in post.text, "Too late" in post.text) for post in stage.posts] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert stage.ends() == DeliveryCounts(published=2)
    await stage.time.sleep(24 * HOUR_S)
    await serve(stage, habits)
    assert "Too late" in stage.posts[-1].text
    assert "A roadmap" not in stage.posts[-1].text


async def test_no_digest_comes_before_the_quiet_hours_end(stage: Stage) -> None:
    habits = Habits(digest=Rhythm("daily", 23 * 60, "UTC"), only_digests=True, quiet=NIGHT)
    await serve(stage, habits)
    await stage.report("A roadmap")
    await serve(stage, habits)
    await stage.time.sleep(12 * HOUR_S)
    await serve(stage, habits)
    assert stage.posts == []
    await stage.time.sleep(8 * HOUR_S)
    await serve(stage, habits)
    assert len(stage.posts) == 1


async def test_another_zone_moves_what_is_held_and_repeats_nothing(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.report("A roadmap")
    await serve(stage, ONLY)
    east = Habits(digest=Rhythm("daily", 20 * 60, "Asia/Kolkata"), only_digests=True)
    await stage.time.sleep(3 * HOUR_S)  # 20:30 in Kolkata
    await serve(stage, east)
    assert len(stage.posts) == 1
    await stage.report("A plan")
    await serve(stage, ONLY)
    await stage.time.sleep(6 * HOUR_S)  # 21:00 UTC: today's digest has been sent; this is its second part
    await serve(stage, ONLY)
    await serve(stage, ONLY)
    assert ["A roadmap" in post.text for post in stage.posts] == [True, False]


async def test_what_habits_no_longer_hold_is_told(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.report("A roadmap")
    await serve(stage, ONLY)
    await serve(stage, Habits())
    await serve(stage, Habits())
    assert len(stage.posts) == 1
    assert stage.ends() == DeliveryCounts(published=1)


async def test_a_story_in_a_digest_may_change_without_an_edit(stage: Stage) -> None:
    await serve(stage, ONLY)
    item = await stage.report("A roadmap")
    await serve(stage, ONLY)
    await stage.time.sleep(8 * HOUR_S)
    await serve(stage, ONLY)
    await stage.add(revised(item, "A better roadmap", "d9"))
    await serve(stage, ONLY)
    assert [len(post.edits) for post in stage.posts] == [0]
    assert stage.ends() == DeliveryCounts(published=1)


@pytest.mark.parametrize(("kind", "effect"), [("status", True), ("status", False), ("reset", True), ("cut", True)])
async def test_a_digest_whose_answer_is_lost_stands_there_once(stage: Stage, kind: Any, effect: bool) -> None:
    await serve(stage, ONLY)
    await stage.report("A roadmap")
    await serve(stage, ONLY)
    await stage.time.sleep(8 * HOUR_S)
    stage.server.faults.add(kind, method="sendMessage", effect=effect)
    await serve(stage, ONLY)
    await serve(stage, ONLY)
    assert len(stage.posts) == 1
    assert stage.ends() == DeliveryCounts(published=1)


async def test_a_digest_in_doubt_is_settled_even_when_the_next_is_due(stage: Stage) -> None:
    await serve(stage, ONLY)
    await stage.report("A roadmap")
    await serve(stage, ONLY)
    await stage.time.sleep(8 * HOUR_S)
    (held,) = await stage.facts("UpdateHeld")
    assert isinstance(held, UpdateHeld)
    name = "digest/daily/2026-11-22"
    await stage.add(
        UpdateQueued(channel=held.channel, story=name, items=held.items, text_digest="lost-1", after_message=0)
    )
    await stage.time.sleep(30 * HOUR_S)
    await serve(stage, ONLY)
    (sent,) = await stage.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert (sent.story, sent.items) == (name, held.items)
    assert len(stage.posts) == 1


async def test_a_picture_goes_before_the_weekly_digest_and_is_not_waited_for(stage: Stage) -> None:
    weekly = Habits(digest=Rhythm("weekly", 8 * 60, "UTC"), only_digests=True)
    can_draw = True

    async def dress(entry: Delivery) -> Any:
        if entry.story.id.endswith(PICTURE):
            picture = Message(bold("The week"), picture=b"\x89PNG-a-picture")
            return Digest(entry.story.id, picture) if can_draw else None
        return compose(entry.story, CATALOGUE, lang="en", of="Plan")

    await serve(stage, weekly, dress=dress)
    await stage.report("A roadmap")
    await serve(stage, weekly, dress=dress)
    await stage.time.sleep(24 * HOUR_S)
    await serve(stage, weekly, dress=dress)
    picture, digest = stage.posts
    assert (picture.media is not None, picture.text, digest.media) == (True, "The week", None)
    assert digest.text.startswith("Plan\nThe week in reports · 23 Nov 2026")
    can_draw = False
    await stage.report("A plan")
    await serve(stage, weekly, dress=dress)
    await stage.time.sleep(timedelta(days=7).total_seconds())
    await serve(stage, weekly, dress=dress)
    assert len(stage.posts) == 3
    assert stage.ends() == DeliveryCounts(published=2)


@pytest.mark.parametrize("after", [False, True])
async def test_killed_at_any_await_everything_is_told_once(tmp_path: Path, after: bool) -> None:
    """One life after the other, each killed one step later than the last: held, collected, sent, recorded."""
    weekly = Habits(digest=Rhythm("weekly", 8 * 60, "UTC"), only_digests=True)

    async def dress(entry: Delivery) -> Any:
        if entry.story.id.endswith(PICTURE):
            name = entry.story.id
            return Digest(name, Message(bold(f"The week of {name}"), picture=b"\x89PNG-a-picture"))
        return compose(entry.story, CATALOGUE, lang="en", of="Plan")

    async with staged(tmp_path, log_chat=True, limits=False) as stage:
        await serve(stage, weekly, dress=dress)
        for step in range(1, 60):
            await stage.report(f"Story number {step}.", published=None)
            death = Death(step, after=after)
            await live_until(stage, death, terms=terms(weekly), dress=dress)
            await stage.time.sleep(timedelta(days=7).total_seconds())
            again = Death(step, after=after)
            await live_until(stage, again, terms=terms(weekly), dress=dress)
            for _ in range(2):
                await serve(stage, weekly, dress=dress)
            if not again.struck:
                break
        digests = [post.text for post in stage.posts if post.media is None]
        pictures = [post.text for post in stage.posts if post.media is not None]
        told = [title for text in digests for title in re.findall(r"Story number \d+\.", text)]
        ends = stage.ends()
    assert again.struck is False
    assert sorted(told) == sorted(f"Story number {number}." for number in range(1, step + 1))
    assert len(set(pictures)) == len(pictures)
    assert (ends.waiting, ends.failed, ends.held, ends.unaccounted) == (0, 0, {}, 0)
