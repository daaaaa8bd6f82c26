"""`pactwatch compact`, and the bot that compacts by itself: over a log that is older than its items look."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.events.items import ItemSeen
from store.sqlite import SqliteStore
from tests.end_to_end.place import SOON_S, open_place
from tests.store.facts import matched, record, seen

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LONG_AGO = datetime(2020, 3, 1, tzinfo=UTC)


def old_log(folder: Path) -> None:
    store = SqliteStore(folder / "pactwatch.db")
    dull = ItemSeen(item="dull", feed="wire", digest="d", title="Nothing of note", summary="words " * 80)
    record(store, dull, seen("hit", "The bridge"), matched("hit", "bridge"), at=LONG_AGO)
    store.close()


async def test_old_text_goes_by_command_and_never_what_matched(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        old_log(tmp_path)
        unsaid = await place.command("compact")
        trial = await place.command("compact", "--older-than", "12", "--dry-run", "--json")
        refused = await place.command("compact", "--older-than", "12")
        done = await place.command("compact", "--older-than", "12", "--yes", "--json")
        again = await place.command("compact", "--older-than", "12", "--yes")
        verified = await place.command("verify", "--json")
        explained = await place.command("explain", "dull")
        told = await place.command("log")
    assert (unsaid.code, refused.code, again.code) == (2, 130, 1)
    assert "retention.unmatched_months" in unsaid.err
    assert (trial.lines()[0]["events"], done.lines()[0]["events"]) == (1, 1)
    assert trial.lines()[0]["bytes"] == done.lines()[0]["bytes"] > 300
    assert (verified.lines()[0]["holds"], verified.lines()[0]["compacted"]) == (True, 1)
    assert "no longer kept" in explained.out
    assert "The bridge" in told.out
    assert "was dropped that never matched" in told.out


async def test_the_bot_compacts_by_itself_where_that_is_configured(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[]) as place:
        old_log(tmp_path)
        place.write_config(retention={"unmatched_months": 12})
        async with place.running() as process:
            assert process.stderr is not None
            async with asyncio.timeout(SOON_S):
                while b"dropped the text" not in await process.stderr.readline():
                    pass
        found = await place.events("ItemsCompacted")
    assert [event["data"]["positions"] for event in found] == [[1]]
