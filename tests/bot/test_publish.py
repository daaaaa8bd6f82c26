"""The publisher against the Bot API stand-in, over real sockets: what reaches the channel, what the log says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.ledger import LEASE
from bot.telegram.actions import ShowWhy
from bot.telegram.callbacks import action
from bot.telegram.sinks import TerminalSink
from store.events.deliveries import UpdateEdited, UpdateFailed, UpdateQueued, UpdateSent, UpdateUncertain
from store.views.values import DeliveryCounts
from tests.bot.stage import CHANNEL, LOG_CHAT, Stage, matched, revised, staged

pytestmark = pytest.mark.anyio

LOST = [("status", 502), ("status", 500), ("reset", 0), ("timeout", 0), ("cut", 0), ("not_json", 0)]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


@pytest.fixture
async def probing(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True) as made:
        yield made


async def test_a_story_is_posted_once_with_headline_sentence_and_buttons(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    await stage.report("India & Italy <agree>")
    await stage.settle(publisher)
    await stage.settle(publisher)
    (post,) = stage.posts
    assert post.text.splitlines()[:3] == ["#Defence_Roadmap", "India & Italy <agree>", "Outlet 1 · 22 Nov 2026 · EN"]
    assert [button["text"] for row in post.buttons for button in row] == ["Open", "Why?", "👍", "👎", "Timeline"]
    assert action(str(post.buttons[0][1]["callback_data"])) == ShowWhy(f"{1:020x}")
    assert stage.ends() == DeliveryCounts(published=1)


async def test_a_second_outlet_joins_the_post_by_an_edit(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    first = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    second = await stage.report("Italia e India d'accordo", story=first, lang="it")
    await stage.settle(publisher)
    (post,) = stage.posts
    assert post.text.splitlines()[-1] == "+1 outlet: Outlet 2"
    (edit,) = await stage.facts("UpdateEdited")
    assert isinstance(edit, UpdateEdited)
    assert (edit.edit, edit.items, edit.message) == (1, (first, second), post.id)
    assert stage.ends() == DeliveryCounts(published=1, merged=1)


async def test_a_corrected_headline_corrects_the_post(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    item = await stage.report("India and Itly agree")
    await stage.settle(publisher)
    await stage.add(revised(item, "India and Italy agree", "d9"))
    await stage.settle(publisher)
    (post,) = stage.posts
    assert "India and Italy agree" in post.text
    assert len(post.edits) == 1


async def test_a_change_nobody_would_see_is_recorded_without_a_call(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    item = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    await stage.report("The same again", story=item, publisher="Outlet 1")
    await stage.settle(publisher)
    assert stage.server.calls_of("editMessageText") == []
    assert stage.ends() == DeliveryCounts(published=1, merged=1)


async def test_what_came_before_the_channel_and_a_feeds_archive_are_not_posted(stage: Stage) -> None:
    await stage.report("Before")
    publisher = stage.publisher()
    await stage.settle(publisher)
    await stage.report("Archive", archive=True)
    await stage.report("Old", published=stage.time.now() - timedelta(days=30))
    await stage.settle(publisher)
    assert stage.posts == []
    assert stage.ends() == DeliveryCounts(suppressed={"before-opening": 1, "archive": 1, "too-old": 1})


async def test_hindi_and_italian_stories_are_posted_whole(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    await stage.report("भारत-इटली रक्षा रोडमैप", summary="रोम में वार्ता हुई। रोडमैप बनेगा।", lang="hi")
    await stage.report("Difesa, l'intesa è vicina", summary="L'on. Crosetto è a Delhi. Si tratta.", lang="it")
    await stage.settle(publisher)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["भारत-इटली रक्षा रोडमैप", "Difesa, l'intesa è vicina"]


async def test_a_429_holds_the_channel_for_as_long_as_asked(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    stage.server.faults.add("flood", method="sendMessage", retry_after=40)
    await stage.report("One")
    await stage.report("Two")
    before = stage.time.passed
    await stage.settle(publisher)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["One", "Two"]
    assert stage.time.passed - before >= 40
    assert stage.server.violations == []


async def test_a_burst_arrives_complete_in_order_and_without_a_429_of_our_making(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    for number in range(45):
        await stage.report(f"Report {number}")
    await stage.settle(publisher, turns=200)
    assert [post.text.splitlines()[1] for post in stage.posts] == [f"Report {number}" for number in range(45)]
    assert all(call.code == 200 for call in stage.server.calls_of("sendMessage"))


@pytest.mark.slow
async def test_a_thousand_matches_at_once_arrive_complete_in_order_and_without_a_429_of_our_making(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        publisher = stage.publisher()
        await stage.settle(publisher)
        expected = [f"Report {number}" for number in range(1000)]
        for title in expected:
            await stage.report(title)
        await stage.settle(publisher, turns=200)
        assert [post.text.splitlines()[1] for post in stage.posts] == expected
        assert [call.description for call in stage.server.calls if call.code != 200] == []
        assert stage.ends() == DeliveryCounts(published=1000)
        assert stage.time.passed < 1000 / 20 * 60.5 + 1  # no slower than the limit of a channel makes it


@pytest.mark.parametrize(("kind", "code"), LOST)
@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
async def test_with_a_log_chat_a_lost_answer_means_exactly_one_post(
    probing: Stage, kind: str, code: int, effect: bool, first: bool
) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    if not first:
        await probing.report("Earlier")
        await probing.settle(publisher)
    probing.server.faults.add(kind, method="sendMessage", chat=CHANNEL, effect=effect, code=code)  # type: ignore[arg-type]
    await probing.report("In doubt")
    await probing.report("Next")
    await probing.settle(publisher)
    titles = [post.text.splitlines()[1] for post in probing.posts]
    assert titles == ([] if first else ["Earlier"]) + ["In doubt", "Next"]
    sent = [fact for fact in await probing.facts("UpdateSent") if isinstance(fact, UpdateSent)]
    assert {fact.message for fact in sent} == {post.id for post in probing.posts}
    assert [type(fact) for fact in await probing.facts("UpdateUncertain")] == [UpdateUncertain]


@pytest.mark.parametrize(("kind", "code"), LOST[1:4])
@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
async def test_without_a_log_chat_a_lost_answer_means_one_marked_repeat(
    stage: Stage, kind: str, code: int, effect: bool
) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    stage.server.faults.add(kind, method="sendMessage", effect=effect, code=code)  # type: ignore[arg-type]
    await stage.report("In doubt")
    await stage.settle(publisher)
    assert len(stage.posts) == (2 if effect else 1)
    (sent,) = await stage.facts("UpdateSent")
    assert isinstance(sent, UpdateSent)
    assert sent.repeated
    assert sent.message == stage.posts[-1].id
    assert stage.ends() == DeliveryCounts(published=1)


async def test_what_could_not_even_connect_is_sent_again_without_a_doubt(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    url = stage.server.url
    await stage.server.__aexit__(None, None, None)
    await stage.report("Patience")
    assert not (await publisher.turn()).until_news
    assert not (await publisher.turn()).until_news
    await stage.server.__aenter__()
    assert stage.server.url == url
    await stage.settle(publisher)
    assert len(stage.posts) == 1
    assert await stage.facts("UpdateUncertain") == []


@pytest.mark.parametrize(
    "reason",
    [
        "Forbidden: bot was kicked from the channel chat",
        "Forbidden: bot is not a member of the channel chat",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: chat not found",
        "Unauthorized",
    ],
)
async def test_a_channel_that_refuses_us_waits_and_then_gets_everything(stage: Stage, reason: str) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    code = 403 if reason.startswith("F") else 401 if reason == "Unauthorized" else 400
    stage.server.faults.add("error", method="sendMessage", code=code, description=reason, times=5)
    for number in range(3):
        await stage.report(f"Report {number}")
    await stage.settle(publisher)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["Report 0", "Report 1", "Report 2"]
    assert stage.ends() == DeliveryCounts(published=3)


async def test_a_post_refused_for_good_fails_alone(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    description = "Bad Request: message is too long"
    stage.server.faults.add("error", method="sendMessage", code=400, description=description)
    await stage.report("Refused")
    await stage.report("Fine")
    await stage.settle(publisher)
    assert [post.text.splitlines()[1] for post in stage.posts] == ["Fine"]
    (failed,) = await stage.facts("UpdateFailed")
    assert isinstance(failed, UpdateFailed)
    assert failed.reason.lower() == "message is too long"
    assert stage.ends() == DeliveryCounts(published=1, failed=1)


async def test_markup_telegram_cannot_read_goes_out_as_plain_text(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    description = "Bad Request: can't parse entities: unsupported start tag"
    stage.server.faults.add("error", method="sendMessage", code=400, description=description)
    await stage.report("Plain & simple")
    await stage.settle(publisher)
    (post,) = stage.posts
    assert "Plain & simple" in post.text
    assert post.buttons == []
    assert stage.ends() == DeliveryCounts(published=1)


async def test_a_group_that_became_a_supergroup_is_followed(stage: Stage) -> None:
    group = stage.server.add_group(-4242, kind="group")
    sink = stage.sink()
    sink._channel = -4242
    publisher = stage.publisher(sink)
    await stage.settle(publisher)
    await stage.report("Before")
    await stage.settle(publisher)
    new = stage.server.migrate(group, -1003000000003)
    await stage.report("After")
    await stage.settle(publisher)
    titles = [[m.text.splitlines()[1] for m in stage.server.messages(chat)] for chat in (group, new)]
    assert titles == [["Before"], ["After"]]


async def test_a_post_that_was_deleted_is_left_deleted(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    first = await stage.report("Unwanted")
    await stage.settle(publisher)
    stage.server.user_deletes(stage.posts[0])
    await stage.report("Also unwanted", story=first)
    await stage.settle(publisher)
    assert stage.posts == []
    assert stage.ends() == DeliveryCounts(published=1, suppressed={"post-deleted": 1})


async def test_an_edit_whose_answer_was_lost_is_made_again(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    first = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    stage.server.faults.add("reset", method="editMessageText", effect=True)
    await stage.report("Second", story=first)
    await stage.settle(publisher)
    (post,) = stage.posts
    assert post.text.splitlines()[-1] == "+1 outlet: Outlet 2"
    assert stage.ends() == DeliveryCounts(published=1, merged=1)


async def test_a_protected_channel_cannot_be_looked_into_so_the_repeat_is_marked(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    error = "Bad Request: the message can't be forwarded"
    probing.server.faults.add("error", method="forwardMessage", code=400, description=error, times=1)
    probing.server.faults.add("reset", method="sendMessage", effect=True)
    await probing.report("In doubt")
    await probing.settle(publisher)
    sent = [fact.repeated for fact in await probing.facts("UpdateSent") if isinstance(fact, UpdateSent)]
    assert sent == [False, True]


async def test_a_log_chat_that_refuses_the_probe_does_not_stop_the_channel(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    probing.server.faults.add(
        "error", method="forwardMessage", chat=LOG_CHAT, code=400, description="Bad Request: chat not found"
    )
    probing.server.faults.add("reset", method="sendMessage")
    await probing.report("In doubt")
    await probing.settle(publisher)
    assert [post.text.splitlines()[1] for post in probing.posts] == ["Earlier", "In doubt"]


async def test_only_the_process_that_holds_the_lease_publishes(stage: Stage) -> None:
    one, other = stage.publisher(owner="one"), stage.publisher(owner="other")
    await stage.settle(one)
    await stage.report("Once")
    assert not (await other.turn()).until_news
    await stage.settle(one)
    await one.resign()
    await stage.settle(other)
    assert len(stage.posts) == 1
    await stage.report("By the other")
    await stage.settle(other)
    assert len(stage.posts) == 2


async def test_a_leader_that_slept_too_long_writes_nothing(stage: Stage) -> None:
    sleeper, heir = stage.publisher(owner="sleeper"), stage.publisher(owner="heir")
    await stage.settle(sleeper)
    await stage.time.sleep(LEASE.total_seconds() + 1)
    await stage.settle(heir)
    await stage.report("Once")
    assert not (await sleeper.turn()).until_news
    await stage.settle(heir)
    assert len(stage.posts) == 1
    assert len(await stage.facts("UpdateQueued")) == 1


async def test_the_text_that_was_queued_is_told_from_the_one_sent_later(probing: Stage) -> None:
    publisher = probing.publisher()
    await probing.settle(publisher)
    await probing.report("Earlier")
    await probing.settle(publisher)
    probing.server.faults.add("error", method="sendMessage", code=429, description="Too Many Requests: retry later")
    first = await probing.report("India and Italy agree")
    await publisher.turn()
    second = await probing.report("Second outlet", story=first)
    await probing.settle(publisher)
    queued = [fact for fact in await probing.facts("UpdateQueued") if isinstance(fact, UpdateQueued)]
    assert [(fact.attempt, fact.items) for fact in queued[1:]] == [(1, (first,)), (2, (first, second))]
    assert probing.posts[-1].text.splitlines()[-1] == "+1 outlet: Outlet 3"


async def test_an_item_of_several_commitments_is_one_post_with_several_tags(stage: Stage) -> None:
    publisher = stage.publisher()
    await stage.settle(publisher)
    item = await stage.report("Both")
    await stage.add(matched(item, "d1", "India and Italy agreed on a defence industrial roadmap.", "maritime-ports"))
    await stage.settle(publisher)
    (post,) = stage.posts
    assert set(post.text.splitlines()[0].split()) == {"#Defence_Roadmap", "#Maritime_Ports"}
    assert stage.ends() == DeliveryCounts(published=2)


async def test_without_a_token_the_terminal_is_the_channel(stage: Stage) -> None:
    shown: list[str] = []
    publisher = stage.publisher(TerminalSink(shown.append))
    await stage.settle(publisher)
    first = await stage.report("India and Italy agree")
    await stage.settle(publisher)
    await stage.report("Second", story=first)
    await stage.settle(publisher)
    assert "India and Italy agree" in shown[0]
    assert "https://news.example/1" in shown[0]
    assert "+1 outlet: Outlet 2" in shown[1]
    sent = [fact.channel for fact in await stage.facts("UpdateSent") if isinstance(fact, UpdateSent)]
    assert sent == ["terminal"]


async def test_a_publisher_told_to_stop_finishes_the_post_it_has_begun(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.settle(stage.publisher())
        await stage.report("Begun")
        stage.is_patient = True
        slow = stage.server.faults.add("slow", method="sendMessage")
        publishing = asyncio.create_task(stage.publisher().run())
        await stage.server.wait_for(lambda: slow.fired)
        publishing.cancel()
        slow.release()
        with pytest.raises(asyncio.CancelledError):
            await publishing
        assert len(stage.posts) == 1
        assert stage.ends().published == 1
