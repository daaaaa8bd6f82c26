"""The whole program: what the feeds offer, the channel gets, whatever happens in between."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.end_to_end.place import CHANNEL, PLAN, SOON_S, Place, open_place

pytestmark = pytest.mark.anyio


async def test_the_archive_is_recorded_and_only_news_are_posted(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("old", "The old bridge")]) as place:
        await place.command("poll")
        place.feeds["times"].insert(0, ("new", "A bridge for the river"))
        async with place.running():
            posts = await place.posts(1)
        assert "A bridge for the river" in posts[0]
        assert len(posts) == 1
        assert [event["data"]["reason"] for event in await place.events("UpdateSuppressed")] == ["archive"]


async def test_the_plans_tag_begins_every_hashtag(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.write_config(plan={**PLAN["plan"], "tag": "TOWN"})
        await place.command("poll")
        place.feeds["times"].append(("t1", "A bridge for the river"))
        async with place.running():
            assert (await place.posts(1))[0].startswith("#TOWN_Bridge\n")


async def test_a_second_outlet_and_a_new_headline_edit_the_post(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[], herald=[]) as place:
        await place.command("poll")
        place.feeds["times"].append(("t1", "Mayor opens river bridge with 40 lanterns"))
        async with place.running():
            await place.posts(1)
        place.feeds["times"][0] = ("t1", "Mayor opens the river bridge with 40 lanterns")
        place.feeds["herald"].append(("h1", "Mayor opens river bridge with 40 lanterns"))
        async with place.running():
            await place.telegram.wait_for(lambda: _tells_both(place.texts()[0]), timeout=SOON_S)
        assert len(place.texts()) == 1


def _tells_both(post: str) -> bool:
    return "herald" in post and "the river" in post


async def test_without_a_token_updates_are_shown_in_the_terminal(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        await place.command("poll")
        place.feeds["times"].append(("t1", "School opens"))
        process = await place.start("run", token=False)
        assert process.stdout is not None
        shown = b""
        while b"School opens" not in shown:
            shown += await asyncio.wait_for(process.stdout.readline(), SOON_S)
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), SOON_S)
        assert process.returncode == 0
        assert b"no token" in err
        assert place.texts() == []


async def test_a_reader_asks_and_is_answered(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("t1", "The bridge is half built")]) as place:
        reader = place.telegram.add_user(7, first_name="R", started=True)
        await place.command("poll")
        async with place.running():
            asked = place.telegram.user_sends(reader, None, "/latest bridge")
            await place.telegram.wait_for(lambda: len(place.telegram.messages(asked.chat)) > 1, timeout=SOON_S)
        answer = place.telegram.messages(asked.chat)[-1].body.text
        assert "The bridge is half built" in answer
        assert "Last look" in answer
        assert "Coverage since" in answer


async def test_a_reader_who_follows_is_told_in_private(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        reader = place.telegram.add_user(7, first_name="R", started=True)
        await place.command("poll")
        async with place.running():
            place.telegram.user_sends(reader, None, "/follow lanterns")
            await place.telegram.wait_for(lambda: len(place.telegram.messages(reader)) == 2, timeout=SOON_S)
        place.feeds["times"] += [("t1", "A bridge with lanterns"), ("t2", "School opens")]
        async with place.running():
            await place.telegram.wait_for(lambda: len(place.telegram.messages(reader)) == 3, timeout=SOON_S)
            await place.posts(2)
        assert "A bridge with lanterns" in place.telegram.messages(reader)[-1].text
        told = [event["data"]["channel"] for event in await place.events("UpdateSent")]
        assert sorted(name.partition("/")[0] for name in told) == [str(CHANNEL)] * 2 + ["reader"]
        assert "7" not in {name.partition("/")[2] for name in told}


async def test_the_operators_are_told_in_private_that_a_feed_fails(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        operator = place.telegram.add_user(9, started=True)
        await place.command("poll")
        feeds = [{"id": "lost", "url": f"{place.feeds_url}/lost"}]
        telegram = {"channel": CHANNEL, "api_url": place.telegram.url, "admins": [9]}
        place.write_config(feeds=feeds, telegram=telegram)
        async with place.running():
            await place.telegram.wait_for(lambda: place.telegram.messages(operator), timeout=SOON_S)
        assert "lost has been failing since" in place.telegram.messages(operator)[-1].text


async def test_a_second_run_on_the_same_log_is_refused(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place, place.running() as first:
        await place.polled(1)
        second = await place.command("run")
        assert second.code == 2
        assert str(first.pid) in second.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_before_it_has_begun_it_ends_well(tmp_path: Path, number: int) -> None:
    """A pipe in the place of the configuration: whoever writes to it knows that the process waits for it."""
    async with open_place(tmp_path, times=[]) as place:
        pipe = tmp_path / "slow.yaml"
        os.mkfifo(pipe)
        process = await place.start("run", "--config", pipe.name)
        try:
            config = await asyncio.wait_for(asyncio.to_thread(os.open, pipe, os.O_WRONLY), SOON_S)
        finally:
            os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))  # lets go of a thread that still waits
        process.send_signal(number)
        _, err = await asyncio.wait_for(process.communicate(), SOON_S)
        os.close(config)
        assert (process.returncode, err) == (0, b"")
        assert not (tmp_path / "pactwatch.db").exists()


@pytest.mark.slow
async def test_two_with_one_token_say_so_once_and_both_go_on(tmp_path: Path) -> None:
    """As on two machines with a log each: Telegram gives the updates to one at a time."""
    async with open_place(tmp_path, times=[]) as place:
        (tmp_path / "other").mkdir()
        (tmp_path / "other.yaml").write_text((tmp_path / "config.yaml").read_text("utf-8").replace("///", "///other/"))
        await place.command("poll")
        await place.command("poll", "--config", "other.yaml")
        place.feeds["times"].append(("t1", "A bridge for the river"))
        first, second = await place.start("run"), await place.start("run", "--config", "other.yaml")
        await place.posts(2)
        await place.telegram.wait_for(lambda: _asked_for_updates(place) >= 6, timeout=SOON_S)
        said = []
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(process.communicate(), SOON_S)
            said.append(err.count(b"another program fetches"))
        assert (said, first.returncode, second.returncode) == ([1, 1], 0, 0)


def _asked_for_updates(place: Place) -> int:
    return sum(call.method == "getUpdates" for call in place.telegram.calls)


async def test_a_token_that_telegram_does_not_know_ends_the_run_with_one_line(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.telegram.token = "1:other"  # what the environment of the command gets
        ended = await place.command("run", token=True)
        assert ended.code == 2
        assert "does not accept the bot token" in ended.err.splitlines()[-1]
        assert "1:other" not in ended.err


async def _killed_at_some_moment(place: Place, dice: random.Random) -> None:
    """Start a run and kill it after some number of calls, theirs or ours."""
    calls, asked = len(place.telegram.calls) + dice.randint(1, 14), len(place.asked) + dice.randint(0, 4)
    process = await place.start("run")
    some_calls = asyncio.ensure_future(
        place.telegram.wait_for(lambda: len(place.telegram.calls) >= calls, timeout=SOON_S)
    )
    some_polls = asyncio.ensure_future(place.polled(asked))
    done, left = await asyncio.wait((some_calls, some_polls), timeout=SOON_S, return_when=dice.choice(_WHEN))
    for waiting in left:
        waiting.cancel()
    await asyncio.gather(*done, *left, return_exceptions=True)
    process.kill()
    await asyncio.wait_for(process.communicate(), SOON_S)


_WHEN = (asyncio.FIRST_COMPLETED, asyncio.ALL_COMPLETED)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_killed_at_any_moment_it_loses_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    async with open_place(tmp_path, **{f"paper{number}": [] for number in range(4)}) as place:
        await place.command("poll")
        for number, items in enumerate(place.feeds.values()):
            items += [
                (f"p{number}-{one}", f"Bridge number {number}{one}{one}7 of {number * 7 + one}") for one in range(3)
            ]
        for _ in range(4):
            await _killed_at_some_moment(place, dice)
        async with place.running():
            await place.posts(1)
            await _nothing_owed(place)
        seen = Counter(event["data"]["guid"] for event in await place.events("ItemSeen"))
        assert seen == Counter({f"p{number}-{one}": 1 for number in range(4) for one in range(3)})
        stories = {event["data"]["story"] for event in await place.events("StoryJoined")}
        assert Counter(event["data"]["story"] for event in await place.events("UpdateSent")) == Counter(stories)
        assert len(place.texts()) == len(stories)
        assert (await place.command("verify")).code == 0


async def _nothing_owed(place: Place) -> None:
    """Return when every story has its post in the log."""
    for _ in range(100):
        stories = {event["data"]["story"] for event in await place.events("StoryJoined")}
        sent = {event["data"]["story"] for event in await place.events("UpdateSent")}
        if len(await place.events("ItemSeen")) == 12 and stories == sent:
            return
    raise AssertionError("something is still owed to the channel")
