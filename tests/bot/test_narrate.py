"""Narrating: every event type has a line of its own."""

from __future__ import annotations

import pytest

from bot.questions.narrate import line
from store.codec import Redacted, Unknown, fact
from store.events.catalogue import EVENT_TYPES
from store.events.fact import Fact
from tests.store.test_events import SAMPLES, stored


def test_every_event_type_has_a_sample_that_can_be_told() -> None:
    told = {type(one): line(one) for one in map(fact, map(stored, SAMPLES))}
    assert set(told) >= set(EVENT_TYPES)
    for kind, text in told.items():
        assert text
        assert "\n" not in text, kind


@pytest.mark.parametrize(
    "unreadable",
    [
        Unknown(type="X.v9", name="x/1", data="{}"),
        Redacted(type="ItemSeen.v1", name="i", digest="d", reason="takedown"),
    ],
)
def test_what_cannot_be_read_is_told_as_such(unreadable: Fact) -> None:
    assert line(unreadable)
