"""Operators try a term and judge near misses in the chat; the commands behind run as processes of their own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot import config
from bot.aside import PROGRAM
from bot.demo.botapi.world import User
from bot.questions.audit import draw, last_week
from bot.rules.trying import alone, with_term, without_term
from bot.telegram.actions import JudgeMiss, Operation, ShowMiss
from bot.telegram.answers import Reader
from bot.telegram.auditing import Auditing
from bot.telegram.catalogue import Catalogue
from bot.telegram.message import Message
from bot.telegram.presses import Staff
from bot.telegram.trials import Trials
from store.events.items import ItemSeen
from store.events.plan import AuditDrawn, MissJudged
from store.views.views import Views
from tests.bot.stage import Stage, staged
from tests.telegram.talk import ROLES, ask, button, library, listening, person, press

pytestmark = pytest.mark.anyio
WEEK_S = 7 * 86_400
CONFIG = """
plan:
  id: plan
  title: {en: Joint Plan}
  languages: [en]
  announced: 2024-11-18
  sides: {italy: {strong: [italy]}, india: {strong: [india]}}
commitments:
  - id: defence-roadmap
    title: {en: Defence industrial roadmap}
    rules: [{id: r, any: {en: [roadmap, shipyard]}}]
feeds: [{id: wire, url: https://wire.example/feed}]
"""
TOWN = """
plan: {id: town, title: {en: Town plan}, languages: [en]}
commitments: [{id: bridge, title: {en: Bridge}, rules: [{id: b, any: [bridge]}]}]
feeds: [{id: times, url: https://times.example/feed}]
"""
BROKEN = (sys.executable, "-c", "import sys; print('the disk is full', file=sys.stderr); sys.exit(2)")


@asynccontextmanager
async def operated(
    path: Path, *, program: Sequence[str] = PROGRAM, with_town: bool = False
) -> AsyncIterator[tuple[Stage, User]]:
    """The bot with a log in which one item is near and one matches, last week; for one plan, or for two."""
    file = path / "config.yaml"
    file.write_text(CONFIG + ("plans: [town.yaml]\n" if with_town else ""))
    (path / "town.yaml").write_text(TOWN)
    loaded = config.load(file, {})
    async with staged(path) as stage:
        stage.time.passed -= WEEK_S
        for number, title in enumerate(("India and Italy build a frigate", "A roadmap for Italy")):
            seen = ItemSeen(item=f"{number:020x}", feed="wire", digest=f"d{number}", title=title, lang="en")
            await stage.add(seen)
        stage.time.passed += WEEK_S

        async def by(_: Reader) -> str:
            return "op1"

        books = replace(library(stage), catalogue=Catalogue(loaded.plans)) if with_town else library(stage)
        auditing = Auditing(books, loaded.rules, {"wire": ()}, path=file, by=by, program=program)
        files = {each.plan.id: one for each, one in zip(loaded.plans, loaded.files, strict=True)}
        trials = Trials(books.catalogue, files, loaded.config.feeds, f"sqlite:///{path}/log.db", program=program)

        async def pressed(wanted: Operation, reader: Reader) -> Message | None:
            assert isinstance(wanted, ShowMiss | JudgeMiss)
            return await auditing.press(wanted, reader)

        staff = Staff(ROLES, {"audit": ("operator", auditing.audit), "whatif": ("operator", trials.whatif)}, pressed)
        async with listening(stage, staff=staff):
            yield stage, stage.server.add_user(44, started=True)


async def drawn(stage: Stage, path: Path) -> None:
    loaded = config.load(path / "config.yaml", {})

    def sample() -> list[AuditDrawn]:
        views = Views.open(None)
        views.catch_up(stage.store)
        week = last_week(stage.time.now())
        return [draw(stage.store, views, rules, {"wire": ()}, week) for rules in loaded.rules]

    await stage.add(*await stage.lane.call(sample))


async def test_a_term_is_tried_on_what_was_seen_and_nothing_changes(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, user):
        head = await stage.lane.call(stage.store.head)
        answer = await ask(stage, user, "/whatif defence-roadmap frigate")
        assert answer.text.startswith("Defence industrial roadmap\nWith the term frigate, in the last 90 days: ")
        assert "+ India and Italy build a frigate" in answer.text
        assert (tmp_path / "config.yaml").read_text() == CONFIG
        assert await stage.lane.call(stage.store.head) == head


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/whatif", "/whatif defence-roadmap term"),
        ("/whatif defence-roadmap", "/whatif defence-roadmap term"),
        ("/whatif nothing frigate", "/whatif defence-roadmap term"),
        ("/whatif defence-roadmap -frigate", "No rule of this commitment has the term frigate."),
        ("/whatif defence-roadmap frigate", "It could not be tried: the disk is full"),
        ("/audit", "The sample could not be drawn: the disk is full"),
    ],
)
async def test_what_cannot_be_tried_is_said_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    async with operated(tmp_path, program=BROKEN) as (stage, user):
        answer = await ask(stage, user, text)
        assert answer.text.startswith(expected)


async def test_near_misses_are_judged_one_by_one(tmp_path: Path) -> None:
    async with operated(tmp_path) as (stage, user):
        await drawn(stage, tmp_path)
        page = await ask(stage, user, "/audit")
        assert page.text.startswith(
            "Audit of 2026-W46\n0 items matched, 2 nearly did. 2 of these were drawn, 0 are judged."
        )
        assert "How much is missed is not known" in page.text
        first = "frigate" in page.text
        await press(stage, user, page, button(page, "Next ›"))
        await stage.server.wait_for(lambda: ("frigate" in page.text) is not first)
        await press(stage, user, page, button(page, "Yes"))
        await stage.server.wait_for(lambda: "1 are judged" in page.text)
        await press(stage, user, page, button(page, "No"))
        await stage.server.wait_for(lambda: "All of them are judged." in page.text)
        words = [fact for fact in await stage.facts("MissJudged") if isinstance(fact, MissJudged)]
        assert [(one.verdict, one.by) for one in words] == [("wrong", "op1"), ("right", "op1")]


@pytest.mark.parametrize("data", ["o:+:2026-W46:unknown", "o:+:2020-W01:00000000000000000000", "o:n:2020-W01:0"])
async def test_what_was_never_drawn_cannot_be_judged(tmp_path: Path, data: str) -> None:
    async with operated(tmp_path) as (stage, user):
        await drawn(stage, tmp_path)
        page = await ask(stage, user, "/audit")
        query = await press(stage, user, page, data, forged=True)
        assert query.text == "This button is out of date. Send /latest or /list."
        stranger = person(stage)
        query = await press(stage, stranger, await ask(stage, stranger, "/list"), "o:n:2026-W46:0", forged=True)
        assert query.text == "This button is out of date. Send /latest or /list."
        assert await stage.facts("MissJudged") == []


async def test_a_term_of_a_further_plan_is_tried_in_its_own_file(tmp_path: Path) -> None:
    async with operated(tmp_path, with_town=True) as (_stage, user):
        answer = await ask(_stage, user, "/whatif bridge frigate")
        assert answer.text.startswith("Bridge\nWith the term frigate, in the last 90 days: 1 gained, 0 lost.")
        assert (tmp_path / "town.yaml").read_text() == TOWN


async def test_of_several_plans_one_is_chosen_and_judged(tmp_path: Path) -> None:
    async with operated(tmp_path, with_town=True) as (stage, user):
        await drawn(stage, tmp_path)
        page = await ask(stage, user, "/audit")
        assert page.text.startswith("Audits of 2026-W46\nOf which plan?")
        assert [row[0]["text"] for row in page.buttons] == ["Joint Plan · 2", "Town plan · 0"]
        await press(stage, user, page, button(page, "Joint Plan · 2"))
        await stage.server.wait_for(lambda: page.text.startswith("Audit of 2026-W46 · Joint Plan\n"))
        await press(stage, user, page, button(page, "Yes"))
        await stage.server.wait_for(lambda: "1 are judged" in page.text)
        assert len(await stage.facts("MissJudged")) == 1
        named = await ask(stage, user, "/audit town")
        assert named.text.startswith("Audit of 2026-W46 · Town plan\n")


def test_a_plan_is_tried_alone_with_all_feeds_and_without_what_a_monitor_needs() -> None:
    document = {"telegram": {"token": "t"}, "plans": ["x.yaml"], "plan": {"sides": {"italy": {}}}, "feeds": []}
    feeds: list[dict[str, object]] = [{"id": "wire", "context": ["italy", "india"]}, {"id": "times"}]
    made = alone(document, feeds, store="sqlite:////tmp/log.db")
    assert made == {
        "plan": {"sides": {"italy": {}}},
        "feeds": [{"id": "wire", "context": ["italy"]}, {"id": "times", "context": []}],
        "store": "sqlite:////tmp/log.db",
    }


def test_a_term_is_put_in_and_taken_out() -> None:
    rules = [{"id": "r", "any": {"en": ["Roadmap"], "it": ["roadmap", "intesa"]}}, {"id": "s", "any": ["roadmap"]}]
    document = {"commitments": [{"id": "one", "rules": rules}], "feeds": []}
    added = with_term(document, "one", "frigate")
    assert added is not None
    assert added["commitments"][0]["rules"][-1] == {"id": "tried-term", "any": ["frigate"]}
    left = without_term(document, "one", "roadmap")
    assert left is not None
    assert left["commitments"][0]["rules"] == [{"id": "r", "any": {"it": ["intesa"]}}]
    assert document["commitments"][0]["rules"] == rules
    assert without_term(document, "one", "frigate") is None
    assert with_term(document, "two", "frigate") is None
