"""Retention: what never matched may lose its text after a time, and nothing else changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import codec
from store.events.items import ItemSeen, TextFetched
from store.events.plan import AuditDrawn, MissJudged, Stratum
from store.events.trust import EventRedacted
from store.log import Event
from store.retention import Step, compact, dropped
from store.seal import seal, verify
from store.sqlite import SqliteStore
from store.transfer import dump, load, parsed
from store.views.compare import compare
from store.views.views import Views
from tests.store.facts import DAY, HOUR, NOON, joined, matched, record, revised, seen

LATER = NOON + 400 * DAY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pactwatch.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    text = TextFetched(item="near", url="https://x.example/1", digest="t", text="a page " * 200, by="x", why="near")
    record(store, seen("dull", "A dull matter"), seen("near", "Nearly"), text, seen("hit"), matched("hit"))
    record(store, revised("dull", title="Still dull"), joined("hit", "hit"), seen("drawn"), seen("judged"))
    stratum = Stratum(name="other", size=9, items=("drawn",))
    record(
        store,
        AuditDrawn(plan="p", audit="2026-W09", rules="r1", since=NOON, until=NOON + DAY, strata=(stratum,), matched=1),
    )
    record(store, MissJudged(plan="p", audit="a", item="judged", verdict="right", by="me", ordinal=1))
    seal(store, NOON)
    record(store, seen("young"), at=NOON + 300 * DAY)
    yield store
    store.close()


def titles(log: SqliteStore) -> dict[str, str]:
    facts = (codec.fact(recorded) for recorded in log.read())
    return {fact.item: fact.title for fact in facts if isinstance(fact, ItemSeen)}


def compacted(log: SqliteStore) -> tuple[int, int]:
    steps = list(compact(log, NOON + DAY, at=LATER))
    return sum(step.events for step in steps), sum(step.freed for step in steps)


def test_only_old_items_that_nothing_speaks_of_lose_their_text(log: SqliteStore) -> None:
    before = titles(log)
    count, freed = compacted(log)
    assert (count, freed > 300) == (4, True)
    assert titles(log) == before | {"dull": "", "near": ""}
    assert compacted(log) == (0, 0)
    assert [dropped(log, position) for position in (0, 2, log.head())] == [0, 2, 4]


def test_a_trial_tells_the_same_and_drops_nothing(log: SqliteStore) -> None:
    before = log.read()
    (trial,) = compact(log, NOON + DAY, at=LATER, is_trial=True)
    assert log.read() == before
    (step,) = compact(log, NOON + DAY, at=LATER)
    assert trial == step == Step(step.through, 4, step.freed)


def test_seals_stay_true_and_what_is_left_is_vouched_for(log: SqliteStore, path: Path) -> None:
    compacted(log)
    seal(log, LATER)
    verdict = verify(log)
    assert (verdict.holds, verdict.compacted, verdict.problem) == (True, 4, "")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE log SET data = replace(data, 'pib', 'ansa') WHERE key = 'item/dull'")
    db.close()
    assert "are not what was left of them" in verify(log).problem


def test_text_that_was_dropped_without_a_word_is_found(log: SqliteStore, path: Path) -> None:
    (data,) = [one.data for one in log.read() if one.key == "item/hit"]
    with sqlite3.connect(path) as db:
        db.execute("UPDATE log SET data = ? WHERE key = 'item/hit'", (codec.compacted(data),))
    db.close()
    assert "no event says so" in verify(log).problem


def test_what_was_compacted_can_still_be_redacted(log: SqliteStore) -> None:
    compacted(log)
    gone = EventRedacted(target="item/dull", digest="0" * 64, reason="takedown")
    assert log.redact(["item/dull"], reason="takedown", record=[Event(gone)], at=LATER) == 1
    verdict = verify(log)
    assert (verdict.holds, verdict.redacted, verdict.compacted) == (True, 1, 3)


def test_views_and_search_forget_the_text_and_equal_a_replay(log: SqliteStore, tmp_path: Path) -> None:
    views = Views.open(tmp_path / "v.db")
    views.catch_up(log)
    watched = views.ledger(NOON, LATER)
    assert [item.key for item in views.search("dull", limit=9)] == ["dull"]
    compacted(log)
    views.catch_up(log)
    assert views.search("dull", limit=9) == []
    dull = views.item("dull")
    assert dull is not None
    assert (dull.title, dull.digest, dull.feed) == ("", "d1", "pib")
    assert [item.key for item in views.search("title", limit=9)] == ["young", "judged", "drawn", "hit"]
    assert views.ledger(NOON, LATER) == watched
    assert compare(tmp_path / "v.db", log).problem == ""
    record(log, revised("dull", "d2", "Dull no more"), at=LATER)
    views.catch_up(log)
    assert [item.key for item in views.search("dull", limit=9)] == ["dull"]
    assert compare(tmp_path / "v.db", log).problem == ""
    views.close()


def test_a_late_revision_keeps_its_text_when_the_first_goes(log: SqliteStore) -> None:
    record(log, revised("near", "d9", "Nearly, corrected"), at=LATER - HOUR)
    views = Views.open(None)
    views.catch_up(log)
    compacted(log)
    views.catch_up(log)
    near = views.item("near")
    assert near is not None
    assert near.title == "Nearly, corrected"
    views.close()


def test_a_compacted_log_travels(log: SqliteStore) -> None:
    compacted(log)
    other = SqliteStore(None)
    load(other, parsed(line.encode() for line in dump(log, source="x")))
    assert other.read() == log.read()
    assert verify(other).holds
    other.close()
