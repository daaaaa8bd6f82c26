"""Review before posting: who decides, what silence means, and that every story ends as was decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.channels.audience import EVERYBODY
from bot.channels.holding import EVERYTHING, GRACE, Decision, Habits, Reviewing
from bot.channels.publish import Clock, Publisher, Terms
from bot.channels.reviewing import CardAccount
from bot.channels.rhythm import Hours
from bot.demo.botapi.world import Message, User
from bot.telegram.bench import Bench
from bot.telegram.catalogue import Catalogue
from bot.telegram.presses import Page, Staff
from bot.telegram.roles import Role
from bot.telegram.sinks import TelegramSink
from matchers.plan import Watched
from store.events.deliveries import UpdateReviewed, UpdateSuppressed
from store.events.plan import MatchJudged
from store.views.values import DeliveryCounts
from store.views.views import Views
from tests.bot.stage import CHANNEL, LOG_CHAT, Stage, staged
from tests.telegram.stories import COMMITMENTS, PLAN
from tests.telegram.talk import ROLES, ask, button, listening, press

pytestmark = pytest.mark.anyio

REVIEWERS = -1001000000009
CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
HOURS = timedelta(hours=6)


def reviewing(*, below: float = EVERYTHING, silence: Decision = "approve") -> Habits:
    return Habits(review=Reviewing(below, HOURS, silence))


@dataclass(slots=True)
class Desk:
    """The channel's publisher and that of its reviewers' chat, made anew for each round: only the log remembers."""

    stage: Stage
    habits: Habits

    async def serve(self, rounds: int = 2) -> None:
        for _ in range(rounds):
            terms = Terms(catalogue=CATALOGUE, habits=self.habits)
            publisher = self.stage.publisher(terms=terms)
            await self.stage.settle(publisher)
            await self.stage.settle(self.cards(publisher))

    def cards(self, publisher: Publisher) -> Publisher:
        stage, name = self.stage, f"review/{CHANNEL}"
        account = CardAccount(
            stage.store,
            Views.open(None),
            stage.lane.call,
            name=name,
            channel=lambda: publisher.channel,
            audience=EVERYBODY,
            owner="test",
            meta={},
        )
        sink = TelegramSink(stage.client(), REVIEWERS, log_chat=LOG_CHAT, loud_from=0.0, name=name)
        clock = Clock(stage.time.now, stage.time.sleep, stage.time.sleep)
        silence = self.habits.review.silence if self.habits.review else "approve"
        dress = account.card(CATALOGUE, "en", silence)
        return Publisher(sink, lambda _: account, clock, Terms(max_age=timedelta.max), None, dress)

    @property
    def cards_shown(self) -> list[Message]:
        return self.stage.server.messages(REVIEWERS)


@asynccontextmanager
async def at_work(stage: Stage) -> AsyncIterator[None]:
    """The bot, answering reviewers, as after a start."""
    numbers = count(1)
    bench = Bench(
        stage.store,
        Views.open(None),
        stage.lane.call,
        CATALOGUE,
        stage.time.now,
        lambda: f"reviewer{next(numbers)}",
        lambda: None,
        {"run": "r1"},
    )
    commands: dict[str, tuple[Role, Page]] = {name: ("reviewer", page) for name, page in bench.commands().items()}
    async with listening(stage, staff=Staff(ROLES, commands, None, bench)):
        yield


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, log_chat=True, limits=False) as made:
        made.server.add_group(REVIEWERS)
        yield made


async def shows(stage: Stage, message: Message, label: str) -> str:
    """The data of the button whose label begins so, as soon as it is there."""

    def found() -> list[str]:
        entries = [entry for row in message.buttons for entry in row]
        return [str(entry["callback_data"]) for entry in entries if str(entry["text"]).startswith(label)]

    await stage.server.wait_for(lambda: bool(found()))
    return found()[0]


def reviewer(stage: Stage, number: int = 43) -> User:
    return stage.server.add_user(number, started=True)


async def test_a_story_goes_to_the_reviewers_first_and_to_the_channel_once_approved(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    await stage.report("A roadmap", published=stage.time.now() - timedelta(days=2))
    await desk.serve()
    assert (stage.posts, stage.ends()) == ([], DeliveryCounts(held={"review": 1}))
    (card,) = desk.cards_shown
    assert card.text.startswith("For review, until 22 Nov 2026, 18:00 UTC")
    assert "If nobody answers, it is posted then." in card.text
    assert "A roadmap" in card.text
    async with at_work(stage):
        done = await press(stage, reviewer(stage), card, button(card, "✅ Approve"))
    assert done.text == "Approved: it will be posted."
    await desk.serve()
    (post,) = stage.posts
    assert "A roadmap" in post.text
    assert (card.text.splitlines()[0], card.buttons) == ("✅ Approved", [])
    assert len(desk.cards_shown) == 1
    assert stage.ends() == DeliveryCounts(published=1)
    (reviewed,) = await stage.facts("UpdateReviewed")
    assert isinstance(reviewed, UpdateReviewed)
    assert (reviewed.decision, reviewed.by, reviewed.press) == ("approve", "reviewer1", done.id)


async def test_what_is_rejected_is_never_posted_and_the_log_says_by_whom(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    story = await stage.report("A roadmap")
    await desk.serve()
    (card,) = desk.cards_shown
    async with at_work(stage):
        await press(stage, reviewer(stage), card, button(card, "❌ Reject"))
    await desk.serve()
    await stage.report("The roadmap, elsewhere", story=story)
    await desk.serve()
    assert stage.posts == []
    assert stage.ends() == DeliveryCounts(suppressed={"rejected": 2})
    ends = await stage.facts("UpdateSuppressed")
    assert [(end.by, end.reason) for end in ends if isinstance(end, UpdateSuppressed)] == [
        ("reviewer1", "rejected")
    ] * 2
    assert len(desk.cards_shown) == 1


async def test_the_first_decision_stands_and_the_second_press_is_told_of_it(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    (card,) = desk.cards_shown
    reject = button(card, "❌ Reject")
    async with at_work(stage):
        await press(stage, reviewer(stage), card, button(card, "✅ Approve"))
    async with at_work(stage):  # after a restart
        late = await press(stage, reviewer(stage, 44), card, reject, forged=True)
    assert late.text == "This was decided before: approved."
    assert len(await stage.facts("UpdateReviewed")) == 1


async def test_who_is_no_reviewer_decides_nothing(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    (card,) = desk.cards_shown
    stranger = stage.server.add_user(77, started=True)
    async with at_work(stage):
        done = await press(stage, stranger, card, button(card, "✅ Approve"))
        said = await ask(stage, stranger, "/review")
    assert done.text == "Only reviewers may decide this."
    assert "I do not know this command" in said.text
    assert await stage.facts("UpdateReviewed") == []


async def test_a_reviewer_names_the_right_commitments_even_across_a_restart(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    (card,) = desk.cards_shown
    person = reviewer(stage)
    found, wanted = "defence-roadmap", next(one.id for one in COMMITMENTS if one.id != "defence-roadmap")
    async with at_work(stage):
        await press(stage, person, card, button(card, "Wrong commitment"))
        await shows(stage, card, f"☑ {CATALOGUE.title(found, 'en')[:20]}")
    async with at_work(stage):
        await press(stage, person, card, await shows(stage, card, f"☑ {CATALOGUE.title(found, 'en')[:20]}"))
        await shows(stage, card, f"☐ {CATALOGUE.title(found, 'en')[:20]}")
        nothing = await press(stage, person, card, button(card, "✅ Post with these"))
        await press(stage, person, card, await shows(stage, card, f"☐ {CATALOGUE.title(wanted, 'en')[:20]}"))
        await shows(stage, card, f"☑ {CATALOGUE.title(wanted, 'en')[:20]}")
        done = await press(stage, person, card, button(card, "✅ Post with these"))
    assert nothing.text == "Tick at least one commitment, or go back."
    assert done.text == "Approved: it will be posted."
    await desk.serve()
    (post,) = stage.posts
    assert "#Defence_Roadmap" not in post.text
    assert post.text.splitlines()[0].lower().replace("_", "-") == f"#{wanted}"
    (judged,) = await stage.facts("MatchJudged")
    assert isinstance(judged, MatchJudged)
    assert (judged.commitments, judged.verdict, judged.role) == (("defence-roadmap",), "wrong", "reviewer")


@pytest.mark.parametrize(("silence", "posts"), [("approve", 1), ("reject", 0)])
async def test_silence_decides_when_the_time_is_over(stage: Stage, silence: Decision, posts: int) -> None:
    desk = Desk(stage, reviewing(silence=silence))
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    await stage.time.sleep(HOURS.total_seconds() + 1)
    publisher = stage.publisher(terms=Terms(catalogue=CATALOGUE, habits=desk.habits))
    await stage.settle(publisher)  # it has just been started: reviewers may have answered meanwhile
    assert await stage.facts("UpdateReviewed") == []
    await stage.time.sleep(GRACE.total_seconds())
    await stage.settle(publisher)
    await stage.settle(publisher)
    await desk.serve()
    assert len(stage.posts) == posts
    assert stage.ends().unaccounted == 0
    assert "because nobody answered in time" in desk.cards_shown[0].text
    async with at_work(stage):
        said = await ask(stage, reviewer(stage), "/review")
    assert "Nothing waits" in said.text


async def test_only_low_scores_are_reviewed_where_that_is_wanted(stage: Stage) -> None:
    desk = Desk(stage, reviewing(below=0.6))  # the stage's matches score 0.9
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    assert (len(stage.posts), desk.cards_shown) == (1, [])


async def test_what_is_approved_at_night_waits_for_the_morning(stage: Stage) -> None:
    night = Hours(11 * 60, 20 * 60, "UTC")
    desk = Desk(stage, Habits(quiet=night, review=Reviewing(EVERYTHING, HOURS, "approve")))
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    (card,) = desk.cards_shown
    async with at_work(stage):
        await press(stage, reviewer(stage), card, button(card, "✅ Approve"))
    await desk.serve()
    assert stage.ends() == DeliveryCounts(held={"quiet": 1})
    await stage.time.sleep(9 * 3600)
    await desk.serve()
    assert stage.posts[0].text.splitlines()[-1].endswith("22 Nov 2026")
    assert stage.ends() == DeliveryCounts(published=1)


async def test_reviews_that_are_switched_off_let_everything_go(stage: Stage) -> None:
    desk = Desk(stage, reviewing(silence="reject"))
    await desk.serve()
    await stage.report("A roadmap")
    await desk.serve()
    desk.habits = Habits()
    await desk.serve()
    assert len(stage.posts) == 1


async def test_commands_in_private_do_the_same(stage: Stage) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    for title in ("A roadmap", "A plan", "A third"):
        await stage.report(title)
    await desk.serve()
    person = reviewer(stage)
    async with at_work(stage):
        listed = await ask(stage, person, "/review")
        refs = [word for word in listed.text.split() if len(word) == 12 and word.isalnum()]
        assert "3 stories wait for review" in listed.text
        approved = await ask(stage, person, f"/approve {refs[0]} nonsense-of-mine")
        assert "No commitment is called" in approved.text
        assert "Approved" in (await ask(stage, person, f"/approve {refs[0]} {COMMITMENTS[1].id}")).text
        assert "Rejected" in (await ask(stage, person, f"/reject {refs[1]}")).text
        assert "decided before: rejected" in (await ask(stage, person, f"/approve {refs[1]}")).text
        assert "does not wait" in (await ask(stage, person, "/approve 0123456789ab")).text
        await press(stage, person, listed, button(listed, "3"))
        await press(stage, person, listed, await shows(stage, listed, "✅ Approve"))
        await stage.server.wait_for(lambda: listed.text.startswith("✅ Approved"))
        assert "/review shows" in (await ask(stage, person, "/approve")).text
    await desk.serve()
    assert len(stage.posts) == 2
    assert stage.ends() == DeliveryCounts(published=2, suppressed={"rejected": 1})


@pytest.mark.parametrize("effect", [True, False])
async def test_a_card_whose_answer_is_lost_stands_there_once(stage: Stage, effect: bool) -> None:
    desk = Desk(stage, reviewing())
    await desk.serve()
    await stage.report("A roadmap")
    stage.server.faults.add("status", method="sendMessage", effect=effect)
    await desk.serve()
    assert len(desk.cards_shown) == 1
