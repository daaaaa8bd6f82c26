"""Full text: what a page adds to an item is found, told with its evidence, and never asked for twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.place import SOON_S, Place, open_place
from tests.feeds.feed_server import Asked, Behaviour, FeedServer, Wire, answer

pytestmark = pytest.mark.anyio

PLAN: dict[str, Any] = {
    "plan": {
        "id": "accord",
        "title": {"en": "Accord"},
        "languages": ["en"],
        "sides": {"india": {"strong": {"en": ["india"]}}, "italy": {"strong": {"en": ["italy"]}}},
    },
    "commitments": [{"id": "chips", "title": {"en": "Chips"}, "rules": [{"id": "words", "any": ["semiconductor*"]}]}],
}
TEXT = "The ministers of Italy and India met in Rome. They will build a plant for semiconductors near Bari together. "
HTML = {"Content-Type": "text/html"}
PAGE = f"<html><body><article><p>{TEXT * 4}</p></article></body></html>".encode()


@asynccontextmanager
async def watched(folder: Path, **page_of: Behaviour) -> AsyncIterator[tuple[Place, FeedServer]]:
    """A place whose one feed has just got an item for each page; its archive was empty."""
    async with FeedServer() as server, open_place(folder) as place:
        feed = {"id": "times", "url": server.url("/feed"), "fulltext": True}
        place.write_config(feeds=[feed], **PLAN)
        server.put("/feed", answer(200, body=_rss({})))
        await place.command("poll")
        server.put(
            "/feed", answer(200, body=_rss({name: server.put(f"/{name}", does) for name, does in page_of.items()}))
        )
        yield place, server


def _rss(links: dict[str, str]) -> bytes:
    now = format_datetime(datetime.now(UTC))
    entries = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><link>{link}</link><title>{name} of Italy and India</title>"
        f"<pubDate>{now}</pubDate></item>"
        for name, link in links.items()
    )
    return f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>".encode()


def times(server: FeedServer, target: str) -> int:
    return [asked.target for asked in server.asked].count(target)


async def test_a_near_miss_becomes_a_match_by_its_page_and_is_posted(tmp_path: Path) -> None:
    async with watched(tmp_path, Talks=answer(200, HTML, PAGE)) as (place, server):
        async with place.running():
            posts = await place.posts(1)
        assert "Talks of Italy and India" in posts[0]
        (text,) = await place.events("TextFetched")
        assert text["data"]["why"] == "india and italy without a commitment"
        (matched,) = await place.events("ItemMatched")
        found = matched["data"]["evidence"][0]
        assert found["field"] == "text"
        assert text["data"]["text"][found["start"] : found["end"]] == "semiconductors"
        await place.command("poll")
        assert (times(server, "/Talks"), times(server, "/robots.txt")) == (1, 1)
        shown = await place.command("show", matched["key"], "--why")
        assert "characters at" in shown.out
        assert (await place.command("verify")).code == 0
        taken = await place.command("redact", text["data"]["item"], "--because", "takedown", "--yes")
        left = await place.command("log", "--json", "--after", "0", "--limit", "0")
        assert taken.code == 0
        assert text["key"] in left.out
        assert json.dumps(text["data"]["text"][:40], ensure_ascii=False)[1:-1] not in left.out
        assert (await place.command("verify")).code == 0


async def test_an_item_is_recorded_whatever_becomes_of_its_page(tmp_path: Path) -> None:
    async with watched(tmp_path, Talks=answer(404)) as (place, server):
        await place.command("poll")
        await place.command("poll")
        assert len(await place.events("ItemSeen")) == 1
        assert "404" in (await place.events("TextMissing"))[0]["data"]["reason"]
        assert times(server, "/Talks") == 1


async def test_a_page_that_is_busy_is_asked_for_again_later(tmp_path: Path) -> None:
    async with watched(tmp_path, Talks=answer(503)) as (place, server):
        await place.command("poll")
        assert await place.events("TextMissing", "TextFetched") == []
        server.put("/Talks", answer(200, HTML, PAGE))
        await place.command("poll")
        assert len(await place.events("TextFetched")) == 1


async def test_killed_while_it_reads_it_reads_the_page_after_the_next_start(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def hangs(_: Asked, wire: Wire) -> None:
        asked.set()
        await wire.closing.wait()

    async with watched(tmp_path, Talks=hangs) as (place, server):
        process = await place.start("run")
        await asyncio.wait_for(asked.wait(), SOON_S)
        process.kill()
        await asyncio.wait_for(process.communicate(), SOON_S)
        assert len(await place.events("ItemSeen")) == 1
        server.put("/Talks", answer(200, HTML, PAGE))
        async with place.running():
            assert len(await place.posts(1)) == 1
        assert len(await place.events("TextFetched")) == 1


async def test_a_match_by_title_keeps_its_evidence_and_its_one_story(tmp_path: Path) -> None:
    async with watched(tmp_path, Semiconductors=answer(200, HTML, PAGE)) as (place, _):
        await place.command("poll")
        (text,) = await place.events("TextFetched")
        assert text["data"]["why"] == "a match of chips"
        (matched,) = await place.events("ItemMatched")
        assert {found["field"] for found in matched["data"]["evidence"]} == {"title"}
        assert len(await place.events("StoryJoined")) == 1


async def test_a_feed_that_does_not_ask_for_it_has_no_page_read(tmp_path: Path) -> None:
    async with watched(tmp_path, Talks=answer(200, HTML, PAGE)) as (place, server):
        place.write_config(feeds=[{"id": "times", "url": server.url("/feed")}], **PLAN)
        await place.command("poll")
        assert len(await place.events("ItemSeen")) == 1
        assert (times(server, "/Talks"), times(server, "/robots.txt")) == (0, 0)
