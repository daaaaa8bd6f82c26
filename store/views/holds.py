"""View: what is kept back in a channel, and what reviewers said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from store.codec import stamp
from store.events.deliveries import UpdateHeld, UpdateReviewed
from store.log import Recorded
from store.sqlitefile import Connection
from store.views.values import Held, Review

# A held item is pending too; it leaves both tables when it ends. `pos` of a review: of what was last said of it.
SCHEMA = (
    """CREATE TABLE held (channel TEXT, item TEXT, story TEXT, reason TEXT, until TEXT, at TEXT,
         PRIMARY KEY (channel, item)) WITHOUT ROWID""",
    """CREATE TABLE reviews (channel TEXT, story TEXT, ref TEXT, until TEXT, pos INTEGER, decision TEXT,
         commitments TEXT, by TEXT, PRIMARY KEY (channel, story)) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX reviews_by_ref ON reviews (ref)",
    "CREATE INDEX reviews_open ON reviews (channel) WHERE decision IS NULL",
)


def update_held(db: Connection, recorded: Recorded, fact: UpdateHeld) -> None:
    for item in fact.items:
        db.execute(
            "INSERT OR REPLACE INTO held (channel, item, story, reason, until, at) SELECT ?1, ?2, ?3, ?4, ?5, ?6"
            " WHERE EXISTS (SELECT 1 FROM pending WHERE channel = ?1 AND item = ?2)",
            (fact.channel, item, fact.story, fact.reason, stamp(fact.until), stamp(recorded.at)),
        )
    if fact.reason == "review":
        db.execute(
            "INSERT OR IGNORE INTO reviews (channel, story, ref, until, pos, commitments, by)"
            " VALUES (?, ?, ?, ?, ?, '[]', '')",
            (fact.channel, fact.story, ref(fact.channel, fact.story), stamp(fact.until), recorded.pos),
        )


def update_reviewed(db: Connection, recorded: Recorded, fact: UpdateReviewed) -> None:
    """Whatever was decided, the story's items are owed again: a post, or the end that was decided."""
    db.execute(
        "UPDATE reviews SET decision = ?, commitments = ?, by = ?, pos = ? WHERE channel = ? AND story = ?",
        (
            fact.decision, msgspec.json.encode(fact.commitments).decode(), fact.by, recorded.pos,
            fact.channel, fact.story,
        ),
    )  # fmt: skip
    db.execute("DELETE FROM held WHERE channel = ? AND story = ? AND reason = 'review'", (fact.channel, fact.story))


FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    UpdateHeld: update_held,
    UpdateReviewed: update_reviewed,
}


def ref(channel: str, story: str) -> str:
    """The name of a review on a button: short, and the same for the same story in the same channel."""
    return hashlib.sha256(f"{channel}\n{story}".encode()).hexdigest()[:12]


def held(db: Connection, channel: str, reason: str) -> list[Held]:
    """What is held in the channel for that reason, oldest first."""
    rows = db.execute(
        "SELECT h.item, h.story, h.reason, h.until, h.at FROM held h JOIN pending p USING (channel, item)"
        " WHERE h.channel = ? AND h.reason = ? ORDER BY p.pos",
        (channel, reason),
    ).fetchall()
    return [
        Held(item, story, why, datetime.fromisoformat(until), datetime.fromisoformat(at))
        for item, story, why, until, at in rows
    ]


def review(db: Connection, channel: str, story: str) -> Review | None:
    """The review of a story in a channel, if it was held for one."""
    return next(iter(_reviews(db, "channel = ? AND story = ?", channel, story)), None)


def review_of(db: Connection, ref: str) -> Review | None:
    """The review of that name."""
    return next(iter(_reviews(db, "ref = ?", ref)), None)


def unreviewed(db: Connection, channel: str = "") -> list[Review]:
    """What waits for a reviewer in the channel, or in any; what came first is first."""
    return _reviews(db, _OPEN, channel)


def cards(db: Connection, channel: str, cards: str) -> list[Review]:
    """Reviews of the channel whose message to the reviewers (in the channel `cards`) is not sent yet, or older than
    what was decided."""
    return _reviews(
        db,
        "channel = ?1 AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.channel = ?2 AND o.story = reviews.story"
        " AND (o.state = 'failed' OR (o.state = 'sent' AND (reviews.decision IS NULL OR o.as_of >= reviews.pos))))"
        " AND CASE WHEN decision IS NULL THEN EXISTS (SELECT 1 FROM held h WHERE h.channel = reviews.channel"
        " AND h.story = reviews.story) ELSE EXISTS"
        " (SELECT 1 FROM posts o WHERE o.channel = ?2 AND o.story = reviews.story AND o.state <> 'failed') END",
        channel,
        cards,
    )


def told(db: Connection, channel: str, since: datetime, until: datetime) -> list[str]:
    """The items the channel was told of after `since` and up to `until`, in that order."""
    rows = db.execute(
        "SELECT item FROM ends WHERE channel = ? AND at > ? AND at <= ? AND end IN ('published', 'merged')"
        " ORDER BY pos, item",
        (channel, stamp(since), stamp(until)),
    )
    return [item for (item,) in rows]


def digests(db: Connection, channel: str, kind: str) -> tuple[datetime | None, datetime | None]:
    """When the channel was opened, and when a digest of that kind was sent to it last."""
    opened = db.execute("SELECT at FROM channels WHERE channel = ?", (channel,)).fetchone()
    (sent,) = db.execute(
        "SELECT max(sent_at) FROM posts WHERE channel = ? AND story GLOB ?", (channel, f"digest/{kind}/*")
    ).fetchone()
    return datetime.fromisoformat(opened[0]) if opened else None, datetime.fromisoformat(sent) if sent else None


def _reviews(db: Connection, condition: str, *values: str) -> list[Review]:
    rows = db.execute(
        "SELECT channel, story, ref, until, pos, decision, commitments, by FROM reviews"  # noqa: S608 - our own words
        f" WHERE {condition} ORDER BY until, story",
        values,
    ).fetchall()
    return [
        Review(channel, story, name, datetime.fromisoformat(until), pos, decision, _NAMES(commitments), by)
        for channel, story, name, until, pos, decision, commitments, by in rows
    ]


_OPEN = (
    "decision IS NULL AND ? IN (channel, '') AND EXISTS"
    " (SELECT 1 FROM held h WHERE h.channel = reviews.channel AND h.story = reviews.story)"
)
_NAMES = msgspec.json.Decoder(tuple[str, ...]).decode
