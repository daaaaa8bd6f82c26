"""View: what became of every match in every channel, and what is still to be done.

A matched item is `pending` in an open channel until it has an end; of several ends the first stands, except that
whatever comes later replaces a failure. A post, once sent, stays sent: later intents and failures are about its edits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from store.codec import stamp
from store.events.deliveries import (
    ChannelMoved,
    ChannelOpened,
    UpdateEdited,
    UpdateFailed,
    UpdateQueued,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.items import ItemMatched, ItemRevised, MatchWithdrawn, StoryJoined
from store.log import Recorded
from store.sqlitefile import Connection
from store.views import holds, stories
from store.views.values import Delivery, DeliveryCounts, MatchEnd, Silent

# `moved`: the post stands in the group that the channel was before, out of reach.
# `as_of` of a post: the position its text was made from. `stale`: where a delivered item was first revised behind it.
# `quiet` is an item of which all matches are: it was matched anew, and nobody is told.
SCHEMA = (
    "CREATE TABLE followed (story TEXT PRIMARY KEY, earlier TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE channels (channel TEXT PRIMARY KEY, after INTEGER NOT NULL, at TEXT NOT NULL, chat INTEGER)
         WITHOUT ROWID""",
    "CREATE TABLE matched (item TEXT PRIMARY KEY, pos INTEGER NOT NULL, quiet INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX matched_by_pos ON matched (pos)",
    "CREATE TABLE pending (channel TEXT, item TEXT, pos INTEGER, PRIMARY KEY (channel, item)) WITHOUT ROWID",
    """CREATE TABLE ends (channel TEXT, item TEXT, end TEXT, reason TEXT, story TEXT, pos INTEGER, at TEXT,
         PRIMARY KEY (channel, item)) WITHOUT ROWID""",
    "CREATE INDEX ends_by_time ON ends (channel, at)",
    "CREATE INDEX ends_by_story ON ends (channel, story)",
    "CREATE INDEX ends_by_item ON ends (item)",
    """CREATE TABLE posts (channel TEXT, story TEXT, state TEXT, message INTEGER, text_digest TEXT,
         after_message INTEGER, queued_items TEXT, queued_as_of INTEGER NOT NULL DEFAULT 0,
         attempts INTEGER NOT NULL DEFAULT 0, edits INTEGER NOT NULL DEFAULT 0, as_of INTEGER NOT NULL DEFAULT 0,
         stale INTEGER, sent_at TEXT, moved INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (channel, story)) WITHOUT ROWID""",
    "CREATE INDEX posts_stale ON posts (channel, stale) WHERE stale IS NOT NULL",
)


def channel_opened(db: Connection, recorded: Recorded, fact: ChannelOpened) -> None:
    db.execute(
        "INSERT OR IGNORE INTO channels (channel, after, at) VALUES (?, ?, ?)",
        (fact.channel, fact.after, stamp(recorded.at)),
    )
    db.execute(
        "INSERT OR IGNORE INTO pending (channel, item, pos) SELECT ?1, item, pos FROM matched m"
        " WHERE NOT EXISTS (SELECT 1 FROM ends e WHERE e.channel = ?1 AND e.item = m.item)",
        (fact.channel,),
    )


def channel_moved(db: Connection, _: Recorded, fact: ChannelMoved) -> None:
    db.execute("UPDATE channels SET chat = ? WHERE channel = ?", (fact.chat, fact.channel))
    # What is in doubt can no longer be looked for: the ids behind its last known message are of another chat.
    db.execute(
        "UPDATE posts SET moved = (state = 'sent'), after_message = NULL WHERE channel = ?",
        (fact.channel,),
    )


def item_matched(db: Connection, recorded: Recorded, fact: ItemMatched) -> None:
    new = db.execute(
        "INSERT OR IGNORE INTO matched (item, pos, quiet) VALUES (?, ?, ?)", (fact.item, recorded.pos, fact.quiet)
    )
    if new.rowcount:
        db.execute(
            "INSERT OR IGNORE INTO pending (channel, item, pos) SELECT channel, ?1, ?2 FROM channels c"
            " WHERE NOT EXISTS (SELECT 1 FROM ends e WHERE e.channel = c.channel AND e.item = ?1)",
            (fact.item, recorded.pos),
        )
    elif (
        not fact.quiet
        and db.execute(
            "UPDATE matched SET quiet = 0, pos = ?2 WHERE item = ?1 AND quiet", (fact.item, recorded.pos)
        ).rowcount
    ):  # it is news after all, from here on
        db.execute("UPDATE pending SET pos = ?2 WHERE item = ?1", (fact.item, recorded.pos))


def match_withdrawn(db: Connection, recorded: Recorded, fact: MatchWithdrawn) -> None:
    """What matches nothing any more is not owed, unless a post of it is in doubt. A post of it is owed an edit."""
    if not db.execute("SELECT 1 FROM matches WHERE item = ?", (fact.item,)).fetchone():
        db.execute("DELETE FROM matched WHERE item = ?", (fact.item,))
        db.execute("DELETE FROM held WHERE item = ?", (fact.item,))
        db.execute(
            "DELETE FROM pending WHERE item = ?1 AND NOT EXISTS (SELECT 1 FROM posts o JOIN members m USING (story)"
            " WHERE m.item = ?1 AND o.channel = pending.channel AND o.state IN ('queued', 'uncertain'))",
            (fact.item,),
        )
    item_revised(db, recorded, fact)


def item_revised(db: Connection, recorded: Recorded, fact: ItemRevised | MatchWithdrawn) -> None:
    # Something changed only where the view of items says so; it folds before this one.
    changed = db.execute("SELECT 1 FROM items WHERE item = ? AND revised = ?", (fact.item, recorded.pos)).fetchone()
    if changed:
        db.execute(
            "UPDATE posts SET stale = ?2 WHERE state = 'sent' AND stale IS NULL AND as_of < ?2"
            " AND story NOT LIKE 'digest/%' AND (channel, story) IN"
            " (SELECT channel, story FROM ends WHERE item = ?1 AND end IN ('published', 'merged'))",
            (fact.item, recorded.pos),
        )


def update_queued(db: Connection, recorded: Recorded, fact: UpdateQueued) -> None:
    _attempted(db, fact.channel, fact.story, "queued", fact.attempt)
    db.execute(
        "UPDATE posts SET text_digest = ?, after_message = ?, queued_items = ?, queued_as_of = ?"
        " WHERE channel = ? AND story = ? AND state <> 'sent'",
        (
            fact.text_digest, fact.after_message, msgspec.json.encode(fact.items).decode(),
            fact.as_of or recorded.pos - 1, fact.channel, fact.story,
        ),
    )  # fmt: skip


def update_uncertain(db: Connection, _: Recorded, fact: UpdateUncertain) -> None:
    _attempted(db, fact.channel, fact.story, "uncertain", fact.attempt)


def update_failed(db: Connection, recorded: Recorded, fact: UpdateFailed) -> None:
    _attempted(db, fact.channel, fact.story, "failed", fact.attempt)
    for item in fact.items:
        _end(db, fact.channel, item, "failed", recorded, story=fact.story, reason=fact.reason)
    # Where it was an edit that failed, what it would have told is not owed either.
    _shown(db, fact.channel, fact.story, fact.as_of or recorded.pos)


def update_sent(db: Connection, recorded: Recorded, fact: UpdateSent) -> None:
    _attempted(db, fact.channel, fact.story, "sent", 0)
    (queued_as_of,) = db.execute(
        "UPDATE posts SET message = ?, text_digest = ?, sent_at = ? WHERE channel = ? AND story = ?"
        " RETURNING queued_as_of",
        (fact.message, fact.text_digest, stamp(recorded.at), fact.channel, fact.story),
    ).fetchone()
    subject = _subject(db, fact.items)
    for item in fact.items:
        end = "published" if item == subject else "merged"
        _end(db, fact.channel, item, end, recorded, story=fact.story)
    _shown(db, fact.channel, fact.story, fact.as_of or queued_as_of or recorded.pos)


def update_edited(db: Connection, recorded: Recorded, fact: UpdateEdited) -> None:
    _attempted(db, fact.channel, fact.story, "sent", 0)
    db.execute(
        "UPDATE posts SET message = ?, text_digest = ?, edits = max(edits, ?) WHERE channel = ? AND story = ?",
        (fact.message, fact.text_digest, fact.edit, fact.channel, fact.story),
    )
    for item in fact.items:
        _end(db, fact.channel, item, "merged", recorded, story=fact.story)
    _shown(db, fact.channel, fact.story, fact.as_of or recorded.pos)


def update_suppressed(db: Connection, recorded: Recorded, fact: UpdateSuppressed) -> None:
    _end(db, fact.channel, fact.item, "suppressed", recorded, reason=fact.reason)


def story_joined(db: Connection, _: Recorded, fact: StoryJoined) -> None:
    if fact.follows is not None:
        db.execute("INSERT OR IGNORE INTO followed (story, earlier) VALUES (?, ?)", (fact.story, fact.follows))


FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    ChannelOpened: channel_opened,
    StoryJoined: story_joined,
    ChannelMoved: channel_moved,
    ItemMatched: item_matched,
    ItemRevised: item_revised,
    MatchWithdrawn: match_withdrawn,
    UpdateQueued: update_queued,
    UpdateUncertain: update_uncertain,
    UpdateFailed: update_failed,
    UpdateSent: update_sent,
    UpdateEdited: update_edited,
    UpdateSuppressed: update_suppressed,
}


def owed(db: Connection, channel: str, *, limit: int, as_of: int) -> list[Delivery]:
    """Stories with something left to do in the channel: matched items to tell of, or a post to bring up to date.

    In the order in which the matches (for an edit, the revisions) came.
    """
    rows = db.execute(_OWED, (channel, limit)).fetchall()
    return [_delivery(db, channel, story, as_of) for (story,) in rows]


def one(db: Connection, channel: str, story: str, *, new: tuple[str, ...], as_of: int) -> Delivery:
    """How far the post of a story has come in a channel that is owed only what it asks for: `new`."""
    return replace(_delivery(db, channel, story, as_of), new_items=new)


def silent(db: Connection, channel: str, *, limit: int) -> list[Silent]:
    """Matched items without an end that an open channel will not be told of, with the reason to record."""
    rows = db.execute(
        "SELECT p.item, CASE WHEN i.archive THEN 'archive' WHEN x.quiet THEN 'rematched' ELSE 'before-opening' END,"
        " p.pos FROM pending p JOIN channels c USING (channel) JOIN items i ON i.item = p.item"
        " LEFT JOIN matched x ON x.item = p.item"
        " WHERE p.channel = ? AND (i.archive OR x.quiet OR p.pos <= c.after) ORDER BY p.pos LIMIT ?",
        (channel, limit),
    ).fetchall()
    return [Silent(item, reason, pos) for item, reason, pos in rows]


def last_message(db: Connection, channel: str) -> int | None:
    """The highest message id the log knows in the channel; None where it knows of none."""
    (message,) = db.execute("SELECT max(message) FROM posts WHERE channel = ? AND NOT moved", (channel,)).fetchone()
    (before,) = db.execute("SELECT max(after_message) FROM posts WHERE channel = ?", (channel,)).fetchone()
    return max(message or 0, before or 0) or None


def moved_to(db: Connection, channel: str) -> int | None:
    """The id of the supergroup that the channel has become; None where it is what it was."""
    row = db.execute("SELECT chat FROM channels WHERE channel = ?", (channel,)).fetchone()
    return row[0] if row else None


def counts(db: Connection, channel: str) -> DeliveryCounts:
    """How every match ended in the channel."""
    rows = db.execute(
        f"SELECT {_END}, {_REASON}, count(*) {_ENDS}"
        f" GROUP BY 1, CASE WHEN e.end = 'suppressed' OR h.item IS NOT NULL THEN {_REASON} END",
        (channel,),
    ).fetchall()
    total = {end: sum(n for each, _, n in rows if each == end) for end, _, _ in rows}
    return DeliveryCounts(
        published=total.get("published", 0),
        merged=total.get("merged", 0),
        held={reason: n for end, reason, n in rows if end == "held"},
        suppressed={reason: n for end, reason, n in rows if end == "suppressed"},
        failed=total.get("failed", 0),
        waiting=total.get("waiting", 0),
        unaccounted=total.get("unaccounted", 0),
    )


def ends(db: Connection, channel: str, *, limit: int, before: int | None) -> list[MatchEnd]:
    """What became of each match, the newest first; `before` is the position of the last one of the page before."""
    rows = db.execute(
        f"SELECT x.item, x.plan, x.commitment, x.pos, {_END}, {_REASON}, coalesce(e.story, s.story), o.message {_ENDS}"
        " AND x.pos < ?2 ORDER BY x.pos DESC LIMIT ?3",
        (channel, before if before is not None else 1 << 62, limit),
    ).fetchall()
    return [MatchEnd(*row) for row in rows]


# A channel that was not opened is owed nothing yet: its matches wait. In an open one, what has no end must be pending.
_END = (
    "coalesce(e.end, CASE WHEN p.item IS NOT NULL AND h.item IS NOT NULL THEN 'held'"
    " WHEN p.item IS NOT NULL OR NOT EXISTS (SELECT 1 FROM channels WHERE channel = ?1)"
    " THEN 'waiting' ELSE 'unaccounted' END)"
)
_REASON = "CASE WHEN e.end IS NULL THEN h.reason ELSE e.reason END"
# Each pair of an item and a commitment once, at its first match, with its end.
_ENDS = (
    "FROM (SELECT item, plan, commitment, min(pos) AS pos FROM matches GROUP BY plan, commitment, item) x"
    " LEFT JOIN ends e ON e.channel = ?1 AND e.item = x.item"
    " LEFT JOIN pending p ON p.channel = ?1 AND p.item = x.item"
    " LEFT JOIN held h ON h.channel = ?1 AND h.item = x.item"
    " LEFT JOIN members s ON s.item = x.item"
    " LEFT JOIN posts o ON o.channel = ?1 AND o.story = e.story WHERE true"
)
_OWED = (
    "WITH todo (story, pos) AS (SELECT m.story, p.pos FROM pending p JOIN channels c USING (channel)"
    " JOIN items i ON i.item = p.item JOIN members m ON m.item = p.item"
    " WHERE p.channel = ?1 AND NOT i.archive AND p.pos > c.after AND NOT EXISTS"
    " (SELECT 1 FROM matched x WHERE x.item = p.item AND x.quiet) AND NOT EXISTS"
    " (SELECT 1 FROM held h WHERE h.channel = ?1 AND h.item = p.item)"
    " UNION ALL SELECT story, stale FROM posts WHERE channel = ?1 AND stale IS NOT NULL)"
    " SELECT story FROM todo GROUP BY story ORDER BY min(pos), story LIMIT ?2"
)
# CROSS JOIN keeps this order: from the story's few members, not from everything that is pending.
_NEW = (
    "SELECT p.item FROM members m CROSS JOIN pending p ON p.channel = ?1 AND p.item = m.item"
    " JOIN channels c USING (channel) JOIN items i ON i.item = p.item"
    " WHERE m.story = ?2 AND NOT i.archive AND p.pos > c.after AND NOT EXISTS"
    " (SELECT 1 FROM matched x WHERE x.item = p.item AND x.quiet) AND NOT EXISTS"
    " (SELECT 1 FROM held h WHERE h.channel = ?1 AND h.item = p.item) ORDER BY p.pos"
)
_ITEMS = msgspec.json.Decoder(tuple[str, ...]).decode


def _delivery(db: Connection, channel: str, story: str, as_of: int) -> Delivery:
    told = db.execute(
        "SELECT item FROM ends WHERE channel = ? AND story = ? AND end IN ('published', 'merged') ORDER BY pos, item",
        (channel, story),
    ).fetchall()
    new = db.execute(_NEW, (channel, story)).fetchall()
    post: tuple[Any, ...] = db.execute(
        "SELECT state, message, text_digest, after_message, queued_items, queued_as_of, attempts, edits, stale, moved"
        " FROM posts WHERE channel = ? AND story = ?",
        (channel, story),
    ).fetchone() or ("new", None, None, None, None, 0, 0, 0, None, 0)
    state, message, text_digest, after_message, queued_items, queued_as_of, attempts, edits, stale, moved = post
    return Delivery(
        channel=channel,
        story=stories.load(db, story),
        state=state,
        message=message,
        text_digest=text_digest,
        queued_after_message=after_message,
        queued_items=_ITEMS(queued_items or "[]"),
        queued_as_of=queued_as_of,
        delivered_items=tuple(item for (item,) in told),
        new_items=tuple(item for (item,) in new),
        revised=stale is not None,
        moved=bool(moved),
        attempts=attempts,
        edits=edits,
        as_of=as_of,
        review=holds.review(db, channel, story),
        reply_to=_earlier(db, channel, story),
    )


def _earlier(db: Connection, channel: str, story: str) -> int | None:
    """The message in the channel of the story that this one continues."""
    row = db.execute(
        "SELECT o.message FROM followed f JOIN posts o ON o.channel = ?1 AND o.story = f.earlier AND NOT o.moved"
        " WHERE f.story = ?2",
        (channel, story),
    ).fetchone()
    return row[0] if row else None


def _attempted(db: Connection, channel: str, story: str, state: str, attempt: int) -> None:
    db.execute(
        "INSERT INTO posts (channel, story, state, attempts) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
        " state = CASE WHEN state = 'sent' THEN state ELSE ?3 END, attempts = max(attempts, ?4)",
        (channel, story, state, attempt),
    )


def _end(
    db: Connection,
    channel: str,
    item: str,
    end: str,
    recorded: Recorded,
    *,
    story: str | None = None,
    reason: str | None = None,
) -> None:
    db.execute(
        "INSERT INTO ends (channel, item, end, reason, story, pos, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT"
        " DO UPDATE SET end = ?3, reason = ?4, story = ?5, pos = ?6, at = ?7 WHERE end = 'failed'",
        (channel, item, end, reason, story, recorded.pos, stamp(recorded.at)),
    )
    db.execute("DELETE FROM pending WHERE channel = ? AND item = ?", (channel, item))
    db.execute("DELETE FROM held WHERE channel = ? AND item = ?", (channel, item))


def _shown(db: Connection, channel: str, story: str, as_of: int) -> None:
    """The post shows its items as they were at `as_of`; what was revised behind that makes it stale."""
    db.execute(
        "UPDATE posts SET as_of = max(as_of, ?3), stale = (SELECT min(i.revised) FROM ends e INDEXED BY ends_by_story"
        " JOIN items i USING (item) WHERE e.channel = ?1 AND e.story = ?2 AND e.end IN ('published', 'merged')"
        " AND i.revised > max(as_of, ?3))"
        " WHERE channel = ?1 AND story = ?2 AND state = 'sent' AND story NOT LIKE 'digest/%'",
        (channel, story, as_of),
    )


def _subject(db: Connection, items: tuple[str, ...]) -> str | None:
    """The item a post was made for: the first that matched, else simply the first."""
    for item in items:
        if db.execute("SELECT 1 FROM matched WHERE item = ?", (item,)).fetchone():
            return item
    return items[0] if items else None
