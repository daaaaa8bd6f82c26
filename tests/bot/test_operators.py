"""What operators are told: in private, in their language, and less and less often of the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.operators import Notice, Operators, Throttle, notice_of, told
from bot.channels.publish import Clock
from bot.channels.trouble import Lost, Turned, Unpinned
from bot.telegram import staffwords, words
from bot.telegram.markup import fits, visible
from store.events.monitor import FeedFailing, FeedGone, FeedStale, MonitorStarted, MonitorStopped
from store.readers import Settings
from tests.bot.stage import START, Stage, staged

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        made.server.add_user(7, started=True)
        made.server.add_user(8, started=True)
        yield made


def operators(stage: Stage, *, after: int = 0) -> Operators:
    return Operators(
        (7, 8),
        stage.client().send,
        log=stage.store,
        readers=stage.store.readers,
        call=stage.lane.call,
        clock=Clock(stage.time.now, stage.time.sleep, stage.time.sleep),
        after=after,
    )


def texts(stage: Stage, admin: int = 7) -> list[str]:
    return [message.text for message in stage.server.messages(admin)]


def test_the_same_is_told_less_and_less_often_and_anew_after_a_calm_day() -> None:
    throttle = Throttle()
    assert [throttle.times("a", NOON) for _ in range(3)] == [1, 2, 3]
    assert throttle.times("b", NOON) == 1
    assert throttle.times("a", NOON + timedelta(hours=25)) == 1


@pytest.mark.parametrize(
    ("last_alive", "stopped", "expected"),
    [
        (None, None, False),
        (timedelta(minutes=5), None, False),
        (timedelta(hours=3), None, True),
        (timedelta(hours=3), timedelta(minutes=2), False),
        (timedelta(hours=9), timedelta(hours=2), True),
    ],
)
def test_downtime_is_told_where_it_was_one(
    last_alive: timedelta | None, stopped: timedelta | None, *, expected: bool
) -> None:
    fact = MonitorStarted(run="r", feeds=1, last_alive=NOON - last_alive if last_alive else None)
    notice = notice_of(fact, NOON, stopped=NOON - stopped if stopped else None)
    assert (notice is not None) is expected


async def test_a_feed_that_fails_or_is_gone_or_silent_is_told_once_to_each_in_their_language(stage: Stage) -> None:
    await stage.lane.call(stage.store.readers.keep, 8, Settings(lang="it"), new_id="r8")
    one = operators(stage)
    await stage.add(
        FeedFailing(feed="wire", since=START, reason="404 <gone>", status=404),
        FeedGone(feed="old", since=START, reason="410"),
        FeedStale(feed="slow", since=START, usual_hours=30.5),
    )
    await one.turn()
    await one.turn()
    (english,) = texts(stage)
    assert english.splitlines() == [
        "⚠️ wire has been failing since 22 Nov 2026, 12:00 UTC: 404 <gone>",
        "",
        "⚠️ old will hardly come back: 410",
        "",
        "slow has had nothing new since 22 Nov 2026, 12:00 UTC. Its longest usual pause is 30.5 h.",
    ]
    assert texts(stage, 8)[0].startswith("⚠️ wire non funziona dal 22 nov 2026, 12:00 UTC")


async def test_a_feed_that_fails_again_and_again_is_told_the_1st_2nd_4th_and_8th_time(stage: Stage) -> None:
    one = operators(stage)
    for number in range(9):
        await stage.add(FeedFailing(feed="wire", since=START + timedelta(minutes=number), reason="500"))
        await one.turn()
    assert [text.rpartition("500")[2] for text in texts(stage)] == ["", " (×2)", " (×4)", " (×8)"]


async def test_a_start_after_a_crash_is_told_with_the_time_nobody_watched(stage: Stage) -> None:
    await stage.add(MonitorStarted(run="r1", feeds=1))
    await stage.time.sleep(7200)
    await stage.add(MonitorStarted(run="r2", feeds=1, last_alive=START + timedelta(minutes=10)))
    await operators(stage, after=1).turn()
    assert texts(stage) == ["I am running again. Nobody watched from 22 Nov 2026, 12:10 UTC to 22 Nov 2026, 14:00 UTC."]


async def test_a_restart_at_once_is_not_worth_a_word(stage: Stage) -> None:
    await stage.add(MonitorStopped(run="r1"))
    await stage.add(MonitorStarted(run="r2", feeds=1, last_alive=START - timedelta(hours=5)))
    await operators(stage).turn()
    assert texts(stage) == []


async def test_a_channel_that_refuses_us_and_a_lost_post_are_told(stage: Stage) -> None:
    one = operators(stage)
    for times in range(1, 6):
        await one.trouble(Turned("-100", "Forbidden: bot was kicked", times))
        await one.trouble(Lost("-100", "abc", "Bad Request: something"))
        await one.turn()
    assert [text.count("refuse") for text in texts(stage)] == [2, 2, 2]
    assert "Story abc" in texts(stage)[0]


async def test_an_index_that_cannot_be_pinned_is_told_less_and_less_often(stage: Stage) -> None:
    one = operators(stage)
    for times in range(1, 6):
        await one.trouble(Unpinned("-100", "Bad Request: not enough rights", times))
    await one.turn()
    assert texts(stage)[0].count("I cannot pin the list of commitments in -100") == 3


async def test_the_publisher_tells_when_the_channel_refuses_it(stage: Stage) -> None:
    one = operators(stage)
    publisher = stage.publisher(tell=one.trouble)
    await stage.settle(publisher)
    stage.server.set_bot(stage.channel, "kicked")
    await stage.report("A roadmap")
    for _ in range(4):
        rest = await publisher.turn()
        await stage.time.sleep(rest.seconds)
        await one.turn()
    assert [text.splitlines()[0].partition(": ")[0] for text in texts(stage)] == ["⚠️ The channel refuses me"] * 3


async def test_who_cannot_be_reached_now_is_told_later_and_who_blocked_us_holds_nobody_up(stage: Stage) -> None:
    one = operators(stage)
    stage.server.user_blocks(stage.server.world.users[8])
    stage.server.faults.add("flood", method="sendMessage", chat=7, retry_after=30)
    await stage.add(FeedFailing(feed="wire", since=START, reason="500"))
    await one.turn()
    assert texts(stage) == []
    await stage.time.sleep(60)
    await one.turn()
    assert len(texts(stage)) == 1


def test_very_many_notices_are_one_message() -> None:
    notices = [
        (Notice(f"s{n}", staffwords.NOTICE_GONE, {"feed": f"feed{n}", "reason": "x" * 5000}), 1) for n in range(50)
    ]
    for lang in words.LANGUAGES:
        message = told(notices, lang)
        assert fits(message.text)
    assert visible(told(notices, "en").text).endswith("and 38 more notices")
