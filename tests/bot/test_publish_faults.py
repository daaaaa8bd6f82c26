"""Whatever faults the server injects and wherever the process is killed: every match is delivered, exactly once with
a log chat, twice only where the log says uncertain without one, and edits reach the right message."""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.channels.ledger import LEASE
from bot.demo.botapi.world import CHANNEL_RIGHTS, Chat, Message
from bot.telegram.application import IN_FLIGHT_S
from bot.telegram.digest import compose, message
from bot.telegram.markup import visible
from bot.telegram.message import seen_digest
from store import codec
from store.events.deliveries import UpdateFailed, UpdateSent, UpdateUncertain
from store.events.fact import Fact
from store.events.items import ItemRevised, ItemSeen, StoryJoined
from store.log import Event
from store.seal import seal, verify
from tests.bot.lives import CATALOGUE, GROUP, Death, How, Killed, Process, World, living
from tests.bot.stage import CHANNEL, LOG_CHAT, matched

T = TypeVar("T")
CHANNELS = (CHANNEL, GROUP)
SUPERGROUP = -1003000000003
SUMMARY = "India and Italy agreed on a defence industrial roadmap. Talks go on."
METHODS = (None, "sendMessage", "sendMessage", "editMessageText", "forwardMessage", "deleteMessage")
KINDS = ("status", "status", "timeout", "reset", "cut", "not_json", "flood", "slow")
LATE_S = st.floats(0.0, IN_FLIGHT_S - 1.0)


@dataclass(slots=True)
class Tale:
    """A story as the test knows it."""

    number: int
    key: str
    items: list[str] = field(default_factory=list)


class Telling(RuleBasedStateMachine):
    """News come, Telegram fails, processes die. `log_chat` is set by the tests below."""

    log_chat = False

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="pw-lives-")
        self.stack = AsyncExitStack()
        self.world: World = self.do(
            self.stack.enter_async_context(living(Path(self.folder.name), log_chat=self.log_chat))
        )
        self.world.server.add_user(1, first_name="Admin")
        self.process: Process = self.do(self.world.start())
        self.sleeper: Process | None = None
        self.tales: list[Tale] = []
        self.items = 0
        self.is_out = False

    def do(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self.runner.run(awaited())

    def add(self, *facts: Fact) -> None:
        events = [Event(fact) for fact in facts]
        self.do(self.world.lane.call(self.world.store.append, events, at=self.world.time.now()))

    @initialize()
    def the_channels_are_opened(self) -> None:
        assert self.do(self.process.work(20))

    # --- news --------------------------------------------------------------------------------------------------------

    @rule(
        story=st.integers(0, 5),
        commitments=st.integers(1, 2),
        title=st.sampled_from(["भारत और इटली", "<b>&", "x" * 120]),
    )
    def an_item_comes(self, story: int, commitments: int, title: str) -> None:
        """Of the story with this number, or of a new one where there are not so many."""
        self.items += 1
        key = f"{self.items:020x}"
        if story >= len(self.tales):
            self.tales.append(Tale(len(self.tales), key))
        tale = self.tales[min(story, len(self.tales) - 1)]
        tale.items.append(key)
        seen = ItemSeen(
            item=key,
            feed="wire",
            digest=f"d{self.items}",
            title=f"Tale {tale.number}: {title}",
            summary=SUMMARY,
            url=f"https://news.example/{self.items}",
            publisher=f"Outlet {self.items}",
            published=self.world.time.now(),
        )
        names = ["defence-roadmap", "maritime-ports"][:commitments]
        matches = [matched(key, seen.digest, SUMMARY, name) for name in names]
        self.add(seen, *matches, StoryJoined(item=key, story=tale.key, reason="test"))

    @precondition(lambda self: self.tales)
    @rule(data=st.data(), again=st.booleans())
    def an_item_is_revised(self, data: st.DataObject, again: bool) -> None:
        tale = data.draw(st.sampled_from(self.tales))
        item = data.draw(st.sampled_from(tale.items))
        self.items += 1
        digest = f"d{self.items}"
        url = f"https://news.example/{self.items}"
        title = f"Tale {tale.number}: revised {self.items}"
        revision = ItemRevised(item=item, feed="wire", digest=digest, title=title, summary=SUMMARY, url=url)
        self.add(revision, *([matched(item, digest, SUMMARY, "defence-roadmap")] if again else []))

    @rule(channel=st.sampled_from(CHANNELS))
    def somebody_else_posts(self, channel: int) -> None:
        server = self.world.server
        server.user_sends(server.world.users[1], self.present(channel), "Good morning")

    # --- what goes wrong ---------------------------------------------------------------------------------------------

    @rule(
        kind=st.sampled_from(KINDS),
        method=st.sampled_from(METHODS),
        chat=st.sampled_from((None, *CHANNELS, LOG_CHAT)),
        effect=st.booleans(),
        times=st.integers(1, 4),
        skip=st.integers(0, 2),
        code=st.sampled_from((500, 502)),
        seconds=st.integers(1, 400),
        late_s=LATE_S,
    )
    def telegram_will_fail(  # noqa: PLR0917
        self, kind: Any, method: str | None, chat: int | None, effect: bool, times: int, skip: int, code: int,
        seconds: int, late_s: float,
    ) -> None:  # fmt: skip
        if kind == "slow":
            effect, times = False, 1
        fault = self.world.server.faults.add(
            kind, method=method, chat=chat, effect=effect and kind != "flood", times=times, skip=skip, code=code,
            retry_after=seconds,
        )  # fmt: skip
        if kind == "slow":
            self.world.time.hold_back(fault, late_s)

    @rule(
        edit=st.booleans(),
        channel=st.sampled_from(CHANNELS),
        what=st.sampled_from(["message is too long", "can't parse entities: x"]),
    )
    def a_message_will_be_refused(self, edit: bool, channel: int, what: str) -> None:
        method = "editMessageText" if edit else "sendMessage"
        self.world.server.faults.add("error", method=method, chat=channel, code=400, description=f"Bad Request: {what}")

    @rule(channel=st.sampled_from(CHANNELS))
    def the_bot_is_removed(self, channel: int) -> None:
        self.world.server.set_bot(self.present(channel), "kicked")
        self.is_out = True

    @precondition(lambda self: self.is_out)
    @rule()
    def the_bot_is_let_in_again(self) -> None:
        self.is_out = False
        server = self.world.server
        server.set_bot(server.chat(CHANNEL), "administrator", CHANNEL_RIGHTS)
        server.set_bot(self.present(GROUP), "member")

    @precondition(lambda self: not self.world.server.chat(GROUP).migrated_to and not self.is_out)
    @rule()
    def the_group_is_upgraded(self) -> None:
        self.world.server.migrate(self.world.server.chat(GROUP), SUPERGROUP)

    @rule(append=st.integers(1, 6), times=st.integers(1, 3))
    def the_disk_will_be_full(self, append: int, times: int) -> None:
        """From this append of the process on, so many times."""
        self.process.full = (append, times)

    # --- lives -------------------------------------------------------------------------------------------------------

    @rule(turns=st.integers(1, 12))
    def the_process_works(self, turns: int) -> None:
        self.do(self.process.work(turns))

    @rule(
        step=st.integers(1, 40), how=st.sampled_from(["before", "after", "during"]), late_s=LATE_S, same=st.booleans()
    )
    def the_process_is_killed(self, step: int, how: How, late_s: float, same: bool) -> None:
        """At this call to the log or to Telegram; the next one has the same name (the same machine) or another."""
        process = self.process
        process.death = Death(self.world, step, how, late_s)
        with contextlib.suppress(Killed):
            self.do(process.work(30))
        self.do(process.close())
        self.process = self.do(self.world.start(process.owner if same else f"host {self.world.started}"))

    @rule(step=st.integers(1, 40), same=st.booleans())
    def the_process_is_told_to_stop(self, step: int, same: bool) -> None:
        process = self.process
        self.do(process.work_until_told_to_stop(step))
        self.do(process.close())
        self.process = self.do(self.world.start(process.owner if same else f"host {self.world.started}"))

    @precondition(lambda self: self.sleeper is None)
    @rule()
    def the_process_falls_asleep(self) -> None:
        """Frozen between two turns; another takes over once the lease has ended."""
        self.sleeper = self.process
        self.process = self.do(self.world.start(f"host {self.world.started}"))

    @precondition(lambda self: self.sleeper is not None)
    @rule(turns=st.integers(1, 6))
    def the_sleeper_wakes_up(self, turns: int) -> None:
        assert self.sleeper is not None
        self.do(self.sleeper.work(turns))
        self.do(self.sleeper.close())
        self.sleeper = None

    @precondition(lambda self: not self.is_out)
    @rule()
    def one_chat_must_wait_and_the_other_need_not(self) -> None:
        self.world.server.faults.clear()
        fault = self.world.server.faults.add("flood", method="sendMessage", chat=CHANNEL, retry_after=3600)
        self.an_item_comes(len(self.tales), 1, "now")
        begun = self.world.time.passed
        assert self.do(self.process.work(400))
        waited = {channel: self.process.idle_at[channel] - begun for channel in CHANNELS}
        assert waited[GROUP] < 1800
        assert not fault.fired or waited[CHANNEL] >= 3600

    @rule(seconds=st.sampled_from([1.0, 20.0, LEASE.total_seconds() + 1, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        self.do(self.world.time.sleep(seconds))

    def present(self, channel: int) -> Chat:
        chat = self.world.server.chat(channel)
        return self.world.server.chat(chat.migrated_to) if chat.migrated_to else chat

    def known(self, channel: int) -> Chat:
        """The chat the log takes for the channel: an upgrade shows only when something is sent there."""
        return self.world.server.chat(
            self.do(self.world.lane.call(self.process.views.moved_to, str(channel))) or channel
        )

    # --- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def no_post_was_ever_another_storys(self) -> None:
        for channel in CHANNELS:
            for post in self.world.posts(channel):
                if is_digest(post.text):
                    continue
                assert {tale_of(post.text), *(tale_of(text.text) for text in post.edits)} == {tale_of(post.text)}

    def teardown(self) -> None:
        try:
            if self.world.started:
                self.all_ends_well()
        finally:
            for process in filter(None, (self.process, self.sleeper)):
                self.do(process.close())
            self.do(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()

    def all_ends_well(self) -> None:
        """Telegram has recovered, nobody dies any more: what does the channel show, what does the log say?"""
        self.the_bot_is_let_in_again()
        self.do(self.world.time.sleep(LEASE.total_seconds() + 1))
        self.world.server.faults.clear()
        self.do(self.process.close())
        self.process = self.do(self.world.start("last"))
        self.all_is_done()
        self.do(self.world.lane.call(self.process.views.catch_up, self.world.store))
        facts = [codec.fact(row) for row in self.do(self.world.lane.call(self.world.store.read, limit=100_000))]
        for channel in CHANNELS:
            self.every_match_ended(channel)
            self.the_channel_shows(channel, facts)
        self.do(self.world.lane.call(seal, self.world.store, self.world.time.now()))
        assert self.do(self.world.lane.call(verify, self.world.store)).holds

    def all_is_done(self) -> None:
        assert self.do(self.process.work(400)), "still busy"

    def every_match_ended(self, channel: int) -> None:
        counts = self.do(self.world.lane.call(self.process.views.deliveries, str(channel)))
        assert (counts.waiting, counts.unaccounted) == (0, 0)
        upgraded = bool(self.world.server.chat(channel).migrated_to)
        assert set(counts.suppressed) <= ({"post-out-of-reach"} if upgraded else set())

    def the_channel_shows(self, channel: int, facts: list[Fact]) -> None:
        posts = self.world.posts(channel)
        copies = Counter(tale_of(post.text) for post in posts)
        mine = [fact for fact in facts if getattr(fact, "channel", "") == str(channel)]
        doubts = Counter(fact.story for fact in mine if isinstance(fact, UpdateUncertain))
        sent = {fact.story: fact for fact in mine if isinstance(fact, UpdateSent)}
        failed = {fact.story for fact in mine if isinstance(fact, UpdateFailed)}
        for tale in self.tales:
            if tale.key not in failed:
                assert copies[tale.number] >= 1, f"{tale} is missing"
            extra = copies[tale.number] - 1
            upgraded = bool(self.world.server.chat(channel).migrated_to)  # what was in doubt then cannot be looked for
            allowed = 0 if self.log_chat and not upgraded else doubts[tale.key]
            assert extra <= allowed, f"{tale} stands there {extra + 1} times"
            assert extra <= 0 or sent[tale.key].repeated
            if tale.key in sent and tale.key not in failed:
                self.the_post_is_up_to_date(channel, tale, posts)
        late = {tale.number for tale in self.tales if tale.key in failed}  # told, if at all, with a later item
        in_order = [number for number in dict.fromkeys(tale_of(post.text) for post in posts) if number not in late]
        assert in_order == sorted(in_order), "stories out of order"

    def the_post_is_up_to_date(self, channel: int, tale: Tale, posts: list[Message]) -> None:
        delivery = self.do(self.world.lane.call(self.process.views.delivery, str(channel), tale.key))
        if delivery.moved:
            return
        chat = self.known(channel)
        (post,) = [post for post in posts if post.id == delivery.message and post.chat is chat]
        assert tale_of(post.text) == tale.number
        wanted = message(compose(delivery.story, CATALOGUE, lang="en"))
        assert seen_digest(post.text) == seen_digest(visible(wanted.text))


def is_digest(text: str) -> bool:
    return text.startswith("Plan\n")


def tale_of(text: str) -> int:
    found = re.search(r"Tale (\d+):", text)
    assert found, text
    return int(found[1])


class WithLogChat(Telling):
    log_chat = True


class WithoutLogChat(Telling):
    log_chat = False


EVERYDAY = settings(max_examples=8, stateful_step_count=15, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=100, stateful_step_count=30, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("machine", [WithLogChat, WithoutLogChat])
def test_every_match_is_delivered_whatever_fails(machine: type[Telling]) -> None:
    run_state_machine_as_test(machine, settings=EVERYDAY)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [WithLogChat, WithoutLogChat])
def test_every_match_is_delivered_in_many_longer_histories(machine: type[Telling]) -> None:
    run_state_machine_as_test(machine, settings=LONG)


@pytest.mark.chaos
@pytest.mark.parametrize("machine", [WithLogChat, WithoutLogChat])
def test_every_match_is_delivered_in_a_thousand_histories(machine: type[Telling]) -> None:
    run_state_machine_as_test(machine, settings=settings(LONG, max_examples=500))
