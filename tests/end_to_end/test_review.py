"""Reviewing: the log read, searched, exported and trusted, through the commands as people type them."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.retention import compact
from store.sqlite import SqliteStore
from tests.end_to_end.place import SOON_S, Place, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def posted(place: Place) -> None:
    """The place after a run: an archive item, and one that was posted."""
    await place.command("poll")
    place.feeds["times"].insert(0, ("b", "A bridge for the river"))
    async with place.running():
        await place.posts(1)


# --- log ------------------------------------------------------------------------------------------------------


async def test_the_log_of_a_commitment_is_all_that_concerns_it(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school"), ("c", "The weather")]) as place:
        await posted(place)
        ended = await place.command("log", "--commitment", "bridge", "--limit", "0", "--json")
        unknown = await place.command("log", "--commitment", "brigde")
    kinds = [event["type"] for event in ended.lines()]
    assert kinds == ["ItemSeen.v1", "ItemMatched.v1", "StoryJoined.v1", "UpdateQueued.v1", "UpdateSent.v1"]
    assert unknown.code == 2
    assert "did you mean bridge?" in unknown.err


async def test_the_log_is_narrowed_by_time_feed_key_and_words(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")], herald=[("b", "The school")]) as place:
        await place.command("poll")
        feed = await place.command("log", "--feed", "herald", "--json")
        typo = await place.command("log", "--feed", "heral")
        words = await place.command("log", "--grep", "THE BRI", "--type", "ItemSeen")
        past = await place.command("log", "--until", "2020-01-01")
        recent = await place.command("log", "--since", "1h", "--key", "item/", "--json")
        bad = await place.command("log", "--since", "yesterday")
        worse = await place.command("log", "--grep", "(")
    assert [event["data"]["title"] for event in feed.lines()] == ["The school"]
    assert len(words.out.splitlines()) == 1
    assert (past.code, past.out) == (1, "")
    assert past.err.startswith("no such event among the ")
    assert "no feed is called 'heral', did you mean herald?" in typo.err
    assert len(recent.lines()) == 2
    assert (bad.code, worse.code) == (2, 2)
    assert "wanted a date" in bad.err


async def test_pages_go_by_position_in_both_directions(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[(str(number), f"Item {number}") for number in range(7)]) as place:
        await place.command("poll")
        everything = (await place.command("log", "--limit", "0", "--json")).lines()
        first = (await place.command("log", "--after", "0", "--limit", "3", "--json")).lines()
        then = (await place.command("log", "--after", "3", "--limit", "3", "--json")).lines()
        before = (await place.command("log", "--before", "4", "--limit", "2", "--json")).lines()
    assert [event["pos"] for event in everything] == list(range(1, 10))
    assert first + then == everything[:6]
    assert before == everything[1:3]


async def test_a_table_has_no_cell_that_a_spreadsheet_computes(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "=cmd|' /C calc'!A0"), ("b", "The bridge, built")]) as place:
        await place.command("poll")
        ended = await place.command("log", "--csv", "--type", "ItemSeen")
    rows = list(csv.DictReader(ended.out.splitlines()))
    assert sorted(row["title"] for row in rows) == ["'=cmd|' /C calc'!A0", "The bridge, built"]


async def test_follow_prints_what_is_recorded_from_now_on(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await place.command("poll")
        process = await place.start("log", "--follow", "--json", "--commitment", "bridge", "--after", "0", token=False)
        assert process.stdout is not None
        place.feeds["times"].insert(0, ("b", "The bridge"))
        await place.command("poll")
        lines = [json.loads(await asyncio.wait_for(process.stdout.readline(), SOON_S)) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), SOON_S)
    assert [event["type"] for event in lines] == ["ItemSeen.v1", "ItemMatched.v1", "StoryJoined.v1"]
    assert process.returncode == 0


# --- why ------------------------------------------------------------------------------------------------------


async def test_why_leads_from_the_message_to_the_item_and_back(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        sent = (await place.events("UpdateSent"))[0]
        backwards = (await place.command("show", "--why", "--json", str(sent["pos"]))).lines()
        seen = next(event for event in await place.events("ItemSeen") if event["data"]["guid"] == "b")
        forwards = await place.command("show", "--why", seen["key"])
    chain = ["RulesActivated.v1", "ItemSeen.v1", "ItemMatched.v1", "StoryJoined.v1", "UpdateQueued.v1", "UpdateSent.v1"]
    assert [event["type"] for event in backwards] == chain
    assert [event["side"] for event in backwards] == ["cause"] * 5 + ["event"]
    assert "What followed" in forwards.out
    assert f"Message {sent['data']['message']} in" in forwards.out


# --- search, deliveries ---------------------------------------------------------------------------------------


async def test_search_looks_through_every_item(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge"), ("b", "The weather, à Paris")]) as place:
        await place.command("poll")
        weather = await place.command("search", "--json", "A PARIS")
        bridge = await place.command("search", "the", "--commitment", "bridge")
        past = await place.command("search", "the", "--until", "2001-01-01")
    assert [item["title"] for item in weather.lines()] == ["The weather, à Paris"]
    assert bridge.out.splitlines()[0] == "The bridge"
    assert (past.code, past.out) == (1, "Nothing seen with the words 'the'.\n")


async def test_what_was_learned_later_was_not_known_then(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        known = (await place.events("ItemSeen"))[-1]["at"]
        place.feeds["times"][0] = ("a", "The bridge is late")
        await place.command("poll")
        now = await place.command("search", "late")
        then = await place.command("search", "late", "--as-of", known)
        before = await place.command("search", "bridge", "--as-of", "2020-01-01")
        ahead = await place.command("explain", "http://news.example/none", "--as-of", "2999-01-01")
    assert (now.code, then.code, before.code) == (0, 1, 1)
    assert ("never seen up to" in ahead.err, "2999" in ahead.err) == (True, False)


async def test_every_match_has_exactly_one_end(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        ended = await place.command("deliveries", "--json")
        told = await place.command("deliveries", "--end", "published")
    *rows, counts = ended.lines()
    assert [(row["commitment"], row["end"], row["reason"]) for row in rows] == [
        ("bridge", "published", None),
        ("school", "suppressed", "archive"),
    ]
    assert (counts["published"], counts["suppressed"], counts["unaccounted"]) == (1, {"archive": 1}, 0)
    assert "A bridge for the river" in told.out
    assert "0 unaccounted" in told.out
    assert "The school" not in told.out


# --- export, import, dossier ----------------------------------------------------------------------------------


async def test_a_whole_log_moves_to_another_store_with_its_seals(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        await place.command("export", "--all", "-o", "log.jsonl")
        piped = await place.command("export", "--all")
        before = await place.command("verify", "--json")
        moved = await place.command("import", "log.jsonl", "--store", f"sqlite:///{tmp_path}/copy.db")
        again = await place.command("import", "log.jsonl")
        place.write_config(store="sqlite:///copy.db")
        after = await place.command("verify", "--json")
        polled = await place.command("poll")
    assert (tmp_path / "log.jsonl").read_text("utf-8") == piped.out
    assert {"specversion": "1.0", "source": "/pactwatch/town-plan"}.items() <= piped.lines()[0].items()
    assert "1 seal holds" in moved.out
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert "already holds" in again.err
    assert (after.code, after.lines()[0]["root"]) == (0, before.lines()[0]["root"])
    assert after.lines()[0]["events"] == before.lines()[0]["events"]
    assert polled.lines()[-1]["new"] == 0


async def test_a_dossier_is_checked_without_the_log(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        made = await place.command("export", "--commitment", "bridge", "--since", "1d", "-o", "dossier")
        twice = await place.command("export", "--commitment", "bridge", "-o", "dossier")
        (tmp_path / "config.yaml").unlink()
        good = await place.command("verify", "dossier")
        events = tmp_path / "dossier" / "events.jsonl"
        events.write_text(events.read_text("utf-8").replace("river", "shore"), "utf-8")
        bad = await place.command("verify", "dossier")
    assert (made.code, twice.code, good.code, bad.code) == (0, 2, 0, 1)
    assert "A bridge for the river" in (tmp_path / "dossier" / "index.html").read_text("utf-8")
    assert "https://t.me/c/1000000001/" in (tmp_path / "dossier" / "index.html").read_text("utf-8")
    assert "holds" in good.out
    assert "events.jsonl" in bad.out


# --- backup, rebuild, verify ----------------------------------------------------------------------------------


async def test_a_backup_of_a_running_bot_can_be_restored(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await place.command("poll")
        place.feeds["times"].insert(0, ("b", "A bridge for the river"))
        async with place.running():
            await place.posts(1)
            made = await place.command("backup", "copy.db")
            again = await place.command("backup", "copy.db")
        for name in ("pactwatch.db", "pactwatch.db-wal", "pactwatch.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "copy.db").rename(tmp_path / "pactwatch.db")
        verified = await place.command("verify")
        async with place.running():
            await place.polled(len(place.asked) + 1)
        counts = (await place.command("deliveries", "--limit", "0", "--json")).lines()[0]
    assert (made.code, again.code, verified.code) == (0, 2, 0)
    assert (counts["unaccounted"], len(place.texts())) == (0, 1)
    assert "partial" not in " ".join(os.listdir(tmp_path))


async def test_views_that_were_changed_do_not_verify_until_they_are_rebuilt(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await place.command("poll")
        await place.command("latest")
        views = sqlite3.connect(tmp_path / "pactwatch.views.db")
        views.execute("UPDATE items SET title = 'Another school'")
        views.commit()
        views.close()
        changed = await place.command("verify")
        log_alone = await place.command("verify", "--no-views")
        rebuilt = await place.command("rebuild")
        good = await place.command("verify", "--json")
    assert (changed.code, log_alone.code, rebuilt.code, good.code) == (1, 0, 0, 0)
    assert "pactwatch rebuild" in changed.out
    assert good.lines()[0]["views"] == {"position": 5, "problem": ""}


# --- silence, status, as of -----------------------------------------------------------------------------------


async def test_silence_says_how_long_nothing_was_seen_and_looked_for(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await posted(place)
        quiet = await place.command("silence", "--json")
        one = await place.command("silence", "school")
    found = {line["commitment"]: line for line in quiet.lines()}
    assert found["bridge"]["last"] is not None
    assert (found["school"]["last"], found["school"]["is_beyond"]) == (None, False)
    assert (quiet.code, one.code) == (0, 0)
    assert "no evidence seen yet; the watch began" in one.out


async def test_a_status_is_a_persons_with_a_citation_and_a_history(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        bare = await place.command("status")
        uncited = await place.command("status", "set", "bridge", "limited")
        await place.command("status", "set", "bridge", "limited", "--cite", "https://a.example/1", "--by", "R")
        first = (await place.events("StatusSet"))[0]["at"]
        await place.command("status", "set", "bridge", "complete", "--cite", "https://a.example/2", "--note", "Open.")
        bad = await place.command("status", "set", "bridge", "complete", "--cite", "javascript:1")
        now = await place.command("show", "bridge")
        then = await place.command("show", "bridge", "--as-of", first)
        history = await place.command("status", "bridge", "--json")
    assert (bare.code, uncited.code, bad.code) == (1, 2, 2)
    assert "status   complete: Open." in now.out
    assert "status   limited: https://a.example/1" in then.out
    assert [line["step"] for line in history.lines()] == ["limited", "complete"]
    assert history.lines()[0]["by"] == "R"


async def test_a_later_correction_is_not_shown_as_of_an_earlier_moment(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge opens")]) as place:
        await place.command("poll")
        known = (await place.events("StoryJoined"))[-1]["at"]
        place.feeds["times"][0] = ("a", "The bridge does not open")
        await place.command("poll")
        now = await place.command("latest", "bridge")
        then = await place.command("latest", "bridge", "--as-of", known)
        made = await place.command("export", "--commitment", "bridge", "--as-of", known, "-o", "dossier")
    assert "does not open" in now.out
    assert "The bridge opens" in then.out
    assert made.code == 0
    assert "does not" not in (tmp_path / "dossier" / "index.html").read_text("utf-8")


async def test_a_root_that_was_kept_is_known_again(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        root = (await place.command("verify", "--json")).lines()[0]["root"]
        good = await place.command("verify", "--no-views", "--root", root)
        bad = await place.command("verify", "--no-views", "--root", "f" * 64, "--json")
        malformed = await place.command("verify", "--no-views", "--root", f"{root[:20]}…")
    assert (good.code, bad.code) == (0, 1)
    assert "can vouch for positions 1 to" in good.out
    assert (bad.lines()[0]["holds"], bad.lines()[0]["vouched_to"]) == (False, None)
    assert (malformed.code, "A root is 64 digits, 0-9 and a-f" in malformed.err) == (2, True)


# --- redact ---------------------------------------------------------------------------------------------------


async def test_what_is_redacted_is_gone_everywhere_and_everything_still_verifies(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school")]) as place:
        await posted(place)
        item = next(event for event in await place.events("ItemSeen") if "river" in event["data"]["title"])
        key = item["data"]["item"]
        refused = await place.command("redact", key, "--because", "takedown")
        done = await place.command("redact", key, "--because", "takedown", "--yes")
        again = await place.command("redact", key, "--because", "takedown", "--yes")
        verified = await place.command("verify", "--json")
        found = await place.command("search", "river")
        polled = await place.command("poll")
        told = await place.command("log", "--commitment", "bridge")
    assert (refused.code, done.code, again.code, found.code) == (130, 0, 1, 1)
    assert "message" in done.out.splitlines()[-1]
    assert (verified.code, verified.lines()[0]["redacted"], verified.lines()[0]["views"]["problem"]) == (0, 1, "")
    assert (polled.lines()[-1]["new"], polled.lines()[-1]["revised"]) == (0, 0)
    assert "content taken out: takedown" in told.out
    assert b"for the river" not in b"".join(read(tmp_path, name) for name in os.listdir(tmp_path) if ".db" in name)


async def test_the_past_says_that_text_was_dropped_since_and_a_dossier_still_verifies(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The school"), ("c", "The weather")]) as place:
        await posted(place)
        known = (await place.events("ItemSeen"))[-1]["at"]
        later = datetime.now(UTC) + timedelta(days=1)
        log = SqliteStore(tmp_path / "pactwatch.db")
        freed = [step.events for step in compact(log, later, at=later)]
        log.close()
        then = await place.command("search", "weather", "--as-of", known)
        made = await place.command("export", "--commitment", "bridge", "-o", "dossier")
        checked = await place.command("verify", "dossier")
        verified = await place.command("verify", "--json")
    assert (freed, then.code) == ([1], 1)
    assert "Of 1 event recorded by then the text was dropped since" in then.err
    assert (made.code, checked.code, verified.code, verified.lines()[0]["compacted"]) == (0, 0, 0, 1)


def read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()
