"""A channel's habits through the program: quiet hours, digests, reviewers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.place import CHANNEL, LOG_CHAT, SOON_S, Place, open_place

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

REVIEWERS = -1001000000009
ALWAYS = {"quiet": {"from": "00:00", "to": "23:59", "zone": "UTC"}}


def telegram(place: Place, **habits: Any) -> dict[str, Any]:
    return {
        "api_url": place.telegram.url,
        "log_chat": LOG_CHAT,
        "reviewers": [43],
        "channels": [{"chat": CHANNEL, **habits}],
    }


async def counts(place: Place) -> dict[str, Any]:
    return (await place.command("deliveries", "--limit", "0", "--json")).lines()[0]


async def test_what_comes_in_quiet_hours_is_told_in_one_digest_when_they_are_over(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.write_config(telegram=telegram(place, **ALWAYS))
        await place.command("poll")
        place.feeds["times"] = [("a", "A bridge for the river"), ("b", "The school opens")]
        async with place.running():
            await place.polled(2)
            while not (held := await place.events("UpdateHeld")) or len(held) < 2:
                pass
        waiting, text = await counts(place), await place.command("deliveries", "--end", "held")
        assert place.texts() == []
        place.write_config(telegram=telegram(place))
        async with place.running():
            (digest,) = await place.posts(1)
            await place.telegram.wait_for(lambda: len(place.texts()) == 1, timeout=SOON_S)
        ended = await counts(place)
    assert (waiting["held"], waiting["waiting"], waiting["unaccounted"]) == ({"quiet": 2}, 0, 0)
    assert "held (quiet)" in text.out
    assert digest.startswith("Town plan\nReports from the quiet hours")
    assert "A bridge for the river" in digest
    assert "The school opens" in digest
    assert (ended["published"] + ended["merged"], ended["held"], ended["unaccounted"]) == (2, {}, 0)


async def test_reviewers_see_a_story_first_and_their_press_posts_it(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        chat = place.telegram.add_group(REVIEWERS, title="Reviewers")
        review = {"when": "all", "chat": REVIEWERS, "hours": 1, "silence": "reject"}
        place.write_config(telegram=telegram(place, review=review))
        await place.command("poll")
        place.feeds["times"] = [("a", "A bridge for the river")]
        async with place.running():
            await place.telegram.wait_for(lambda: len(place.telegram.messages(chat)) == 1, timeout=SOON_S)
        waiting = await counts(place)
        (card,) = place.telegram.messages(chat)
        person = place.telegram.add_user(43, started=True)
        data = next(str(entry["callback_data"]) for row in card.buttons for entry in row if "Approve" in str(entry))
        async with place.running():
            place.telegram.user_presses(person, card, data)
            (post,) = await place.posts(1)
            await place.telegram.wait_for(lambda: card.text.startswith("✅ Approved"), timeout=SOON_S)
        ended, told = await counts(place), await place.command("log", "--type", "UpdateReviewed")
    assert (waiting["held"], waiting["unaccounted"]) == ({"review": 1}, 0)
    assert "A bridge for the river" in post
    assert (ended["published"], ended["held"], ended["unaccounted"]) == (1, {}, 0)
    assert "says of the story" in told.out


async def test_a_headline_is_translated_by_a_program_of_ones_own(tmp_path: Path) -> None:
    program = tmp_path / "translate"
    code = "import json, sys; print(json.dumps([t.upper() for t in json.load(sys.stdin)['texts']]))"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}"\n', encoding="utf-8")
    program.chmod(0o755)
    async with open_place(tmp_path, times=[]) as place:
        settings = telegram(place, translate=True)
        settings["translate"] = {"command": [str(program)], "seconds": 60}
        feeds = [{"id": "times", "url": f"{place.feeds_url}/times", "publisher": "times", "lang": "it"}]
        place.write_config(telegram=settings, feeds=feeds)
        await place.command("poll")
        place.feeds["times"] = [("a", "Il nuovo bridge della città è stato aperto dal sindaco con una cerimonia")]
        async with place.running():
            (post,) = await place.posts(1)
        (kept,) = await place.events("TitleTranslated")
    assert "IL NUOVO BRIDGE DELLA CITTÀ È STATO APERTO DAL SINDACO CON UNA CERIMONIA (machine translation)" in post
    assert (kept["data"]["by"], kept["data"]["lang"]) == ("translate", "en")
