"""What a reader may choose, over a real socket: language, follows, hours, and to be forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.readers import ReaderRow
from tests.bot.stage import Stage, staged
from tests.telegram.talk import ask, button, listening, person, press

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made, listening(made):
        yield made


async def kept(stage: Stage) -> ReaderRow | None:
    return await stage.lane.call(stage.store.readers.find, 42)


async def test_who_only_asks_leaves_nothing_behind(stage: Stage) -> None:
    for text in ("/start", "/latest", "/mine", "/settings", "/follow", "/forget"):
        answer = await ask(stage, person(stage), text)
    assert answer.text.startswith("I keep nothing of you.")
    assert await stage.lane.call(stage.store.readers.all) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("it", "Da adesso rispondo in italiano."), ("हिन्दी", "अब से मैं हिंदी में"), ("English", "I answer in English")],
)
async def test_a_chosen_language_holds_whatever_telegram_says(stage: Stage, text: str, expected: str) -> None:
    user = person(stage, lang="pt")
    assert (await ask(stage, user, f"/lang {text}")).text.startswith(expected)
    again = await ask(stage, user, "/lang")
    assert again.text.split()[0] == {"it": "In", "हिन्दी": "मैं", "English": "In"}[text]
    await press(stage, user, again, button(again, "Italiano"))
    await stage.server.wait_for(lambda: again.text.startswith("Da adesso"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("defence-roadmap", "You follow Defence industrial roadmap. I tell you here: at once."),
        ("VII", "You follow VII. Defence. I tell you here: at once."),
        ("lanterns & <b>", "You follow “lanterns & <b>”. I tell you here: at once."),
        ("VII.e", "VII.e is in several commitments."),
        ("", "What do you want to follow?"),
    ],
)
async def test_a_commitment_a_pillar_or_any_words_can_be_followed(stage: Stage, text: str, expected: str) -> None:
    assert (await ask(stage, person(stage), f"/follow {text}".strip())).text.startswith(expected)


async def test_from_a_commitment_by_buttons_to_weekly_and_to_the_end(stage: Stage) -> None:
    user = person(stage)
    page = await ask(stage, user, "/commitment defence-roadmap")
    for label, expected in (
        ("Follow", "You follow Defence industrial roadmap. I tell you here: at once."),
        ("weekly", "You follow Defence industrial roadmap. I tell you here: weekly."),
        ("What I follow", "You follow 1 subject."),
        ("Defence industrial roadmap · weekly", "You follow Defence industrial roadmap. I tell you here: weekly."),
        ("Stop", "You no longer follow Defence industrial roadmap."),
        ("What I follow", "You follow nothing yet."),
    ):
        await press(stage, user, page, button(page, label))
        await stage.server.wait_for(lambda expected=expected: page.text.startswith(expected))  # type: ignore[misc]


async def test_unfollow_by_name_and_a_button_of_something_gone(stage: Stage) -> None:
    user = person(stage)
    page = await ask(stage, user, "/follow VII")
    assert (await ask(stage, user, "/unfollow vii")).text.startswith("You no longer follow VII. Defence.")
    assert (await ask(stage, user, "/unfollow vii")).text.startswith("You do not follow vii.")
    query = await press(stage, user, page, button(page, "daily"))
    assert "out of date" in query.text


async def test_what_is_followed_is_owed_from_now_on(stage: Stage) -> None:
    await ask(stage, person(stage), "/follow VII")
    row = await kept(stage)
    assert row is not None
    assert row.settings.follows[0].since == stage.store.head()


async def test_no_more_than_thirty_subjects(stage: Stage) -> None:
    user = person(stage)
    for number in range(31):
        await stage.time.sleep(10)
        answer = await ask(stage, user, f"/follow word{number}")
    assert answer.text.startswith("You follow 30 subjects already.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/settings 7.30", "Digests: at 07:30, UTC"),
        ("/settings rome", "Digests: at 08:00, Europe/Rome"),
        ("/settings Asia/Kolkata", "Digests: at 08:00, Asia/Kolkata"),
        ("/settings 25:00", "I do not understand 25:00."),
        ("/settings ../../etc/passwd", "I do not understand ../.."),
        ("/quiet 22-7", "Quiet hours: 22:00–07:00"),
        ("/settings Friday", "Digests: at 08:00, UTC; weekly ones on Friday"),
        ("/settings venerdì 9:15 Roma", "Digests: at 09:15, Europe/Rome; weekly ones on Friday"),
        ("/settings दिल्ली", "Digests: at 08:00, Asia/Kolkata; weekly ones on Monday"),
        ("/settings New York", "Digests: at 08:00, America/New_York"),
        ("/settings Friday on the moon", "I do not understand Friday on the moon."),
        ("/quiet 22:00 07:00", "Quiet hours: 22:00–07:00"),
        ("/quiet off", "Quiet hours: –"),
        ("/quiet 7-7", "Which hours shall be quiet?"),
        ("/quiet 29-31", "Which hours shall be quiet?"),
    ],
)
async def test_hours_and_time_zone_are_set_by_writing_them(stage: Stage, text: str, expected: str) -> None:
    assert expected in (await ask(stage, person(stage), text)).text


@pytest.mark.parametrize(("lang", "zone"), [("en", "UTC"), ("it", "Europe/Rome"), ("hi", "Asia/Kolkata")])
async def test_the_clock_is_at_first_that_of_where_the_language_is_spoken(stage: Stage, lang: str, zone: str) -> None:
    assert (
        f"08:00{' बजे' if lang == 'hi' else ''}, {zone}"
        in (await ask(stage, person(stage, lang=lang), "/settings")).text
    )


async def test_forgetting_deletes_all_and_says_so_in_the_readers_language(stage: Stage) -> None:
    user = person(stage)
    await ask(stage, user, "/lang it")
    assert (await ask(stage, user, "/forget")).text.startswith("Fatto. Ho cancellato")
    assert await kept(stage) is None


async def test_in_a_group_choices_are_sent_to_the_private_chat(stage: Stage) -> None:
    group = stage.server.add_group(-1005000000005)
    user = person(stage)
    stage.server.add_member(group, user)
    stage.server.user_sends(user, group, f"/mine@{stage.server.bot.username}")
    await stage.server.wait_for(lambda: len(stage.server.messages(group)) == 2)
    assert stage.server.messages(group)[-1].text.startswith("Please ask me this in private: t.me/pactwatch_bot")
    query = await press(stage, user, stage.server.messages(group)[-1], "+p:VII", forged=True)
    assert query.text == "Please ask me this in private: t.me/pactwatch_bot"
    assert await kept(stage) is None


async def test_a_paused_reader_who_writes_is_back(stage: Stage) -> None:
    user = person(stage)
    await ask(stage, user, "/follow VII")
    await stage.lane.call(stage.store.readers.pause, "r1")
    await ask(stage, user, "/latest")
    row = await kept(stage)
    assert row is not None
    assert not row.paused


@pytest.mark.parametrize("data", ["+p:XX", "+c:no-such", "m:00000000", "m:00000000:daily", "m:00000000:end", "y:xx"])
async def test_forged_choices_change_nothing(stage: Stage, data: str) -> None:
    user = person(stage)
    page = await ask(stage, user, "/list")
    query = await press(stage, user, page, data, forged=True)
    assert query.text
    assert await kept(stage) is None
