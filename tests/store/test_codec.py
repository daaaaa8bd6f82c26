"""The codec: what is encoded is read back, whatever its text; what was never ours is not mistaken for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import codec
from store.codec import Codec, Redacted, Unknown, encode, fact, redaction, stamp, type_of
from store.events.catalogue import EVENT_TYPES
from store.events.fact import Evidence, Fact
from store.events.items import ItemMatched, ItemSeen
from store.events.monitor import FeedFailing
from store.log import LogDamaged, LogError, Recorded
from tests.store.facts import NOON

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TIMES = st.datetimes(
    NOON.replace(year=1970, tzinfo=None),
    NOON.replace(year=2100, tzinfo=None),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))]),
)
FACTS = st.one_of(
    st.builds(ItemSeen, item=TEXT, feed=TEXT, digest=TEXT, title=TEXT, url=st.none() | TEXT, published=TIMES),
    st.builds(FeedFailing, feed=TEXT, since=TIMES, reason=TEXT, status=st.none() | st.integers(100, 599)),
    st.builds(
        ItemMatched,
        item=TEXT,
        plan=TEXT,
        commitment=TEXT,
        rules=TEXT,
        digest=TEXT,
        rule=TEXT,
        evidence=st.lists(st.builds(Evidence, field=TEXT, start=st.integers(0), end=st.integers(0), term=TEXT)).map(
            tuple
        ),
        score=st.floats(0, 1),
    ),
)


def recorded(data: str, kind: str = "ItemSeen.v1", key: str = "item/a") -> Recorded:
    return Recorded(7, key, kind, NOON, data, {})


@given(FACTS)
def test_decoding_undoes_encoding(one: Fact) -> None:
    assert fact(recorded(encode(one), type_of(one))) == one


@given(st.text(), st.text())
def test_any_text_can_be_stored(title: str, summary: str) -> None:
    read = fact(recorded(encode(ItemSeen(item="a", feed="f", digest="d", title=title, summary=summary))))
    assert isinstance(read, ItemSeen)
    clean = title.encode("utf-8", "replace").decode()
    assert read.title == clean
    encode(read).encode()


@given(st.sampled_from([kind.TYPE for kind in EVENT_TYPES]), st.text() | st.just('{"item": 1}') | st.just("null"))
def test_no_stored_text_does_worse_than_being_called_damaged(kind: str, data: str) -> None:
    with pytest.raises(LogDamaged, match="event 7"):
        fact(recorded(data, kind))


def test_a_naive_time_and_a_number_that_is_none_are_refused() -> None:
    with pytest.raises(LogError, match="published"):
        encode(ItemSeen(item="a", feed="f", digest="d", title="t", published=NOON.replace(tzinfo=None)))
    match = ItemMatched(
        item="a", plan="p", commitment="c", rules="r", digest="d", rule="x", evidence=(), score=float("nan")
    )
    with pytest.raises(LogError, match="score"):
        encode(match)


def test_a_type_of_a_newer_program_is_read_and_written_as_it_stands() -> None:
    read = fact(recorded('{"z": 1,  "a": [2]}', "ItemTranslated.v3", "translated/a"))
    assert read == Unknown(type="ItemTranslated.v3", name="translated/a", data='{"z": 1,  "a": [2]}')
    assert (read.key, type_of(read), encode(read)) == ("translated/a", "ItemTranslated.v3", '{"z": 1,  "a": [2]}')


def test_a_field_of_a_newer_program_is_passed_over() -> None:
    read = fact(recorded('{"item":"a","feed":"f","digest":"d","title":"t","mood":"fine"}'))
    assert read == ItemSeen(item="a", feed="f", digest="d", title="t")


@pytest.mark.parametrize("kind", ["ItemSeen.v1", "MonitorStopped.v1"])
def test_a_redacted_event_is_read_as_such(kind: str) -> None:
    read = fact(recorded(redaction("ab12", 'a court "order"'), kind))
    assert read == Redacted(type=kind, name="item/a", digest="ab12", reason='a court "order"')
    assert (type_of(read), encode(read)) == (kind, redaction("ab12", 'a court "order"'))


def test_upcasters_lift_an_old_event_version_by_version() -> None:
    class Renamed(Fact, frozen=True, kw_only=True):
        TYPE: ClassVar[str] = "Named.v3"
        name: str
        since: datetime

    def split(old: dict[str, Any]) -> dict[str, Any]:
        return {"label": old["text"].strip(), "since": "2026-01-01T00:00:00Z"}

    def rename(old: dict[str, Any]) -> dict[str, Any]:
        return {"name": old["label"], "since": old["since"]}

    present = Codec([Renamed], {"Named.v1": ("Named.v2", split), "Named.v2": ("Named.v3", rename)})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert present.fact(recorded('{"text":" a "}', "Named.v1")) == Renamed(name="a", since=since)
    assert present.fact(recorded('{"label":"b","since":"2026-01-01T00:00:00Z"}', "Named.v2")) == Renamed(
        name="b", since=since
    )
    for broken in ('{"other":1}', '{"text":5}', "[]"):
        with pytest.raises(LogDamaged, match=r"Named\.v1"):
            present.fact(recorded(broken, "Named.v1"))


def test_every_upcaster_leads_to_a_present_type() -> None:
    present = {kind.TYPE for kind in EVENT_TYPES}
    for start in codec.UPCASTERS:
        name = start
        while name in codec.UPCASTERS:
            name = codec.UPCASTERS[name][0]
        assert name in present


@given(st.lists(TIMES, min_size=2, max_size=2))
def test_stored_times_compare_as_the_times_do(times: list[datetime]) -> None:
    first, second = times
    assert (stamp(first) < stamp(second), stamp(first) == stamp(second)) == (first < second, first == second)
    assert (len(stamp(first)), datetime.fromisoformat(stamp(first))) == (27, first)
