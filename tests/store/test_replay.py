"""Whatever happens in whatever order: the views are what a replay makes of the log, and agree with a plain account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from store.codec import fact
from store.events.deliveries import (
    ChannelOpened,
    UpdateEdited,
    UpdateFailed,
    UpdateQueued,
    UpdateSent,
    UpdateSuppressed,
)
from store.events.fact import Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen
from store.log import Event
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.store import facts
from tests.store.facts import HOUR, NOON

ITEMS = st.sampled_from("abcd")
STORIES = st.sampled_from(["s", "t", "a"])
CHANNELS = st.sampled_from(["ch", "other"])
SOME = st.lists(ITEMS, min_size=1, max_size=3, unique=True)
NUMBERS = st.integers(1, 3)
WORDS = st.sampled_from(["Italy and India", "Defence roadmap", "रक्षा", ""])
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        facts.seen,
        ITEMS,
        WORDS,
        archive=st.booleans(),
        published=st.none() | st.integers(-9, 9).map(lambda n: NOON + n * HOUR),
    ),
    st.builds(facts.revised, ITEMS, st.sampled_from(["d0", "d1", "d2"]), WORDS),
    st.builds(facts.matched, ITEMS, st.sampled_from(["defence", "trade"]), digest=st.sampled_from(["d0", "d1"])),
    st.builds(facts.joined, ITEMS, STORIES),
    st.builds(facts.opened, CHANNELS, st.integers(0, 6)),
    st.builds(
        lambda story, items, **more: facts.queued(story, *items, **more),
        STORIES,
        SOME,
        channel=CHANNELS,
        attempt=NUMBERS,
        as_of=st.integers(0, 20),
    ),
    st.builds(
        lambda story, items, **more: facts.sent(story, *items, **more),
        STORIES,
        SOME,
        channel=CHANNELS,
        as_of=st.integers(0, 20),
    ),
    st.builds(
        lambda story, items, **more: facts.edited(story, *items, **more),
        STORIES,
        SOME,
        channel=CHANNELS,
        edit=NUMBERS,
        as_of=st.integers(0, 20),
    ),
    st.builds(facts.uncertain, STORIES, channel=CHANNELS, attempt=NUMBERS),
    st.builds(
        lambda story, items, **more: facts.failed(story, *items, **more),
        STORIES,
        SOME,
        channel=CHANNELS,
        attempt=NUMBERS,
    ),
    st.builds(facts.suppressed, ITEMS, channel=CHANNELS),
)
HISTORIES = st.lists(st.lists(FACTS, max_size=6), max_size=8)


def answers(views: Views) -> dict[str, Any]:
    """Everything the views can be asked."""
    found: dict[str, Any] = {item: views.item(item) for item in "abcd"}
    found |= {f"story {story}": views.story(story) for story in "stabcd"}
    found |= {words: views.search(words, limit=9) for words in ("italy", "roadmap", "रक्षा", "another")}
    for chosen in ((), ("defence",), ("defence", "trade")):
        found[f"latest {chosen}"] = views.latest(chosen, limit=9)
    found |= {"recent": views.recent_stories(NOON - 5 * HOUR), "counts": views.counts(), "feeds": views.feed_health()}
    for channel in ("ch", "other"):
        found[channel] = (
            views.owed(channel, 9),
            views.silent(channel, 9),
            views.deliveries(channel),
            views.match_ends(channel, limit=99),
            views.last_message(channel),
        )
    return found


@dataclass
class Account:
    """What a channel is owed, counted as plainly as the rules read, from the whole history at once."""

    channel: str
    history: Sequence[tuple[int, Fact]]
    ends: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    told_by: dict[str, str] = field(default_factory=dict)

    def of(self, kind: type[Any]) -> list[tuple[int, Any]]:
        return [(pos, one) for pos, one in self.history if isinstance(one, kind)]

    def settle(self) -> None:
        told: dict[str, str] = {}
        for _, one in self.of(Fact):
            if getattr(one, "channel", None) != self.channel:
                continue
            match one:
                case UpdateSuppressed():
                    named, end = [one.item], "suppressed"
                case UpdateFailed():
                    named, end = [*one.items], "failed"
                case UpdateSent() | UpdateEdited():
                    named, end = [*one.items], "told"
                    self.sent.add(one.story)
                case _:
                    continue
            for item in named:
                if self.ends.get(item, "failed") == "failed":
                    self.ends[item] = end
                    told[item] = getattr(one, "story", "")
        self.told_by = {item: story for item, story in told.items() if self.ends[item] == "told"}

    def owed(self) -> tuple[set[str], set[str], set[str]]:
        """Items to tell of, items to end silently, and stories whose post is out of date."""
        self.settle()
        after = next((one.after for _, one in self.of(ChannelOpened) if one.channel == self.channel), None)
        first = {one.item: pos for pos, one in reversed(self.of(ItemMatched))}
        archive = {one.item: one.archive for _, one in self.of(ItemSeen)}
        waiting = {item for item in first if item in archive and item not in self.ends and after is not None}
        quiet = {item for item in waiting if archive[item] or first[item] <= (after or 0)}
        return waiting - quiet, quiet, {story for story in self.sent if self._is_stale(story)}

    def _is_stale(self, story: str) -> bool:
        shown, queued = 0, 0
        is_sent = False
        for pos, one in self.history:
            if getattr(one, "channel", None) != self.channel or getattr(one, "story", None) != story:
                continue
            if isinstance(one, UpdateQueued) and not is_sent:
                queued = one.as_of or pos - 1
            elif isinstance(one, UpdateSent | UpdateEdited):
                is_sent = True
                before = queued if isinstance(one, UpdateSent) else 0
                shown = max(shown, one.as_of or before or pos)
            elif isinstance(one, UpdateFailed) and is_sent:
                shown = max(shown, one.as_of or pos)
        told = {item for item, by in self.told_by.items() if by == story}
        return any(self._changed(item) > shown for item in told)

    def _changed(self, item: str) -> int:
        """Where the item's text last changed."""
        digest, changed = None, 0
        for pos, one in self.history:
            if isinstance(one, ItemSeen) and one.item == item and digest is None:
                digest = one.digest
            elif isinstance(one, ItemRevised) and one.item == item and digest not in (None, one.digest):
                digest, changed = one.digest, pos
        return changed


@given(HISTORIES)
@settings(max_examples=100, deadline=timedelta(seconds=5))
def test_replay_equals_increment_and_every_match_is_accounted_for(history: list[list[Fact]]) -> None:
    log, step_by_step, at_once = SqliteStore(None), Views.open(None), Views.open(None)
    for batch in history:
        log.append([Event(one) for one in batch], at=NOON)
        step_by_step.catch_up(log)
    at_once.catch_up(log)
    assert answers(step_by_step) == answers(at_once)
    recorded = [(row.pos, fact(row)) for row in log.read()]
    for channel in ("ch", "other"):
        check_account(at_once, Account(channel, recorded))
    for each in (log, step_by_step, at_once):
        each.close()


def check_account(views: Views, account: Account) -> None:
    to_tell, quiet, stale = account.owed()
    owed = views.owed(account.channel, 99)
    assert sorted(item for delivery in owed for item in delivery.new_items) == sorted(to_tell)
    assert {delivery.story.id for delivery in owed if delivery.revised} == stale
    assert {silent.item for silent in views.silent(account.channel, 99)} == quiet
    assert all(delivery.new_items or delivery.revised for delivery in owed)
    assert {delivery.story.id for delivery in owed if delivery.state == "sent"} == account.sent & {
        delivery.story.id for delivery in owed
    }
    for end in views.match_ends(account.channel, limit=99):
        expected = account.ends.get(end.item, "waiting")
        assert end.end in ({"published", "merged"} if expected == "told" else {expected})
    counts = views.deliveries(account.channel)
    total = counts.published + counts.merged + sum(counts.suppressed.values()) + counts.failed + counts.waiting
    assert (counts.unaccounted, total) == (0, views.counts().matches)


@given(HISTORIES)
@settings(max_examples=30, deadline=timedelta(seconds=5))
def test_appending_everything_again_adds_nothing(history: list[list[Fact]]) -> None:
    log = SqliteStore(None)
    for batch in history:
        log.append([Event(one) for one in batch], at=NOON)
    before = log.read()
    for batch in history:
        assert log.append([Event(one) for one in batch], at=NOON + HOUR) == []
    assert log.read() == before
    assert [row.pos for row in before] == list(range(1, len(before) + 1))
    log.close()


COMMITMENTS = st.sampled_from(["defence", "trade", "navy"])
CHANGED: st.SearchStrategy[Fact] = st.one_of(
    FACTS,
    st.builds(
        lambda story, items, reason, channel: facts.held(story, *items, reason=reason, channel=channel),
        STORIES,
        SOME,
        st.sampled_from(["quiet", "digest", "review"]),
        CHANNELS,
    ),
    st.builds(facts.reviewed, STORIES, st.sampled_from(["approve", "reject"]), channel=CHANNELS),
    st.builds(facts.rematched, ITEMS, COMMITMENTS, digest=st.sampled_from(["d0", "d1"]), ordinal=NUMBERS),
    st.builds(facts.withdrawn, ITEMS, COMMITMENTS, digest=st.sampled_from(["d0", "d1"]), ordinal=NUMBERS),
    st.builds(
        lambda new, former, ended, number: facts.plan_revised(
            (new, former), ended=(former,) if ended else (), ordinal=number
        ),
        COMMITMENTS,
        COMMITMENTS,
        st.booleans(),
        st.integers(1, 9),
    ),
)


@given(st.lists(st.lists(CHANGED, max_size=6), max_size=8))
@settings(max_examples=60, deadline=timedelta(seconds=5))
def test_also_where_rules_and_plan_change_everything_is_accounted_for(history: list[list[Fact]]) -> None:
    log, step_by_step, at_once = SqliteStore(None), Views.open(None), Views.open(None)
    for batch in history:
        log.append([Event(one) for one in batch], at=NOON)
        step_by_step.catch_up(log)
    at_once.catch_up(log)
    assert answers(step_by_step) == answers(at_once)
    for channel in ("ch", "other"):
        counts = at_once.deliveries(channel)
        total = counts.published + counts.merged + sum(counts.suppressed.values()) + counts.failed + counts.waiting
        held = {one.item for why in ("quiet", "digest", "review") for one in at_once.held(channel, why)}
        total += sum(counts.held.values())
        assert (counts.unaccounted, total) == (0, at_once.counts().matches)
        told = {item for delivery in at_once.owed(channel, 99) for item in delivery.new_items}
        assert told.isdisjoint(held)
        assert told.isdisjoint(silent.item for silent in at_once.silent(channel, 99))
    for each in (log, step_by_step, at_once):
        each.close()
