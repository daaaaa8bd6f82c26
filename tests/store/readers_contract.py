"""What every engine promises of the readers it keeps: `store.readers` in executable form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from store.log import Store
from store.readers import Follow, Progress, ReaderRow, Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHOSEN = Settings(
    lang="hi",
    zone="Asia/Kolkata",
    digest_at=510,
    quiet=(1320, 420),
    follows=(Follow("words", 'रक्षा "a\'b" %', "daily", 7, NOON), Follow("pillar", "IV", "now", 0, NOON)),
)


class ReadersContract:
    """Subclasses give `opener`: a fixture whose value opens, each time, one more handle on the same store."""

    @pytest.fixture
    def opener(self) -> Iterator[Callable[[], Store]]:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opener: Callable[[], Store]) -> Store:
        return opener()

    def test_nobody_is_kept_who_did_not_ask_for_it(self, store: Store) -> None:
        assert store.readers.find(42) is None
        assert store.readers.all() == []

    def test_what_a_reader_chose_is_read_back_as_it_was_by_every_handle(self, opener: Callable[[], Store]) -> None:
        first, second = opener(), opener()
        kept = first.readers.keep(42, CHOSEN, new_id="a1")
        assert kept == ReaderRow("a1", 42, CHOSEN)
        assert second.readers.find(42) == kept

    def test_a_known_reader_keeps_the_id(self, store: Store) -> None:
        store.readers.keep(42, CHOSEN, new_id="a1")
        assert store.readers.keep(42, Settings(), new_id="b2") == ReaderRow("a1", 42, Settings())

    def test_progress_and_settings_do_not_overwrite_each_other(self, store: Store) -> None:
        reader = store.readers.keep(42, CHOSEN, new_id="a1")
        store.readers.advance(reader.id, Progress(now=9, daily_at=NOON))
        store.readers.keep(42, Settings(lang="it"), new_id="b2")
        assert store.readers.find(42) == ReaderRow("a1", 42, Settings(lang="it"), Progress(now=9, daily_at=NOON))

    def test_a_paused_reader_keeps_everything_and_is_back_by_resuming_or_choosing(self, store: Store) -> None:
        for chat, name in ((1, "a1"), (2, "a2")):
            store.readers.pause(store.readers.keep(chat, CHOSEN, new_id=name).id)
        assert [(row.paused, row.settings) for row in store.readers.all()] == [(True, CHOSEN)] * 2
        store.readers.resume("a1")
        store.readers.keep(2, CHOSEN, new_id="x")
        assert [row.paused for row in store.readers.all()] == [False, False]

    def test_a_forgotten_reader_is_gone_and_a_stranger_when_they_come_back(self, store: Store) -> None:
        store.readers.keep(42, CHOSEN, new_id="a1")
        store.readers.keep(43, CHOSEN, new_id="a2")
        assert (store.readers.forget(42), store.readers.forget(42)) == (True, False)
        store.readers.advance("a1", Progress(now=9))
        store.readers.pause("a1")
        assert [row.id for row in store.readers.all()] == ["a2"]
        assert store.readers.keep(42, Settings(), new_id="c3") == ReaderRow("c3", 42, Settings())

    def test_readers_are_no_events(self, store: Store) -> None:
        store.readers.keep(42, CHOSEN, new_id="a1")
        assert store.head() == 0

    def test_ids_of_chats_may_be_large(self, store: Store) -> None:
        assert store.readers.keep(2**52 - 1, CHOSEN, new_id="a1").chat == 2**52 - 1

    def test_a_reader_who_writes_twice_at_once_is_one(self, store: Store) -> None:
        with ThreadPoolExecutor(4) as pool:
            kept = list(pool.map(lambda n: store.readers.keep(42, CHOSEN, new_id=f"r{n}"), range(8)))
        assert len({row.id for row in kept}) == 1
        assert len(store.readers.all()) == 1
