"""Operators in their private chat: feeds, holding things up, judging; and what strangers learn of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import yaml

from bot import config
from bot.channels.standing import is_paused
from bot.demo.botapi.world import User
from bot.pauses import Pauses
from bot.telegram.console import Console
from bot.telegram.inquiries import Inquiries
from bot.telegram.presses import Staff
from bot.watch.pipeline import Poller
from store.events.monitor import FeedFailing
from store.events.pauses import FeedPaused, FeedResumed, PublishingPaused
from store.events.plan import StatusSet
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, staged
from tests.telegram.talk import LAST_LOOK, ROLES, ask, button, library, listening, person, press, tools

pytestmark = pytest.mark.anyio
JUDGED = "/setstatus VII.e1 limited https://gov.example/x Signed, not ratified."
CONFIG = """# kept as it is
plan: {id: town, title: {en: Town plan}, languages: [en]}
commitments: [{id: bridge, title: {en: Bridge}, rules: [{id: words, any: [bridge]}]}]
feeds:
  - id: times          # a daily
    url: https://times.example/feed
  - {id: wire, url: https://wire.example/feed}
"""


async def nowhere(*_: object) -> None:
    raise AssertionError("nothing is asked here")


class Rung:
    """A bell that counts."""

    times = 0

    def ring(self) -> None:
        self.times += 1


@asynccontextmanager
async def operated(path: Path, *, further: str = "") -> AsyncIterator[tuple[Stage, Poller, Path, Rung]]:
    """The bot with an operator's console, on a configuration file of its own."""
    file = path / "config.yaml"
    file.write_text(CONFIG + ("plans: [further.yaml]\n" if further else ""))
    (path / "further.yaml").write_text(further)
    loaded = config.load(file, {})
    async with staged(path) as stage:
        feeds = {feed.id: feed.as_feed() for feed in loaded.config.feeds}
        await stage.lane.call(stage.store.enrol, dict.fromkeys(feeds, stage.time.now()))
        poller = Poller(
            feeds=feeds,
            schedule=stage.store,
            lane=stage.lane,
            recorder=None,  # type: ignore[arg-type]  # nothing is polled here
            look=nowhere,  # type: ignore[arg-type]
            clock=stage.time.now,
            concurrency=1,
            on_news=lambda: None,
        )
        pauses = Pauses(
            stage.store,
            stage.lane.call,
            poller,
            files=loaded.feed_files,
            feeds=loaded.config.feeds,
            environ={},
            now=stage.time.now,
            meta={"run": "r1"},
        )
        names, bell, books = (f"op{number}" for number in count(1)), Rung(), library(stage)
        console = Console(
            stage.store,
            Views.open(None),
            stage.lane.call,
            books.catalogue,
            pauses,
            Inquiries(books, tools(stage)),
            stage.time.now,
            lambda: next(names),
            bell.ring,
        )
        staff = Staff(ROLES, {name: ("operator", page) for name, page in console.commands().items()}, console.press)
        async with listening(stage, staff=staff):
            yield stage, poller, file, bell


def operator(stage: Stage) -> User:
    """The operator, the same in every call: a person added anew would have another chat."""
    return stage.server.world.users.get(44) or stage.server.add_user(44, started=True)


async def test_the_feeds_as_they_fare_and_one_of_them(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, *_):
        await stage.add(FeedFailing(feed="wire", since=stage.time.now(), reason="status 500 <Oops & more>"))
        page = await ask(stage, operator(stage), "/feeds")
        assert page.text.startswith(
            "2 feeds: 1 not asked yet, 1 failing\n\n• wire: failing since 22 Nov 2026 – status 500 <Oops & more>"
        )
        assert LAST_LOOK in page.text
        await press(stage, operator(stage), page, button(page, "wire"))
        await stage.server.wait_for(lambda: page.edited)
        assert page.text.startswith("wire: failing\nwire.example\nAsked every –, next: 22 Nov 2026, 12:00")
        near = await ask(stage, operator(stage), "/feeds wires")
        assert near.text.startswith("No feed is called wires.")
        assert button(near, "wire") == "o:f:wire"


async def test_a_feed_is_paused_in_file_schedule_and_log_and_goes_on(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, poller, file, _):
        page = await ask(stage, operator(stage), "/pause times")
        assert page.text.startswith("times is asked no more until you resume it.")
        assert yaml.safe_load(file.read_text())["feeds"][0]["paused"] is True
        assert "# a daily" in file.read_text()
        assert list(poller.feeds) == ["wire"]
        claims = await stage.lane.call(stage.store.claim, 9, timedelta(days=1), now=stage.time.now())
        assert [claim.feed for claim in claims] == ["wire"]
        held = await ask(stage, operator(stage), "/pause")
        assert "Held up now: times" in held.text
        await press(stage, operator(stage), page, button(page, "Resume"))
        await stage.server.wait_for(lambda: page.text.startswith("times is asked again."))
        assert file.read_text() == CONFIG
        assert set(poller.feeds) == {"times", "wire"}
        assert await stage.facts("FeedPaused", "FeedResumed") == [
            FeedPaused(feed="times", ordinal=1, by="op1"),
            FeedResumed(feed="times", ordinal=1, by="op1"),
        ]


async def test_a_feed_of_a_further_plan_is_paused_in_that_plans_file(tmp_path: Path) -> None:
    further = CONFIG.replace("town", "port").replace("bridge", "pier").replace("times", "post")
    async with operated(tmp_path, further=further) as (stage, poller, file, _):
        before = file.read_text()
        page = await ask(stage, operator(stage), "/pause post")
        assert page.text.startswith("post is asked no more until you resume it.")
        assert yaml.safe_load((tmp_path / "further.yaml").read_text())["feeds"][0]["paused"] is True
        assert file.read_text() == before
        assert sorted(poller.feeds) == ["times", "wire"]


async def test_a_file_that_cannot_be_edited_changes_nothing(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, poller, file, _):
        file.write_text(CONFIG.replace("feeds:\n", "feeds: [").replace("  - id: times          # a daily", ""))
        page = await ask(stage, operator(stage), "/pause times")
        assert page.text.startswith("I could not change the configuration: ")
        assert "times" in poller.feeds
        assert await stage.facts("FeedPaused") == []


async def test_a_paused_channel_gets_nothing_and_then_everything(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, _, _, bell):
        publisher = stage.publisher()
        await stage.settle(publisher)
        page = await ask(stage, operator(stage), "/pause channel")
        assert page.text.startswith(f"Nothing is posted in {CHANNEL} until you resume it.")
        await stage.report("While it was paused")
        await stage.settle(publisher)
        assert stage.posts == []
        assert await stage.lane.call(is_paused, stage.store, str(CHANNEL))
        await press(stage, operator(stage), page, button(page, "Resume"))
        await stage.server.wait_for(lambda: page.text.startswith(f"{CHANNEL} now gets what was waiting."))
        await stage.settle(publisher)
        assert [post.text.splitlines()[1] for post in stage.posts] == ["While it was paused"]
        assert stage.ends().unaccounted == 0
        assert bell.times == 2
        again = await ask(stage, operator(stage), f"/pause {CHANNEL}")
        assert again.text.startswith("Nothing is posted")
        assert [
            fact.ordinal for fact in await stage.facts("PublishingPaused") if isinstance(fact, PublishingPaused)
        ] == [
            1,
            2,
        ]


async def test_a_commitment_is_judged_with_its_source_and_the_readers_see_it(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, *_):
        page = await ask(stage, operator(stage), JUDGED.replace("limited", "Limited"))
        assert page.text.startswith("Defence industrial roadmap\nWhat people judged")
        assert "limited progress, 22 Nov 2026 · gov.example\nSigned, not ratified." in page.text
        same = await ask(stage, operator(stage), JUDGED)
        assert same.text.startswith("This judgement stands already.")
        (fact,) = await stage.facts("StatusSet")
        assert isinstance(fact, StatusSet)
        assert (fact.commitment, fact.by) == ("defence-roadmap", "op1")
        seen = await ask(stage, person(stage), "/status defence-roadmap")
        assert "Signed, not ratified." in seen.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/setstatus", "Send commitment, step, source and why:"),
        ("/setstatus defence-roadmap", "Send commitment, step, source and why:"),
        ("/setstatus defence-roadmap limited", "Send commitment, step, source and why:"),
        ("/setstatus defence-roadmap limited javascript:x", "Send commitment, step, source and why:"),
        ("/setstatus limited https://gov.example", "Send commitment, step, source and why:"),
        ("/setstatus VII.e limited https://gov.example", "VII.e is in several commitments."),
        ("/setstatus nothing limited https://gov.example", "No commitment is called nothing."),
    ],
)
async def test_a_judgement_that_lacks_something_is_not_recorded(tmp_path: Path, text: str, expected: str) -> None:
    async with operated(tmp_path) as (stage, *_):
        page = await ask(stage, operator(stage), text)
        assert page.text.startswith(expected)
        assert await stage.facts("StatusSet") == []


@pytest.mark.parametrize("data", ["o:p:times", f"o:P:{CHANNEL}", "o:f:", "o:f:times", "o:r:times"])
async def test_an_operators_button_pressed_by_a_stranger_or_in_a_group_does_nothing(tmp_path: Path, data: str) -> None:
    async with operated(tmp_path) as (stage, poller, *_):
        await stage.settle(stage.publisher())
        stranger, reviewer = person(stage), stage.server.add_user(43, started=True)
        for user in (stranger, reviewer):
            page = await ask(stage, user, "/list")
            query = await press(stage, user, page, data, forged=True)
            assert query.text == "This button is out of date. Send /latest or /list."
            assert not page.edited
        group = stage.server.add_group(-1005000000005)
        stage.server.add_member(group, operator(stage))
        stage.server.user_sends(operator(stage), group, "/list")
        await stage.server.wait_for(lambda: len(stage.server.messages(group)) == 2)
        query = await press(stage, operator(stage), stage.server.messages(group)[-1], data, forged=True)
        assert query.text == "This button is out of date. Send /latest or /list."
        assert len(poller.feeds) == 2
        assert await stage.facts("FeedPaused", "PublishingPaused") == []


@pytest.mark.parametrize("data", ["o:p:nothing", "o:P:-100", "o:x:times", "o:p:", "o:p:../x"])
async def test_forged_data_is_refused_to_operators_too(tmp_path: Path, data: str) -> None:
    async with operated(tmp_path) as (stage, *_):
        page = await ask(stage, operator(stage), "/list")
        query = await press(stage, operator(stage), page, data, forged=True)
        assert query.text == "This button is out of date. Send /latest or /list."
        assert await stage.facts("FeedPaused", "PublishingPaused") == []
