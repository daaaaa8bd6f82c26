"""Questions only a log can answer, through the commands as people type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import structs

from bot.demo.botapi.http import Reply
from store.events.plan import MatchJudged
from store.log import Event
from store.sqlite import SqliteStore
from tests.end_to_end.place import PLAN, Place, open_place
from tests.store.facts import NOON

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SCHOOL = PLAN["commitments"][1]


def write_new(place: Place, *commitments: dict[str, Any]) -> None:
    """A changed configuration beside the one in use."""
    document = yaml.safe_load((place.folder / "config.yaml").read_text("utf-8"))
    text = yaml.safe_dump({**document, "commitments": list(commitments)}, allow_unicode=True)
    (place.folder / "new.yaml").write_text(text, encoding="utf-8")


def bridge(*words: str, name: str = "bridge", **more: Any) -> dict[str, Any]:
    return {"id": name, "title": {"en": "A new bridge"}, "rules": [{"id": "words", "any": list(words)}], **more}


async def test_changed_rules_are_tried_activated_and_go_into_force_while_the_bot_runs(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The weather")]) as place:
        await place.command("poll")
        place.feeds["times"][:0] = [("b", "A bridge for the river"), ("c", "A ferry for the river")]
        async with place.running():
            await place.posts(1)
            write_new(place, bridge("ferry"), SCHOOL)
            asked = await place.command("whatif", "--config", "new.yaml", "--json")
            words = ("rules", "activate", "new.yaml", "--because", "ferries count", "--by", "ada")
            done = await place.command(*words, "--json")
            again = await place.command(*words)
            await place.telegram.wait_for(lambda: "#Bridge" not in place.texts()[0], timeout=30)
        place.feeds["times"][:0] = [("d", "Another ferry"), ("e", "Another bridge")]
        await place.command("poll")  # with the old configuration
        latest = await place.command("latest", "bridge", "--json", "--limit", "9")
        deliveries = await place.command("deliveries", "--json")
        activated = (await place.events("RulesActivated"))[-1]["data"]
    assert sorted((line["change"], line["title"]) for line in asked.lines()[:-1]) == [
        ("gained", "A ferry for the river"),
        ("lost", "A bridge for the river"),
    ]
    assert (asked.lines()[-1]["gained"], asked.lines()[-1]["lost"]) == (1, 1)
    assert (done.lines()[0]["gained"], done.lines()[0]["lost"], again.code) == (1, 1, 1)
    assert (activated["reason"], activated["by"]) == ("ferries count", "ada")
    assert json.loads(activated["report"])["lost"] == 1
    titles = {item["title"] for story in latest.lines() for item in story["items"]}
    assert titles == {"A ferry for the river", "Another ferry"}
    assert deliveries.code == 0


async def test_a_renamed_commitment_has_its_evidence_and_the_past_its_name(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        then = (await place.events("StoryJoined"))[-1]["at"]
        await place.command("status", "set", "bridge", "limited", "--cite", "https://a.example/1")
        write_new(place, bridge("bridge", name="crossing", formerly=["bridge"]), SCHOOL)
        asked = await place.command("whatif", "--config", "new.yaml")
        (tmp_path / "new.yaml").replace(tmp_path / "config.yaml")
        await place.command("poll")
        now = await place.command("latest", "bridge", "--json")
        before = await place.command("latest", "bridge", "--json", "--as-of", then)
        unknown = await place.command("latest", "crossing", "--as-of", then)
        shown = await place.command("show", "bridge")
        status = await place.command("status", "crossing")
        log = await place.command("log", "--commitment", "crossing", "--type", "ItemMatched", "--json")
    assert [story["commitments"] for story in now.lines()] == [["crossing"]]
    assert [story["commitments"] for story in before.lines()] == [["bridge"]]
    assert (unknown.code, len(log.lines())) == (1, 1)
    assert "lineage  formerly bridge, until " in shown.out
    assert "crossing takes on what bridge had" in asked.out
    assert (status.code, status.out.splitlines()[0].split()[:2]) == (1, ["bridge", "limited"])
    assert "before it became crossing" in status.err


async def test_the_past_does_not_know_of_later_edits_and_withdrawals(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        then = (await place.events("StoryJoined"))[-1]["at"]
        place.feeds["times"][0] = ("a", "The bridge is late")
        await place.command("poll")
        write_new(place, bridge("ferry"), SCHOOL)
        await place.command("rules", "activate", "new.yaml", "--because", "x")
        (tmp_path / "new.yaml").replace(tmp_path / "config.yaml")
        past = [
            await place.command(*words, "--as-of", then, "--json")
            for words in (("latest", "bridge"), ("search", "bridge"), ("silence", "bridge"), ("show", "bridge"))
        ]
        dossier = await place.command("export", "--commitment", "bridge", "--as-of", then, "-o", "past")
        checked = await place.command("verify", "past")
        present = await place.command("latest", "bridge", "--json")
    latest, search, silence, show = (ended.lines()[0] for ended in past)
    assert ([item["title"] for item in latest["items"]], search["title"]) == (["The bridge"], "The bridge")
    assert (len(search["matches"]), silence["last"] is not None, show["known"]["items"]) == (1, True, 1)
    page = (tmp_path / "past/index.html").read_text("utf-8")
    assert ("The bridge" in page, "is late" in page) == (True, False)
    assert (dossier.code, checked.code, present.code) == (0, 0, 1)


async def test_an_item_is_explained_under_any_rules_that_were_in_force(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        write_new(place, bridge("ferry"), SCHOOL)
        await place.command("rules", "activate", "new.yaml", "--because", "x")
        (tmp_path / "new.yaml").replace(tmp_path / "config.yaml")
        first, last = (event["data"]["rules"] for event in await place.events("RulesActivated"))
        item = (await place.events("ItemMatched"))[0]["data"]["item"]
        then = await place.command("explain", item, "--rules", first, "--json")
        now = await place.command("explain", item, "--rules", last, "--json")
        headline = await place.command("explain", "--text", "A bridge", "--rules", first, "--json")
        unknown = await place.command("explain", item, "--rules", "abc")
    assert [(ended.code, ended.lines()[0]["rules"]) for ended in (then, now)] == [(0, first), (1, last)]
    assert (headline.code, headline.lines()[0]["rules"]) == (0, first)
    assert unknown.code == 2
    assert "no rules 'abc' were ever in force" in unknown.err
    assert all(version in unknown.err for version in (first, last))


async def test_what_was_never_seen_is_explained_by_who_was_not_watched(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")], herald=[("b", "The school")]) as place:
        place.replies["herald"] = Reply(503, b"", "text/plain")
        async with place.running():
            await place.posts(0)
            await place.polled(2)
        await place.command("poll")
        failing = await place.events("FeedFailing")
        ended = await place.command("explain", f"{place.feeds_url}/herald/42")
        plain = (await place.command("explain", "http://news.example/z", "--json")).lines()[0]
    assert ended.code == 1
    assert bool(failing) == ("herald was failing from" in ended.err)
    assert (plain["is_known"], plain["feeds"]) == (True, ["times"])


async def test_precision_follows_from_what_people_judged(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge"), ("b", "A school for the valley")]) as place:
        await place.command("poll")
        nothing = await place.command("precision")
        store = SqliteStore(tmp_path / "pactwatch.db")
        for matched in await place.events("ItemMatched"):
            item, name = matched["data"]["item"], matched["data"]["commitment"]
            verdict = MatchJudged(story=item, commitments=(name,), verdict="right", by="r", press=item)
            store.append([Event(structs.replace(verdict, verdict="wrong") if name == "school" else verdict)], at=NOON)
        store.close()
        found = (await place.command("precision", "--terms", "--json")).lines()
        told = await place.command("precision", "school")
    assert nothing.code == 1
    assert [(one["term"] or one["commitment"], one["right"], one["judged"]) for one in found if one["lang"] == ""] == [
        ("bridge", 1, 1),
        ("school", 0, 1),
    ]
    assert "bridge" in {one["term"] for one in found}
    assert "more votes" in told.out


async def test_an_audit_is_drawn_once_and_judged(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        first = await place.command("audit", "--json")
        second = await place.command("audit", "--list")
        wrong = await place.command("audit", "--judge", "nothing", "right")
        late = await place.command("audit", "--week", "2999-W01")
        drawn = await place.events("AuditDrawn")
    assert (first.code, second.code, wrong.code, late.code) == (0, 0, 2, 2)
    assert len(drawn) == 1
    assert "is not part of the audit" in wrong.err
    assert "wanted a week that is over" in late.err
