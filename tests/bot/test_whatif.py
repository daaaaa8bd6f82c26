"""What if: the difference other rules would make, told and counted, with nothing written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import structs

from bot.questions.stored import stored
from bot.rules.judges import judge_here, judges
from bot.rules.whatif import Report, Shown, what_if
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read
from store.events.items import ItemRevised, TextFetched
from store.events.plan import MatchJudged
from store.log import Event
from store.retention import compact
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.bot.changed_rules import change, rules, see, start
from tests.store.facts import MINUTE, NOON, record

OLD = rules(bridge=["bridge"], school=["school"])
NEW = rules(bridge=["ferry"], school=["school"])


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    yield store
    store.close()


def asked(log: SqliteStore, new: RuleSet, after: int = 0) -> tuple[Report, list[Shown]]:
    """The report, and every change it was told of."""
    views, shown = Views.open(None), list[Shown]()
    views.catch_up(log)
    report = what_if(log, views, new, {}, judge=judge_here(new, {}), after=after, each=shown.append)
    views.close()
    return report, shown


def test_every_match_gained_or_lost_is_told_with_its_reason(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The ferry", "The school", "The weather")
    head = log.head()
    report, shown = asked(log, NEW)
    assert [(one.change, one.item, one.why) for one in shown] == [
        ("lost", "i0", "missing at words: none of its terms is there"),
        ("gained", "i1", "words: ferry"),
    ]
    assert (report.texts, report.gained, report.lost) == (4, 1, 1)
    assert {key: (count.gained, count.lost) for key, count in report.counts.items()} == {("bridge", "en"): (1, 1)}
    assert log.head() == head


def test_the_rules_in_force_change_nothing(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The school")
    assert asked(log, OLD)[0].counts == {}


def test_only_what_came_since_is_judged(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The weather", "The ferry")
    assert [one.item for one in asked(log, NEW, after=4)[1]] == ["i2"]


def test_what_was_withdrawn_does_not_count(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The ferry")
    views = Views.open(None)
    change(log, views, NEW)
    views.close()
    assert [(one.change, one.item) for one in asked(log, OLD)[1]] == [("gained", "i0"), ("lost", "i1")]


def test_every_text_of_an_item_is_judged(log: SqliteStore) -> None:
    start(log, OLD, "The weather")
    record(log, ItemRevised(item="i0", feed="times", digest="d9", title="The ferry"))
    ((first, second),) = list(stored(log))
    assert [one.content.title for one in (first, second)] == ["The weather", "The ferry"]
    assert [(one.change, one.title) for one in asked(log, NEW)[1]] == [("gained", "The ferry")]


def test_the_text_that_was_fetched_for_it_counts(log: SqliteStore) -> None:
    start(log, OLD, "The weather")
    text = TextFetched(item="i0", url="http://x.example/", digest="t", text="A ferry left.", by="article", why="near")
    log.append([Event(text, {"cause": "item/i0"})], at=NOON)
    assert [(one.change, one.item, one.why) for one in asked(log, NEW)[1]] == [("gained", "i0", "words: ferry")]


def test_what_was_dropped_is_counted_as_not_judged(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The ferry", "The weather")
    assert [step.events for step in compact(log, NOON + MINUTE, at=NOON + MINUTE)] == [2]
    report, shown = asked(log, NEW)
    assert [(one.change, one.item) for one in shown] == [("lost", "i0")]
    assert (report.texts, report.gone) == (1, 2)


def test_what_a_feed_lends_counts() -> None:
    plan = read(
        Plan,
        {
            "id": "p",
            "title": {"en": "Plan"},
            "languages": ["en"],
            "sides": {"town": {"strong": ["town"]}, "land": {"strong": ["land"]}},
        },
    )
    bridge = read(Commitment, {"id": "b", "title": {"en": "B"}, "rules": [{"id": "w", "any": ["bridge"]}]})
    new = compile_rules(plan, [bridge])
    log = SqliteStore(None)
    start(log, OLD)
    see(log, OLD, "i0", "The town has a bridge")
    (page,) = stored(log)
    ((_, with_it),) = judge_here(new, {"times": ("land",)})([page])
    ((_, without),) = judge_here(new, {})([page])
    assert ([len(found) for found in with_it], [len(found) for found in without]) == ([1], [0])
    log.close()


def test_processes_find_what_this_thread_finds(log: SqliteStore) -> None:
    start(log, OLD, *["The bridge", "The ferry", "The weather"] * 400)
    with judges(NEW, {}) as judge:
        there = [found for _, page in judge(stored(log)) for found in page]
    here = [found for _, page in judge_here(NEW, {})(stored(log)) for found in page]
    assert there == here
    assert sum(map(len, here)) == 400


def test_the_precision_of_what_people_judged_is_told_before_and_after(log: SqliteStore) -> None:
    start(log, OLD, "The bridge", "The bridge and the ferry", "The school")
    vote = MatchJudged(story="i0", commitments=("bridge",), verdict="wrong", by="a", press="1")
    record(
        log,
        vote,
        structs.replace(vote, story="i1", verdict="right"),
        structs.replace(vote, story="i2", verdict="right"),
    )
    report, _ = asked(log, NEW)
    assert (report.before.right, report.before.n) == (1, 2)
    assert (report.after.right, report.after.n) == (1, 1)


def test_a_renamed_commitment_is_no_change(log: SqliteStore) -> None:
    start(log, OLD, "The bridge")
    renamed = rules(formerly={"crossing": ["bridge"]}, crossing=["bridge"], school=["school"])
    assert asked(log, renamed)[0].counts == {}
