"""Recording: finished polls become decisions, and decisions become one durable write. Runs in the store's lane."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.rules.activation import Standing
from bot.watch import decide
from bot.watch.decide import Judged, Sighting
from bot.watch.offers import Offer, Offered
from bot.watch.stories import Stories
from feeds import due
from feeds.item import Feed
from feeds.notices import Awoke, BeganFailing, Gap, Gone, Moved, Notice, Recovered, Stale, ValidatorsLie
from feeds.outcome import Failed, Fetched, NotModified, Outcome
from feeds.pace import with_hub
from feeds.parse import NotAFeed
from feeds.state import FeedState
from matchers.match import match
from store import codec
from store.events.fact import Fact
from store.events.items import ItemSeen
from store.events.monitor import (
    FeedAwoke,
    FeedDistrusted,
    FeedFailing,
    FeedGone,
    FeedMoved,
    FeedRecovered,
    FeedStale,
    GapDetected,
)
from store.log import Claim, Completion, Event, LogError, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """A feed that was asked: what it was asked with, and what came of it. `found` where a body came."""

    claim: Claim
    feed: Feed
    state: FeedState
    outcome: Outcome
    found: Offered | NotAFeed | None
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
        stories: Stories,
        standing: Standing,
        settings: due.Settings,
        dice: Callable[[], float],
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._stories, self._standing = store, stories, standing
        self._settings, self._dice, self._meta = settings, dice, meta

    def record(self, batch: Sequence[Polled], *, now: datetime) -> list[Tally | None]:
        """Write every outcome of the batch in one transaction. A poll whose lease was lost meanwhile is dropped
        whole, None in its place: whoever took the lease over has polled the feed."""
        if self._standing.refresh():
            log.warning("other rules were activated rules=%s", ",".join(one.id for one in self._standing.rules))
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
            return self._decide(replace(polled, outcome=broken, found=None), now)

    def _decide(self, polled: Polled, now: datetime) -> tuple[Completion, Tally]:
        tally = Tally()
        if isinstance(polled.found, Offered) and isinstance(polled.outcome, Fetched):
            judged, events = self._items(polled, polled.outcome, polled.found, now, tally)
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
                reason = polled.found.reason if isinstance(polled.found, NotAFeed) else "no feed"
                failed = Failed("soft", f"what came is no feed: {reason}")
        return due.after_failure(polled.state, failed, now=now, jitter=jitter, settings=self._settings)

    # --- items --------------------------------------------------------------------------------------------

    def _items(
        self, polled: Polled, fetched: Fetched, found: Offered, now: datetime, tally: Tally
    ) -> tuple[due.Judged, list[Event]]:
        judged = due.after_items(
            polled.state,
            found.digests,
            found.dates,
            answer=fetched.answer,
            pace=with_hub(found.pace, fetched.answer),
            now=now,
            jitter=self._dice(),
            settings=self._settings,
        )
        tally.items = len(found.digests)
        events: list[Event] = []
        known, digests = self._known([offer.sighting for offer in found.offers])
        for offer in found.offers:
            events += self._item(offer, polled.feed, judged.first, digests.get(offer.sighting.key), known, now, tally)
        return judged, events

    def _present(self, judged: Judged, offer: Offer, feed: Feed) -> Judged:
        """What the rules in force say, which may have been activated after the item was judged."""
        rules = self._standing.of(judged.plan)
        if rules is None or rules.id == judged.rules:
            return judged
        return Judged(judged.plan, rules.id, match(rules, offer.sighting.item, context=feed.context))

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
        self, offer: Offer, feed: Feed, archive: bool, digest: str | None, known: set[str], now: datetime, tally: Tally
    ) -> list[Event]:
        one = offer.sighting
        appeared = decide.appearance(
            one, feed=feed, lang=offer.lang, archive=archive, stored_digest=digest, known=known
        )
        if appeared is None:
            return []
        if isinstance(appeared, ItemSeen):
            tally.new += 1
        else:
            tally.revised += 1
        matched = decide.findings(one, [self._present(each, offer, feed) for each in offer.judged])
        tally.matches += len(matched)
        joined = None
        if matched and f"story/{one.key}" not in known:
            joined = self._stories.join(one, matched, lang=offer.lang, now=now)
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
    match polled.outcome, polled.found:
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
