"""Readers who follow: what reaches them, once, when they want it, and what the log knows of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.following import channel_of
from bot.channels.publish import Clock
from bot.channels.readers import Books, Followers
from bot.demo.botapi.world import Message, User
from bot.telegram.catalogue import Catalogue
from bot.telegram.sinks import TelegramSink
from matchers.plan import Commitment, Watched
from store.events.deliveries import UpdateSent
from store.readers import Follow, ReaderRow, Settings
from store.views.views import Views
from tests.bot.stage import Stage, staged
from tests.telegram.stories import COMMITMENTS, PLAN

pytestmark = pytest.mark.anyio

HOUR_S = 3600.0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def followers(stage: Stage, commitments: Sequence[Commitment] = COMMITMENTS) -> Followers:
    """As after a start: nothing is known but the log and the readers' table."""
    client = stage.client()

    def sink(row: ReaderRow) -> TelegramSink:
        return TelegramSink(client, row.chat, loud_from=0.0, name=channel_of(row))

    books = Books(
        stage.store,
        Views.open(None),
        stage.lane.call,
        Catalogue([Watched(PLAN, tuple(commitments))]),
        owner="test",
        meta={"run": "r1"},
    )
    return Followers(books, sink, Clock(stage.time.now, stage.time.sleep, stage.time.sleep))


async def serve(followers: Followers, stage: Stage) -> None:
    """Let it work until it has nothing left to do."""
    for _ in range(30):
        rest = await followers.turn()
        if rest.until_news:
            return
        await stage.time.sleep(rest.seconds)
    raise AssertionError("still busy")


async def reader(stage: Stage, number: int, *follows: tuple[str, str, str], **settings: object) -> User:
    user = stage.server.add_user(number, started=True)
    head = await stage.lane.call(stage.store.head)
    wanted = tuple(Follow(kind, what, pace, head, stage.time.now()) for kind, what, pace in follows)  # type: ignore[arg-type]
    chosen = Settings(follows=wanted, **settings)  # type: ignore[arg-type]
    await stage.lane.call(stage.store.readers.keep, number, chosen, new_id=f"r{number}")
    return user


def got(stage: Stage, user: User) -> list[Message]:
    return stage.server.messages(user)


async def test_a_follow_of_a_former_commitment_goes_on_under_the_new_one(stage: Stage) -> None:
    user = await reader(stage, 1, ("commitment", "old-roadmap", "now"))
    await stage.report("A roadmap")
    revised = [replace(one, formerly=("old-roadmap",)) if one.id == "defence-roadmap" else one for one in COMMITMENTS]
    await serve(followers(stage, revised), stage)
    assert len(got(stage, user)) == 1


async def test_each_reader_gets_what_they_follow_and_nothing_else(stage: Stage) -> None:
    await stage.report("Before anybody followed")
    about = await reader(stage, 1, ("commitment", "defence-roadmap", "now"))
    pillar = await reader(stage, 2, ("pillar", "VII", "now"))
    words = await reader(stage, 3, ("words", "lanterns", "now"))
    other = await reader(stage, 4, ("commitment", "maritime-ports", "now"), ("pillar", "III", "now"))
    await stage.report("A roadmap with lanterns")
    await stage.report("A plain roadmap")
    await serve(followers(stage), stage)
    assert [len(got(stage, user)) for user in (about, pillar, words, other)] == [2, 2, 1, 0]
    assert "A roadmap with lanterns" in got(stage, words)[0].text


async def test_nothing_is_told_twice_whatever_restarts(stage: Stage) -> None:
    user = await reader(stage, 1, ("commitment", "defence-roadmap", "now"), ("words", "roadmap", "now"))
    await stage.report("A roadmap")
    for _ in range(3):
        await serve(followers(stage), stage)
    await stage.report("Another roadmap")
    await serve(followers(stage), stage)
    assert len(got(stage, user)) == 2
    sent = await stage.facts("UpdateSent")
    assert {fact.channel for fact in sent if isinstance(fact, UpdateSent)} == {"reader/r1"}


async def test_another_outlet_edits_the_message_and_does_not_ring_again(stage: Stage) -> None:
    user = await reader(stage, 1, ("commitment", "defence-roadmap", "now"))
    story = await stage.report("A roadmap")
    one = followers(stage)
    await serve(one, stage)
    await stage.report("The same roadmap", story=story)
    await serve(one, stage)
    (message,) = got(stage, user)
    assert "+1 outlet: Outlet 2" in message.text


async def test_who_blocks_the_bot_is_paused_and_kept_and_the_others_go_on(stage: Stage) -> None:
    gone = await reader(stage, 1, ("pillar", "VII", "now"))
    here = await reader(stage, 2, ("pillar", "VII", "now"))
    stage.server.user_blocks(gone)
    await stage.report("A roadmap")
    one = followers(stage)
    await serve(one, stage)
    assert len(got(stage, here)) == 1
    row = await stage.lane.call(stage.store.readers.find, 1)
    assert row is not None
    assert row.paused
    stage.server.user_blocks(gone, blocks=False)
    await stage.lane.call(stage.store.readers.resume, "r1")
    await stage.time.sleep(HOUR_S)
    await serve(one, stage)
    assert len(got(stage, gone)) == 1


async def test_a_token_that_telegram_does_not_take_pauses_nobody(stage: Stage) -> None:
    await reader(stage, 1, ("pillar", "VII", "now"))
    await stage.report("A roadmap")
    stage.server.faults.add("error", method="sendMessage", code=401, description="Unauthorized")
    await serve(followers(stage), stage)
    row = await stage.lane.call(stage.store.readers.find, 1)
    assert row is not None
    assert not row.paused


async def test_a_lost_answer_repeats_a_message_once_and_says_so(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "now"))
    stage.server.faults.add("reset", method="sendMessage", chat=user.id, effect=True)
    await stage.report("A roadmap")
    one = followers(stage)
    await serve(one, stage)
    await stage.time.sleep(60)
    await serve(one, stage)
    (sent,) = await stage.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert sent.repeated
    assert len(got(stage, user)) == 2


async def test_quiet_hours_hold_messages_until_they_are_over(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "now"), quiet=(11 * 60, 14 * 60))
    await stage.report("A roadmap")
    one = followers(stage)
    await serve(one, stage)
    assert got(stage, user) == []
    await stage.time.sleep(2 * HOUR_S)
    await serve(one, stage)
    assert len(got(stage, user)) == 1


async def test_a_daily_digest_comes_once_in_the_readers_language_by_pillar(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "daily"), lang="it", digest_at=13 * 60)
    for number in range(3):
        await stage.report(f"Roadmap {number}")
    one = followers(stage)
    await serve(one, stage)
    assert got(stage, user) == []
    await stage.time.sleep(HOUR_S)
    await serve(one, stage)
    await serve(followers(stage), stage)
    (digest,) = got(stage, user)
    assert digest.text.splitlines() == [
        "La tua giornata in notizie · 22 nov 2026",
        "",
        "VII. Difesa",
        *(f"• Roadmap {number} · Outlet {number + 1}, 22 nov 2026" for number in range(3)),
    ]
    await stage.time.sleep(24 * HOUR_S)
    await serve(one, stage)
    assert len(got(stage, user)) == 1  # nothing new: no digest


async def test_a_digest_interrupted_after_its_intent_still_comes(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "daily"), digest_at=13 * 60)
    await stage.report("Roadmap")
    await stage.time.sleep(HOUR_S)
    stage.server.faults.add("status", method="sendMessage", code=502)
    await serve(followers(stage), stage)
    after_a_restart = followers(stage)
    for _ in range(2):
        await serve(after_a_restart, stage)
        await stage.time.sleep(60)
    assert len(got(stage, user)) == 1


async def test_a_digest_of_very_much_fits_into_one_message_and_says_what_is_left_out(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "daily"), digest_at=13 * 60)
    for number in range(60):
        await stage.report(f"Roadmap {number} " + "of the very long headline " * 5)
    await stage.time.sleep(HOUR_S)
    await serve(followers(stage), stage)
    (digest,) = got(stage, user)
    shown = digest.text.count("•")
    assert 10 < shown <= 40
    assert digest.text.endswith(f"and {60 - shown} more: /latest")


async def test_a_forgotten_reader_gets_nothing(stage: Stage) -> None:
    user = await reader(stage, 1, ("pillar", "VII", "now"))
    await stage.report("A roadmap")
    await stage.lane.call(stage.store.readers.forget, 1)
    await serve(followers(stage), stage)
    assert got(stage, user) == []
