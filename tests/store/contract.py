"""What every engine promises, as tests: `store.log` in executable form. An engine's test file subclasses `Contract`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from store.codec import Unknown, data_digest, fact
from store.events.items import ItemSeen, StoryJoined
from store.events.monitor import MonitorStarted, MonitorStopped
from store.events.trust import EventRedacted, ItemsCompacted
from store.log import Claim, Completion, Conflict, Event, LeaseLost, LogError, Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Opener = Callable[[], Store]


def seen(name: str, title: str = "A title") -> Event:
    return Event(ItemSeen(item=name, feed="pib", digest="d1", title=title), {"run": "r1", "cause": "poll"})


def keys(store: Store, after: int = 0) -> list[str]:
    return [recorded.key for recorded in store.read(after)]


class Contract:
    """Subclasses give `opener`: a fixture whose value opens, each time, one more handle on the same store."""

    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opener: Opener) -> Store:
        return opener()

    # --- compaction ---------------------------------------------------------------------------------------

    def test_compacting_drops_the_text_and_says_so(self, store: Store) -> None:
        store.append([seen("a", "A long title"), seen("b"), seen("c")], at=NOON)
        before = store.read()
        keys = ["item/a", "item/c", "item/none"]
        freed = store.compact(keys, seen=3, through=3, before=NOON + HOUR, at=NOON)
        after = store.read()
        assert [data_digest(one.data) for one in after[:3]] == [data_digest(one.data) for one in before]
        assert [getattr(fact(one), "title", None) for one in after[:3]] == ["", "A title", ""]
        told = fact(after[3])
        assert isinstance(told, ItemsCompacted)
        assert (told.positions, told.through) == ((1, 3), 3)
        assert told.freed == freed == sum(len(one.data) for one in before) - sum(len(one.data) for one in after[:3])
        assert store.append([seen("a", "back again")], at=NOON) == []

    def test_what_was_compacted_or_is_spoken_of_by_now_is_left_alone(self, store: Store) -> None:
        store.append([seen("first-item"), seen("other-item")], at=NOON)
        assert store.compact(["item/first-item"], seen=2, through=2, before=NOON, at=NOON) != 0
        assert store.compact(["item/first-item"], seen=3, through=2, before=NOON, at=NOON) == 0
        store.append([Event(StoryJoined(item="other-item", story="s", reason="founded"))], at=NOON)
        assert store.compact(["item/other-item"], seen=3, through=2, before=NOON, at=NOON) == 0
        assert store.head() == 4

    # --- append and read ----------------------------------------------------------------------------------

    def test_an_empty_log_has_head_0_and_nothing_to_read(self, store: Store) -> None:
        assert (store.head(), store.read(), store.append([], at=NOON)) == (0, [], [])

    def test_what_is_appended_is_read_back_as_it_was(self, store: Store) -> None:
        event = seen("a", 'quotes " \\ \x00 भारत 🇮🇳\n')
        assert store.append([event], at=NOON) == [(1, "item/a")]
        (recorded,) = store.read()
        assert (recorded.pos, recorded.key, recorded.type, recorded.at) == (1, "item/a", "ItemSeen.v1", NOON)
        assert recorded.meta == event.meta
        assert fact(recorded) == event.fact

    def test_times_are_kept_in_utc_to_the_microsecond(self, store: Store) -> None:
        local = datetime(2026, 3, 1, 17, 30, 1, 234567, tzinfo=timezone(timedelta(hours=5, minutes=30)))
        store.append([seen("a")], at=local)
        at = store.read()[0].at
        assert (at, at.utcoffset()) == (local, timedelta(0))

    def test_a_time_without_a_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(LogError, match="zone"):
            store.append([seen("a")], at=NOON.replace(tzinfo=None))
        assert store.head() == 0

    def test_known_keys_are_skipped_and_leave_no_gap(self, store: Store) -> None:
        store.append([seen("a"), seen("b")], at=NOON)
        assert store.append([seen("b", "other"), seen("c"), seen("a"), seen("d")], at=NOON) == [
            (3, "item/c"),
            (4, "item/d"),
        ]
        assert store.append([seen("a"), seen("d")], at=NOON) == []
        assert keys(store) == ["item/a", "item/b", "item/c", "item/d"]

    def test_of_two_events_with_one_key_in_a_call_the_first_counts(self, store: Store) -> None:
        assert store.append([seen("a", "first"), seen("b"), seen("a", "second")], at=NOON) == [
            (1, "item/a"),
            (2, "item/b"),
        ]
        assert "first" in store.read()[0].data

    def test_a_strict_append_writes_all_or_nothing(self, store: Store) -> None:
        store.append([seen("a")], at=NOON)
        for batch in ([seen("b"), seen("a")], [seen("b"), seen("c"), seen("b")]):
            with pytest.raises(Conflict):
                store.append(batch, at=NOON, strict=True)
        assert store.append([seen("b"), seen("c")], at=NOON, strict=True) == [(2, "item/b"), (3, "item/c")]

    def test_an_event_that_cannot_be_encoded_leaves_nothing_of_its_batch(self, store: Store) -> None:
        naive = MonitorStarted(run="r", feeds=1, last_alive=NOON.replace(tzinfo=None))
        with pytest.raises(LogError, match="zone"):
            store.append([seen("a"), Event(naive)], at=NOON)
        assert store.append([seen("b")], at=NOON) == [(1, "item/b")]

    def test_an_event_of_an_unknown_type_is_kept_as_it_is(self, store: Store) -> None:
        newer = Unknown(type="ItemTranslated.v1", name="translated/a", data='{"item":"a","x":[1, 2]}')
        store.append([Event(newer)], at=NOON)
        (recorded,) = store.read()
        assert (recorded.type, recorded.key, recorded.data) == (newer.type, newer.name, newer.data)
        assert fact(recorded) == newer

    def test_reading_pages_through_the_log_in_order(self, store: Store) -> None:
        store.append([seen(f"{n:02}") for n in range(25)], at=NOON)
        pages, after = [], 0
        while page := store.read(after, 10):
            pages.append([recorded.pos for recorded in page])
            after = page[-1].pos
        assert pages == [list(range(1, 11)), list(range(11, 21)), list(range(21, 26))]

    def test_reading_can_be_limited_to_types(self, store: Store) -> None:
        joined = StoryJoined(item="a", story="s", reason="founded")
        store.append([seen("a"), Event(joined), seen("b"), Event(MonitorStopped(run="r"))], at=NOON)
        assert [r.pos for r in store.read(types=["StoryJoined.v1", "MonitorStopped.v1"])] == [2, 4]
        assert [r.pos for r in store.read(1, 1, ["ItemSeen.v1"])] == [3]
        assert [r.pos for r in store.read(1, 1, ["StoryJoined.v1", "MonitorStopped.v1"])] == [2]
        assert [r.pos for r in store.read(2, 5, ["ItemSeen.v1", "MonitorStopped.v1"])] == [3, 4]
        assert store.read(types=["Nothing.v1"]) == []

    def test_find_and_known_answer_for_the_keys_the_log_holds(self, store: Store) -> None:
        store.append([seen("b"), seen("a")], at=NOON)
        found = store.find(["item/a", "item/x", "item/b"])
        assert [(key, recorded.pos) for key, recorded in found.items()] == [("item/b", 1), ("item/a", 2)]
        assert store.known(["item/a", "item/x"]) == {"item/a"}
        assert (store.find([]), store.known([])) == ({}, set())

    def test_keys_are_compared_to_the_letter(self, store: Store) -> None:
        store.append([seen("a"), seen("A"), seen("à"), seen("a ")], at=NOON)
        assert keys(store) == ["item/a", "item/A", "item/à", "item/a "]

    def test_recorded_times_never_run_backwards_and_the_clock_is_kept(self, store: Store) -> None:
        store.append([seen("a")], at=NOON)
        store.append([seen("b")], at=NOON - HOUR)
        store.append([seen("c")], at=NOON + HOUR)
        a, b, c = store.read()
        assert [a.at, b.at, c.at] == [NOON, NOON, NOON + HOUR]
        assert [r.meta.get("clock") for r in (a, b, c)] == [None, "2026-03-01T11:00:00.000000Z", None]
        assert b.meta["run"] == "r1"

    def test_what_another_handle_recorded_in_between_counts_for_place_and_time(self, opener: Opener) -> None:
        one, other = opener(), opener()
        one.append([seen("a")], at=NOON)
        other.append([seen("b"), seen("c")], at=NOON + 2 * HOUR)
        assert one.append([seen("d"), seen("b")], at=NOON + HOUR) == [(4, "item/d")]
        assert [r.at for r in one.read()] == [NOON, NOON + 2 * HOUR, NOON + 2 * HOUR, NOON + 2 * HOUR]

    def test_wait_returns_at_once_when_the_log_is_past(self, store: Store) -> None:
        store.append([seen("a")], at=NOON)
        assert store.wait(0, 60)
        assert not store.wait(1, 0)

    def test_wait_sees_what_another_handle_appends(self, opener: Opener) -> None:
        here, there = opener(), opener()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(here.wait, 0, 60)
            there.append([seen("a")], at=NOON)
            assert waiting.result()

    def test_another_handle_sees_what_was_acknowledged(self, opener: Opener) -> None:
        here, there = opener(), opener()
        here.append([seen("a")], at=NOON)
        assert keys(there) == ["item/a"]
        assert there.append([seen("a"), seen("b")], at=NOON) == [(2, "item/b")]
        assert keys(here) == ["item/a", "item/b"]

    def test_closing_is_harmless_twice_and_keeps_what_was_recorded(self, store: Store) -> None:
        store.append([seen("a")], at=NOON)
        store.close()
        store.close()

    def test_writers_at_once_leave_no_gap_and_no_double_and_no_torn_batch(self, opener: Opener) -> None:
        handles = [opener() for _ in range(4)]

        def write(writer: int) -> list[tuple[int, str]]:
            new = []
            for n in range(12):  # half of each batch is the same for all writers
                batch = [seen(f"shared-{n}"), seen(f"{writer}-{n}"), seen(f"shared-{n}-b")]
                new += handles[writer].append(batch, at=NOON)
            return new

        with ThreadPoolExecutor(4) as pool:
            acknowledged = [pair for pairs in pool.map(write, range(4)) for pair in pairs]
        recorded = handles[0].read(limit=1000)
        assert [r.pos for r in recorded] == list(range(1, 12 * (2 + 4) + 1))
        assert sorted(acknowledged) == [(r.pos, r.key) for r in recorded]

    def test_a_reader_behind_writers_never_meets_a_gap(self, opener: Opener) -> None:
        writers, reader = [opener() for _ in range(3)], opener()

        def write(writer: int) -> None:
            for n in range(15):
                writers[writer].append([seen(f"{writer}-{n}-{i}") for i in range(1 + n % 3)], at=NOON)

        with ThreadPoolExecutor(3) as pool:
            busy = [pool.submit(write, n) for n in range(3)]
            tail: list[int] = []
            while len(tail) < 3 * 30:
                reader.wait(len(tail), 5)
                tail += [r.pos for r in reader.read(len(tail))]
            for job in busy:
                job.result()
        assert tail == list(range(1, 91))

    def test_redacting_leaves_a_digest_and_the_reason_and_records_that(self, store: Store) -> None:
        store.append([seen("a", "A name"), seen("b")], at=NOON)
        before = store.read()
        gone = Event(EventRedacted(target="item/a", digest=data_digest(before[0].data), reason="takedown"))
        assert store.redact(["item/a", "item/z"], reason="takedown", record=[gone], at=NOON) == 1
        taken, untouched, said = store.read()
        assert "A name" not in taken.data
        assert data_digest(taken.data) == data_digest(before[0].data)
        assert (taken.pos, taken.key, taken.type, taken.at, taken.meta) == (
            1,
            "item/a",
            "ItemSeen.v1",
            NOON,
            before[0].meta,
        )
        assert (untouched, said.key) == (before[1], "redacted/item/a")

    def test_redacting_twice_changes_and_records_nothing_more(self, store: Store) -> None:
        store.append([seen("a", "A name")], at=NOON)
        gone = Event(EventRedacted(target="item/a", digest="d", reason="takedown"))
        store.redact(["item/a"], reason="takedown", record=[gone], at=NOON)
        before = store.read()
        assert store.redact(["item/a"], reason="again", record=[gone], at=NOON) == 0
        assert store.read() == before

    # --- the schedule -------------------------------------------------------------------------------------

    def test_enrolled_feeds_are_claimed_longest_due_first(self, store: Store) -> None:
        store.enrol({"c": NOON, "a": NOON - HOUR, "b": NOON - MINUTE, "later": NOON + MINUTE})
        assert [c.feed for c in store.claim(2, HOUR, now=NOON)] == ["a", "b"]
        assert store.claim(5, HOUR, now=NOON) == [Claim("c", 1, NOON + HOUR, None)]
        assert store.claim(5, HOUR, now=NOON) == []

    def test_enrolling_again_keeps_due_times_and_sets_others_aside(self, store: Store) -> None:
        store.enrol({"a": NOON, "b": NOON})
        (claim,) = store.claim(1, HOUR, now=NOON)
        store.complete([Completion(claim, NOON + HOUR, '{"etag":"x"}')], at=NOON)
        store.enrol({"a": NOON - HOUR, "c": NOON})
        assert [(row.feed, row.due) for row in store.feeds()] == [("a", NOON + HOUR), ("c", NOON)]
        store.enrol({"b": NOON - HOUR})
        assert [c.feed for c in store.claim(5, HOUR, now=NOON)] == ["b"]
        store.enrol({"a": NOON})
        (taken_back,) = store.claim(5, HOUR, now=NOON + HOUR)
        assert (taken_back.feed, taken_back.state) == ("a", '{"etag":"x"}')

    def test_completing_records_events_state_and_next_due_together(self, store: Store) -> None:
        store.enrol({"a": NOON})
        (claim,) = store.claim(1, HOUR, now=NOON)
        done = Completion(claim, NOON + HOUR, '{"n":1}', [seen("x"), seen("y")])
        assert store.complete([done], at=NOON + MINUTE) == [True]
        assert keys(store) == ["item/x", "item/y"]
        (row,) = store.feeds()
        assert (row.due, row.leased_until, row.completed_at, row.state) == (
            NOON + HOUR,
            None,
            NOON + MINUTE,
            '{"n":1}',
        )
        assert store.claim(1, HOUR, now=NOON + HOUR)[0].state == '{"n":1}'

    def test_a_late_holder_writes_nothing_and_the_others_of_the_batch_do(self, store: Store) -> None:
        store.enrol({"a": NOON, "b": NOON})
        slow, fine = store.claim(2, MINUTE, now=NOON)
        (taken_over,) = store.claim(1, HOUR, now=NOON + 2 * MINUTE)
        assert (taken_over.feed, taken_over.token) == (slow.feed, slow.token + 1)
        outcome = [
            Completion(slow, NOON, "late", [seen("late")]),
            Completion(fine, NOON + HOUR, "ok", [seen("x"), seen("late-too")]),
            Completion(fine, NOON, "twice", [seen("twice")]),
        ]
        assert store.complete(outcome, at=NOON) == [False, True, False]
        assert keys(store) == ["item/x", "item/late-too"]
        assert store.complete([Completion(taken_over, NOON, "now", [seen("late")])], at=NOON) == [True]

    def test_a_lease_that_ran_out_unclaimed_is_still_held(self, store: Store) -> None:
        store.enrol({"a": NOON})
        (claim,) = store.claim(1, MINUTE, now=NOON)
        assert store.complete([Completion(claim, NOON + HOUR, "s", [seen("x")])], at=NOON + HOUR) == [True]

    def test_completions_of_one_batch_may_bring_the_same_item(self, store: Store) -> None:
        store.enrol({"a": NOON, "b": NOON})
        first, second = store.claim(2, HOUR, now=NOON)
        batch = [
            Completion(first, NOON + HOUR, "1", [seen("x", "from a"), seen("y")]),
            Completion(second, NOON + HOUR, "2", [seen("z"), seen("x", "from b")]),
        ]
        assert store.complete(batch, at=NOON) == [True, True]
        assert keys(store) == ["item/x", "item/y", "item/z"]
        assert "from a" in store.read()[0].data

    def test_completing_with_nothing_new_moves_the_feed_and_not_the_log(self, store: Store) -> None:
        store.append([seen("x")], at=NOON)
        store.enrol({"a": NOON})
        (claim,) = store.claim(1, HOUR, now=NOON)
        assert store.complete([Completion(claim, NOON + HOUR, "s", [seen("x")])], at=NOON) == [True]
        assert store.head() == 1
        assert store.complete([], at=NOON) == []

    def test_a_released_claim_is_due_again_and_no_longer_held(self, store: Store) -> None:
        store.enrol({"a": NOON})
        (claim,) = store.claim(1, HOUR, now=NOON)
        store.release(claim, due=NOON + MINUTE)
        assert store.claim(1, HOUR, now=NOON) == []
        assert store.complete([Completion(claim, NOON, "s", [seen("x")])], at=NOON) == [False]
        assert [c.token for c in store.claim(1, HOUR, now=NOON + MINUTE)] == [2]
        store.release(claim, due=NOON)
        assert store.feeds()[0].leased_until == NOON + MINUTE + HOUR

    def test_expediting_brings_a_feed_forward_and_never_back(self, store: Store) -> None:
        store.enrol({"a": NOON + HOUR, "b": NOON - HOUR, "c": NOON + HOUR})
        store.expedite(["a", "b", "unknown"], due=NOON)
        assert [(row.feed, row.due) for row in store.feeds()] == [
            ("a", NOON),
            ("b", NOON - HOUR),
            ("c", NOON + HOUR),
        ]

    def test_the_last_look_is_the_latest_of_the_enrolled_feeds(self, store: Store) -> None:
        store.enrol({"a": NOON, "b": NOON, "c": NOON})
        assert store.last_look() is None
        for number, claim in enumerate(store.claim(3, HOUR, now=NOON)):
            store.complete([Completion(claim, NOON + HOUR, "s", [])], at=NOON + number * MINUTE)
        assert store.last_look() == NOON + 2 * MINUTE
        store.enrol({"a": NOON, "b": NOON})
        assert store.last_look() == NOON + MINUTE

    def test_claimers_at_once_never_share_a_feed(self, opener: Opener) -> None:
        handles = [opener() for _ in range(4)]
        handles[0].enrol({f"f{n:03}": NOON for n in range(60)})

        def claim_all(handle: Store) -> list[str]:
            mine = []
            while batch := handle.claim(7, HOUR, now=NOON):
                mine += [claim.feed for claim in batch]
            return mine

        with ThreadPoolExecutor(4) as pool:
            claimed = [feed for feeds in pool.map(claim_all, handles) for feed in feeds]
        assert sorted(claimed) == [f"f{n:03}" for n in range(60)]

    def test_pollers_and_settings_at_once_neither_block_nor_lose_each_other(self, opener: Opener) -> None:
        handles = [opener() for _ in range(4)]
        due = {f"f{n:02}": NOON for n in range(24)}
        handles[0].enrol(due)

        def poll(worker: int) -> int:
            store, done = handles[worker], 0
            while claims := store.claim(5, HOUR, now=NOON):
                outcomes = [
                    Completion(each, NOON + HOUR, "s", [seen(f"{each.feed}/{each.token}")]) for each in reversed(claims)
                ]
                done += sum(store.complete(outcomes, at=NOON))
            return done

        def meddle(_: int) -> int:
            for _ in range(15):
                handles[3].enrol(due)
                handles[3].expedite(list(due)[::-1], due=NOON + 2 * HOUR)
                handles[3].append([seen("shared")], at=NOON)
            return 0

        with ThreadPoolExecutor(4) as pool:
            done = sum(pool.map(lambda n: (poll if n < 3 else meddle)(n), range(4)))
        assert (done, handles[0].head()) == (24, 25)
        assert {row.due for row in handles[0].feeds()} == {NOON + HOUR}

    # --- leading ------------------------------------------------------------------------------------------

    def test_a_lease_has_one_holder_and_a_token_that_grows_with_each_change(self, store: Store) -> None:
        assert store.lead("ch", "one", MINUTE, now=NOON) == 1
        assert store.lead("ch", "two", MINUTE, now=NOON) is None
        assert store.lead("ch", "one", MINUTE, now=NOON + MINUTE / 2) == 1
        assert store.lead("ch", "two", MINUTE, now=NOON + MINUTE) is None
        assert store.lead("ch", "two", MINUTE, now=NOON + 2 * MINUTE) == 2
        assert store.lead("ch", "one", MINUTE, now=NOON + 2 * MINUTE) is None
        assert store.lead("other", "one", MINUTE, now=NOON) == 1

    def test_a_lease_that_ran_out_is_renewed_under_the_same_token(self, store: Store) -> None:
        assert store.lead("ch", "one", MINUTE, now=NOON) == 1
        assert store.lead("ch", "one", MINUTE, now=NOON + HOUR) == 1

    def test_a_resigned_lease_is_free_at_once(self, store: Store) -> None:
        store.lead("ch", "one", HOUR, now=NOON)
        store.resign("ch", "two")
        assert store.lead("ch", "two", HOUR, now=NOON) is None
        store.resign("ch", "one")
        assert store.lead("ch", "two", HOUR, now=NOON) == 2
        store.resign("ch", "two")
        assert store.lead("ch", "two", HOUR, now=NOON) == 3

    def test_a_fenced_append_is_refused_once_the_lease_has_gone(self, store: Store) -> None:
        token = store.lead("ch", "one", MINUTE, now=NOON)
        assert token is not None
        assert store.append([seen("a")], at=NOON, fence=("ch", token)) == [(1, "item/a")]
        store.lead("ch", "two", MINUTE, now=NOON + HOUR)
        with pytest.raises(LeaseLost, match="ch"):
            store.append([seen("b")], at=NOON, fence=("ch", token))
        assert store.head() == 1
