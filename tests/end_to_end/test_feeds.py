"""The operator's side of feeds: how they were watched, what they hold, and changing which there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from bot.demo.botapi.http import Reply
from tests.end_to_end.place import Place, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_latest_ends_with_how_well_the_feeds_were_watched(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        async with place.running():
            await place.polled(1)
        stopped = await place.command("latest", "bridge")
    assert stopped.out.splitlines()[-1].startswith("Coverage since ")
    assert stopped.out.splitlines()[-1].endswith("(pactwatch was not running).")


async def test_a_watch_kept_up_by_a_timer_is_vouched_for_too(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        for _ in range(3):
            await place.command("poll")
        started = await place.events("MonitorStarted")
        told = await place.command("latest", "bridge")
        async with place.running():
            await place.polled(4)
        await place.command("poll")
        monitor = await place.events("MonitorStarted", "MonitorStopped")
    assert len(started) == 1
    assert told.out.splitlines()[-1].startswith("Coverage since ")
    assert [event["type"].partition(".")[0] for event in monitor] == [
        "MonitorStarted", "MonitorStarted", "MonitorStopped", "MonitorStarted",
    ]  # fmt: skip


async def test_a_host_that_has_had_enough_is_left_alone_with_all_its_feeds(tmp_path: Path) -> None:
    async with open_place(tmp_path, first=[("a", "The bridge")], second=[("b", "The school")]) as place:
        place.replies["first"] = Reply(429, b"", "text/plain")
        place.write_config(
            feeds=[{"id": name, "url": f"{place.feeds_url}/{name}"} for name in ("first", "second")],
            fetch={"allow_private_addresses": True, "user_agent": "pactwatch-tests", "concurrency": 1},
        )
        await place.command("poll")
        asked = list(place.asked)
        told = {line["id"]: line for line in (await place.command("feeds", "--json")).lines()}
    assert asked == ["first"]
    assert told["second"]["last_poll_at"] is None
    assert datetime.fromisoformat(told["second"]["next_poll_at"]) > datetime.now(UTC) + timedelta(minutes=3)


async def test_the_table_tells_how_every_feed_fares(tmp_path: Path) -> None:
    many = [(f"k{number}", f"News number {number}") for number in range(8)]
    async with open_place(tmp_path, times=many, tiny=[("a", "The bridge")]) as place:
        feeds = [{"id": name, "url": f"{place.feeds_url}/{name}"} for name in ("times", "tiny", "missing", "held")]
        place.write_config(feeds=[*feeds[:3], {**feeds[3], "paused": True}])
        fresh = await place.command("feeds")
        async with place.running():
            await place.polled(3)
            await _recorded(place, "FeedFailing")
        told = {line["id"]: line for line in (await place.command("feeds", "--json")).lines()}
        table = await place.command("feeds")
    assert (fresh.code, "no log" in fresh.err, fresh.out.count(" new ")) == (0, True, 3)
    assert {name: line["state"] for name, line in told.items()} == {
        "times": "ok", "tiny": "ok", "missing": "failing", "held": "paused",
    }  # fmt: skip
    assert told["missing"]["reason"].startswith("HTTP 404")
    assert told["times"]["items"] == 8
    assert {name: line["coverage"] and line["coverage"]["gaps"] for name, line in told.items()} == {
        "times": "seen", "tiny": "unknown", "missing": "unknown", "held": None,
    }  # fmt: skip
    assert told["missing"]["coverage"]["share"] < 0.5
    assert told["held"]["next_poll_at"] is None
    assert "failing" in table.out
    assert "Coverage since" in table.out.splitlines()[-1]


async def _recorded(place: Place, name: str) -> None:
    for _ in range(50):
        if await place.events(name):
            return
    raise AssertionError(f"no {name} was recorded")


async def test_a_feed_is_tested_as_the_monitor_would_read_it(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge"), ("b", "Fine weather")]) as place:
        address = f"{place.feeds_url}/times"
        (told,) = (await place.command("feeds", "test", "--json", address)).lines()
        text = await place.command("feeds", "test", address)
        nothing = await place.command("feeds", "test", f"{place.feeds_url}/none")
        place.write_config(fetch={"allow_private_addresses": False})
        guarded = await place.command("feeds", "test", address)
    assert (told["configured_as"], told["format"], told["path"], told["items"]) == ("times", "rss", "strict", 2)
    assert told["matching"] == {"bridge": 1}
    assert "The bridge  → bridge" in text.out
    assert (nothing.code, "HTTP 404" in nothing.out) == (1, True)
    assert (guarded.code, "loopback" in guarded.out) == (1, True)


async def test_the_feeds_of_a_web_page_are_found_and_tested(tmp_path: Path) -> None:
    page = b"<html><head><link rel=alternate type=application/rss+xml title=News href=/times></head></html>"
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        place.replies["page"] = Reply(200, page, "text/html")
        first, second = (await place.command("feeds", "test", "--json", f"{place.feeds_url}/page")).lines()
    assert first["announces"] == [second["url"]] == [f"{place.feeds_url}/times"]
    assert second["items"] == 1


async def test_feeds_are_added_paused_resumed_and_removed_in_the_file(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        config = tmp_path / "config.yaml"
        config.write_text("# ours\n" + config.read_text())
        before = config.read_text()
        added = await place.command("feeds", "add", "https://www.paper.example/rss?a=1", "--lang", "en")
        lines = config.read_text()
        again = await place.command("feeds", "add", "http://paper.example/rss/?a=1")
        paused = await place.command("feeds", "--config", "config.yaml", "pause", "times")
        shown = await place.command("feeds", "--json")
        await place.command("feeds", "resume", "times")
        removed = await place.command("feeds", "remove", "paper-example")
        unknown = await place.command("feeds", "remove", "time")
        assert config.read_text() == before
    assert (added.code, 'id: paper-example\n  url: "https://www.paper.example/rss?a=1"\n  lang: en\n' in lines) == (
        0,
        True,
    )
    assert (again.code, "already, as the feed 'paper-example'" in again.err) == (2, True)
    assert (paused.code, removed.code) == (0, 0)
    assert [line["state"] for line in shown.lines()] == ["paused", "new"]
    assert (unknown.code, "did you mean 'times'" in unknown.err) == (2, True)


async def test_lists_of_feeds_go_out_and_come_in(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[], herald=[]) as place:
        config = tmp_path / "config.yaml"
        exported = (await place.command("feeds", "export")).out
        first = place.settings["feeds"] = [{"id": "times", "url": f"{place.feeds_url}/times", "publisher": "times"}]
        place.write_config()
        imported = await place.command("feeds", "import", "-", stdin=exported.encode())
        again = await place.command("feeds", "import", "-", stdin=exported.encode())
        broken = await place.command("feeds", "import", "-", stdin=b"<html/>")
        feeds = yaml.safe_load(config.read_text())["feeds"]
    assert feeds == [*first, {"id": "herald", "url": f"{place.feeds_url}/herald", "publisher": "herald"}]
    assert ": 1 of 2 feeds." in imported.err
    assert ": 0 of 2 feeds." in again.err
    assert (broken.code, "no OPML" in broken.err) == (2, True)


async def test_feeds_that_were_given_up_are_told_apart(tmp_path: Path) -> None:
    days = "".join(
        f"<item><guid>{day}</guid><title>Day {day}</title><pubDate>{day:02} Mar 2019 08:00:00 GMT</pubDate></item>"
        for day in range(9, 0, -1)
    )
    async with open_place(tmp_path, ended=[], forgotten=[]) as place:
        place.replies["ended"] = Reply(410, b"", "text/plain")
        place.replies["forgotten"] = Reply(
            200, f"<rss version='2.0'><channel><title>T</title>{days}</channel></rss>".encode(), "text/xml"
        )
        await place.command("poll")
        await place.command("poll")
        gone, stale = await place.events("FeedGone"), await place.events("FeedStale")
        told = await place.command("log", "--type", "FeedStale")
        states = [line["state"] for line in (await place.command("feeds", "--json")).lines()]
    assert [(event["data"]["feed"], event["data"]["status"]) for event in gone] == [("ended", 410)]
    assert [event["data"] for event in stale] == [
        {"feed": "forgotten", "since": "2019-03-09T08:00:00Z", "usual_hours": 24.0}
    ]
    assert "nothing new since 2019-03-09 08:00 UTC" in told.out
    assert states == ["gone", "stale"]


async def test_one_feed_is_shown_by_its_name_and_a_slip_is_put_right(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        shown = await place.command("feeds", "times")
        told = (await place.command("feeds", "show", "times", "--json")).lines()
        slip = await place.command("feeds", "timse")
        other = await place.command("feeds", "tset", "https://example.org")
    assert shown.out.splitlines()[:3] == ["feed       times", "state      ok", f"address    {told[0]['url']}"]
    assert (told[0]["id"], told[0]["items"]) == ("times", 1)
    assert "'timse' is neither a feed nor a command of feeds; did you mean times?" in slip.err
    assert (slip.code, other.code) == (2, 2)
