"""View: how much is known of each commitment, counted as it comes, so that asking costs the same in any log."""

from __future__ import annotations

from datetime import datetime

from store.sqlitefile import Connection
from store.views.values import CommitmentCount, Counts

# How many items matched each commitment, and in the row without names how many there are in all. An item counts once,
# however many of its texts matched.
SCHEMA = (
    """CREATE TABLE sizes (plan TEXT, commitment TEXT, items INTEGER NOT NULL, PRIMARY KEY (plan, commitment))
         WITHOUT ROWID""",
)

ALL = ("", "")


def grow(db: Connection, plan: str, commitment: str, by: int) -> None:
    """So many items more, or fewer. What nothing is left of has no row, as after a replay."""
    if by:
        db.execute(
            "INSERT INTO sizes VALUES (?1, ?2, ?3) ON CONFLICT (plan, commitment) DO UPDATE SET items = items + ?3",
            (plan, commitment, by),
        )
        db.execute("DELETE FROM sizes WHERE plan = ? AND commitment = ? AND items = 0", (plan, commitment))


def recount(db: Connection, plan: str, commitment: str) -> None:
    """Count a commitment's items anew: where its matches moved at once."""
    db.execute("DELETE FROM sizes WHERE plan = ? AND commitment = ?", (plan, commitment))
    db.execute(
        "INSERT INTO sizes SELECT ?1, ?2, count(DISTINCT item) FROM matches WHERE plan = ?1 AND commitment = ?2"
        " HAVING count(*)",
        (plan, commitment),
    )


def is_counted(db: Connection, plan: str, commitment: str, item: str) -> bool:
    """Whether any text of the item matches the commitment."""
    found = db.execute(
        "SELECT 1 FROM matches WHERE plan = ? AND commitment = ? AND item = ? LIMIT 1", (plan, commitment, item)
    )
    return found.fetchone() is not None


def counts(db: Connection, *, events: int) -> Counts:
    """The size of what is known; `events` is the position the views have reached."""
    rows = db.execute("SELECT plan, commitment, items FROM sizes ORDER BY 1, 2").fetchall()
    found = tuple(
        CommitmentCount(plan, name, items, _newest(db, plan, name)) for plan, name, items in rows if (plan, name) != ALL
    )
    return Counts(
        events=events,
        items=sum(items for plan, name, items in rows if (plan, name) == ALL),
        matches=sum(count.items for count in found),
        stories=int(db.execute("SELECT count(*) FROM stories WHERE matched").fetchone()[0]),
        commitments=found,
    )


def _newest(db: Connection, plan: str, commitment: str) -> datetime | None:
    found = db.execute(
        "SELECT rank FROM hits WHERE commitment = ? AND plan = ? ORDER BY rank DESC LIMIT 1", (commitment, plan)
    ).fetchone()
    return datetime.fromisoformat(found[0][:27]) if found else None
