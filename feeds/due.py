"""When a feed is asked again, and what each poll tells about the feed. Pure: the clock and the dice are passed in.

The way of a poll, for whoever makes it:

    outcome = await fetch(client, url, validators=due.conditions(state, now=now), now=now)
    Fetched     → parse → after_items(state, {item_key: item_digest, …}, dates, answer=…, pace=…, now=…, jitter=…)
                  not a feed → after_failure(state, Failed("soft", reason), …)
    NotModified → after_unchanged(state, outcome, …)
    Failed      → after_failure(state, outcome, …)

Each gives a Judged: the state to keep, when the feed is due next, which items are new or changed, and the
notices: what has changed about the feed itself, each reported once when it begins. `jitter` is a number from
0 to 1, drawn anew for every poll, so that feeds do not fall into step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from feeds import silence
from feeds.notices import BeganFailing, Gap, Gone, Moved, Notice, Recovered, ValidatorsLie
from feeds.outcome import Answer, Failed, Kind, NotModified, Validators
from feeds.state import FeedState, Pace


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds for every feed. `recheck` is how often a feed that answers "not modified" is asked for its body all
    the same; `longest_wait` bounds back-off and Retry-After; failures are reported from `report_at` hard ones,
    counted by weight; a feed that has failed without hope for `gone_after` is taken for gone; a gap can be seen only
    between bodies of at least `gap_items`; no feed is stale that had something new within `stale_after`."""

    first: timedelta = timedelta(minutes=15)
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=1)
    longest_wait: timedelta = timedelta(hours=24)
    recheck: timedelta = timedelta(hours=24)
    report_at: float = 1.0
    gone_after: timedelta = timedelta(days=14)
    gap_items: int = 5
    stale_after: timedelta = timedelta(days=4)  # longer than a long weekend


@dataclass(frozen=True, slots=True)
class Judged:
    """What a poll came to. `first`: nothing was known of the feed before, all it carries is archive.
    Keys are in the feed's order; items that left the window and came back count as new."""

    state: FeedState
    next_due: datetime
    first: bool = False
    new_keys: tuple[str, ...] = ()
    changed_keys: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


_DEFAULTS = Settings()


def conditions(state: FeedState, *, now: datetime, settings: Settings = _DEFAULTS) -> Validators:
    """What to ask with: the validators of the last answer, or only its hashes where a "not modified" would not
    be believed or has not been checked for long."""
    checked = state.full_at is not None and now - state.full_at < settings.recheck
    if checked and not state.distrusted:
        return state.validators
    return replace(state.validators, etag=None, last_modified=None)


def after_items(
    state: FeedState,
    keys: Mapping[str, str],
    dates: Iterable[datetime] = (),
    *,
    answer: Answer,
    pace: Pace,
    now: datetime,
    jitter: float,
    settings: Settings = _DEFAULTS,
) -> Judged:
    """A body was read; `keys` maps the item_key of each of its items, in order, to the item's digest. `dates` are
    when its items were published, as far as they say."""
    known = state.window or {}
    new = tuple(key for key in keys if key not in known)
    changed = tuple(key for key, digest in keys.items() if known.get(key, digest) != digest)
    turned_over = _turned_over(known, keys, settings)
    suspicion = _suspicion(state, answer, new, turned_over=turned_over)
    lie = _lie(state, answer, suspicion) if state.window is not None and (new or changed) else None
    # Where the server lied, the 304s since the last body do not count as having looked.
    since = state.full_at if lie else state.read_at
    gap = Gap(since, now) if turned_over and since is not None else None
    has_news = bool(new) and state.window is not None
    heard = silence.heard(state.silence, dates, has_news=has_news, now=now)
    heard, roused = silence.judged(heard, has_news=has_news, now=now, at_least=settings.stale_after)
    notices = tuple(notice for notice in (*_well_again(state, answer), lie, gap, roused) if notice is not None)
    overlap = 1 - len(new) / len(keys) if keys and state.window is not None else None
    read = _Read(
        learned=_learned(state, overlap, now, settings),
        pace=pace,
        changes={
            "window": dict(list(keys.items())[:_MAX_WINDOW]) if keys else dict(known),
            "full_at": now,
            "unchanged": 0,
            "suspicion": suspicion,
            "distrusted": state.distrusted or lie is not None,
            "new_at": now if has_news else state.new_at,
            "silence": heard,
        },
    )
    kept, next_due = _after_success(state, read, answer, now=now, jitter=jitter, settings=settings)
    return Judged(kept, next_due, first=state.window is None, new_keys=new, changed_keys=changed, notices=notices)


def after_unchanged(
    state: FeedState, outcome: NotModified, *, now: datetime, jitter: float, settings: Settings = _DEFAULTS
) -> Judged:
    """The server said "not modified", or sent the body we had."""
    heard, stale = silence.judged(state.silence, has_news=False, now=now, at_least=settings.stale_after)
    changes: dict[str, Any] = {"silence": heard}
    if outcome.by_hash:
        changes |= {"full_at": now, "unchanged": 0, "suspicion": 0}
    else:
        changes["unchanged"] = state.unchanged + 1
    read = _Read(_learned(state, 1.0, now, settings), state.pace, changes)
    kept, next_due = _after_success(state, read, outcome.answer, now=now, jitter=jitter, settings=settings)
    return Judged(kept, next_due, notices=(*_well_again(state, outcome.answer), *([stale] if stale else [])))


def after_failure(
    state: FeedState, failed: Failed, *, now: datetime, jitter: float, settings: Settings = _DEFAULTS
) -> Judged:
    """No body, or one that is no feed. Nothing that was known of the feed is forgotten, and it stays due."""
    weight = state.failure_weight + _WEIGHTS[failed.kind]
    since = state.failing_since or now
    # Both are told once. What is gone is failing, too: recovering ends both.
    is_gone = failed.status == _HTTP_GONE or (failed.kind == "hard" and now - since >= settings.gone_after)
    reports = (is_gone or weight >= settings.report_at) and not state.failing_reported
    delay = min(_interval(state, settings) * 2 ** min(weight, _MAX_EXPONENT), settings.longest_wait)
    next_due = _spread(now, delay, jitter, failed.retry_after, settings)
    failing = replace(
        state,
        due=next_due,
        polled_at=now,
        on_time=0,
        failures=state.failures + 1,
        failure_weight=weight,
        failing_since=since,
        failing_reported=state.failing_reported or reports,
        gone_reported=state.gone_reported or is_gone,
        last_failure=failed.reason,
    )
    notices: list[Notice] = [BeganFailing(since, failed.reason, failed.status)] if reports else []
    if is_gone and not state.gone_reported:
        notices.append(Gone(since, failed.reason, failed.status))
    return Judged(failing, next_due, notices=tuple(notices))


def host_rest(failed: Failed, *, settings: Settings = _DEFAULTS) -> timedelta | None:
    """For how long a failure asks us to leave the whole host alone, whichever feed of it is due: a 429 always does
    (RFC 6585 section 4), a 503 where it says for how long (RFC 9110 section 15.6.4)."""
    if failed.status == _HTTP_TOO_MANY:
        return min(failed.retry_after or _HOST_REST, settings.longest_wait)
    if failed.status == _HTTP_UNAVAILABLE and failed.retry_after is not None:
        return min(failed.retry_after, settings.longest_wait)
    return None


# --- what a poll tells about the feed ---------------------------------------------------------------------


def _well_again(state: FeedState, answer: Answer) -> list[Notice]:
    notices: list[Notice] = []
    if state.failing_reported and state.failing_since is not None:
        notices.append(Recovered(state.failing_since))
    if answer.moved_to is not None and answer.moved_to != state.moved_to:
        notices.append(Moved(answer.moved_to))
    return notices


def _turned_over(window: Mapping[str, str], keys: Mapping[str, str], settings: Settings) -> bool:
    """Whether nothing is left of the last body. Equal digests under other keys are a publisher that numbered its
    items anew; of a feed with few items nothing can be said."""
    if min(len(keys), len(window)) < settings.gap_items:
        return False
    return window.keys().isdisjoint(keys) and set(window.values()).isdisjoint(keys.values())


def _lie(state: FeedState, answer: Answer, suspicion: int) -> ValidatorsLie | None:
    """Proof or strong suspicion that "not modified" means nothing here, given that the items did change.

    Proof: the changed body carries the validator of the old one, so a conditional request would have been
    answered 304. Suspicion: twice in a row, news came to light only because the body was asked for regardless.
    """
    before, after = state.validators, answer.validators
    since = state.full_at
    if state.distrusted or since is None or before.url != after.url:
        return None
    if before.etag is not None and before.etag == after.etag:
        return ValidatorsLie("the ETag stays the same when items change", since)
    no_etag = before.etag is None and after.etag is None
    if no_etag and before.last_modified is not None and before.last_modified == after.last_modified:
        return ValidatorsLie("Last-Modified stays the same when items change", since)
    if suspicion >= _SUSPICIONS:
        return ValidatorsLie("the server says 304 though items have changed", since)
    return None


def _suspicion(state: FeedState, answer: Answer, new: tuple[str, ...], *, turned_over: bool) -> int:
    """How often in a row news came to light only because the body was asked for regardless of many 304s. A body
    that has nothing left of the last one counts in full: 304s would have to have stopped long before."""
    if answer.conditional or not new:
        return 0
    if state.unchanged < _MANY_UNCHANGED:
        return state.suspicion
    return _SUSPICIONS if turned_over else state.suspicion + 1


# --- when it is due ---------------------------------------------------------------------------------------


class _Learned(NamedTuple):
    """What a good poll tells of the feed's rhythm."""

    interval: timedelta
    on_time: int
    overlap: float | None


class _Read(NamedTuple):
    """What a good poll changes: the state is made anew once for all of it, because that is what polls cost most."""

    learned: _Learned
    pace: Pace
    changes: Mapping[str, Any]


def _learned(state: FeedState, overlap: float | None, now: datetime, settings: Settings) -> _Learned:
    """The overlap rule: a body that is mostly known came too early, one that is mostly new nearly too late.

    Judged only after two polls in a row that were made when they were due: a late poll shows more new items than
    the rhythm would, an early one fewer.
    """
    interval = _interval(state, settings)
    on_time = state.on_time + 1 if _is_on_time(state, interval, now) else 0
    if on_time >= _ON_TIME_POLLS and overlap is not None:
        if overlap >= _MOSTLY_KNOWN:
            interval *= _LONGER
        elif overlap < _MOSTLY_NEW:
            interval *= _SHORTER
    return _Learned(min(max(interval, settings.shortest), settings.longest), on_time, overlap)


def _is_on_time(state: FeedState, interval: timedelta, now: datetime) -> bool:
    return state.due is None or abs(now - state.due) <= max(interval / 4, timedelta(minutes=1))


def _interval(state: FeedState, settings: Settings) -> timedelta:
    return min(max(state.interval or settings.first, settings.shortest), settings.longest)


def _after_success(
    state: FeedState, read: _Read, answer: Answer, *, now: datetime, jitter: float, settings: Settings
) -> tuple[FeedState, datetime]:
    """The state to keep, and when the feed is due next."""
    interval, on_time, overlap = read.learned
    delay = max(interval, min(_publishers_wish(overlap, read.pace, answer), settings.longest))
    next_due = _skip(_spread(now, delay, jitter, answer.retry_after, settings), read.pace)
    kept = replace(
        state,
        **read.changes,
        interval=interval,
        on_time=on_time,
        overlap=overlap,
        pace=read.pace,
        validators=answer.validators,
        due=next_due,
        polled_at=now,
        read_at=now,
        failures=0,
        failure_weight=0.0,
        failing_since=None,
        failing_reported=False,
        gone_reported=False,
        last_failure="",
        moved_to=answer.moved_to,
    )
    return kept, next_due


def _publishers_wish(overlap: float | None, pace: Pace, answer: Answer) -> timedelta:
    """The longest span that feed or server ask us to leave between two polls. A feed whose items pass faster than
    it says is not believed; a cache is, because it would answer with the same body."""
    wishes = [answer.fresh_for]
    if overlap is None or overlap >= _MOSTLY_NEW:
        wishes += [pace.ttl, pace.update_period]
    return max((wish for wish in wishes if wish is not None), default=timedelta())


def _spread(
    now: datetime, delay: timedelta, jitter: float, retry_after: timedelta | None, settings: Settings
) -> datetime:
    asked = min(retry_after or timedelta(), settings.longest_wait)
    return now + max(delay, asked, _AT_LEAST) * (1 + _JITTER * jitter)


def _skip(due: datetime, pace: Pace) -> datetime:
    """The first moment from `due` on outside the hours and days the feed asks to be left alone. A feed that would
    never be asked within three days is not believed."""
    moment = due
    for _ in range(_MAX_SKIP_HOURS):
        if moment.hour not in pace.skip_hours and moment.weekday() not in pace.skip_days:
            return moment
        moment += timedelta(hours=1)
    return due


_WEIGHTS: dict[Kind, float] = {"hard": 1.0, "soft": 0.5, "temporary": 0.25}
_HTTP_GONE = 410
_HTTP_TOO_MANY = 429
_HTTP_UNAVAILABLE = 503
_HOST_REST = timedelta(minutes=5)  # where a 429 names no span
_MAX_EXPONENT = 20.0
_JITTER = 0.1
_AT_LEAST = timedelta(seconds=1)
_MAX_WINDOW = 4000

_MOSTLY_KNOWN = 0.67
_MOSTLY_NEW = 0.33
_LONGER = 1.25
_SHORTER = 0.6
_ON_TIME_POLLS = 2

_SUSPICIONS = 2
_MANY_UNCHANGED = 6

_MAX_SKIP_HOURS = 72
