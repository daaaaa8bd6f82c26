"""Several plans and channels from one process: each channel gets what is for it, and every match ends in each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.demo.botapi.world import Chat
from tests.end_to_end.place import CHANNEL, PLAN, SOON_S, Place, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SCHOOLS, COUNTY = -1001000000002, -1001000000003
COUNTY_PLAN: dict[str, Any] = {
    "plan": {"id": "county-plan", "title": {"en": "County plan"}, "languages": ["en"], "tag": "CP"},
    "commitments": [{"id": "canal", "title": {"en": "A canal"}, "rules": [{"id": "words", "any": ["canal", "locks"]}]}],
    "feeds": [],
}


def texts(place: Place, channel: Chat) -> list[str]:
    return sorted(message.body.text for message in place.telegram.messages(channel))


async def test_each_channel_gets_what_is_for_it_and_every_match_ends_in_each(tmp_path: Path) -> None:
    (tmp_path / "county.yaml").write_text(yaml.safe_dump(COUNTY_PLAN), encoding="utf-8")
    async with open_place(tmp_path, times=[]) as place:
        schools = place.telegram.add_channel(SCHOOLS, title="Schools")
        county = place.telegram.add_channel(COUNTY, title="County")
        telegram = {
            "channel": CHANNEL,
            "api_url": place.telegram.url,
            "channels": [
                {"chat": SCHOOLS, "commitments": ["school"]},
                {"chat": COUNTY, "plans": ["county-plan"], "language": "it"},
            ],
        }
        place.write_config(telegram=telegram, plans=["county.yaml"], **PLAN)
        await place.command("poll")
        place.feeds["times"] = [
            ("a", "Mayor Lodge of Riverton opens the bridge and the school"),
            ("b", "The canal opens"),
            ("c", "Floods reach 40 houses near a bridge in Milltown"),
        ]
        async with place.running():
            await place.posts(3)
            await place.telegram.wait_for(lambda: bool(texts(place, county) and texts(place, schools)), timeout=SOON_S)
        counts = (await place.command("deliveries", "--json", "--limit", "0")).lines()
    assert len(texts(place, place.channel)) == 3
    (of_schools,), (of_county,) = texts(place, schools), texts(place, county)
    assert of_schools.startswith("#School\nMayor Lodge of Riverton opens the bridge and the school")
    assert of_county.startswith("#CP_Canal\nThe canal opens")
    assert "Perché" in of_county
    told = {line["channel"]: (line["published"], line["suppressed"], line["unaccounted"]) for line in counts}
    assert told == {
        str(CHANNEL): (4, {}, 0),
        str(SCHOOLS): (2, {"not-for-this-channel": 2}, 0),
        str(COUNTY): (1, {"not-for-this-channel": 3}, 0),
    }


async def test_the_plans_of_a_process_can_be_asked_for_alike(tmp_path: Path) -> None:
    (tmp_path / "county.yaml").write_text(yaml.safe_dump(COUNTY_PLAN), encoding="utf-8")
    async with open_place(tmp_path, times=[("a", "The canal and its locks"), ("b", "The bridge")]) as place:
        place.write_config(plans=["county.yaml"])
        await place.command("poll")
        canal = await place.command("latest", "canal", "--json")
        silences = await place.command("silence", "--json")
        shown = await place.command("show", "canal")
        judged = await place.command("status", "set", "canal", "limited", "--cite", "https://a.example/1")
        matched = await place.command("match", stdin=b'{"id": "1", "title": "Locks on the bridge"}')
        status = await place.events("StatusSet")
    assert [story["commitments"] for story in canal.lines()] == [["canal"]]
    assert [line["commitment"] for line in silences.lines()] == ["bridge", "canal", "school"]
    assert "seen     1 item, the newest" in shown.out
    assert judged.code == 0
    assert status[0]["data"]["plan"] == "county-plan"
    assert matched.lines()[0]["commitments"] == ["bridge", "canal"]


async def test_a_chat_named_twice_in_two_ways_is_served_once(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        telegram = {"channel": CHANNEL, "api_url": place.telegram.url, "channels": [{"chat": "@town_plan"}]}
        place.write_config(telegram=telegram)
        await place.command("poll")
        place.feeds["times"] = [("a", "Mayor Lodge of Riverton opens the bridge")]
        async with place.running() as process:
            await place.posts(1)
            place.feeds["times"].append(("b", "Pupils of Northfield win a prize for their school"))
            process.terminate()
            _, err = await process.communicate()
        async with place.running():
            await place.posts(2)
        texts_then = place.texts()
    assert len(texts_then) == 2
    assert "two entries of telegram.channels are one chat" in err.decode()
