"""View: what readers are owed. Nothing is kept for each of them; it is asked of the other views' rows."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from store.sqlitefile import Connection
from store.views.items import words_query
from store.views.values import News


def since(db: Connection, after: int, *, limit: int) -> list[News]:
    """Matched items behind a position that were news when they were seen, in the order of their matches."""
    rows = db.execute(
        "SELECT m.pos, m.item, s.story FROM matched m JOIN items i ON i.item = m.item JOIN members s ON s.item = m.item"
        " WHERE m.pos > ? AND NOT i.archive AND NOT m.quiet ORDER BY m.pos LIMIT ?",
        (after, limit),
    ).fetchall()
    return [News(*row) for row in rows]


def with_words(db: Connection, words: str, items: Collection[str]) -> set[str]:
    """Those of the items that have all the words, as `items.search` finds them."""
    query = words_query(words)
    if not query or not items:
        return set()
    rows = db.execute(
        "SELECT i.item FROM items i JOIN item_words w ON w.rowid = i.pos WHERE item_words MATCH ?"
        " AND i.pos IN (SELECT pos FROM items WHERE item IN (SELECT value FROM json_each(?)))",
        (query, _list(items)),
    )
    return {item for (item,) in rows}


def ended(db: Connection, channel: str, items: Collection[str]) -> set[str]:
    """Those of the items whose end in the channel is known."""
    rows = db.execute(
        "SELECT item FROM ends WHERE channel = ? AND item IN (SELECT value FROM json_each(?))", (channel, _list(items))
    )
    return {item for (item,) in rows}


def unsettled(db: Connection, channel: str) -> list[str]:
    """Stories whose post in the channel is in doubt, or says what is no longer so."""
    rows = db.execute(
        "SELECT story FROM posts WHERE channel = ? AND (state IN ('queued', 'uncertain') OR stale IS NOT NULL)"
        " ORDER BY attempts, story",
        (channel,),
    )
    return [story for (story,) in rows]


def _list(values: Collection[str]) -> str:
    return msgspec.json.encode(list(values)).decode()
