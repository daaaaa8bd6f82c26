"""View: items with their newest text, what they matched, and the full-text search over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from store.codec import Redacted, stamp
from store.events.fact import Evidence
from store.events.items import ItemMatched, ItemRevised, ItemSeen, MatchWithdrawn
from store.events.plan import PlanRevised
from store.events.trust import ItemsCompacted
from store.log import Recorded
from store.sqlitefile import Connection
from store.views import commitments
from store.views.values import ItemView, MatchView

# `rank` orders items by when they were published (seen, where that is unknown or later), then by position; its last
# twelve characters are the position. `place` is host and path of the address, to find an item by a pasted link.
# `revised` is the position at which its text last changed, or a match of it was withdrawn. `heirs` are the commitments
# under which the evidence of one that ended counts now.
SCHEMA = (
    """CREATE TABLE items (
         pos INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE, feed TEXT, publisher TEXT, title TEXT, summary TEXT,
         url TEXT, place TEXT, lang TEXT, published TEXT, seen_at TEXT, archive INTEGER, digest TEXT, rank TEXT,
         revised INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX items_by_revision ON items (revised) WHERE revised > 0",
    "CREATE INDEX items_by_place ON items (place) WHERE place IS NOT NULL",
    """CREATE TABLE matches (
         plan TEXT, commitment TEXT, item TEXT, digest TEXT, rules TEXT, rule TEXT, score REAL, evidence TEXT,
         pos INTEGER, PRIMARY KEY (plan, commitment, item, digest)) WITHOUT ROWID""",
    "CREATE INDEX matches_by_item ON matches (item)",
    """CREATE TABLE heirs (plan TEXT, former TEXT, commitment TEXT, PRIMARY KEY (plan, former, commitment))
         WITHOUT ROWID""",
    # Vowel signs and nuktas are parts of Hindi words: they are word characters here, and are not folded away.
    """CREATE VIRTUAL TABLE item_words USING fts5 (title, summary, content='items', content_rowid='pos',
         tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")""",
    *commitments.SCHEMA,
)

MAX_WORDS = 24


def items_seen(db: Connection, run: Sequence[tuple[Recorded, ItemSeen]]) -> None:
    new = db.executemany(
        "INSERT OR IGNORE INTO items (pos, item, feed, publisher, title, summary, url, place, lang, published,"
        " seen_at, archive, digest, rank) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_row(recorded, fact) for recorded, fact in run],
    )
    commitments.grow(db, *commitments.ALL, new.rowcount)


def redacted(db: Connection, recorded: Recorded, fact: Redacted) -> None:
    """An item whose text was taken out stays known, so that what refers to it still finds it."""
    if fact.type.startswith("ItemSeen."):
        rank = f"{stamp(recorded.at)} {recorded.pos:012}"
        new = db.execute(
            "INSERT OR IGNORE INTO items (pos, item, feed, title, summary, seen_at, archive, digest, rank)"
            " VALUES (?, ?, '', '', '', ?, 0, '', ?)",
            (recorded.pos, fact.name.removeprefix("item/"), stamp(recorded.at), rank),
        )
        commitments.grow(db, *commitments.ALL, new.rowcount)


def item_revised(db: Connection, recorded: Recorded, fact: ItemRevised) -> None:
    old = db.execute("SELECT pos, title, summary, digest FROM items WHERE item = ?", (fact.item,)).fetchone()
    if old is None or old[3] == fact.digest:
        return
    is_indexed = old[0] <= _indexed(db)
    if is_indexed:
        db.execute("INSERT INTO item_words (item_words, rowid, title, summary) VALUES ('delete', ?, ?, ?)", old[:3])
    db.execute(
        "UPDATE items SET title = ?, summary = ?, url = ?, place = ?, lang = coalesce(?, lang), digest = ?, revised = ?"
        " WHERE pos = ?",
        (fact.title, fact.summary, fact.url, _place(fact.url), fact.lang, fact.digest, recorded.pos, old[0]),
    )
    if is_indexed:
        new = (old[0], fact.title, fact.summary)
        db.execute("INSERT INTO item_words (rowid, title, summary) VALUES (?, ?, ?)", new)


def index_words(db: Connection) -> None:
    """Put the items of a transaction into the word index, once all else is folded.

    All at once: SQLite writes what the index has gathered to disk before most other statements, which took half
    the time of a replay where each run of sightings was put in by itself.
    """
    db.execute(
        "INSERT INTO item_words (rowid, title, summary) SELECT pos, title, summary FROM items WHERE pos > ?",
        (_indexed(db),),
    )


def _indexed(db: Connection) -> int:
    """Up to which position items are in the word index: where the last transaction ended."""
    return int(db.execute("SELECT position FROM reached").fetchone()[0])


def item_matched(db: Connection, recorded: Recorded, fact: ItemMatched) -> None:
    evidence = msgspec.json.encode(fact.evidence).decode()
    names = heirs(db, fact.plan, fact.commitment)
    for name in names:
        commitments.grow(db, fact.plan, name, not commitments.is_counted(db, fact.plan, name, fact.item))
    db.executemany(
        "INSERT OR REPLACE INTO matches (plan, commitment, item, digest, rules, rule, score, evidence, pos)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                fact.plan, commitment, fact.item, fact.digest, fact.rules, fact.rule, fact.score, evidence,
                recorded.pos,
            )
            for commitment in names
        ],
    )  # fmt: skip


def match_withdrawn(db: Connection, recorded: Recorded, fact: MatchWithdrawn) -> None:
    gone = db.execute(
        "DELETE FROM matches WHERE plan = ? AND commitment = ? AND item = ? AND digest = ?",
        (fact.plan, fact.commitment, fact.item, fact.digest),
    )
    if gone.rowcount:
        is_left = commitments.is_counted(db, fact.plan, fact.commitment, fact.item)
        commitments.grow(db, fact.plan, fact.commitment, is_left - 1)
        db.execute("UPDATE items SET revised = ? WHERE item = ?", (recorded.pos, fact.item))


def plan_revised(db: Connection, _: Recorded, fact: PlanRevised) -> None:
    """The evidence of former commitments is that of each of their heirs, beside what these have themselves."""
    for one in fact.descents:
        for former in one.formerly:
            db.execute(
                "INSERT OR IGNORE INTO matches (plan, commitment, item, digest, rules, rule, score, evidence, pos)"
                " SELECT plan, ?, item, digest, rules, rule, score, evidence, pos FROM matches"
                " WHERE plan = ? AND commitment = ?",
                (one.commitment, fact.plan, former),
            )
            if former in fact.ended:
                db.execute("INSERT OR IGNORE INTO heirs VALUES (?, ?, ?)", (fact.plan, former, one.commitment))
        db.execute("DELETE FROM heirs WHERE plan = ? AND former = ?", (fact.plan, one.commitment))  # it is one again
    for former in fact.ended:
        db.execute("DELETE FROM matches WHERE plan = ? AND commitment = ?", (fact.plan, former))
    for name in dict.fromkeys((*fact.ended, *(one.commitment for one in fact.descents))):
        commitments.recount(db, fact.plan, name)


def heirs(db: Connection, plan: str, commitment: str) -> tuple[str, ...]:
    """Under which commitments the evidence of this one counts now: itself, unless it was renamed, split or merged."""
    found, todo = dict.fromkeys((commitment,)), [commitment]
    ended: set[str] = set()
    while todo:
        former = todo.pop()
        rows = db.execute("SELECT commitment FROM heirs WHERE plan = ? AND former = ?", (plan, former)).fetchall()
        new = [name for (name,) in rows if name not in found]
        if rows:
            ended.add(former)
        found |= dict.fromkeys(new)
        todo += new
    return tuple(name for name in found if name not in ended) or (commitment,)


SIGHTINGS = items_seen


def items_compacted(db: Connection, _: Recorded, fact: ItemsCompacted) -> None:
    """The text is gone from the log; an item that was revised later shows the revision, which may still be there."""
    named, indexed = msgspec.json.encode(fact.positions).decode(), _indexed(db)
    rows = db.execute(
        "SELECT pos, title, summary FROM items WHERE revised = 0 AND pos IN (SELECT value FROM json_each(?1)) UNION ALL"
        " SELECT pos, title, summary FROM items WHERE revised > 0 AND revised IN (SELECT value FROM json_each(?1))",
        (named,),
    ).fetchall()
    words = [row for row in rows if row[0] <= indexed]
    db.executemany("INSERT INTO item_words (item_words, rowid, title, summary) VALUES ('delete', ?, ?, ?)", words)
    db.executemany("UPDATE items SET title = '', summary = '' WHERE pos = ?", [row[:1] for row in rows])
    db.executemany("INSERT INTO item_words (rowid, title, summary) VALUES (?, '', '')", [row[:1] for row in words])


FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    ItemsCompacted: items_compacted,
    ItemRevised: item_revised,
    ItemMatched: item_matched,
    MatchWithdrawn: match_withdrawn,
    PlanRevised: plan_revised,
    Redacted: redacted,
}


def by_keys(db: Connection, keys: Iterable[str]) -> list[ItemView]:
    """The items of those keys, oldest sighting first; unknown keys are absent."""
    rows = [row for key in keys if (row := db.execute(f"{_SELECT} WHERE i.item = ?", (key,)).fetchone())]
    return [_item(db, row) for row in sorted(rows, key=lambda row: row[1])]


def feeds_of(db: Connection, host: str) -> tuple[str, ...]:
    """The feeds that brought items from this host, by id."""
    place = host.lower().removeprefix("www.")
    rows = db.execute(
        "SELECT DISTINCT feed FROM items WHERE place >= ? AND place < ? ORDER BY feed", (f"{place}/", f"{place}0")
    )
    return tuple(feed for (feed,) in rows)


def matched(db: Connection, plan: str, keys: Iterable[str]) -> dict[tuple[str, str], set[str]]:
    """The commitments of a plan found in these items, by item and digest of the text that was judged."""
    rows = db.execute(
        "SELECT item, digest, commitment FROM matches WHERE item IN (SELECT value FROM json_each(?)) AND plan = ?",
        (msgspec.json.encode(list(keys)).decode(), plan),
    )
    found: dict[tuple[str, str], set[str]] = {}
    for item, digest, commitment in rows:
        found.setdefault((item, digest), set()).add(commitment)
    return found


def by_url(db: Connection, url: str, *, canonical: Callable[[str], str]) -> ItemView | None:
    """The newest item at that address: to the letter if there is one, else where `canonical` says it is the same."""
    place = _place(url)
    if place is None:
        return None
    rows = db.execute(f"{_SELECT} WHERE i.place = ? ORDER BY i.pos DESC LIMIT 100", (place,)).fetchall()
    exact = [row for row in rows if row[6] == url]
    alike = [row for row in rows if canonical(row[6]) == canonical(url)]
    chosen = exact or alike
    return _item(db, chosen[0]) if chosen else None


def search(
    db: Connection,
    words: str,
    *,
    limit: int,
    commitments: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[ItemView]:
    """Items with all the words: those with all of them in the title first, newest sighting first within each."""
    query = words_query(words)
    if not query:
        return []
    chosen = f"{_SELECT} JOIN item_words w ON w.rowid = i.pos WHERE item_words MATCH ? {_filters(commitments)}"
    given = _given(commitments, since, until)
    found: dict[int, tuple[Any, ...]] = {}
    for scope in (f"title : ({query})", query):
        rows = db.execute(f"{chosen} ORDER BY w.rowid DESC LIMIT ?", (scope, *given, limit)).fetchall()
        found |= {row[1]: row for row in rows if row[1] not in found}
        if len(found) >= limit:
            break
    return [_item(db, row) for row in list(found.values())[:limit]]


_SELECT = (
    "SELECT i.item, i.pos, i.feed, i.publisher, i.title, i.summary, i.url, i.lang, i.published, i.seen_at, i.archive,"
    " i.digest, (SELECT story FROM members m WHERE m.item = i.item) FROM items i"
)
_EVIDENCE = msgspec.json.Decoder(tuple[Evidence, ...]).decode


def _row(recorded: Recorded, fact: ItemSeen) -> tuple[object, ...]:
    seen_at = stamp(recorded.at)
    published = stamp(fact.published) if fact.published else None
    rank = f"{min(published or seen_at, seen_at)} {recorded.pos:012}"
    return (
        recorded.pos, fact.item, fact.feed, fact.publisher, fact.title, fact.summary, fact.url, _place(fact.url),
        fact.lang, published, seen_at, fact.archive, fact.digest, rank,
    )  # fmt: skip


def _item(db: Connection, row: tuple[Any, ...]) -> ItemView:
    item, pos, feed, publisher, title, summary, url, lang, published, seen_at, archive, digest, story = row
    return ItemView(
        key=item,
        pos=pos,
        feed=feed,
        publisher=publisher,
        title=title,
        summary=summary,
        url=url,
        lang=lang,
        published=datetime.fromisoformat(published) if published else None,
        seen_at=datetime.fromisoformat(seen_at),
        archive=bool(archive),
        digest=digest,
        story=story,
        matches=_matches(db, item, digest),
    )


def _matches(db: Connection, item: str, digest: str) -> tuple[MatchView, ...]:
    """One for each commitment, best first: of several the one that judged the item's present text, else the newest."""
    rows = db.execute(
        "SELECT commitment, plan, rule, rules, score, evidence, pos, digest FROM matches WHERE item = ?"
        " ORDER BY digest = ?, pos",
        (item, digest),
    ).fetchall()
    newest = {(row[0], row[1]): row for row in rows}
    best = sorted(newest.values(), key=lambda row: (-row[4], row[6]))
    return tuple(_match(*row) for row in best)


def _match(
    commitment: str, plan: str, rule: str, rules: str, score: float, evidence: str, pos: int, digest: str
) -> MatchView:
    return MatchView(commitment, plan, rule, rules, score, _EVIDENCE(evidence), pos, digest)


def _place(url: str | None) -> str | None:
    """Host and path of a web address, without what commonly differs between two ways to write it."""
    found = _ADDRESS.match(url) if url else None
    return f"{found[1].lower()}{found[2].rstrip('/')}" if found else url


# Host and path. urlsplit would take eight times as long, for every item of a replay.
_ADDRESS = re.compile(r"https?://(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)(?::\d*)?([^?#]*)", re.IGNORECASE)


def words_query(words: str) -> str:
    """What a person typed, as an FTS5 query: all the words, "quoted phrases" as such, an asterisk for any ending."""
    found = _WORDS.findall(words.replace("\x00", " "))[:MAX_WORDS]
    return " ".join(f'"{phrase or word}"{" *" if star else ""}' for phrase, word, star in found)


# A word here is whatever FTS5 makes a token of at least: without a letter or a digit there is nothing to look for.
_WORDS = re.compile(r'"([^"]*\w[^"]*)"|([^\s"*]*\w[^\s"*]*)(\*?)')


def _filters(commitments: Sequence[str]) -> str:
    """Conditions on an item `i`; `_given` has their values."""
    chosen = (
        " AND EXISTS (SELECT 1 FROM matches m WHERE m.item = i.item"
        " AND m.commitment IN (SELECT value FROM json_each(?)))"
    )
    return f"AND i.rank >= ? AND i.rank < ? {chosen if commitments else ''}"


def _given(commitments: Sequence[str], since: datetime | None, until: datetime | None) -> tuple[str, ...]:
    bounds = (stamp(since) if since else "", stamp(until) if until else "~")
    return (*bounds, msgspec.json.encode(list(commitments)).decode()) if commitments else bounds
