"""Reading the log: by time, by commitment, in pages that nothing moves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions import reading
from bot.questions.concern import Concern
from bot.questions.reading import Question, newest, onwards, position_before
from store.codec import Redacted
from store.events.monitor import FeedFailing
from store.log import EventLog
from store.sqlite import SqliteStore
from tests.store.facts import DAY, MINUTE, NOON, joined, matched, queued, record, seen, sent


@pytest.fixture
def log() -> SqliteStore:
    return SqliteStore(None)


def positions(log: EventLog, question: Question) -> list[int]:
    return [recorded.pos for recorded in onwards(log, question, after=0, to=log.head())]


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(-1, 250))
def test_a_moment_names_the_last_position_before_it(gaps: list[int], asked: int) -> None:
    log, at = SqliteStore(None), NOON
    times = []
    for number, gap in enumerate(gaps):
        at += gap * MINUTE
        times.append(at)
        record(log, seen(f"i{number}"), at=at)
    assert position_before(log, NOON + asked * MINUTE) == sum(each < NOON + asked * MINUTE for each in times)


def test_an_event_concerns_a_commitment_through_its_item_and_its_story(log: SqliteStore) -> None:
    record(log, seen("a"), seen("b"), matched("a", "trade"), matched("a"), joined("a", "a"), seen("c"))
    record(log, matched("c", "trade"), joined("c", "a"), matched("b", "trade"), joined("b", "b"))
    record(log, queued("a", "a", "c"), sent("a", "a", "c"), queued("b", "b"))
    assert positions(log, Question(concern=Concern({"defence"}))) == [1, 3, 4, 5, 8, 11, 12]


def test_an_item_that_matches_after_it_joined_a_story_brings_the_story_with_it(log: SqliteStore) -> None:
    record(log, seen("a"), matched("a", "trade"), joined("a", "s"), matched("a", digest="d1"), queued("s", "a"))
    assert positions(log, Question(concern=Concern({"defence"}))) == [1, 2, 3, 4, 5]


def test_what_is_recorded_while_somebody_reads_moves_nothing(log: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    record(log, *(seen(f"i{number}") for number in range(6)))
    read = []
    for recorded in onwards(log, Question(), after=0, to=log.head()):
        record(log, seen(f"new-{recorded.pos}"))
        read.append(recorded.pos)
    assert read == [1, 2, 3, 4, 5, 6]


@given(st.integers(1, 12), st.integers(1, 7), st.integers(0, 20), st.integers(0, 25))
def test_the_newest_are_the_end_of_all(limit: int, page: int, after: int, to: int) -> None:
    log = SqliteStore(None)
    record(log, *(seen(f"i{number}", "odd" if number % 3 else "even") for number in range(20)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PAGE", page)
        patch.setattr(reading, "_LONGEST_STEP", 2 * page)
        for question in (Question(), Question(words=re.compile("even"))):
            everything = list(onwards(log, question, after=after, to=min(to, 20)))
            assert newest(log, question, limit, after=after, to=min(to, 20)) == everything[-limit:]


def test_words_are_looked_for_in_the_line_and_in_the_data(log: SqliteStore) -> None:
    record(log, FeedFailing(feed="pib", since=NOON, reason="HTTP 500"), seen("a", "Un accordo à Roma"))
    assert positions(log, Question(words=re.compile("has been failing"))) == [1]
    assert positions(log, Question(words=re.compile("ACCORDO À", re.IGNORECASE))) == [2]


def test_a_feed_a_type_and_a_key_narrow_it_down(log: SqliteStore) -> None:
    record(log, seen("a"), FeedFailing(feed="pib", since=NOON + DAY, reason="x"), matched("a"))
    record(log, FeedFailing(feed="ansa", since=NOON, reason="x"))
    assert positions(log, Question(feed="pib")) == [1, 2]
    assert positions(log, Question(types=("FeedFailing.v1",))) == [2, 4]
    assert positions(log, Question(key="item/")) == [1]


def test_a_sighting_whose_text_was_taken_out_still_concerns_its_commitment(log: SqliteStore) -> None:
    record(log, Redacted(type="ItemSeen.v1", name="item/a", digest="d", reason="takedown"), matched("a"))
    assert positions(log, Question(concern=Concern({"defence"}))) == [1, 2]
