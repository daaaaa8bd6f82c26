"""View: how much is known of each commitment."""

from __future__ import annotations

from datetime import datetime

from store.sqlitefile import Connection
from store.views.values import CommitmentCount, Counts


def counts(db: Connection, *, events: int) -> Counts:
    """The size of what is known; `events` is the position the views have reached."""
    found = tuple(_commitments(db))
    return Counts(
        events=events,
        items=_one(db, "SELECT count(*) FROM items"),
        matches=sum(count.items for count in found),
        stories=_one(db, "SELECT count(*) FROM stories WHERE matched"),
        commitments=found,
    )


def _commitments(db: Connection) -> list[CommitmentCount]:
    newest = {
        (plan, commitment): datetime.fromisoformat(rank[:27])
        for plan, commitment, rank in db.execute("SELECT plan, commitment, max(rank) FROM hits GROUP BY 1, 2")
    }
    rows = db.execute("SELECT plan, commitment, count(DISTINCT item) FROM matches GROUP BY 1, 2 ORDER BY 1, 2")
    return [CommitmentCount(plan, name, items, newest.get((plan, name))) for plan, name, items in rows]


def _one(db: Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])
