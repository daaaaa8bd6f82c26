"""The operator's side of feeds: how they were watched, what they hold, and changing which there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.place import open_place

pytestmark = pytest.mark.anyio


async def test_latest_ends_with_how_well_the_feeds_were_watched(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        await place.command("poll")
        never = await place.command("latest", "bridge")
        async with place.running():
            await place.polled(2)
        stopped = await place.command("latest", "bridge")
    assert "not watched" in never.out.splitlines()[-1]
    assert stopped.out.splitlines()[-1].startswith("Coverage since ")
    assert stopped.out.splitlines()[-1].endswith("(pactwatch was not running).")
