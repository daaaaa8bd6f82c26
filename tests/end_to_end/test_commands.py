"""The commands as people type them: what they print, what they refuse, and their exit codes."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.place import SOON_S, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_poll_ends_with_a_json_line_of_figures(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge"), ("b", "The weather")]) as place:
        first, second = (await place.command("poll")), (await place.command("poll"))
    assert {name: first.lines()[-1][name] for name in ("polls", "fetched", "items", "new", "matches")} == {
        "polls": 1,
        "fetched": 1,
        "items": 2,
        "new": 2,
        "matches": 1,
    }
    assert second.lines()[-1]["new"] == 0


async def test_poll_takes_feeds_and_store_from_the_command_line(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")], herald=[("b", "The school")]) as place:
        (tmp_path / "urls.txt").write_text(f"# a list\n{place.feeds_url}/herald\n")
        ended = await place.command("poll", "--feeds-from", "urls.txt", "--store", "sqlite:///other.db")
        assert ended.code == 0
        assert place.asked == ["herald"]
        assert (tmp_path / "other.db").exists()
        assert not (tmp_path / "pactwatch.db").exists()


async def test_poll_answers_no_where_no_feed_can_be_read(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.write_config(feeds=[{"id": "gone", "url": f"{place.feeds_url}/gone"}])
        ended = await place.command("poll")
    assert ended.code == 1
    assert "HTTP 404" in ended.err


async def test_poll_refuses_rules_that_cannot_be_used_also_where_there_is_a_log(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        before, after = (await place.command("poll")), []
        document = yaml.safe_load((tmp_path / "config.yaml").read_text())
        document["commitments"][0]["rules"][0]["needs"] = ["atlantis"]
        for name in ("pactwatch.db", "new.db"):
            (tmp_path / "config.yaml").write_text(yaml.safe_dump(document | {"store": f"sqlite:///{name}"}))
            after.append(await place.command("poll"))
    assert before.code == 0
    for ended in after:
        assert ended.code == 2
        assert "config.yaml:" in ended.err
        assert "'atlantis': one of plan.sides" in ended.err


async def test_the_log_shows_what_was_asked_for(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        matched = await place.events("ItemMatched")
        told = await place.command("log", "--type", "ItemMatched")
        small = await place.command("log", "--type", "itemmatched")
        none = await place.command("log", "--type", "UpdateSent")
        unknown = await place.command("log", "--type", "ItemMatchd")
    assert [event["data"]["commitment"] for event in matched] == ["bridge"]
    assert "speaks of bridge" in told.out
    assert small.out == told.out
    assert (none.code, none.out) == (1, "")
    assert unknown.code == 2
    assert "'ItemMatchd' is no event; wanted" in unknown.err
    assert "ItemMatched" in unknown.err


async def test_show_tells_what_an_event_follows_from(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        match = (await place.events("ItemMatched"))[0]
        shown = await place.command("show", "--json", str(match["pos"]))
        missing = await place.command("show", "999")
    assert [event["type"] for event in shown.lines()] == ["ItemSeen.v1", "ItemMatched.v1"]
    assert missing.code == 1


async def test_latest_answers_for_commitments_and_for_words(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge"), ("b", "The weather is fine")]) as place:
        await place.command("poll")
        bridge = await place.command("latest", "--json", "bridge")
        words = await place.command("latest", "weather")
        nothing = await place.command("latest", "school")
    assert [item["title"] for story in bridge.lines() for item in story["items"]] == ["The bridge"]
    assert "The weather is fine" in words.out
    assert nothing.code == 1
    assert "No evidence seen" in nothing.out


async def test_verify_finds_a_row_that_was_changed(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        async with place.running():
            await place.polled(2)
        good = await place.command("verify")
        log = sqlite3.connect(tmp_path / "pactwatch.db")
        log.execute("UPDATE log SET data = replace(data, 'bridge', 'tunnel') WHERE type = 'ItemMatched.v1'")
        changed = log.execute("SELECT pos FROM log WHERE type = 'ItemMatched.v1'").fetchone()[0]
        log.commit()
        log.close()
        bad = await place.command("verify", "--json")
    assert good.code == 0
    assert "The log holds" in good.out
    assert bad.code == 1
    assert bad.lines()[0]["broken_at"] <= changed


async def test_match_is_a_filter_in_input_order(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        items = [
            {"id": 1, "title": "Old classrooms", "summary": "A bridge too"},
            {"id": 2, "title": "x", "summary": ""},
        ]
        ended = await place.command("match", stdin="\n".join(map(json.dumps, items)).encode())
        bad = await place.command("match", stdin=b"no json\n")
    first, second = ended.lines()
    assert sorted(first["commitments"]) == ["bridge", "school"]
    assert {"commitment": "school", "field": "title", "start": 4, "end": 14, "term": "classroom*"} in first["evidence"]
    assert second["commitments"] == []
    assert bad.code == 2
    assert "line 1" in bad.err


async def test_parse_is_a_filter(tmp_path: Path) -> None:
    feed = b"<rss version='2.0'><channel><title>T</title><item><title>A &amp; B</title></item></channel></rss>"
    async with open_place(tmp_path, times=[]) as place:
        good = await place.command("parse", stdin=feed)
        bad = await place.command("parse", stdin=b"<html><body>no feed</body></html>")
        (tmp_path / "a.xml").write_bytes(feed)
        asked = json.dumps({"id": 7, "path": "a.xml", "content_type": "", "url": ""})
        batch = await place.command("parse", "--batch", stdin=f"{asked}\nnonsense\n".encode())
    assert good.lines()[0]["_feed"]["format"] == "rss"
    assert good.lines()[1]["title"] == "A & B"
    assert (bad.code, list(bad.lines()[0])) == (1, ["_error"])
    assert batch.lines()[0]["id"] == 7
    assert batch.lines()[0]["out"] == good.lines()
    assert "_error" in batch.lines()[1]["out"][0]


async def test_check_says_every_problem_at_once_with_its_line(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        path = place.write_config(fetch={"concurency": 3}, store="mysql://x", review={"port": 99999})
        ended = await place.command("check")
        refused = await place.command("run")
    lines = path.read_text().splitlines()
    assert (ended.code, refused.code) == (1, 2)
    assert f"config.yaml:{lines.index('  concurency: 3') + 1}: fetch.concurency: 3: unknown key" in ended.err
    assert "did you mean 'concurrency'?" in ended.err
    assert "review.port: 99999: wanted" in ended.err
    assert "store: 'mysql://x': wanted" in ended.err


async def test_a_missing_configuration_and_a_missing_log_are_one_line_each(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        no_log = await place.command("log")
        (tmp_path / "config.yaml").unlink()
        no_config = await place.command("latest")
    assert (no_log.code, len(no_log.err.splitlines())) == (2, 1)
    assert (no_config.code, len(no_config.err.splitlines())) == (2, 1)
    assert "--config" in no_config.err


async def test_ctrl_c_during_a_poll_loses_nothing(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        process = await place.start("poll", token=False)
        await place.polled(1)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), SOON_S)
        again = await place.command("poll")
        assert again.code == 0
        assert len(await place.events("ItemSeen")) == 1


@pytest.mark.parametrize(
    "command",
    [
        *("run", "poll", "log", "latest", "feeds", "search", "silence", "status", "show", "deliveries"),
        *("export", "import", "match", "parse", "check", "verify", "backup", "rebuild", "redact", "demo"),
    ],
)
async def test_every_command_has_help_that_says_more_than_its_options(tmp_path: Path, command: str) -> None:
    async with open_place(tmp_path, times=[]) as place:
        ended = await place.command(command, "--help")
    assert ended.code == 0
    assert len(ended.out.split("Options:")[0].split()) > 20
