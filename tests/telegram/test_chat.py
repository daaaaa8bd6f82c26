"""The bot as people meet it: commands, words and buttons over a real socket, with real updates."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.botapi.world import Message, User
from bot.telegram import staffwords, words
from bot.telegram.application import TokenRefused, build_application, disconnect
from bot.telegram.client import Client
from bot.telegram.pace import Turnstile
from bot.telegram.polling import answering
from store.events.plan import MatchJudged
from store.views.values import Votes
from store.views.views import Views
from tests.bot.stage import CHANNEL, Stage, staged
from tests.telegram.talk import LAST_LOOK, ask, button, listening, person, press

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        await made.settle(made.publisher())
        for number in range(7):
            await made.report(f"Report number {number}")
        await made.settle(made.publisher())
        async with listening(made):
            yield made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", "I watch the news for the Joint Plan"),
        ("/start c_defence-roadmap", "Defence industrial roadmap\nVII. Defence"),
        ("/start latest", "Latest reports\n\nReport number 6"),
        ("/start nonsense", "I watch the news"),
        ("/help", "Ask\n/latest – the newest reports; /latest 7d"),
        ("/list", "Joint Plan\n3 commitments. Choose a pillar:"),
        ("/latest", "Latest reports\n\nReport number 6"),
        ("/latest defence-roadmap", "Defence industrial roadmap\n\nReport number 6"),
        ("/latest maritime-ports", "Maritime and port sectors\nNothing was reported yet."),
        ("/latest number 3", "Reports with number 3\n\nReport number 3"),
        ("number 3", "Reports with number 3\n\nReport number 3"),
        (
            "/commitment VII.e2",
            "MoU of the associations\nVII. Defence\n\nVII.e2: Promote a memorandum\n\nNo report yet.",
        ),
        ("/commitment VII.e", "VII.e is in several commitments."),
        ("/commitment VII", "VII. Defence\nChoose a commitment:"),
        ("/commitment", "Joint Plan\n3 commitments."),
        (
            "/why https://news.example/3?utm_source=x",
            "Report number 2\nOutlet 3 · 22 Nov 2026 · EN\n\nDefence industrial roadmap",
        ),
        ("https://news.example/99", "I have not seen this page"),
        ("/why", "Reply to a report with /why"),
        ("/nonsense", "I do not know this command."),
        ("<b>&amp; &", "No report has the words"),
    ],
)
async def test_every_question_gets_its_answer(stage: Stage, text: str, expected: str) -> None:
    answer = await ask(stage, person(stage), text)
    assert answer.text.startswith(expected)
    assert (LAST_LOOK in answer.text) is (text not in {"/help", "/why", "/nonsense"})


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("it", ("Seguo un piano, Piano congiunto", "Ultimo controllo: 22 nov 2026, 12:00 UTC. Tutti i 3 feed")),
        ("hi-IN", ("मैं संयुक्त योजना की ख़बरों पर", "पिछली जाँच: 22 नव॰ 2026, 12:00 UTC। सभी 3 फ़ीड")),
        ("pt-BR", ("I watch the news for the Joint Plan", "Last look: 22 Nov 2026, 12:00 UTC. All 3 feeds")),
    ],
)
async def test_everybody_is_answered_in_the_language_of_their_telegram(
    stage: Stage, lang: str, expected: tuple[str, str]
) -> None:
    answer = await ask(stage, person(stage, lang=lang), "/start")
    assert answer.text.startswith(expected[0])
    assert answer.text.splitlines()[-1].startswith(expected[1])


@pytest.mark.parametrize(
    ("lang", "heading"),
    [("en", None), ("it", "Che cosa dice il piano (solo in inglese):"), ("hi", "VII.e1: रोडमैप पर बातचीत")],
)
async def test_what_the_plan_says_is_in_the_readers_language_or_said_not_to_be(
    stage: Stage, lang: str, heading: str | None
) -> None:
    answer = await ask(stage, person(stage, lang=lang), "/commitment VII.e1")
    lines = answer.text.splitlines()
    assert (heading or "VII.e1: Negotiate a roadmap") in lines
    assert ("VII.e1: Negotiate a roadmap" in lines) is (lang != "hi")


async def test_unknown_words_are_answered_with_the_nearest_commitments_as_buttons(stage: Stage) -> None:
    answer = await ask(stage, person(stage, lang="it"), "raodmap difesa")
    assert answer.buttons == [[{"text": "Roadmap della difesa", "callback_data": "c:defence-roadmap"}]]


async def test_pages_turn_by_editing_and_their_positions_outlive_new_reports_and_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.settle(stage.publisher())
        for number in range(7):
            await stage.report(f"Report number {number}")
        user = person(stage)
        async with listening(stage):
            page = await ask(stage, user, "/latest")
        await stage.report("Newer than the page")
        async with listening(stage):
            await press(stage, user, page, button(page, "Older ›"))
            await stage.server.wait_for(lambda: page.edited)
            assert [line for line in page.text.splitlines() if line.startswith("Report")] == [
                "Report number 1",
                "Report number 0",
            ]
            await press(stage, user, page, button(page, "‹ Newest"))
            await stage.server.wait_for(lambda: "Newer than the page" in page.text)
            assert len(stage.server.messages(user)) == 2


async def test_from_the_list_of_pillars_to_a_commitment_and_back(stage: Stage) -> None:
    user = person(stage, lang="hi")
    page = await ask(stage, user, "/list")
    for label, expected in (
        ("VII. रक्षा सहयोग", "VII. रक्षा सहयोग"),
        ("रक्षा औद्योगिक रोडमैप", "रक्षा औद्योगिक रोडमैप\nVII. रक्षा सहयोग"),
        ("‹ रक्षा सहयोग", "VII. रक्षा सहयोग"),
    ):
        await press(stage, user, page, button(page, label))
        await stage.server.wait_for(lambda expected=expected: page.text.startswith(expected))  # type: ignore[misc]


async def test_why_below_a_post_answers_the_presser_alone(stage: Stage) -> None:
    post = stage.posts[0]
    query = await press(stage, person(stage), post, button(post, "Why?"))
    assert query.alert
    assert query.text == "Defence industrial roadmap: “defence industrial roadmap”"
    assert len(stage.posts) == 7


async def test_a_vote_is_one_per_person_changeable_and_names_nobody(stage: Stage) -> None:
    post, reader, reviewer = stage.posts[0], person(stage), stage.server.add_user(43, language_code="it")
    for user, label, answer in (
        (reader, "👍", "Noted: it belongs here."),
        (reader, "👍", "Noted: it belongs here."),
        (reader, "👎", "Noted: it does not belong here."),
        (reviewer, "👎", "Segnato: non c’entra."),
    ):
        query = await press(stage, user, post, button(post, label))
        assert query.text.startswith(answer)
    said = [fact for fact in await stage.facts("MatchJudged") if isinstance(fact, MatchJudged)]
    assert [(one.by, one.verdict, one.role) for one in said] == [
        ("r1", "right", "reader"),
        ("r1", "wrong", "reader"),
        ("r2", "wrong", "reviewer"),
    ]
    views = Views.open(None)
    views.catch_up(stage.store)
    assert views.votes(said[0].story, by="r2") == Votes(0, 2, "wrong")
    assert "42" not in repr(said)


async def test_a_vote_on_what_was_never_shown_is_answered_and_not_recorded(stage: Stage) -> None:
    query = await press(stage, person(stage), stage.posts[0], "v:right:unknown", forged=True)
    assert query.text == "I no longer have this report."
    assert await stage.facts("MatchJudged") == []


async def test_the_timeline_tells_how_much_was_reported_month_by_month(stage: Stage) -> None:
    post = stage.posts[0]
    query = await press(stage, person(stage, lang="hi"), post, button(post, button_label(post, "t:")))
    assert query.alert
    assert query.text == "रक्षा औद्योगिक रोडमैप\nनव॰ 2026: 7"


def button_label(message: Message, begins: str) -> str:
    return next(
        str(b["text"]) for row in message.buttons for b in row if str(b.get("callback_data", "")).startswith(begins)
    )


@pytest.mark.parametrize(
    ("text", "first", "number"),
    [
        ("", "Report number 6", 6),
        ("defence-roadmap", "Report number 6", 6),
        ("number 3", "Report number 3", 1),
        ("maritime-ports", "", 0),
        ("\x00 ' \" nothing", "", 0),
    ],
)
async def test_reports_are_offered_in_any_chat_and_can_be_asked_why_there(
    stage: Stage, text: str, first: str, number: int
) -> None:
    user = person(stage)
    query = stage.server.user_inline_query(user, text)
    await stage.server.wait_for(lambda: query.answered)
    assert len(query.results) == number
    if first:
        assert query.results[0]["title"] == first
        group = stage.server.add_group(-1005000000005)
        shared = stage.server.user_chooses(user, query, str(query.results[0]["id"]), group)
        assert shared.text.splitlines()[1] == first
        pressed = await press(stage, user, shared, button(shared, "Why?"))
        assert pressed.text.startswith("Defence industrial roadmap: ")


async def test_why_in_reply_to_a_forwarded_post_finds_it_by_its_link(stage: Stage) -> None:
    user = person(stage)
    forwarded = await stage_forward(stage, user)
    answer = await ask(stage, user, "/why", reply_to=forwarded)
    assert answer.text.startswith("Report number 0\n")


@pytest.mark.parametrize("data", ["", "x:1", "c:no-such-commitment", "p:XX", "l:gone:", "l::notanumber", "w:unknown"])
async def test_stale_and_forged_presses_are_answered_and_change_nothing(stage: Stage, data: str) -> None:
    user = person(stage)
    page = await ask(stage, user, "/list")
    query = await press(stage, user, page, data, forged=True)
    assert query.text
    assert not page.edited


async def test_no_press_changes_a_post_of_the_channel(stage: Stage) -> None:
    post = stage.posts[0]
    query = await press(stage, person(stage), post, "l::", forged=True)
    assert query.text
    assert not post.edited


async def test_one_person_asking_too_much_is_told_once_and_others_are_answered(stage: Stage) -> None:
    noisy = person(stage)
    for _ in range(30):
        stage.server.user_sends(noisy, None, "/help")
    calm = stage.server.add_user(43, started=True)
    await ask(stage, calm, "/help")
    await stage.server.wait_for(lambda: sum(m.by_bot for m in stage.server.messages(noisy)) >= 21)
    answers = [m.text for m in stage.server.messages(noisy) if m.by_bot]
    assert sum("One moment please" in text for text in answers) == 1
    assert len(answers) == 21


async def test_in_a_group_it_answers_commands_as_a_reply_and_leaves_talk_alone(stage: Stage) -> None:
    group = stage.server.add_group(-1005000000005)
    user = person(stage)
    stage.server.add_member(group, user)
    stage.server.user_sends(user, group, "what a day")
    asked = stage.server.user_sends(user, group, f"/latest@{stage.server.bot.username} number 3")
    await stage.server.wait_for(lambda: len(stage.server.messages(group)) == 3)
    answer = stage.server.messages(group)[-1]
    assert answer.reply_to is asked
    assert answer.text.startswith("Reports with number 3")


async def test_an_edited_question_is_not_asked_again(stage: Stage) -> None:
    user = person(stage)
    await ask(stage, user, "/help")
    stage.server.user_edits(stage.server.messages(user)[0], "/list")
    answer = await ask(stage, user, "/latest")
    assert answer.text.startswith("Latest reports")
    assert len(stage.server.messages(user)) == 4


async def test_a_429_on_an_answer_is_waited_for(stage: Stage) -> None:
    user = person(stage)
    stage.server.faults.add("flood", method="sendMessage", chat=user.id, retry_after=9)
    answer = await ask(stage, user, "/help")
    assert answer.text.startswith("Ask\n/latest")
    assert stage.server.violations == []


async def test_the_command_menus_are_set_only_where_they_changed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for person_id in (43, 44):
            stage.server.add_user(person_id, started=True)
        for _ in range(2):
            async with listening(stage):
                pass
        everywhere, private = (
            [entry["command"] for entry in stage.server.commands(scope)] for scope in ("default", "all_private_chats")
        )
        assert everywhere == [name for name, _ in words.COMMANDS]
        assert private == everywhere + [name for name, _ in words.OWN_COMMANDS]
        assert [entry["command"] for entry in stage.server.commands("chat:44")] == [
            *private,
            *(name for name, _ in (*staffwords.REVIEWER_COMMANDS, *staffwords.OPERATOR_COMMANDS)),
        ]
        assert stage.server.commands(language="hi")[0]["description"] == "ताज़ा ख़बरें, या किसी विषय पर"
        assert len(stage.server.calls_of("setMyCommands")) == 3 * 4


@pytest.mark.parametrize(
    ("who", "text", "expected"),
    [
        (42, "/sweep it", "I do not know this command."),
        (42, "/scrub it", "I do not know this command."),
        (43, "/sweep it", "Swept it."),
        (43, "/scrub it", "I do not know this command."),
        (44, "/sweep it", "Swept it."),
        (44, "/scrub it", "Swept it."),
    ],
)
async def test_what_takes_a_role_does_not_exist_for_others(stage: Stage, who: int, text: str, expected: str) -> None:
    answer = await ask(stage, stage.server.add_user(who, started=True), text)
    assert answer.text.startswith(expected)


async def test_what_takes_a_role_does_not_exist_in_a_group(stage: Stage) -> None:
    group, operator = stage.server.add_group(-1005000000005), stage.server.add_user(44, started=True)
    stage.server.add_member(group, operator)
    stage.server.user_sends(operator, group, "/scrub")
    stage.server.user_sends(operator, group, "/help")
    await stage.server.wait_for(lambda: len(stage.server.messages(group)) == 3)
    assert stage.server.messages(group)[-1].text.startswith("Ask\n/latest")


async def test_it_comes_up_however_long_telegram_is_away(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.server.faults.add("status", method="getMe", code=502, times=3)
        async with listening(stage):
            assert stage.server.calls_of("getMe")
        assert stage.time.passed >= 2 + 4 + 8


async def test_a_wrong_token_is_said_in_one_line_without_the_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pactwatch")
    async with staged(tmp_path) as stage:
        stage.server.token = "700000001:another"
        app = build_application("700000001:the-secret-of-the-token", stage.server.url)
        client = Client(app.bot, Turnstile(stage.time.clock, stage.time.sleep))
        with pytest.raises(TokenRefused, match="BotFather") as caught:
            async with answering(app, client, stage.time.sleep):
                raise AssertionError("came up")
        assert "secret" not in str(caught.value) + caplog.text


async def stage_forward(stage: Stage, user: User) -> Message:
    """The channel's first post, forwarded into the person's chat with the bot."""
    app = build_application(stage.server.token, stage.server.url)
    try:
        sent = await app.bot.forward_message(user.id, CHANNEL, stage.posts[0].id)
    finally:
        await disconnect(app)
    found = stage.server.private(user).message(sent.message_id)
    assert found is not None
    return found
