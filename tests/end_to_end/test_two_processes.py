"""Two processes share one PostgreSQL: the channel is served by one of them, and by the other when that one goes."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

from bot.channels.publish import IDLE_S
from tests.end_to_end.place import SOON_S, Place, open_place
from tests.store.pgserver import NEEDED, program, running

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(map(program, NEEDED)), reason="no PostgreSQL server here (Debian: apt-get install postgresql)"
    ),
]


TITLES = (
    "Builders of the bridge start near the mill",
    "Harbour quarter gets a school of its own",
    "Lighthouse is opened to visitors",
    "Museum shows a hundred lanterns",
)
COMMITMENTS = [  # one each: reports of one subject on one day are one story
    {"id": word, "title": {"en": word}, "rules": [{"id": "words", "any": [word]}]}
    for word in ("bridge", "school", "lighthouse", "museum")
]
ASLEEP_S = IDLE_S + SOON_S  # what another process wrote is seen after a pause


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as server:
        yield server.database()


async def news(place: Place, *titles: str) -> None:
    place.feeds["times"][:0] = [(title.replace(" ", "-"), title) for title in titles]
    assert (await place.command("poll")).code == 0


async def begun(process: asyncio.subprocess.Process) -> None:
    """Return once it answers in Telegram."""
    assert process.stderr is not None
    while b"answering as" not in await asyncio.wait_for(process.stderr.readline(), SOON_S):
        pass


async def test_each_story_is_posted_once_whoever_of_two_is_stopped(tmp_path: Path, url: str) -> None:
    async with open_place(tmp_path, times=[]) as place:
        place.write_config(store=url, commitments=COMMITMENTS)
        await place.command("poll")
        async with place.running() as one, place.running() as other:
            await asyncio.gather(begun(one), begun(other))
            await news(place, *TITLES[:2])
            await place.posts(2, within_s=ASLEEP_S)
            one.send_signal(signal.SIGTERM)
            await asyncio.wait_for(one.communicate(), SOON_S)
            await news(place, *TITLES[2:])
            await place.posts(4, within_s=ASLEEP_S)
            assert other.returncode is None
        titles = Counter(text.splitlines()[1] for text in place.texts())
        assert titles == Counter(TITLES)
        queued = await place.events("UpdateQueued")
        assert [event["data"].get("attempt", 1) for event in queued] == [1, 1, 1, 1]
