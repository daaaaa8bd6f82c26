"""When a feed is asked again, and what a poll tells about the feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import due
from feeds.due import Judged, Settings
from feeds.notices import BeganFailing, Gap, Moved, Recovered, ValidatorsLie
from feeds.outcome import Answer, Failed, Kind, NotModified, Validators
from feeds.state import FeedState, Pace

URL = "https://example.org/feed"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
MINUTE = timedelta(minutes=1)
SETTINGS = Settings(first=15 * MINUTE, shortest=5 * MINUTE, longest=60 * MINUTE)


def answer(*, etag: str | None = None, modified: str | None = None, **told: object) -> Answer:
    plain = Answer(URL, 200, Validators(URL, etag, modified))
    return replace(plain, **told)


def items(*keys: str, digest: str = "d") -> dict[str, str]:
    return {key: f"{digest} of {key}" for key in keys}


def read(
    state: FeedState,
    keys: dict[str, str],
    *,
    at: datetime | None = None,
    by: Answer | None = None,
    pace: Pace | None = None,
    jitter: float = 0.0,
    bounds: Settings = SETTINGS,
) -> Judged:
    """A poll at `at`, by default just when it was due."""
    now = at or state.due or NOW
    return due.after_items(
        state, keys, answer=by or answer(), pace=pace or Pace(), now=now, jitter=jitter, settings=bounds
    )


def unchanged(state: FeedState, *, by_hash: bool = False, by: Answer | None = None) -> Judged:
    told = by or replace(answer(), validators=state.validators, conditional=True)
    return due.after_unchanged(state, NotModified(told, by_hash), now=state.due or NOW, jitter=0.0, settings=SETTINGS)


def failed(state: FeedState, kind: Kind, *, retry_after: timedelta | None = None, jitter: float = 0.0) -> Judged:
    failure = Failed(kind, f"a {kind} failure", 500, retry_after)
    return due.after_failure(state, failure, now=state.due or NOW, jitter=jitter, settings=SETTINGS)


def delay(judged: Judged) -> timedelta:
    assert judged.state.polled_at is not None
    return judged.next_due - judged.state.polled_at


TEN = items(*"abcdefghij")


# --- items ------------------------------------------------------------------------------------------------


def test_all_items_of_the_first_body_are_archive() -> None:
    judged = read(FeedState(), TEN)
    assert judged.first
    assert judged.new_keys == tuple(TEN)
    assert judged.changed_keys == ()
    assert judged.notices == ()


def test_a_feed_that_was_empty_at_first_has_no_archive() -> None:
    empty = read(FeedState(), {})
    assert empty.first
    later = read(empty.state, items("a"))
    assert not later.first
    assert later.new_keys == ("a",)


def test_new_and_changed_items_are_told_apart() -> None:
    before = read(FeedState(), items("a", "b", "c")).state
    judged = read(before, items("n", "a") | items("b", digest="other"))
    assert judged.new_keys == ("n",)
    assert judged.changed_keys == ("b",)


def test_a_body_without_items_does_not_wipe_out_what_is_known() -> None:
    before = read(FeedState(), TEN).state
    emptied = read(before, {})
    assert emptied.state.window == TEN
    assert read(emptied.state, TEN).new_keys == ()


# --- the rhythm -------------------------------------------------------------------------------------------


def test_the_first_interval_is_the_configured_one() -> None:
    assert delay(read(FeedState(), TEN)) == 15 * MINUTE


def test_a_mostly_known_body_lengthens_the_interval_after_two_polls_on_time() -> None:
    first = read(FeedState(), TEN)
    second = read(first.state, TEN)
    assert delay(second) > delay(first)


def test_a_mostly_new_body_shortens_the_interval() -> None:
    state = read(FeedState(), TEN).state
    judged = read(state, items(*"abuvwxyz"))
    assert delay(judged) < 15 * MINUTE


def test_a_body_half_new_keeps_the_interval() -> None:
    state = read(FeedState(), TEN).state
    assert delay(read(state, items(*"abcdeuvwxy"))) == 15 * MINUTE


@pytest.mark.parametrize("off_by", [-10 * MINUTE, 10 * MINUTE])
def test_a_poll_made_late_or_early_teaches_nothing(off_by: timedelta) -> None:
    state = read(read(FeedState(), TEN).state, items(*"abcdeuvwxy")).state
    assert state.due is not None
    judged = read(state, items(*"ABCDEFGHIJ"), at=state.due + off_by)
    assert judged.state.interval == state.interval
    assert judged.state.on_time == 0


def test_not_modified_lengthens_the_interval_up_to_the_longest() -> None:
    state = read(FeedState(), TEN).state
    for _ in range(20):
        state = unchanged(state).state
    assert state.interval == SETTINGS.longest


@pytest.mark.parametrize(
    ("pace", "told"),
    [
        (Pace(ttl=40 * MINUTE), answer()),
        (Pace(update_period=40 * MINUTE), answer()),
        (Pace(), answer(fresh_for=40 * MINUTE)),
        (Pace(), answer(retry_after=40 * MINUTE)),
    ],
    ids=["ttl", "update period", "fresh for", "retry after"],
)
def test_feed_and_server_may_ask_for_a_longer_interval(pace: Pace, told: Answer) -> None:
    assert delay(read(FeedState(), TEN, pace=pace, by=told)) == 40 * MINUTE


def test_a_feed_cannot_silence_itself_for_longer_than_the_longest_interval() -> None:
    far = timedelta(days=3650)
    judged = read(FeedState(), TEN, pace=Pace(ttl=far, update_period=far), by=answer(fresh_for=far))
    assert delay(judged) == SETTINGS.longest


def test_a_feed_that_turns_over_faster_than_its_ttl_is_asked_faster() -> None:
    pace = Pace(ttl=60 * MINUTE)
    state = replace(read(FeedState(), TEN, pace=pace).state, on_time=5)
    assert delay(read(state, items(*"aqrstuvwxyz"), pace=pace)) < 15 * MINUTE


def test_the_wish_of_the_feed_still_holds_after_not_modified() -> None:
    state = read(FeedState(), TEN, pace=Pace(ttl=50 * MINUTE)).state
    assert delay(unchanged(state)) == 50 * MINUTE


def test_retry_after_may_exceed_the_longest_interval_but_not_a_day() -> None:
    assert delay(read(FeedState(), TEN, by=answer(retry_after=timedelta(hours=5)))) == timedelta(hours=5)
    assert delay(failed(FeedState(), "temporary", retry_after=timedelta(days=365))) == SETTINGS.longest_wait


def test_hours_and_days_to_skip_are_skipped() -> None:
    in_skipped_hours = read(FeedState(), TEN, pace=Pace(skip_hours=(12, 13, 14)))
    assert in_skipped_hours.next_due == NOW.replace(hour=15, minute=15)
    on_skipped_days = read(FeedState(), TEN, pace=Pace(skip_days=(6, 0)))
    assert on_skipped_days.next_due.date() == datetime(2026, 11, 24, tzinfo=UTC).date()


def test_a_feed_that_skips_always_is_not_believed() -> None:
    always = Pace(skip_hours=tuple(range(24)))
    assert delay(read(FeedState(), TEN, pace=always)) == 15 * MINUTE


def test_jitter_only_ever_adds_a_little() -> None:
    assert delay(read(FeedState(), TEN, jitter=1.0)) == 15 * MINUTE * 1.1


# --- failures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "count"), [("hard", 1), ("soft", 2), ("temporary", 4)])
def test_failing_is_reported_once_and_sooner_the_less_hope_there_is(kind: Kind, count: int) -> None:
    state, reported = FeedState(), []
    for _ in range(8):
        judged = failed(state, kind)
        state = judged.state
        reported.append(judged.notices)
    assert reported[count - 1] == (BeganFailing(NOW, f"a {kind} failure", 500),)
    assert sum(map(len, reported)) == 1


def test_back_off_grows_with_the_weight_of_the_failures_and_ends_at_a_day() -> None:
    hard, temporary = failed(FeedState(), "hard"), failed(FeedState(), "temporary")
    assert delay(temporary) < delay(hard)
    state = FeedState()
    for _ in range(40):
        state = failed(state, "hard").state
    assert delay(failed(state, "hard")) == SETTINGS.longest_wait


def test_a_failure_forgets_nothing_and_recovery_is_reported_if_the_failure_was() -> None:
    before = read(FeedState(), TEN, by=answer(etag='"1"')).state
    after = failed(before, "hard").state
    assert (after.window, after.validators, after.interval) == (before.window, before.validators, before.interval)
    judged = read(after, TEN, by=answer(etag='"1"'))
    assert after.failing_since is not None
    assert judged.notices == (Recovered(after.failing_since),)
    assert (judged.state.failures, judged.state.failing_since, judged.state.last_failure) == (0, None, "")


def test_recovery_from_what_was_never_reported_is_not_reported() -> None:
    assert read(failed(FeedState(), "temporary").state, TEN).notices == ()


# --- gaps, moves, lies ------------------------------------------------------------------------------------


def test_two_bodies_that_share_no_item_are_a_gap() -> None:
    before = read(FeedState(), TEN).state
    judged = read(before, items(*"qrstuvwxyz"))
    assert judged.notices == (Gap(NOW, before.due or NOW),)


def test_a_feed_of_few_items_never_shows_a_gap() -> None:
    before = read(FeedState(), items("a", "b", "c")).state
    assert read(before, items("x", "y", "z")).notices == ()


def test_items_numbered_anew_are_no_gap() -> None:
    before = read(FeedState(), TEN).state
    renumbered = {f"new-{key}": digest for key, digest in TEN.items()}
    assert read(before, renumbered).notices == ()


def test_the_gap_begins_when_the_old_body_was_last_confirmed() -> None:
    confirmed = unchanged(read(FeedState(), TEN).state).state
    judged = read(confirmed, items(*"qrstuvwxyz"))
    assert [notice.since for notice in judged.notices if isinstance(notice, Gap)] == [confirmed.polled_at]


def test_a_permanent_move_is_reported_once() -> None:
    moved = answer(moved_to="https://example.org/new")
    first = read(FeedState(), TEN, by=moved)
    assert first.notices == (Moved("https://example.org/new"),)
    assert read(first.state, TEN, by=moved).notices == ()


def test_an_etag_that_stays_when_items_change_is_found_out() -> None:
    before = read(FeedState(), TEN, by=answer(etag='"same"')).state
    judged = read(before, items("new", *TEN), by=answer(etag='"same"'))
    assert judged.notices == (ValidatorsLie("the ETag stays the same when items change", NOW),)
    assert due.conditions(judged.state, now=judged.next_due).etag is None


def test_a_date_that_stays_when_items_change_is_found_out() -> None:
    before = read(FeedState(), TEN, by=answer(modified="x")).state
    judged = read(before, items("new", *TEN), by=answer(modified="x"))
    assert isinstance(judged.notices[0], ValidatorsLie)


def test_validators_that_change_with_the_items_are_trusted() -> None:
    before = read(FeedState(), TEN, by=answer(etag='"1"', modified="x")).state
    judged = read(before, items("new", *TEN), by=answer(etag='"2"', modified="x"))
    assert judged.notices == ()
    assert due.conditions(judged.state, now=judged.next_due).etag == '"2"'


def test_a_feed_that_is_always_not_modified_is_asked_for_its_body_once_a_day() -> None:
    state = read(FeedState(), TEN, by=answer(etag='"1"')).state
    asked_with = []
    while state.due is not None and state.due < NOW + timedelta(hours=30):
        asked_with.append(due.conditions(state, now=state.due, settings=SETTINGS).etag)
        if asked_with[-1] is None:
            break
        state = unchanged(state).state
    assert asked_with[-1] is None
    assert len(asked_with) > 20


def test_news_that_only_unconditional_requests_show_end_the_trust() -> None:
    state = read(FeedState(), TEN, by=answer(etag='"0"')).state
    notices: list[object] = []
    for round_ in range(2):
        for _ in range(6):
            state = unchanged(state).state
        judged = read(state, items(f"new-{round_}", *TEN), by=answer(etag=f'"{round_ + 1}"'))
        notices += judged.notices
        state = judged.state
    assert [type(notice) for notice in notices] == [ValidatorsLie]
    assert state.distrusted


def test_a_body_that_is_the_same_by_hash_counts_as_a_check() -> None:
    state = unchanged(read(FeedState(), TEN).state, by_hash=True).state
    assert state.full_at == state.polled_at


# --- properties -------------------------------------------------------------------------------------------

spans = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=10_000))
paces = st.builds(
    Pace,
    ttl=spans,
    update_period=spans,
    skip_hours=st.lists(st.integers(-1, 25)).map(tuple),
    skip_days=st.lists(st.integers(0, 6)).map(tuple),
)
validators = st.builds(Validators, st.just(URL), st.none() | st.text(), st.none() | st.text(), st.none() | st.text())
answers = st.builds(Answer, st.just(URL), st.just(200), validators, st.none() | st.text(), st.booleans(), spans, spans)
bodies = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.sampled_from("12"), max_size=12)
failures = st.builds(Failed, st.sampled_from(["hard", "soft", "temporary"]), st.text(), st.none(), spans)
polls = st.lists(
    st.tuples(
        st.one_of(st.tuples(bodies, answers, paces), st.builds(NotModified, answers, st.booleans()), failures),
        st.floats(0, 1),
        st.timedeltas(min_value=timedelta(minutes=-3), max_value=timedelta(days=2)),
    ),
    max_size=12,
)


@given(polls)
@settings(max_examples=50)
def test_whatever_happens_a_feed_stays_due_within_bounds(history: list[tuple[object, float, timedelta]]) -> None:
    state, longest = FeedState(), SETTINGS.longest_wait * 1.1 + timedelta(hours=72)
    for outcome, jitter, late in history:
        now = (state.due or NOW) + late
        judged = judge(state, outcome, now=now, jitter=jitter)
        assert now < judged.next_due <= now + longest
        assert judged.state.due == judged.next_due
        if judged.state.interval is not None:
            assert SETTINGS.shortest <= judged.state.interval <= SETTINGS.longest
        assert FeedState.from_json(judged.state.to_json()) == judged.state
        state = judged.state


@given(polls, bodies, answers)
@settings(max_examples=30)
def test_the_same_body_again_has_nothing_new(
    history: list[tuple[object, float, timedelta]], body: dict[str, str], told: Answer
) -> None:
    state = FeedState()
    for outcome, jitter, late in history:
        state = judge(state, outcome, now=(state.due or NOW) + late, jitter=jitter).state
    once = read(state, body, by=told)
    again = read(once.state, body, by=told)
    assert (again.new_keys, again.changed_keys, again.first, again.notices) == ((), (), False, ())


@given(bodies, bodies)
@settings(max_examples=50)
def test_each_item_is_new_or_changed_or_known(before: dict[str, str], body: dict[str, str]) -> None:
    judged = read(read(FeedState(), before).state, body)
    window = judged.state.window or {}
    assert not set(judged.new_keys) & set(judged.changed_keys)
    assert set(judged.new_keys) | set(judged.changed_keys) <= body.keys()
    assert body.items() <= window.items() or not body


def judge(state: FeedState, outcome: object, *, now: datetime, jitter: float) -> Judged:
    match outcome:
        case NotModified():
            return due.after_unchanged(state, outcome, now=now, jitter=jitter, settings=SETTINGS)
        case Failed():
            return due.after_failure(state, outcome, now=now, jitter=jitter, settings=SETTINGS)
        case (dict() as body, Answer() as told, Pace() as pace):
            return due.after_items(state, body, answer=told, pace=pace, now=now, jitter=jitter, settings=SETTINGS)
    raise AssertionError(outcome)


# --- state as text ----------------------------------------------------------------------------------------


def test_a_state_survives_being_written_down() -> None:
    state = failed(read(FeedState(), TEN, by=answer(etag='"é"')).state, "hard").state
    assert FeedState.from_json(state.to_json()) == state


def test_no_state_is_the_state_of_a_feed_never_asked() -> None:
    assert FeedState.from_json(None) == FeedState()


def test_unknown_and_missing_fields_do_no_harm() -> None:
    assert FeedState.from_json('{"window": {"a": "1"}, "from_the_future": [1]}') == FeedState(window={"a": "1"})


@pytest.mark.parametrize("text", ["", "null", "[]", "nonsense", '{"window": 3}', '{"due": "yesterday"}', "\ud800"])
def test_a_damaged_state_never_makes_known_items_archive(text: str) -> None:
    state = FeedState.from_json(text)
    assert state.window == {}
    assert not read(state, TEN).first


def test_what_is_readable_of_a_damaged_state_is_kept() -> None:
    state = FeedState.from_json('{"window": {"a": "1"}, "failures": "many", "on_time": 3}')
    assert (state.window, state.failures, state.on_time) == ({"a": "1"}, 0, 3)


@given(st.text())
def test_no_text_breaks_reading_a_state(text: str) -> None:
    assert isinstance(FeedState.from_json(text), FeedState)
