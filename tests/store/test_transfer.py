"""A log that travels: the same positions, times, texts and seals in another store, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cloudevents import from_line, to_line
from store.codec import Unknown, data_digest, redaction
from store.log import Event, LogDamaged, LogError, Recorded
from store.seal import seal, verify
from store.sqlite import SqliteStore
from store.transfer import dump, load, parsed
from tests.store.facts import HOUR, MINUTE, NOON, matched, record, seen


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    """A sealed log with a clock that jumped back, an event of a newer program, and an odd title."""
    store = SqliteStore(None)
    record(store, seen("a", "Un “accordo”\n\u2028 \x00 \U0001f600"), matched("a"), at=NOON)
    record(store, Unknown(type="New.v9", name="new/1", data='{"x": 1.50, "y": [1,  2]}'), at=NOON + HOUR)
    store.append([Event(seen("b"), {"cause": "item/a", "run": "r"})], at=NOON + MINUTE)
    seal(store, NOON + HOUR)
    record(store, seen("c"), at=NOON + HOUR)
    yield store
    store.close()


def lines(log: SqliteStore) -> list[bytes]:
    return [line.encode() for line in dump(log, source="/pactwatch/p")]


def test_a_log_that_travelled_is_the_same_to_the_letter(log: SqliteStore) -> None:
    other = SqliteStore(None)
    assert load(other, parsed(lines(log))) == 6
    assert other.read() == log.read()
    assert "clock" in other.read(3, 1)[0].meta
    assert verify(other) == verify(log)
    assert verify(other).holds
    assert verify(other).sealed == 4


def test_a_line_has_the_attributes_of_cloudevents(log: SqliteStore) -> None:
    event = json.loads(lines(log)[3])
    assert {event[name] for name in ("specversion", "id", "source", "type")} == {
        "1.0",
        "item/b",
        "/pactwatch/p",
        "ItemSeen.v1",
    }
    assert event["time"] == "2026-03-01T13:00:00.000000Z"
    assert event["data"]["item"] == "b"
    assert (event["position"], json.loads(event["meta"])["cause"]) == (4, "item/a")
    assert all(name.isalnum() and name.islower() for name in event)


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_any_event_comes_back_as_it_was(text: str, meta: dict[str, str]) -> None:
    recorded = Recorded(7, f"item/{text}", "ItemSeen.v1", NOON, json.dumps({"x": text}), meta)
    assert from_line(to_line(recorded, source="s")) == recorded


def test_a_line_that_a_tool_laid_out_anew_is_still_the_event() -> None:
    recorded = Recorded(1, "item/a", "ItemSeen.v1", NOON, '{"item":"a","n":1.5}', {})
    spaced = json.dumps(json.loads(to_line(recorded, source="s")))
    assert from_line(spaced) == recorded


def test_what_was_taken_out_travels_as_such() -> None:
    data = redaction(data_digest("{}"), "takedown")
    recorded = Recorded(1, "item/a", "ItemSeen.v1", NOON, data, {})
    assert from_line(to_line(recorded, source="s")) == recorded


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[1:], "line 1: position 2"),
        (lambda rows: [rows[0], *rows[2:]], "line 2: position 3"),
        (lambda rows: [rows[0].replace(b'"item":"a"', b'"item":"z"'), *rows[1:]], "line 1: the data of event 1"),
        (lambda rows: [*rows[:5], rows[5].replace(b"13:00", b"11:00")], "line 6: its time"),
        (lambda rows: [*rows[:5], rows[5][:40]], "line 6: not an event"),
        (lambda rows: [*rows, b""], "line 7: not an event"),
        (lambda rows: [b'{"title": "else"}'], "line 1: not an event"),
    ],
)
def test_lines_that_cannot_be_a_whole_log_are_refused_by_number(log: SqliteStore, change, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LogDamaged, match=said):
        list(parsed(change(lines(log))))


def test_a_store_that_holds_something_is_refused(log: SqliteStore) -> None:
    other = SqliteStore(None)
    record(other, seen("z"))
    with pytest.raises(LogError, match="already holds events, up to position 1;"):
        load(other, parsed(lines(log)))
    assert other.head() == 1
