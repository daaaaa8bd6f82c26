"""What Telegram refuses for good or for now: the channel goes on as well as it can, and the operators are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.channels.trouble import Lost, Plain, Trouble, Turned, is_worth_saying
from bot.demo.botapi.world import CHANNEL_RIGHTS
from store.views.values import DeliveryCounts
from tests.bot.stage import CHANNEL, Stage, staged
from tests.bot.test_operators import operators, texts

pytestmark = pytest.mark.anyio
UNREADABLE = "Bad Request: can't parse entities: unsupported start tag"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        made.server.add_user(7, started=True)
        made.server.add_user(8, started=True)
        yield made


def kicked(stage: Stage) -> None:
    stage.server.set_bot(stage.channel, "kicked")


def left(stage: Stage) -> None:
    stage.server.set_bot(stage.channel, "left")
    stage.channel.username = ""


def rights_taken(stage: Stage) -> None:
    stage.server.set_bot(stage.channel, "administrator", ("edit_messages",))


def deleted(stage: Stage) -> None:
    stage.channel.gone = True


@pytest.mark.parametrize("happens", [kicked, left, rights_taken, deleted])
async def test_a_closed_channel_is_told_less_and_less_often_and_gets_everything_once_it_opens(
    stage: Stage, happens: Callable[[Stage], None]
) -> None:
    heard: list[Trouble] = []
    one = operators(stage)

    async def tell(trouble: Trouble) -> None:
        heard.append(trouble)
        await one.trouble(trouble)

    publisher = stage.publisher(tell=tell)
    await stage.settle(publisher)
    happens(stage)
    for number in range(3):
        await stage.report(f"Report {number}")
    for _ in range(9):
        await stage.time.sleep((await publisher.turn()).seconds)
        await one.turn()
    assert [trouble.times for trouble in heard if isinstance(trouble, Turned)] == list(range(1, 10))
    assert len(texts(stage)) == len([n for n in range(1, 10) if is_worth_saying(n)]) == 4
    stage.channel.gone = False
    stage.server.set_bot(stage.channel, "administrator", CHANNEL_RIGHTS)
    await stage.settle(publisher)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["Report 0", "Report 1", "Report 2"]
    assert stage.ends() == DeliveryCounts(published=3)


async def test_the_first_refusal_is_told_however_often_the_network_failed_before(stage: Stage) -> None:
    heard: list[Trouble] = []

    async def tell(trouble: Trouble) -> None:
        heard.append(trouble)

    publisher = stage.publisher(tell=tell)
    await stage.settle(publisher)
    stage.server.faults.add("reset", method="sendMessage", times=2)
    stage.server.faults.add("error", method="sendMessage", code=403, description="Forbidden: bot was kicked")
    await stage.report("A roadmap")
    await stage.settle(publisher)
    assert [trouble.times for trouble in heard if isinstance(trouble, Turned)] == [1]


async def test_an_edit_telegram_cannot_read_is_made_as_plain_text_and_told(stage: Stage) -> None:
    one, heard = operators(stage), []

    async def tell(trouble: Trouble) -> None:
        heard.append(trouble)
        await one.trouble(trouble)

    publisher = stage.publisher(tell=tell)
    await stage.settle(publisher)
    first = await stage.report("India & Italy agree")
    await stage.settle(publisher)
    stage.server.faults.add("error", method="editMessageText", code=400, description=UNREADABLE)
    await stage.report("Second", story=first)
    await stage.settle(publisher)
    (post,) = stage.posts
    assert post.text.splitlines()[-1] == "+1 outlet: Outlet 2"
    assert stage.ends() == DeliveryCounts(published=1, merged=1)
    assert heard == [Plain(str(CHANNEL), first, "Can't parse entities: unsupported start tag")]
    await one.turn()
    assert texts(stage)[0].startswith("⚠️ Telegram could not read a post of mine; it went out as plain text:")


async def test_posts_refused_for_good_are_told_the_1st_2nd_and_4th_time(stage: Stage) -> None:
    one, heard = operators(stage), []

    async def tell(trouble: Trouble) -> None:
        heard.append(trouble)
        await one.trouble(trouble)

    publisher = stage.publisher(tell=tell)
    await stage.settle(publisher)
    description = "Bad Request: message is too long"
    stage.server.faults.add("error", method="sendMessage", chat=CHANNEL, code=400, description=description, times=5)
    for number in range(6):
        await stage.report(f"Report {number}")
    await stage.settle(publisher)
    await one.turn()
    assert len([trouble for trouble in heard if isinstance(trouble, Lost)]) == 5
    (told,) = texts(stage)
    assert [line.rpartition("(")[2] for line in told.splitlines() if "×" in line] == ["×2)", "×4)"]
    assert [post.text.splitlines()[1] for post in stage.posts] == ["Report 5"]
    assert stage.ends() == DeliveryCounts(published=1, failed=5)
