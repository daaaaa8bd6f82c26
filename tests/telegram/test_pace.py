"""The pace of sending: never above the limits, never to a chat that must wait, never slower than needed."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pace import OVERALL, PER_CHAT, PER_GROUP, PER_PERSON, Flood, Pace, Turnstile

CHATS = st.integers(min_value=-3, max_value=3).filter(bool)


def send_all(chats: list[int], holds: dict[int, tuple[int, float]]) -> list[tuple[float, int]]:
    """Send to these chats in order as early as allowed; `holds[n]` = (chat, seconds) asked for after send n."""
    pace, now, sent = Pace(), 0.0, []
    for number, chat in enumerate(chats):
        now = max(now, pace.free_at(chat))
        pace.take(chat, now)
        sent.append((now, chat))
        if number in holds:
            held, seconds = holds[number]
            pace.hold(held, now + seconds)
    return sent


@given(
    st.lists(CHATS, max_size=70), st.dictionaries(st.integers(0, 119), st.tuples(CHATS, st.floats(0, 60)), max_size=5)
)
def test_no_window_ever_holds_more_than_its_limit(chats: list[int], holds: dict[int, tuple[int, float]]) -> None:
    sent = send_all(chats, holds)
    for limit, only in (
        (OVERALL, None),
        *((PER_CHAT, c) for c in set(chats)),
        *((PER_GROUP, c) for c in set(chats) if c < 0),
    ):
        times = [at for at, chat in sent if only in (None, chat)]
        for first, last in zip(times, times[limit.count :], strict=False):
            assert last - first >= limit.seconds - 1e-9


@given(
    st.lists(CHATS, max_size=60), st.dictionaries(st.integers(0, 59), st.tuples(CHATS, st.floats(0, 60)), max_size=5)
)
def test_nothing_is_sent_to_a_chat_that_must_wait(chats: list[int], holds: dict[int, tuple[int, float]]) -> None:
    sent = send_all(chats, holds)
    for number, (held, seconds) in holds.items():
        if number < len(sent):
            until = sent[number][0] + seconds
            assert all(at >= until for at, chat in sent[number + 1 :] if chat == held)


def test_a_wait_of_one_chat_holds_up_no_other() -> None:
    pace = Pace()
    pace.hold(-1, 300.0)
    assert pace.free_at(-1) == 300.0
    assert pace.free_at(-2) == 0.0


def test_a_thousand_messages_to_a_channel_take_no_longer_than_the_limits_ask() -> None:
    sent = send_all([-1] * 1000, {})
    assert sent[-1][0] == pytest.approx(49 * PER_GROUP.seconds + 19 * PER_CHAT.seconds, abs=1.0)


@pytest.mark.anyio
async def test_callers_pass_in_the_order_they_came() -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds
        await asyncio.sleep(0)

    turnstile, passed = Turnstile(lambda: now[0], sleep), []

    async def caller(number: int) -> None:
        async with turnstile.through(7):
            await asyncio.sleep(0)
            passed.append((number, now[0]))

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(caller(number))
    assert [number for number, _ in passed] == [0, 1, 2, 3, 4]
    assert now[0] == pytest.approx(4 * PER_CHAT.seconds)


@pytest.mark.anyio
async def test_a_hold_that_comes_while_waiting_is_waited_for() -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        if now[0] < 1.0:
            turnstile.hold(7, 10.0)
        now[0] += seconds

    turnstile = Turnstile(lambda: now[0], sleep)
    for _ in range(2):
        async with turnstile.through(7):
            pass
    assert now[0] >= 10.0


def test_a_person_who_asks_too_much_waits_and_is_told_once() -> None:
    flood = Flood()
    allowed = [flood.wait_for(5, 0.1 * n) for n in range(PER_PERSON.count)]
    assert allowed == [0.0] * PER_PERSON.count
    assert flood.wait_for(5, 3.0) == pytest.approx(PER_PERSON.seconds - 3.0)
    assert flood.wait_for(6, 3.0) == 0.0
    assert flood.is_first_refusal(5, 3.0)
    assert not flood.is_first_refusal(5, 4.0)
    assert flood.wait_for(5, PER_PERSON.seconds) == 0.0
