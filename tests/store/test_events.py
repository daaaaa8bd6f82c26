"""The event types: for ever readable, and described as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store import eventdoc
from store.codec import encode, fact
from store.events.catalogue import EVENT_TYPES
from store.events.fact import Fact
from store.log import Recorded
from tests.store.facts import NOON

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "tests/data/events").glob("*.json"))


def stored(sample: Path) -> Recorded:
    row = json.loads(sample.read_text("utf-8"))
    return Recorded(1, row["key"], sample.name.removesuffix(".json"), NOON, json.dumps(row["data"]), {})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_event_ever_released_can_be_read(sample: Path) -> None:
    assert type(fact(stored(sample))) in EVENT_TYPES


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.TYPE)
def test_a_present_type_has_a_sample_and_writes_it_unchanged(kind: type[Fact]) -> None:
    recorded = stored(ROOT / f"tests/data/events/{kind.TYPE}.json")
    read = fact(recorded)
    assert (type(read), read.key) == (kind, recorded.key)
    assert json.loads(encode(read)) == json.loads(recorded.data)


def test_the_description_of_the_events_is_current() -> None:
    described = (ROOT / "docs/events.md").read_text("utf-8")
    assert described == eventdoc.render(), "run: python -m store.eventdoc > docs/events.md"
