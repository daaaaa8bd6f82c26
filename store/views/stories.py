"""View: which items tell the same story, and the newest stories of each commitment."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from store.codec import stamp
from store.events.items import ItemMatched, ItemSeen, MatchWithdrawn, StoryJoined
from store.events.plan import PlanRevised
from store.log import Recorded
from store.sqlitefile import Connection
from store.views import items
from store.views.values import StoryView

# A matched item that nobody put into a story yet is a story of its own, under its own key (`members.implied`): so
# no match can be overlooked. `rank` is that of the story's newest item (see items.py); in `hits` of its newest item
# that matched the commitment.
SCHEMA = (
    "CREATE TABLE members (item TEXT PRIMARY KEY, story TEXT NOT NULL, implied INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX members_by_story ON members (story, item)",
    "CREATE TABLE stories (story TEXT PRIMARY KEY, rank TEXT NOT NULL, matched INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX stories_by_rank ON stories (rank, story, matched)",
    """CREATE TABLE hits (commitment TEXT, rank TEXT, plan TEXT, story TEXT,
         PRIMARY KEY (commitment, rank, plan)) WITHOUT ROWID""",
    "CREATE INDEX hits_by_story ON hits (story)",
)


def items_seen(db: Connection, run: Sequence[tuple[Recorded, ItemSeen]]) -> None:
    # Ordinarily the sighting comes first, and then there is nothing to bring up to date.
    named = msgspec.json.encode([fact.item for _, fact in run]).decode()
    stories = db.execute("SELECT DISTINCT story FROM members WHERE item IN (SELECT value FROM json_each(?))", (named,))
    for (story,) in stories.fetchall():
        _refresh(db, story)


def item_matched(db: Connection, _: Recorded, fact: ItemMatched) -> None:
    db.execute("INSERT OR IGNORE INTO members (item, story, implied) VALUES (?1, ?1, 1)", (fact.item,))
    story = story_of(db, fact.item)
    if story is not None:
        _refresh(db, story)


def story_joined(db: Connection, _: Recorded, fact: StoryJoined) -> None:
    before = story_of(db, fact.item)
    db.execute("INSERT OR REPLACE INTO members (item, story, implied) VALUES (?, ?, 0)", (fact.item, fact.story))
    for story in dict.fromkeys((before or fact.story, fact.story)):  # the one it leaves gives up its place first
        _refresh(db, story)


def match_withdrawn(db: Connection, _: Recorded, fact: MatchWithdrawn) -> None:
    story = story_of(db, fact.item)
    if story is not None:
        _refresh(db, story)


def plan_revised(db: Connection, _: Recorded, fact: PlanRevised) -> None:
    ids = msgspec.json.encode([*fact.ended, *(one.commitment for one in fact.descents)]).decode()
    stories = db.execute(
        "SELECT DISTINCT m.story FROM matches x JOIN members m USING (item)"
        " WHERE x.plan = ?1 AND x.commitment IN (SELECT value FROM json_each(?2))"
        " UNION SELECT story FROM hits WHERE plan = ?1 AND commitment IN (SELECT value FROM json_each(?2))",
        (fact.plan, ids),
    )
    for (story,) in stories.fetchall():
        _refresh(db, story)


SIGHTINGS = items_seen
FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    ItemMatched: item_matched,
    MatchWithdrawn: match_withdrawn,
    PlanRevised: plan_revised,
    StoryJoined: story_joined,
}


def story_of(db: Connection, item: str) -> str | None:
    """The story an item is part of; None for one that matched nothing and was put into none."""
    row = db.execute("SELECT story FROM members WHERE item = ?", (item,)).fetchone()
    return row[0] if row else None


def load(db: Connection, story: str, *, pos: int = 0) -> StoryView:
    """The story with its items; without any where the log has none."""
    members = [item for (item,) in db.execute("SELECT item FROM members WHERE story = ?", (story,))]
    found = tuple(items.by_keys(db, members))
    matches = sorted((match for item in found for match in item.matches), key=lambda match: (-match.score, match.pos))
    return StoryView(story, found, tuple(dict.fromkeys(match.commitment for match in matches)), pos)


def latest(
    db: Connection,
    commitments: Collection[str],
    *,
    limit: int,
    before: int | None,
    since: datetime | None,
    until: datetime | None,
) -> list[StoryView]:
    """Stories that matched one of the commitments (any, where none is named), the newest first."""
    low = stamp(since) if since else ""
    cursor = _rank_at(db, before) if before is not None else "~"
    high = min(cursor, stamp(until) if until else "~")
    fresh = _distinct(_ranked(db, commitments, low, high), lambda story: _tops(db, commitments, story) < high)
    return [load(db, story, pos=int(rank[-12:])) for rank, story in islice(fresh, limit)]


def recent(db: Connection, since: datetime, until: datetime | None = None) -> list[StoryView]:
    """Every story whose newest item is of that period, oldest first."""
    rows = db.execute(
        "SELECT rank, story FROM stories WHERE rank >= ? AND rank < ? ORDER BY rank",
        (stamp(since), stamp(until) if until else "~"),
    ).fetchall()
    return [load(db, story, pos=int(rank[-12:])) for rank, story in rows]


def _refresh(db: Connection, story: str) -> None:
    """Bring a story's place in the lists up to date with its items."""
    db.execute("DELETE FROM stories WHERE story = ?", (story,))
    db.execute("DELETE FROM hits WHERE story = ?", (story,))
    db.execute(
        "INSERT INTO stories (story, rank, matched) SELECT ?1, max(i.rank),"
        " max(EXISTS (SELECT 1 FROM matches x WHERE x.item = i.item))"
        " FROM members m JOIN items i USING (item) WHERE m.story = ?1 HAVING count(*)",
        (story,),
    )
    db.execute(
        "INSERT INTO hits (commitment, rank, plan, story) SELECT x.commitment, max(i.rank), x.plan, ?1"
        " FROM members m JOIN items i USING (item) JOIN matches x USING (item) WHERE m.story = ?1"
        " GROUP BY x.plan, x.commitment",
        (story,),
    )


def _rank_at(db: Connection, pos: int) -> str:
    """The rank of the item at a position; of the one before, for a position that is no item's."""
    row = db.execute("SELECT rank FROM items WHERE pos <= ? ORDER BY pos DESC LIMIT 1", (pos,)).fetchone()
    return row[0] if row else ""


def _ranked(db: Connection, commitments: Collection[str], low: str, high: str) -> Iterator[tuple[str, str]]:
    """(rank, story), the newest first; a story may come several times."""
    if not commitments:
        return db.execute(
            "SELECT rank, story FROM stories WHERE rank >= ? AND rank < ? AND matched ORDER BY rank DESC", (low, high)
        )
    streams = [
        db.execute(
            "SELECT rank, story FROM hits WHERE commitment = ? AND rank >= ? AND rank < ? ORDER BY rank DESC",
            (commitment, low, high),
        )
        for commitment in dict.fromkeys(commitments)
    ]
    return heapq.merge(*streams, reverse=True)


def _tops(db: Connection, commitments: Collection[str], story: str) -> str:
    """The highest rank at which the story stands in this list: where it was shown already on an earlier page."""
    rows = db.execute("SELECT rank, commitment FROM hits WHERE story = ?", (story,)).fetchall()
    return max((rank for rank, commitment in rows if commitment in commitments), default="")


def _distinct(ranked: Iterable[tuple[str, str]], is_due: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    shown: set[str] = set()
    for rank, story in ranked:
        if story not in shown and is_due(story):
            yield rank, story
        shown.add(story)
