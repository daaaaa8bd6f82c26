"""What the items of a body come to, given what the log holds of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.rules.activation import Standing, activate
from bot.watch.bodies import offered
from bot.watch.intake import Intake
from bot.watch.offers import Body, Offered
from bot.watch.record import Tally
from bot.watch.stories import Stories, recall
from feeds.item import Feed
from matchers.rules import RuleSet
from store import codec
from store.events.fact import Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, StoryJoined
from store.sqlite import SqliteStore
from tests.bot.changed_rules import rules
from tests.store.facts import NOON

TIMES = Feed("times", "https://times.example/feed", publisher="Times")
BRIDGES = rules(bridges=["bridge"])


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    activate(store, BRIDGES, reason="the configuration at start", meta={}, at=NOON)
    yield store
    store.close()


def offer(*titles: str, window: dict[str, str] | None = None) -> Offered:
    """A body with these titles, the newest first; each item is known by its place."""
    items = "".join(f"<item><guid>{place}</guid><title>{title}</title></item>" for place, title in enumerate(titles))
    data = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    found = offered(Body(TIMES, TIMES.url, "", data, window), (BRIDGES,))
    assert isinstance(found, Offered)
    return found


def taken_in(log: SqliteStore, found: Offered, *, tally: Tally | None = None) -> list[Fact]:
    """What was recorded."""
    head = log.head()
    stories = Stories(lambda since: recall(log, since), lambda: ((), ()))
    intake = Intake(log, lambda: stories, Standing(log, (BRIDGES,)), {"run": "x"})
    log.append(intake.events(found, TIMES, intake.known([found]), now=NOON, tally=tally or Tally()), at=NOON)
    return [codec.fact(recorded) for recorded in log.read(head)]


def test_a_new_item_is_seen_and_what_it_matches_follows(log: SqliteStore) -> None:
    tally = Tally()
    facts = taken_in(log, offer("A bridge opens", "Rain"), tally=tally)
    assert [type(fact) for fact in facts] == [ItemSeen, ItemSeen, ItemMatched, StoryJoined]
    assert [(fact.title, fact.publisher, fact.archive) for fact in facts if isinstance(fact, ItemSeen)] == [
        ("Rain", "Times", True),
        ("A bridge opens", "Times", True),
    ]
    assert (tally.items, tally.new, tally.revised, tally.matches) == (2, 2, 0, 1)


def test_what_a_feed_that_was_read_before_brings_is_no_archive(log: SqliteStore) -> None:
    (seen,) = taken_in(log, offer("Rain", window={}))
    assert isinstance(seen, ItemSeen)
    assert not seen.archive


def test_a_known_text_means_nothing_new(log: SqliteStore) -> None:
    taken_in(log, offer("A bridge opens"))
    assert taken_in(log, offer("A bridge opens")) == []


def test_a_known_item_with_another_text_is_revised_once_and_joins_no_second_story(log: SqliteStore) -> None:
    taken_in(log, offer("A bridge opens"))
    tally = Tally()
    facts = taken_in(log, offer("The bridge is closed"), tally=tally)
    assert [type(fact) for fact in facts] == [ItemRevised, ItemMatched]
    assert (tally.new, tally.revised, tally.matches) == (0, 1, 1)
    assert taken_in(log, offer("The bridge is closed")) == []
    assert taken_in(log, offer("A bridge opens")) == []


def test_several_bodies_are_looked_up_at_once(log: SqliteStore) -> None:
    taken_in(log, offer("Rain"))
    again, more = offer("Rain"), offer("Fog", "Snow")
    intake = Intake(log, lambda: Stories(lambda since: (), lambda: ((), ())), Standing(log, (BRIDGES,)), {})
    known = intake.known([again, more])
    assert intake.events(again, TIMES, known, now=NOON, tally=Tally()) == []
    tally = Tally()
    assert len(intake.events(more, TIMES, known, now=NOON, tally=tally)) == 2
    assert (tally.new, tally.revised) == (1, 1)


def test_what_was_taken_out_does_not_come_back(log: SqliteStore) -> None:
    (seen,) = taken_in(log, offer("Rain"))
    log.redact([seen.key], reason="asked for", record=(), at=NOON)
    assert taken_in(log, offer("Rain again")) == []


@pytest.mark.parametrize(
    ("newer", "matched"), [(rules(rain=["rain"]), ["rain"]), (rules(fog=["fog"]), []), (BRIDGES, ["bridges"])]
)
def test_rules_that_came_into_force_since_it_was_judged_judge_it(
    log: SqliteStore, newer: RuleSet, matched: list[str]
) -> None:
    found = offer("A bridge in the rain")
    stories = Stories(lambda since: (), lambda: ((), ()))
    intake = Intake(log, lambda: stories, Standing(log, (newer,)), {})
    known = intake.known([found])
    facts = [event.fact for event in intake.events(found, TIMES, known, now=NOON, tally=Tally())]
    assert [(fact.commitment, fact.rules) for fact in facts if isinstance(fact, ItemMatched)] == [
        (each, newer.id) for each in matched
    ]
