"""How a post comes into a channel: loud or silent, into its pillar's topic, as a reply to what it continues."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.channels.ledger import Ledger
from bot.channels.publish import Clock, Publisher, Terms
from bot.channels.standing import threads
from bot.lane import Lane
from bot.telegram.catalogue import Catalogue
from bot.telegram.sinks import TelegramSink
from bot.telegram.topics import Topics
from matchers.plan import Watched
from store.events.deliveries import TopicOpened
from store.events.items import ItemSeen, StoryJoined
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, matched, staged
from tests.telegram.stories import COMMITMENTS, PLAN

pytestmark = pytest.mark.anyio

FORUM = -1001000000009
CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, limits=False) as made:
        made.server.add_group(FORUM, title="Forum", is_forum=True, bot_rights=("manage_topics", "delete_messages"))
        yield made


def publisher(stage: Stage, sink: TelegramSink) -> Publisher:
    """A publisher of that sink, as after a start."""
    views = Views.open(None)

    def ledger(channel: str) -> Ledger:
        return Ledger(stage.store, views, stage.lane.call, channel, owner="test", meta={})

    clock = Clock(stage.time.now, stage.time.sleep, stage.time.sleep)
    return Publisher(sink, ledger, clock, Terms(catalogue=CATALOGUE))


def forum(stage: Stage) -> TelegramSink:
    client, lane = stage.client(), stage.lane

    async def recall(_chat: int) -> Mapping[str, int]:
        return await recalled(lane, stage)

    async def record(chat: int, pillar: str, thread: int) -> None:
        await stage.add(TopicOpened(channel=str(chat), pillar=pillar, thread=thread))

    def name(pillar: str) -> str:
        home = CATALOGUE.pillar(pillar)
        return home.title["it"] if home else pillar

    return TelegramSink(client, FORUM, topics=Topics(client.open_topic, name, recall=recall, record=record))


async def recalled(lane: Lane, stage: Stage) -> Mapping[str, int]:
    return await lane.call(threads, stage.store, str(FORUM))


async def reported(stage: Stage, title: str, commitment: str, *, follows: str | None = None) -> str:
    stage.items += 1
    key = f"{stage.items:020x}"
    summary = "They agreed on a defence industrial roadmap."
    await stage.add(
        ItemSeen(item=key, feed="wire", digest=key, title=title, summary=summary, published=stage.time.now()),
        matched(key, key, summary, commitment),
        StoryJoined(item=key, story=key, reason="test", follows=follows),
    )
    return key


async def test_a_post_rings_from_its_score_on_and_not_below(stage: Stage) -> None:
    for loud_from, is_silent in ((None, True), (0.95, True), (0.9, False)):
        await stage.settle(publisher(stage, TelegramSink(stage.client(), CHANNEL, loud_from=loud_from)))
        await stage.report(f"News for {loud_from}")
        await stage.settle(publisher(stage, TelegramSink(stage.client(), CHANNEL, loud_from=loud_from)))
        assert stage.posts[-1].silent is is_silent


async def test_each_pillar_has_a_topic_that_a_restart_knows(stage: Stage) -> None:
    await stage.settle(publisher(stage, forum(stage)))
    await reported(stage, "A roadmap", "defence-roadmap")
    await reported(stage, "A port", "maritime-ports")
    await stage.settle(publisher(stage, forum(stage)))
    await reported(stage, "Another roadmap", "defence-roadmap")
    await stage.settle(publisher(stage, forum(stage)))
    chat = stage.server.chat(FORUM)
    posts = [message for message in stage.server.messages(FORUM) if not message.service]
    topics = {topic.id: topic.name for topic in chat.topics.values()}
    assert [topics[post.topic] for post in posts] == ["Difesa", "Connettività", "Difesa"]
    assert len(topics) == 2


async def test_a_topic_that_was_deleted_is_opened_anew(stage: Stage) -> None:
    one = publisher(stage, forum(stage))
    await stage.settle(one)
    await reported(stage, "A roadmap", "defence-roadmap")
    await stage.settle(one)
    chat = stage.server.chat(FORUM)
    (topic,) = chat.topics.values()
    await stage.client()._bot.delete_forum_topic(FORUM, topic.id)
    await reported(stage, "Another roadmap", "defence-roadmap")
    await stage.settle(one)
    opened = await stage.facts("TopicOpened")
    last = [message for message in stage.server.messages(FORUM) if not message.service][-1]
    assert [fact.thread for fact in opened if isinstance(fact, TopicOpened)] == [topic.id, last.topic]
    assert last.text.splitlines()[1] == "Another roadmap"


async def test_a_group_without_topics_is_told_to_the_operators_and_nothing_is_lost(stage: Stage) -> None:
    stage.server.chat(FORUM).is_forum = False
    one = publisher(stage, forum(stage))
    await stage.settle(one)
    await reported(stage, "A roadmap", "defence-roadmap")
    rest = await one.turn()
    stage.server.chat(FORUM).is_forum = True
    await stage.time.sleep(rest.seconds)
    await stage.settle(one)
    assert rest.refused is not None
    assert [message.text.splitlines()[1] for message in stage.server.messages(FORUM) if not message.service] == [
        "A roadmap"
    ]


async def test_a_story_that_continues_another_replies_to_its_post(stage: Stage) -> None:
    one = publisher(stage, TelegramSink(stage.client(), CHANNEL))
    await stage.settle(one)
    first = await reported(stage, "Talks begin", "defence-roadmap")
    await stage.settle(one)
    await reported(stage, "Talks end", "defence-roadmap", follows=first)
    await reported(stage, "Something else", "defence-roadmap", follows="never-posted")
    await stage.settle(one)
    begun, ended, other = stage.posts
    assert ended.reply_to is begun
    assert other.reply_to is None
