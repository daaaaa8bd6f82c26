"""Recording: finished polls become decisions, and decisions become one durable write. Runs in the store's lane."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import decide
from bot.decide import Judged, Sighting
from bot.stories import Stories
from feeds import due
from feeds.item import Feed
from feeds.notices import Awoke, BeganFailing, Gap, Gone, Moved, Notice, Recovered, Stale, ValidatorsLie
from feeds.outcome import Failed, Fetched, NotModified, Outcome
from feeds.pace import pace_of
from feeds.parse import NotAFeed, Parsed
from feeds.state import FeedState
from feeds.text import plain
from matchers.match import detect_language, match
from matchers.rules import RuleSet
from store import codec
from store.events import (
    Fact,
    FeedAwoke,
    FeedDistrusted,
    FeedFailing,
    FeedGone,
    FeedMoved,
    FeedRecovered,
    FeedStale,
    GapDetected,
    ItemSeen,
)
from store.log import Claim, Completion, Event, LogError, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """A feed that was asked: what it was asked with, and what came of it. `parsed` where a body came."""

    claim: Claim
    feed: Feed
    state: FeedState
    outcome: Outcome
    parsed: Parsed | NotAFeed | None
    seconds: float


@dataclass(slots=True)
class Tally:
    """What one poll came to, for its log line."""

    items: int = 0
    new: int = 0
    revised: int = 0
    matches: int = 0
    notes: list[str] = field(default_factory=list)


class Recorder:
    """Turns polls into completions of the schedule. Not safe for two threads: it lives in the store's lane."""

    def __init__(
        self,
        *,
        store: Store,
        rules: Sequence[RuleSet],
        stories: Stories,
        settings: due.Settings,
        dice: Callable[[], float],
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._rules, self._stories = store, rules, stories
        self._settings, self._dice, self._meta = settings, dice, meta

    def record(self, batch: Sequence[Polled], *, now: datetime) -> list[Tally | None]:
        """Write every outcome of the batch in one transaction. A poll whose lease was lost meanwhile is dropped
        whole, None in its place: whoever took the lease over has polled the feed."""
        decided = [self._decided(polled, now) for polled in batch]
        accepted = self._store.complete([completion for completion, _ in decided], at=now)
        for polled, (completion, tally), kept in zip(batch, decided, accepted, strict=True):
            _tell(polled, completion, tally, kept=kept)
        return [tally if kept else None for (_, tally), kept in zip(decided, accepted, strict=True)]

    def _decided(self, polled: Polled, now: datetime) -> tuple[Completion, Tally]:
        """What the poll comes to. One bad body never stops the others: a defect it meets is that feed's failure, and
        its items come again with the next poll."""
        try:
            return self._decide(polled, now)
        except LogError:
            raise
        except Exception as exc:  # part of the tick, one of the two loops
            log.exception("deciding broke feed=%s", polled.feed.id)
            broken = Failed("soft", f"a defect of pactwatch: {type(exc).__name__}: {exc}")
            return self._decide(replace(polled, outcome=broken, parsed=None), now)

    def _decide(self, polled: Polled, now: datetime) -> tuple[Completion, Tally]:
        tally = Tally()
        if isinstance(polled.parsed, Parsed) and isinstance(polled.outcome, Fetched):
            judged, events = self._items(polled, polled.outcome, polled.parsed, now, tally)
        else:
            judged, events = self._no_items(polled, now), []
        notices = [Event(_fact_of(notice, polled.feed), self._meta) for notice in judged.notices]
        tally.notes = [type(notice).__name__ for notice in judged.notices]
        return Completion(polled.claim, judged.next_due, judged.state.to_json(), (*notices, *events)), tally

    def _no_items(self, polled: Polled, now: datetime) -> due.Judged:
        jitter = self._dice()
        match polled.outcome:
            case NotModified() as unchanged:
                return due.after_unchanged(polled.state, unchanged, now=now, jitter=jitter, settings=self._settings)
            case Failed() as failed:
                pass
            case Fetched():
                reason = polled.parsed.reason if isinstance(polled.parsed, NotAFeed) else "no feed"
                failed = Failed("soft", f"what came is no feed: {reason}")
        return due.after_failure(polled.state, failed, now=now, jitter=jitter, settings=self._settings)

    # --- items --------------------------------------------------------------------------------------------

    def _items(
        self, polled: Polled, fetched: Fetched, parsed: Parsed, now: datetime, tally: Tally
    ) -> tuple[due.Judged, list[Event]]:
        seen = decide.sightings(parsed.items, feed_id=polled.feed.id, plain=plain)
        judged = due.after_items(
            polled.state,
            {one.key: one.digest for one in reversed(seen)},
            [when for one in seen if (when := one.item.published or one.item.updated)],
            answer=fetched.answer,
            pace=pace_of(parsed.hints),
            now=now,
            jitter=self._dice(),
            settings=self._settings,
        )
        tally.items = len(seen)
        wanted = {*judged.new_keys, *judged.changed_keys}
        events: list[Event] = []
        known, digests = self._known([one for one in seen if one.key in wanted])
        for one in seen:
            if one.key in wanted:
                events += self._item(one, polled.feed, judged.first, digests.get(one.key), known, now, tally)
        return judged, events

    def _known(self, candidates: Sequence[Sighting]) -> tuple[set[str], dict[str, str]]:
        """What the log holds of these items: keys, and the digest each was first seen with."""
        known = self._store.known([key for one in candidates for key in decide.questions(one)])
        stored = self._store.find([f"item/{one.key}" for one in candidates if f"item/{one.key}" in known])
        facts = (codec.fact(recorded) for recorded in stored.values())
        # A redacted item keeps its key and stays known; its text must not come back through the feed.
        digests = {one.key: one.digest for one in candidates if f"item/{one.key}" in known}
        digests.update({fact.item: fact.digest for fact in facts if isinstance(fact, ItemSeen)})
        return known, digests

    def _item(
        self, one: Sighting, feed: Feed, archive: bool, digest: str | None, known: set[str], now: datetime, tally: Tally
    ) -> list[Event]:
        appeared = decide.appearance(
            one, feed=feed, lang=detect_language(one.item), archive=archive, stored_digest=digest, known=known
        )
        if appeared is None:
            return []
        if isinstance(appeared, ItemSeen):
            tally.new += 1
        else:
            tally.revised += 1
        matched = decide.findings(
            one,
            [Judged(rules.plan.id, rules.id, match(rules, one.item, context=feed.context)) for rules in self._rules],
        )
        tally.matches += len(matched)
        joined = None
        if matched and f"story/{one.key}" not in known:
            joined = self._stories.join(one, matched, now=now)
        return decide.chain(appeared, matched, joined, self._meta)


def _fact_of(notice: Notice, feed: Feed) -> Fact:
    match notice:
        case BeganFailing(since, reason, status):
            return FeedFailing(feed=feed.id, since=since, reason=reason, status=status)
        case Gone(since, reason, status):
            return FeedGone(feed=feed.id, since=since, reason=reason, status=status)
        case Recovered(failing_since):
            return FeedRecovered(feed=feed.id, failing_since=failing_since)
        case Stale(since, usual):
            return FeedStale(feed=feed.id, since=since, usual_hours=round(usual / timedelta(hours=1), 1))
        case Awoke(stale_since):
            return FeedAwoke(feed=feed.id, stale_since=stale_since)
        case Moved(to):
            return FeedMoved(feed=feed.id, old_url=feed.url, new_url=to)
        case Gap(since, until):
            return GapDetected(feed=feed.id, since=since, until=until)
        case ValidatorsLie(what, since):
            return FeedDistrusted(feed=feed.id, since=since, reason=what)


def _tell(polled: Polled, completion: Completion, tally: Tally, *, kept: bool) -> None:
    """One line a poll carries the whole story; a failure is a warning because it is tried again by itself."""
    parts = [f"feed={polled.feed.id}", f"seconds={polled.seconds:.2f}"]
    if not kept:
        log.warning("poll dropped, its lease was lost %s", " ".join(parts))
        return
    following = f"next={completion.next_due:%H:%M}"
    match polled.outcome, polled.parsed:
        case Failed(_, reason), _:
            log.warning("poll failed %s reason=%r %s", " ".join(parts), reason, following)
        case NotModified(), _:
            log.info("poll unchanged %s %s", " ".join(parts), following)
        case _, NotAFeed(reason):
            log.warning("poll failed %s reason=%r %s", " ".join(parts), f"no feed: {reason}", following)
        case _:
            log.info(
                "polled %s items=%d new=%d revised=%d matches=%d %s",
                " ".join(parts),
                tally.items,
                tally.new,
                tally.revised,
                tally.matches,
                following,
            )
