"""How long a feed may be silent: stale feeds, feeds that wake, and feeds that are gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import due
from feeds.due import Judged, Settings
from feeds.notices import Awoke, BeganFailing, Gone, Notice, Recovered, Stale
from feeds.outcome import Answer, Failed, NotModified, Validators
from feeds.silence import Silence, heard, judged, usual_pause
from feeds.state import FeedState, Pace

URL = "https://example.org/feed"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER = Answer(URL, 200, Validators(URL))
KEYS = dict.fromkeys("abcdefghij", "d")
HOURLY = [NOW - number * HOUR for number in range(10)]


def read(state: FeedState, *news: str, at: datetime, dates: list[datetime] = HOURLY) -> Judged:
    keys = dict.fromkeys(news, "d") | KEYS
    return due.after_items(state, keys, dates, answer=ANSWER, pace=Pace(), now=at, jitter=0.0)


def silent(state: FeedState, *, at: datetime) -> Judged:
    return due.after_unchanged(state, NotModified(ANSWER), now=at, jitter=0.0)


def failed(state: FeedState, *, at: datetime, status: int = 404) -> tuple[FeedState, list[type[Notice]]]:
    judged = due.after_failure(state, Failed("hard", "no", status), now=at, jitter=0.0)
    return judged.state, [type(notice) for notice in judged.notices]


def test_a_feed_that_had_something_every_hour_is_stale_after_four_days_and_told_once() -> None:
    state = read(FeedState(), at=NOW).state
    assert silent(state, at=NOW + 4 * DAY).notices == ()
    judged = silent(state, at=NOW + 4 * DAY + HOUR)
    assert judged.notices == (Stale(NOW, HOUR),)
    assert silent(judged.state, at=NOW + 9 * DAY).notices == ()
    assert read(judged.state, at=NOW + 9 * DAY).notices == ()


def test_a_feed_that_comes_once_a_week_may_be_silent_for_three() -> None:
    weekly = [NOW - number * 7 * DAY for number in range(10)]
    state = read(FeedState(), at=NOW, dates=weekly).state
    assert silent(state, at=NOW + 21 * DAY).notices == ()
    assert silent(state, at=NOW + 22 * DAY).notices == (Stale(NOW, 7 * DAY),)


def test_a_feed_that_was_forgotten_years_ago_is_stale_at_first_sight() -> None:
    (stale,) = read(FeedState(), at=NOW + 700 * DAY).notices
    assert stale == Stale(NOW, HOUR)


def test_an_old_item_kept_on_top_says_nothing_of_the_rhythm() -> None:
    state = read(FeedState(), at=NOW, dates=[*HOURLY, NOW - 3000 * DAY]).state
    assert usual_pause(state.silence) == HOUR


def test_an_item_dated_in_the_future_does_not_keep_a_feed_awake() -> None:
    state = read(FeedState(), at=NOW, dates=[*HOURLY, NOW + 300 * DAY]).state
    assert silent(state, at=NOW + 5 * DAY).notices == (Stale(NOW, HOUR),)


def test_a_stale_feed_wakes_with_anything_new() -> None:
    stale = silent(read(FeedState(), at=NOW).state, at=NOW + 5 * DAY).state
    judged = read(stale, "news", at=NOW + 6 * DAY)
    assert judged.notices == (Awoke(NOW),)
    assert silent(judged.state, at=NOW + 7 * DAY).notices == ()


def test_a_feed_without_dates_is_known_by_its_polls() -> None:
    state = read(FeedState(), at=NOW, dates=[]).state
    assert silent(state, at=NOW + 90 * DAY).notices == ()
    for number in range(1, 6):
        state = read(state, f"n{number}", at=NOW + number * DAY, dates=[]).state
    assert usual_pause(state.silence) == DAY
    assert silent(state, at=NOW + 9 * DAY).notices == ()
    assert silent(state, at=NOW + 10 * DAY).notices == (Stale(NOW + 5 * DAY, DAY),)


def test_a_long_pause_is_forgotten_in_time() -> None:
    silence = Silence(newest=NOW)
    silence = heard(silence, (), has_news=True, now=NOW + 60 * DAY)
    for number in range(60):
        silence = heard(silence, (), has_news=True, now=NOW + 60 * DAY + number * HOUR)
    assert silence.learned < DAY / 4


def test_a_feed_that_says_it_is_gone_is_believed_at_once() -> None:
    state, told = failed(FeedState(), at=NOW, status=410)
    assert told == [BeganFailing, Gone]
    assert failed(state, at=NOW + DAY, status=410)[1] == []
    assert read(state, at=NOW + 2 * DAY, dates=[]).notices == (Recovered(NOW),)


def test_a_feed_that_fails_without_hope_for_two_weeks_is_taken_for_gone() -> None:
    state, told = failed(FeedState(), at=NOW)
    assert told == [BeganFailing]
    state, told = failed(state, at=NOW + 13 * DAY)
    assert told == []
    state, told = failed(state, at=NOW + 14 * DAY)
    assert told == [Gone]
    assert state.due is not None
    assert state.due - state.polled_at <= Settings().longest_wait * 1.1  # type: ignore[operator]


def test_what_is_known_of_the_pauses_outlives_a_restart() -> None:
    state = silent(read(FeedState(), at=NOW).state, at=NOW + 5 * DAY).state
    assert FeedState.from_json(state.to_json()) == state
    assert FeedState.from_json(replace(state, silence=Silence()).to_json()).silence == Silence()


WHENS = st.datetimes(timezones=st.just(UTC))


@given(st.lists(st.tuples(st.lists(WHENS, max_size=12), st.booleans(), WHENS), max_size=8))
def test_stale_and_awake_take_turns_whatever_the_dates_say(polls: list[tuple[list[datetime], bool, datetime]]) -> None:
    silence, told = Silence(), list[type]()
    for dates, has_news, now in polls:
        silence = heard(silence, dates, has_news=has_news, now=now)
        silence, notice = judged(silence, has_news=has_news, now=now, at_least=DAY)
        told += [type(notice)] if notice else []
    assert told == [Stale, Awoke] * (len(told) // 2) + [Stale] * (len(told) % 2)
