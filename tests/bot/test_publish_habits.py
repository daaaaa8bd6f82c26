"""The same promise where a channel has habits: quiet hours, digests, review, topics. Whatever fails and whoever dies,
everything is told, in a post or in a digest, once and in order; or it was rejected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from bot.channels.holding import EVERYTHING, Decision, Habits, Reviewing
from bot.channels.rhythm import Hours, Rhythm
from bot.demo.botapi.world import Message
from store.events.deliveries import UpdateFailed, UpdateReviewed, UpdateSent, UpdateUncertain
from store.events.fact import Fact
from store.log import Conflict, Event
from tests.bot.lives import GROUP, REVIEWERS, Manners
from tests.bot.stage import CHANNEL
from tests.bot.test_publish_faults import LONG, Telling, is_digest, tale_of

HOUR_S = 3600.0
NIGHT = Hours(22 * 60, 7 * 60, "UTC")  # the clock begins at 12:00
DAY = Hours(11 * 60, 13 * 60, "UTC")
DAILY, THREE_HOURLY = Rhythm("daily", 18 * 60, "UTC"), Rhythm("three-hourly", 0, "UTC")


def reviewing(silence: Decision) -> Reviewing:
    return Reviewing(EVERYTHING, timedelta(hours=4), silence)


HABITS = (
    Habits(quiet=NIGHT),
    Habits(quiet=DAY),
    Habits(digest=DAILY, only_digests=True),
    Habits(digest=THREE_HOURLY, only_digests=True, quiet=NIGHT),
    Habits(digest=THREE_HOURLY),
    Habits(review=reviewing("approve")),
    Habits(review=reviewing("reject"), quiet=DAY),
    Habits(review=reviewing("approve"), digest=DAILY, only_digests=True),
)


class Mannered(Telling):
    """News come, Telegram fails, processes die, hours pass, reviewers decide."""

    def __init__(self) -> None:
        super().__init__()
        self.erased: set[int] = set()  # tales in topics that were deleted

    @initialize(habits=st.tuples(st.sampled_from(HABITS), st.sampled_from(HABITS)), topics=st.booleans())
    def the_channels_are_opened(self, habits: tuple[Habits, Habits], topics: bool) -> None:
        server = self.world.server
        if topics:
            server.chat(GROUP).type, server.chat(GROUP).is_forum = "supergroup", True
            server.set_bot(server.chat(GROUP), "administrator", ["manage_topics"])
        self.world.manners = {
            CHANNEL: Manners(habits[0]),
            GROUP: Manners(habits[1], topics=topics),
        }
        self.do(self.process.close())
        self.process = self.do(self.world.start())
        assert self.do(self.process.work(20))

    @precondition(lambda self: not self.world.server.chat(GROUP).is_forum)
    @rule()
    def the_group_is_upgraded(self) -> None:
        chat = self.world.server.chat(GROUP)
        if not chat.migrated_to and not self.is_out:
            super().the_group_is_upgraded()

    @precondition(lambda self: self.is_out)
    @rule()
    def the_bot_is_let_in_again(self) -> None:
        super().the_bot_is_let_in_again()
        if self.world.server.chat(GROUP).is_forum:
            self.world.server.set_bot(self.world.server.chat(GROUP), "administrator", ["manage_topics"])

    @rule(hours=st.integers(1, 20))
    def hours_pass(self, hours: int) -> None:
        self.do(self.world.time.sleep(hours * HOUR_S))

    @rule(data=st.data(), decision=st.sampled_from(["approve", "reject"]))
    def a_reviewer_decides(self, data: st.DataObject, decision: Decision) -> None:
        views, lane = self.process.views, self.world.lane
        self.do(lane.call(views.catch_up, self.world.store))
        waiting = self.do(lane.call(views.unreviewed))
        if not waiting:
            return
        one = data.draw(st.sampled_from(waiting))
        fact = UpdateReviewed(channel=one.channel, story=one.story, decision=decision, by="r", press=f"p{self.items}")
        try:
            self.do(lane.call(self.world.store.append, [Event(fact)], at=self.world.time.now(), strict=True))
        except Conflict:
            return

    @precondition(lambda self: self.world.server.chat(GROUP).topics)
    @rule(data=st.data())
    def somebody_deletes_a_topic(self, data: st.DataObject) -> None:
        """With all that was posted there."""
        chat = self.world.server.chat(GROUP)
        topic = data.draw(st.sampled_from(sorted(chat.topics)))
        self.erased |= {number for post in self.world.posts(GROUP) if post.topic == topic for number in tales_in(post)}
        self.world.server.delete_topic(chat, topic)

    # --- what must hold ----------------------------------------------------------------------------------------------

    def all_is_done(self) -> None:
        """Nights end, digests fall due, reviewers have had their time."""
        for _ in range(6):
            assert self.do(self.process.work(600)), "still busy"
            self.do(self.world.time.sleep(9 * HOUR_S))
        assert self.do(self.process.work(600)), "still busy"

    def every_match_ended(self, channel: int) -> None:
        counts = self.do(self.world.lane.call(self.process.views.deliveries, str(channel)))
        assert (counts.waiting, counts.unaccounted, counts.held) == (0, 0, {})
        upgraded = bool(self.world.server.chat(channel).migrated_to)
        allowed = (
            {"rejected"} | ({"post-out-of-reach"} if upgraded else set()) | ({"post-deleted"} if self.erased else set())
        )
        assert set(counts.suppressed) <= allowed

    def the_channel_shows(self, channel: int, facts: list[Fact]) -> None:
        mine = [fact for fact in facts if getattr(fact, "channel", "") == str(channel)]
        posts = self.world.posts(channel)
        ends = self.do(self.world.lane.call(self.process.views.match_ends, str(channel), limit=1000))
        excused = {end.item for end in ends if end.end in {"failed", "suppressed"}}
        told = self.erased | {number for post in posts for number in tales_in(post)}
        for tale in self.tales:
            if not excused & set(tale.items):
                assert tale.number in told, f"{tale} is missing"
        self.nothing_is_told_twice(channel, mine, posts)
        if not self.world.manners[channel].habits.review and not any(isinstance(one, UpdateFailed) for one in mine):
            first = dict.fromkeys(number for post in posts for number in sorted(tales_in(post)))
            shown = [number for number in first if number not in self.erased]
            assert shown == sorted(shown), "stories out of order"

    def nothing_is_told_twice(self, channel: int, mine: Iterable[Fact], posts: list[Message]) -> None:
        habits = self.world.manners[channel].habits
        sums_up = habits.digest is not None and not habits.only_digests  # tells again of what was posted
        sent = [fact for fact in mine if isinstance(fact, UpdateSent)]
        sent = [fact for fact in sent if not (sums_up and re.match("digest/(?!held)", fact.story))]
        homes: dict[str, set[str]] = {}
        for fact in sent:
            for item in fact.items:
                homes.setdefault(item, set()).add(fact.story)
        assert [item for item, stories in homes.items() if len(stories) > 1] == []
        doubts = Counter(fact.story for fact in mine if isinstance(fact, UpdateUncertain))
        upgraded = bool(self.world.server.chat(channel).migrated_to)
        shown = Counter(heading_of(post) for post in posts)
        extra = sum(count - 1 for count in shown.values())
        assert extra <= (sum(doubts.values()) if upgraded or not self.log_chat else 0)

    def teardown(self) -> None:
        cards = {chat: self.world.posts(chat) for chat in REVIEWERS.values()}
        super().teardown()
        for shown in cards.values():
            names = Counter(re.findall(r"· ([0-9a-f]{12})", "\n".join(card.text.splitlines()[0] for card in shown)))
            assert all(count == 1 for count in names.values()) or not self.log_chat


def tales_in(post: Message) -> set[int]:
    return {int(number) for number in re.findall(r"Tale (\d+):", post.text)}


def heading_of(post: Message) -> str:
    """What tells a message from others: of a digest its kind, its day and its first story, of a post its tale."""
    if is_digest(post.text):
        return "\n".join(post.text.splitlines()[:6])
    return str(tale_of(post.text))


class ManneredWithLogChat(Mannered):
    log_chat = True


class ManneredWithoutLogChat(Mannered):
    log_chat = False


SHORT = settings(LONG, max_examples=5, stateful_step_count=12)


@pytest.mark.parametrize("machine", [ManneredWithLogChat, ManneredWithoutLogChat])
def test_every_match_is_told_as_the_channel_wants_it_whatever_fails(machine: type[Mannered]) -> None:
    run_state_machine_as_test(machine, settings=SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("machine", [ManneredWithLogChat, ManneredWithoutLogChat])
def test_every_match_is_told_in_longer_histories(machine: type[Mannered]) -> None:
    run_state_machine_as_test(machine, settings=settings(LONG, max_examples=30))


@pytest.mark.chaos
@pytest.mark.parametrize("machine", [ManneredWithLogChat, ManneredWithoutLogChat])
def test_every_match_is_told_in_hundreds_of_histories(machine: type[Mannered]) -> None:
    run_state_machine_as_test(machine, settings=settings(LONG, max_examples=300))
