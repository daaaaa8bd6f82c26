"""View: what people think of posts. Of each person the latest word on a story counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from store.events.plan import MatchJudged
from store.log import Recorded
from store.sqlitefile import Connection
from store.views.values import Voice, Votes

SCHEMA = (
    """CREATE TABLE votes (story TEXT, by TEXT, verdict TEXT, role TEXT, commitments TEXT,
         PRIMARY KEY (story, by)) WITHOUT ROWID""",
)


def match_judged(db: Connection, _: Recorded, fact: MatchJudged) -> None:
    db.execute(
        "INSERT OR REPLACE INTO votes (story, by, verdict, role, commitments) VALUES (?, ?, ?, ?, ?)",
        (fact.story, fact.by, fact.verdict, fact.role, msgspec.json.encode(fact.commitments).decode()),
    )


FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {MatchJudged: match_judged}


def votes(db: Connection, story: str, by: str) -> Votes:
    """How many call the story's matches right and wrong, and what this person said."""
    rows = db.execute("SELECT verdict, count(*) FROM votes WHERE story = ? GROUP BY verdict", (story,)).fetchall()
    counts = dict(rows)
    mine = db.execute("SELECT verdict FROM votes WHERE story = ? AND by = ?", (story, by)).fetchone()
    return Votes(counts.get("right", 0), counts.get("wrong", 0), mine[0] if mine else None)


def voices(db: Connection) -> list[Voice]:
    """Every person's last word on every story."""
    rows = db.execute("SELECT story, by, verdict, role, commitments FROM votes ORDER BY story, by").fetchall()
    return [Voice(story, by, verdict, role, _IDS(commitments)) for story, by, verdict, role, commitments in rows]


_IDS = msgspec.json.Decoder(tuple[str, ...]).decode


def months(db: Connection, commitment: str, *, limit: int) -> list[tuple[str, int]]:
    """How many stories there were on a commitment in each of its newest months (`2026-11`), newest first."""
    return db.execute(
        "SELECT substr(rank, 1, 7), count(*) FROM hits WHERE commitment = ? GROUP BY 1 ORDER BY 1 DESC LIMIT ?",
        (commitment, limit),
    ).fetchall()
