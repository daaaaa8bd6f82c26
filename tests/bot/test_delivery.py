"""The next step for a story, and what an outcome means for the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.delivery import Edit, Send, Settle, Step, Suppress, after_edit, after_send, next_step, queued, told
from bot.telegram.outcome import Migrated, NotModified, Outcome, Refused, Sent, Unknown, Unsent, Wait
from store.events.deliveries import UpdateEdited, UpdateFailed, UpdateSent, UpdateSuppressed, UpdateUncertain
from store.views.values import Delivery
from tests.telegram.stories import NOON, item, story

WEEK = timedelta(days=7)
FIRST, SECOND = item(key="a" * 20), item(key="b" * 20, publisher="ANSA")
NEW = Delivery("-100", story(FIRST, SECOND), "new", new_items=(FIRST.key, SECOND.key), as_of=9)
IN_DOUBT = replace(NEW, state="queued", attempts=2, text_digest="x-1", queued_items=(FIRST.key,))
POSTED = replace(
    NEW, state="sent", message=5, text_digest="x-1", delivered_items=(FIRST.key,), new_items=(SECOND.key,), edits=1
)


@pytest.mark.parametrize(
    ("delivery", "harmless", "step"),
    [
        (NEW, False, Send(1)),
        (IN_DOUBT, False, Settle(2, interrupted=True)),
        (replace(IN_DOUBT, state="uncertain"), False, Settle(2, interrupted=False)),
        (IN_DOUBT, True, Send(2)),  # this process knows that nothing came of it
        (replace(IN_DOUBT, text_digest="y-2"), True, Send(3)),  # another text is another attempt
        (replace(NEW, state="failed", attempts=1), False, Send(2)),  # something joined a story that had failed
        (POSTED, False, Edit(2, needed=False)),
        (replace(POSTED, text_digest="x-0"), False, Edit(2, needed=True)),
    ],
)
def test_each_state_has_one_next_step(delivery: Delivery, harmless: bool, step: Step) -> None:
    assert next_step(delivery, "x-1", now=NOON, max_age=WEEK, harmless=harmless) == step


def test_a_story_is_suppressed_only_when_all_of_it_is_old() -> None:
    late = NOON + timedelta(days=8)
    assert next_step(NEW, "x-1", now=late, max_age=WEEK, harmless=False) == Suppress(NEW.new_items, "too-old")
    fresh = replace(NEW, story=story(FIRST, replace(SECOND, published=late)))
    assert next_step(fresh, "x-1", now=late, max_age=WEEK, harmless=False) == Send(1)
    undated = replace(NEW, story=story(FIRST, replace(SECOND, published=None)))
    assert next_step(undated, "x-1", now=late, max_age=WEEK, harmless=False) == Send(1)


def test_an_old_item_still_joins_a_post_that_is_there() -> None:
    late = NOON + timedelta(days=8)
    assert isinstance(next_step(POSTED, "x-2", now=late, max_age=WEEK, harmless=False), Edit)


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (Sent(7), [UpdateSent]),
        (Unknown("reset", in_flight=True), [UpdateUncertain]),
        (Refused("message", "too long"), [UpdateFailed]),
        (Refused("markup", "bad"), [UpdateFailed]),
        (Refused("chat", "kicked"), []),
        (Refused("token", "no"), []),
        (Wait(3.0), []),
        (Unsent("down"), []),
        (Migrated(-200), []),
    ],
)
def test_only_a_definite_or_lost_answer_of_a_send_is_recorded(outcome: Outcome, ends: list[type]) -> None:
    intent = queued(NEW, Send(1), "x-1", after_message=4)
    assert [type(fact) for fact in after_send(intent, outcome, repeated=False)] == ends


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (Sent(5), [UpdateEdited]),
        (NotModified(), [UpdateEdited]),
        (Refused("gone", "message to edit not found"), [UpdateSuppressed, UpdateFailed]),
        (Refused("message", "too long"), [UpdateFailed]),
        (Refused("chat", "kicked"), []),
        (Unknown("reset", in_flight=True), []),
        (Wait(3.0), []),
    ],
)
def test_an_edit_ends_or_is_made_again(outcome: Outcome, ends: list[type]) -> None:
    assert [type(fact) for fact in after_edit(POSTED, Edit(2, needed=True), "x-2", outcome)] == ends


def test_intent_and_ending_tell_of_the_same_items_and_position() -> None:
    intent = queued(NEW, Send(1), "x-1", after_message=4)
    (sent,) = after_send(intent, Sent(7), repeated=True)
    assert isinstance(sent, UpdateSent)
    assert (sent.items, sent.as_of, sent.text_digest) == (intent.items, 9, "x-1")
    assert (sent.message, sent.repeated) == (7, True)
    assert intent.items == told(NEW) == (FIRST.key, SECOND.key)
