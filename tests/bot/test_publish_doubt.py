"""The rarer ways in which a post may come twice or an edit too late; most were found by test_publish_faults.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.channels.ledger import LEASE
from bot.channels.publish import Publisher
from bot.demo.botapi.faults import Fault
from bot.demo.botapi.world import CHANNEL_RIGHTS
from bot.telegram.application import IN_FLIGHT_S
from bot.telegram.sinks import TelegramSink
from store.events.deliveries import UpdateSent
from store.log import StoreUnavailable
from store.views.values import DeliveryCounts
from tests.bot.stage import CHANNEL, LOG_CHAT, Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


@pytest.fixture
async def probing(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True) as made:
        yield made


def titles(stage: Stage) -> list[str]:
    return [post.text.splitlines()[1] for post in stage.posts]


async def late(stage: Stage, fault: Fault) -> None:
    """The call that Telegram held back takes effect now."""
    held = [call for call in stage.server.calls if call.outcome == "pending"]
    fault.release()
    await stage.server.wait_for(lambda: all(call.outcome != "pending" for call in held))


@pytest.mark.parametrize("method", ["deleteMessage", "forwardMessage"])
@pytest.mark.parametrize("kind", ["status", "reset", "flood"])
async def test_the_copy_of_a_first_post_goes_even_where_telegram_fails_once_more(
    probing: Stage, method: str, kind: Any
) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    probing.server.faults.add("reset", method="sendMessage", effect=True)
    probing.server.faults.add(kind, method=method)
    await probing.report("First")
    await probing.settle(publisher)
    assert titles(probing) == ["First"]
    (sent,) = await probing.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert sent.message == probing.posts[0].id


async def test_the_copy_of_a_first_post_goes_though_the_story_has_grown_since(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    probing.server.faults.add("reset", method="sendMessage", effect=True)
    first = await probing.report("First")
    await publisher.turn()
    await probing.report("First, again", story=first)
    await probing.settle(publisher)
    assert [post.text.splitlines()[-1] for post in probing.posts] == ["+1 outlet: Outlet 2"]


async def test_an_edit_whose_answer_was_lost_does_not_overtake_the_next(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    first = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    slow = stage.server.faults.add("slow", method="editMessageText")
    await stage.report("Second", story=first)
    assert not (await publisher.turn()).until_news
    await stage.report("Third", story=first)
    assert (await publisher.turn()).seconds > IN_FLIGHT_S - 1
    await late(stage, slow)
    await stage.settle(publisher)
    assert stage.posts[0].text.splitlines()[-1] == "+2 outlets: Outlet 2, Outlet 3"


async def test_an_edit_of_a_life_that_was_killed_does_not_overtake_the_next(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    first = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    slow = stage.server.faults.add("slow", method="editMessageText")
    await stage.report("Second", story=first)
    await publisher.turn()
    heir = stage.publisher()
    await stage.report("Third", story=first)
    await heir.turn()
    await late(stage, slow)
    await stage.settle(heir)
    assert stage.posts[0].text.splitlines()[-1] == "+2 outlets: Outlet 2, Outlet 3"


async def test_a_bot_removed_while_a_post_is_in_doubt_looks_for_it_when_it_is_back(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    probing.server.faults.add("reset", method="sendMessage", effect=True)
    await probing.report("In doubt")
    await publisher.turn()
    probing.server.set_bot(probing.channel, "kicked")
    await probing.time.sleep(IN_FLIGHT_S)
    rest = await publisher.turn()
    assert rest.refused is not None
    probing.server.set_bot(probing.channel, "administrator", CHANNEL_RIGHTS)
    await probing.settle(publisher)
    assert titles(probing) == ["Earlier", "In doubt"]


async def test_who_led_before_another_did_forgets_what_it_believed(probing: Stage) -> None:
    """The sleeper knows that nothing was posted; its heir posts, and dies before it can say so."""
    writes = 0

    async def call(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        nonlocal writes
        writes += getattr(work, "__name__", "") == "append"
        if writes == 3:  # uncertain, queued, sent
            raise StoreUnavailable("no more")
        return await probing.lane.call(work, *args, **kwargs)

    sleeper, heir = probing.publisher(owner="sleeper"), probing.publisher(owner="heir", call=call)
    await probing.settle(sleeper)
    await probing.report("Earlier")
    await probing.settle(sleeper)
    probing.server.faults.add("flood", method="sendMessage", retry_after=1)
    await probing.report("In doubt")
    await sleeper.turn()
    await probing.time.sleep(LEASE.total_seconds() + 1)
    with pytest.raises(StoreUnavailable):
        await probing.settle(heir)
    assert titles(probing) == ["Earlier", "In doubt"]
    await probing.time.sleep(LEASE.total_seconds() + 1)
    await probing.settle(sleeper)
    assert titles(probing) == ["Earlier", "In doubt"]


@pytest.mark.parametrize("waits", [1, 2])
async def test_a_post_is_not_made_again_because_the_log_could_not_be_written(probing: Stage, waits: int) -> None:
    """The disk is full just when a post was sent, after Telegram had asked to wait."""
    refusing = False

    async def call(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if refusing and getattr(work, "__name__", "") == "append":
            raise StoreUnavailable("disk full")
        return await probing.lane.call(work, *args, **kwargs)

    publisher = probing.publisher(call=call)
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    await probing.report("Once")
    probing.server.faults.add("flood", method="sendMessage", retry_after=1, times=waits)
    for _ in range(waits):
        await probing.time.sleep((await publisher.turn()).seconds)
    probing.is_patient = True
    slow = probing.server.faults.add("slow", method="sendMessage")
    turn = asyncio.ensure_future(publisher.turn())
    await probing.server.wait_for(lambda: slow.fired)
    refusing = True
    slow.release()
    with pytest.raises(StoreUnavailable):
        await turn
    refusing = False
    await probing.settle(publisher)
    assert titles(probing) == ["Earlier", "Once"]
    assert probing.ends() == DeliveryCounts(published=2)


async def test_nobody_else_waits_for_a_chat_that_must(probing: Stage) -> None:
    probing.server.faults.add("flood", method="sendMessage", chat=CHANNEL, retry_after=600)
    client = probing.client()
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Late")
    assert (await publisher.turn()).seconds == 600
    before = probing.time.passed
    await client.turn(LOG_CHAT)
    assert probing.time.passed == before


async def test_an_edit_never_touches_another_chats_message_after_an_upgrade(stage: Stage) -> None:
    group = stage.server.add_group(-4242, kind="group")
    await stage.settle(in_group(stage))
    first = await stage.report("Before")
    await stage.settle(in_group(stage))
    new = stage.server.migrate(group, -1003000000003)
    await stage.report("After")
    await stage.settle(in_group(stage))
    await stage.report("Before, again", story=first)
    await stage.settle(in_group(stage))
    (post,) = stage.server.messages(new)
    assert (post.text.splitlines()[1], post.edits) == ("After", [])
    counts = stage.ends("-4242")
    assert counts == DeliveryCounts(published=2, suppressed={"post-out-of-reach": 1})
    assert len([call for call in stage.server.calls if call.description]) == 1  # the log knows where the group went


async def test_a_log_chat_that_became_a_supergroup_goes_on_serving(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    probing.server.migrate(probing.server.chat(LOG_CHAT), -1003000000003)
    probing.server.faults.add("reset", method="sendMessage", effect=True)
    await probing.report("In doubt")
    await probing.settle(publisher)
    assert titles(probing) == ["Earlier", "In doubt"]


def in_group(stage: Stage) -> Publisher:
    """A publisher for the group, as after a start."""
    return stage.publisher(TelegramSink(stage.client(), -4242))
