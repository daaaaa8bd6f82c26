"""Audits: a reproducible sample of near misses, what people say of it, and the recall that follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.questions.audit import DRAWN, Week, decided, draw, judge, last_week, misses, named_week, recall, said
from bot.questions.precision import Rate, wilson
from matchers.plan import Commitment, Plan
from matchers.rules import compile_rules
from matchers.shape import read
from store.events.plan import AuditDrawn, Stratum
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.bot.changed_rules import see, start
from tests.store.facts import DAY, NOON

PLAN = read(
    Plan,
    {
        "id": "p",
        "title": {"en": "Plan"},
        "languages": ["en"],
        "sides": {"town": {"strong": ["town"]}, "land": {"strong": ["land"]}},
        "noise": ["cricket"],
    },
)
BRIDGE = read(
    Commitment, {"id": "bridge", "title": {"en": "B"}, "rules": [{"id": "w", "any": ["bridge"], "strength": "weak"}]}
)
RULES = compile_rules(PLAN, [BRIDGE])
WEEK = Week("2026-W09", datetime(2026, 2, 23, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
TITLES = (
    "A bridge between town and land",
    "A bridge of the town",
    "Town and land speak",
    "Town and land: the bridge and cricket",
    "The weather",
)


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    yield store
    store.close()


def drawn(log: SqliteStore) -> AuditDrawn:
    views = Views.open(None)
    views.catch_up(log)
    audit = draw(log, views, RULES, {}, WEEK)
    views.close()
    return audit


def test_a_sample_is_drawn_of_each_kind_of_near_miss(log: SqliteStore) -> None:
    start(log, RULES, *TITLES)
    audit = drawn(log)
    assert audit.matched == 1
    assert [(one.name, one.size, one.items) for one in audit.strata] == [
        ("topic", 1, ("i1",)),
        ("context", 1, ("i2",)),
        ("held", 1, ("i3",)),
    ]
    assert [(one.item, one.why) for one in misses(log, audit, RULES, {})] == [
        ("i1", "bridge without land"),
        ("i2", "town and land without a commitment"),
        ("i3", "bridge: a noisy topic, and the rule is not a strong one"),
    ]


def test_only_items_of_the_week_are_drawn(log: SqliteStore) -> None:
    start(log, RULES)
    see(log, RULES, "a", "A bridge of the town", at=NOON)
    see(log, RULES, "b", "A bridge of the town", at=NOON + DAY)
    assert [one.size for one in drawn(log).strata] == [1, 0, 0]


def test_the_draw_follows_from_the_log_alone(log: SqliteStore) -> None:
    start(log, RULES, *["A bridge of the town"] * 40)
    first = drawn(log)
    see(log, RULES, "later", "A bridge of the town", at=NOON + 9 * DAY)
    assert drawn(log) == first
    assert (first.strata[0].size, len(first.strata[0].items)) == (40, DRAWN)
    assert first.strata[0].items != tuple(sorted(first.strata[0].items))


def test_of_a_persons_words_the_last_one_counts_and_is_recorded_once(log: SqliteStore) -> None:
    start(log, RULES, *TITLES)
    audit = drawn(log)
    assert judge(log, audit, "i1", "right", by="a", at=NOON) is not None
    assert judge(log, audit, "i1", "right", by="a", at=NOON) is None
    assert judge(log, audit, "i1", "wrong", by="a", at=NOON) is not None
    assert decided(said(log, audit)) == {"i1": True}
    judge(log, audit, "i1", "right", by="b", at=NOON)
    assert decided(said(log, audit)) == {}
    with pytest.raises(ValueError, match="not part of the audit"):
        judge(log, audit, "i0", "right", by="a", at=NOON)


def sample(*strata: tuple[int, int]) -> AuditDrawn:
    """Strata with (size, drawn), among 90 items that matched."""
    layers = tuple(
        Stratum(name=f"s{number}", size=size, items=tuple(f"{number}-{each}" for each in range(n)))
        for number, (size, n) in enumerate(strata)
    )
    return AuditDrawn(
        plan="p", audit="w", rules="r", since=WEEK.since, until=WEEK.until, matched=90, strata=layers
    )  # fmt: skip


def test_recall_is_what_was_found_beside_what_the_sample_says_was_missed() -> None:
    missed = {f"0-{number}": number < 1 for number in range(10)} | {f"1-{number}": False for number in range(10)}
    estimate = recall(sample((100, 10), (10, 10)), missed, Rate(0, 0))
    assert (estimate.found, estimate.missed, estimate.share) == (90, 10.0, 0.9)
    assert estimate.low < 0.9 < estimate.high


def test_a_stratum_that_was_judged_whole_leaves_no_doubt() -> None:
    estimate = recall(sample((10, 10)), {f"0-{number}": number < 1 for number in range(10)}, Rate(0, 0))
    assert (estimate.share, estimate.low, estimate.high) == (90 / 91, 90 / 91, 90 / 91)


def test_the_interval_of_one_large_stratum_is_wilsons() -> None:
    missed = {f"0-{number}": number < 2 for number in range(10)}
    estimate = recall(sample((1_000_000, 10)), missed, Rate(0, 0))
    low, high = (1_000_000 * share for share in wilson(2, 10))
    assert [estimate.low, estimate.high] == pytest.approx([90 / (90 + high), 90 / (90 + low)], rel=1e-4)


def test_what_was_found_counts_as_far_as_it_is_right() -> None:
    estimate = recall(sample((10, 10)), {f"0-{number}": number < 5 for number in range(10)}, Rate(1, 2))
    assert (estimate.found, estimate.share) == (45, 0.9)


def test_where_nothing_was_judged_nothing_is_known() -> None:
    estimate = recall(sample((10, 10)), {}, Rate(0, 0))
    assert (estimate.share, estimate.low, estimate.high) == (None, 0.9, 1.0)


def test_a_week_is_named_and_over() -> None:
    assert last_week(NOON) == Week("2026-W08", WEEK.since - timedelta(days=7), WEEK.since)
    assert named_week("2026-W09", NOON + DAY) == WEEK
    for name in ("2026-W10", "2026-W99", "March"):
        with pytest.raises(ValueError, match=r"W|March"):
            named_week(name, NOON + DAY)


def test_as_long_as_of_some_kind_nothing_was_judged_nothing_is_said() -> None:
    judged_in_part = {f"0-{number}": False for number in range(10)}
    assert recall(sample((10, 10), (5, 5)), judged_in_part, Rate(0, 0)).share is None
    assert recall(sample((10, 10), (0, 0)), judged_in_part, Rate(0, 0)).share == 1.0
