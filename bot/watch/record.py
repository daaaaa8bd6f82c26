"""Recording: finished polls become decisions, and decisions become one durable write. Runs in the store's lane."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.rules.activation import Standing
from bot.watch.look import Looked
from feeds import due
from feeds.item import Feed
from feeds.notices import Awoke, BeganFailing, Gap, Gone, Moved, Notice, Recovered, Stale, ValidatorsLie
from feeds.outcome import Failed, Fetched, NotAFeed, NotModified
from feeds.pace import with_hub
from feeds.state import FeedState
from store.events.fact import Fact
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

if TYPE_CHECKING:
    from bot.watch.intake import Intake, Known
    from bot.watch.offers import Offered
    from bot.watch.stories import Stories

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """A feed that was asked, and what came of it."""

    claim: Claim
    feed: Feed
    looked: Looked
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
        stories: Callable[[], Stories],
        standing: Standing,
        settings: due.Settings,
        dice: Callable[[], float],
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._standing = store, standing
        self._settings, self._dice, self._meta = settings, dice, meta
        self._intake = functools.cache(lambda: _intake(store, stories, standing, meta))

    def record(self, batch: Sequence[Polled], *, now: datetime) -> list[Tally | None]:
        """Write every outcome of the batch in one transaction. A poll whose lease was lost meanwhile is dropped
        whole, None in its place: whoever took the lease over has polled the feed."""
        if self._standing.refresh():
            log.warning("other rules were activated rules=%s", ",".join(one.id for one in self._standing.rules))
        known = self._known(batch)
        decided = [self._decided(polled, known, now) for polled in batch]
        accepted = self._store.complete([completion for completion, _ in decided], at=now)
        for polled, (completion, tally), kept in zip(batch, decided, accepted, strict=True):
            _tell(polled, completion, tally, kept=kept)
        return [tally if kept else None for (_, tally), kept in zip(decided, accepted, strict=True)]

    def _known(self, batch: Sequence[Polled]) -> Known | None:
        """What the log holds of all items that are offered; None where none is."""
        found = [offered for polled in batch if (offered := _offered(polled.looked)) is not None]
        return self._intake().known(found) if found else None

    def _decided(self, polled: Polled, known: Known | None, now: datetime) -> tuple[Completion, Tally]:
        """What the poll comes to. One bad body never stops the others: a defect it meets is that feed's failure, and
        its items come again with the next poll."""
        try:
            return self._decide(polled, known, now)
        except LogError:
            raise
        except Exception as exc:  # part of the tick, one of the two loops
            log.exception("deciding broke feed=%s", polled.feed.id)
            broken = Failed("soft", f"a defect of pactwatch: {type(exc).__name__}: {exc}")
            return self._decide(replace(polled, looked=Looked(broken)), known, now)

    def _decide(self, polled: Polled, known: Known | None, now: datetime) -> tuple[Completion, Tally]:
        tally = Tally()
        state = FeedState.from_json(polled.claim.state)
        outcome, found = polled.looked.outcome, _offered(polled.looked)
        if isinstance(outcome, Fetched) and found is not None and known is not None:
            judged = self._judged(state, outcome, found, now)
            events = self._intake().events(found, polled.feed, known, now=now, tally=tally)
        else:
            judged, events = self._no_items(state, polled.looked, now), []
        notices = [Event(_fact_of(notice, polled.feed), self._meta) for notice in judged.notices]
        tally.notes = [type(notice).__name__ for notice in judged.notices]
        return Completion(polled.claim, judged.next_due, judged.state.to_json(), (*notices, *events)), tally

    def _judged(self, state: FeedState, fetched: Fetched, found: Offered, now: datetime) -> due.Judged:
        return due.after_items(
            state,
            found.digests,
            found.dates,
            answer=fetched.answer,
            pace=with_hub(found.pace, fetched.answer),
            now=now,
            jitter=self._dice(),
            settings=self._settings,
        )

    def _no_items(self, state: FeedState, looked: Looked, now: datetime) -> due.Judged:
        jitter = self._dice()
        match looked.outcome:
            case NotModified() as unchanged:
                return due.after_unchanged(state, unchanged, now=now, jitter=jitter, settings=self._settings)
            case Failed() as failed:
                pass
            case Fetched():
                reason = looked.found.reason if isinstance(looked.found, NotAFeed) else "no feed"
                failed = Failed("soft", f"what came is no feed: {reason}")
        return due.after_failure(state, failed, now=now, jitter=jitter, settings=self._settings)


def _intake(store: Store, stories: Callable[[], Stories], standing: Standing, meta: Mapping[str, str]) -> Intake:
    from bot.watch.intake import Intake  # noqa: PLC0415 - most polls bring no item

    return Intake(store, stories, standing, meta)


def _offered(looked: Looked) -> Offered | None:
    """What a body offers, where one came that is a feed."""
    found = looked.found if isinstance(looked.outcome, Fetched) else None
    return None if isinstance(found, NotAFeed) else found


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
    match polled.looked.outcome, polled.looked.found:
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
