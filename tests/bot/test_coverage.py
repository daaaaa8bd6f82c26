"""What an answer may claim of how well the feeds were watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.coverage import (
    Coverage,
    Hole,
    by_language,
    coverage,
    length,
    percent,
    sentence,
    serving,
    with_present,
)
from feeds.item import Feed
from matchers.plan import Commitment
from matchers.shape import read
from store.log import FeedRow
from store.views.values import Ledger, Span, Stretch

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
ANSA = Feed("ansa", "https://a.example", "it", "ANSA")
PIB = Feed("pib", "https://p.example", "en", "PIB")
BOTH = (ANSA, PIB)
END = NOON + WEEK


def ledger(*stretches: Stretch, begun: datetime | None = NOON - DAY, **first: datetime) -> Ledger:
    return Ledger(begun, first, stretches)


def stretch(feed: str, since: timedelta, until: timedelta | None, kind: str = "failing") -> Stretch:
    return Stretch(feed, kind, Span(NOON + since, None if until is None else NOON + until, "x"))  # type: ignore[arg-type]


def of(known: Ledger, feeds: tuple[Feed, ...] = BOTH) -> Coverage:
    found = coverage(known, feeds, since=NOON, until=END)
    assert found is not None
    return found


def test_feeds_without_a_hole_are_covered() -> None:
    found = of(ledger())
    assert (found.share, found.holes, found.feeds, found.since) == (1.0, (), 2, NOON)
    assert sentence(found) == "Coverage of the last 7 days: 100%."


def test_a_hole_in_one_feed_counts_for_that_feed() -> None:
    found = of(ledger(stretch("ansa", HOUR, 43 * HOUR)))
    assert found.share == pytest.approx(1 - 0.25 / 2)
    assert found.holes == (Hole(ANSA, NOON + HOUR, NOON + 43 * HOUR),)
    assert sentence(found) == "Coverage of the last 7 days: 87%, one gap of 42 h (ANSA)."


def test_what_was_missed_for_two_reasons_is_one_hole() -> None:
    found = of(ledger(stretch("ansa", HOUR, 3 * HOUR), stretch("ansa", 2 * HOUR, 4 * HOUR, "gap")))
    assert found.holes == (Hole(ANSA, NOON + HOUR, NOON + 4 * HOUR),)


def test_the_time_nobody_looked_is_told_once_and_not_again_for_each_feed() -> None:
    down = stretch("", DAY, 2 * DAY, "down")
    gap = stretch("ansa", DAY - HOUR, 2 * DAY + MINUTE / 2, "gap")
    found = of(ledger(gap, down))
    assert found.holes == (Hole(None, NOON + DAY, NOON + 2 * DAY), Hole(ANSA, NOON + DAY - HOUR, NOON + DAY))
    assert sentence(found).endswith("2 gaps, the longest of 24 h (pactwatch was not running).")


def test_a_failing_feed_is_missed_until_now() -> None:
    assert of(ledger(stretch("ansa", 6 * DAY, None))).holes[0].length == DAY


def test_a_stale_feed_is_no_hole_but_told() -> None:
    found = of(ledger(stretch("ansa", -DAY, None, "stale"), stretch("pib", DAY, 2 * DAY, "stale")))
    assert (found.share, found.holes, found.stale) == (1.0, (), (ANSA,))
    assert sentence(found) == "Coverage of the last 7 days: 100%. Silent for longer than usual: ANSA."


def test_only_what_was_watched_is_claimed() -> None:
    found = of(ledger(begun=NOON + 6 * DAY))
    assert found.since == NOON + 6 * DAY
    assert sentence(found) == "Coverage since 26 May 2026, 12:00 UTC: 100%."
    assert coverage(ledger(begun=None), BOTH, since=NOON, until=END) is None
    assert "not watched" in sentence(None)


def test_a_feed_that_came_later_counts_from_then_on() -> None:
    found = of(ledger(stretch("pib", 5 * DAY, 6 * DAY), pib=NOON + 5 * DAY), (PIB,))
    assert found.share == pytest.approx(0.5)
    assert coverage(ledger(pib=END), (PIB,), since=NOON, until=END) is None


def test_each_language_has_its_own_coverage() -> None:
    found = by_language(ledger(stretch("ansa", HOUR, 2 * HOUR)), BOTH, since=NOON, until=END)
    shares = {lang: one.share for lang, one in found.items() if one}
    assert shares["en"] == 1
    assert shares["it"] < 1


def rules(**words: list[str]) -> Commitment:
    return read(Commitment, {"id": "c", "title": {"en": "C"}, "rules": [{"id": "r", "any": words}]})


def test_a_commitment_is_served_by_the_feeds_in_the_languages_of_its_words() -> None:
    assert serving(BOTH, [rules(en=["bridge"])], ("en", "it")) == (PIB,)
    assert serving(BOTH, [rules(en=["bridge"]), rules(it=["ponte"])], ("en", "it")) == BOTH
    assert serving(BOTH, [rules(any=["Expo"])], ("en", "it")) == BOTH
    assert serving(BOTH, [rules(en=["bridge"])], ("en",)) == BOTH


def row(*, due: datetime, completed: datetime | None) -> FeedRow:
    return FeedRow("ansa", due, None, completed, None)


def test_a_run_that_was_killed_left_a_hole_up_to_now() -> None:
    killed = with_present(ledger(), [row(due=END - 6 * HOUR, completed=END - 7 * HOUR)], now=END)
    assert of(killed).holes == (Hole(None, END - 7 * HOUR, END),)


def test_a_monitor_that_waits_for_a_slow_feed_is_alive() -> None:
    known = ledger()
    assert with_present(known, [row(due=END + HOUR, completed=END - 5 * HOUR)], now=END) is known
    assert with_present(known, [row(due=END - MINUTE, completed=END - 5 * HOUR)], now=END) is known
    stopped = ledger(stretch("", DAY, None, "down"))
    assert with_present(stopped, [row(due=NOON, completed=NOON)], now=END) is stopped


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "100"), (0.99999, "99.9"), (0.995, "99.5"), (0.9899, "98"), (0.0, "0")]
)
def test_a_share_is_never_rounded_up(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [(timedelta(seconds=5), "1 min"), (40 * MINUTE, "40 min"), (47 * HOUR, "47 h"), (3 * DAY, "3 days")],
)
def test_a_span_is_said_in_its_unit(span: timedelta, said: str) -> None:
    assert length(span) == said


def test_the_sentence_is_there_in_every_language_of_the_plan() -> None:
    found = of(ledger(stretch("ansa", HOUR, 6 * HOUR), stretch("pib", -DAY, None, "stale")))
    assert sentence(found, "it") == (
        "Copertura degli ultimi 7 giorni: 98%, una lacuna di 5 h (ANSA). In silenzio più a lungo del solito: PIB."
    )
    assert sentence(found, "hi").startswith("पिछले 7 दिनों की कवरेज: 98%, 5 घंटे का एक अंतराल (ANSA)।")
    assert sentence(found, "fr") == sentence(found)


HOURS = st.integers(-30, 200)
STRETCHES = st.lists(
    st.builds(
        lambda feed, since, more, kind: stretch(feed, since * HOUR, more and (since + more) * HOUR, kind),
        st.sampled_from(["", "ansa", "pib"]),
        HOURS,
        st.none() | st.integers(1, 60),
        st.sampled_from(["failing", "gap", "distrusted", "gone", "stale", "down"]),
    ),
    max_size=8,
)


@given(STRETCHES)
def test_no_holes_means_all_was_covered_and_holes_lie_in_the_period(stretches: list[Stretch]) -> None:
    found = of(ledger(*sorted(stretches, key=lambda one: one.span.since)))
    assert 0 <= found.share <= 1
    assert (found.share == 1) == (not found.holes)
    assert all(NOON <= hole.since < hole.until <= END for hole in found.holes)
    assert sentence(found)
