"""Questions that look further, asked in a chat: search, past, silence, status, pictures, a digest now, a dossier."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.channels.chart import can_draw
from bot.demo.botapi.world import Message
from bot.questions.dossiers import Busy, Dossier, Dossiers, Failed, TooLarge
from bot.telegram.markup import Html
from bot.telegram.message import Message as Answer
from bot.telegram.outcome import Sent
from store.events.items import ItemSeen, MatchWithdrawn
from store.events.plan import Descent, PlanRevised, RulesActivated, StatusSet
from tests.bot.stage import Stage, matched, revised, staged
from tests.telegram.talk import COVERAGE, LAST_LOOK, ask, button, listening, person, press

pytestmark = pytest.mark.anyio
DAY_S = 86_400

# Writes a dossier as `pactwatch export --config C --commitment NAME -o DIR` does.
EXPORT = """
import pathlib, sys
name, folder = sys.argv[sys.argv.index('--commitment') + 1], pathlib.Path(sys.argv[-1])
folder.mkdir()
(folder / 'index.html').write_text('of ' + name)
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Ten days of reports, the last one today; and an item that matches nothing."""
    async with staged(tmp_path) as made:
        made.time.passed = -10 * DAY_S
        await made.add(RulesActivated(plan="plan", rules="r" * 12, ordinal=1, content="{}"))
        for number in range(6):
            await made.report(f"Report number {number}")
            await made.time.sleep(2 * DAY_S)
        made.time.passed = 0
        await made.add(
            ItemSeen(item="f" * 20, feed="wire", digest="d", title="Rain in Turin", url="https://w.example/9")
        )
        dossiers = Dossiers(Path("nowhere.yaml"), made.time.now, program=(sys.executable, "-c", EXPORT))
        async with listening(made, dossiers=dossiers):
            yield made


def lines(message: Message, begins: str) -> list[str]:
    return [line for line in message.text.splitlines() if line.startswith(begins)]


def actions(stage: Stage) -> list[tuple[int | None, str]]:
    """What the chats were shown as being done."""
    return [(call.chat, call.text("action")) for call in stage.server.calls_of("sendChatAction")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/search", "What are you looking for?"),
        ("/search rain turin", "All I have seen with rain turin, whether or not it fits a commitment\n\nRain in Turin"),
        ("/search snow", "I have seen nothing with the words snow."),
        ("/latest 3d", "Latest reports · since 19 Nov 2026\n\nReport number 5"),
        ("/latest defence-roadmap 2 weeks", "Defence industrial roadmap · since 8 Nov 2026\n\nReport number 5"),
        ("/latest number 3d", "Reports with number · since 19 Nov 2026\n\nReport number 5"),
        ("/latest maritime-ports 7d", "Maritime and port sectors\nNothing was reported since 15 Nov 2026."),
        ("/silence", "For how long nothing was seen\nNothing seen is"),
        ("/why https://news.example/1", "Report number 0\n"),
        ("/silence sidm-aiad-mou", "For how long nothing was seen\n"),
        ("/silence VII.e", "VII.e is in several commitments."),
        ("/silence raodmap", "No commitment is called raodmap."),
        ("/status", "Where the commitments stand\n"),
        ("/status defence-roadmap", "Defence industrial roadmap\nWhat people judged"),
        ("/asof", "What was known when?"),
        ("/asof soon defence-roadmap", "What was known when?"),
        ("/asof 2026-11-31", "What was known when?"),
        ("/asof 2026-11-01", "On 1 Nov 2026 I was not watching yet."),
        ("/asof 2026-11-15", "What was known on 15 Nov 2026\n\nReport number 1"),
        ("/asof 15.11.2026 defence-roadmap", "What was known on 15 Nov 2026\nDefence industrial roadmap\n\nReport"),
        ("/asof 3d maritime-ports", "What was known on 19 Nov 2026\nMaritime and port sectors\n\nNothing had been"),
        ("/export", "Of which commitment do you want the dossier?"),
        ("/digest", "The last 24 hours\n\nVII. Defence\n• Report number 5"),
        ("/digest 7d", "The last seven days\n\nVII. Defence\n• Report number 2"),
        ("/digest settimanale", "The last seven days\n\nVII. Defence\n• Report number 2"),
        ("/digest banana", "Of which time? /digest – the last 24 hours"),
    ],
)
async def test_every_question_gets_its_answer(stage: Stage, text: str, expected: str) -> None:
    answer = await ask(stage, person(stage), text)
    assert answer.text.startswith(expected)
    is_asked_back = expected.endswith("?") or expected.startswith("Of which")
    assert (LAST_LOOK in answer.text) is not is_asked_back


@pytest.mark.parametrize(
    "text", ["/search rain", "/silence", "/status", "/timeline", "/timeline defence-roadmap", "/asof 3d", "/digest"]
)
async def test_every_answer_ends_with_its_coverage(stage: Stage, text: str) -> None:
    answer = await ask(stage, person(stage), text)
    assert answer.text.endswith(COVERAGE)


async def test_a_page_of_the_last_days_turns_within_them(stage: Stage) -> None:
    for number in range(6):
        await stage.report(f"Fresh report {number}")
    user = person(stage)
    page = await ask(stage, user, "/latest 1d")
    await press(stage, user, page, button(page, "Older ›"))
    await stage.server.wait_for(lambda: page.edited)
    assert lines(page, "Fresh") + lines(page, "Report") == ["Fresh report 0", "Report number 5"]


async def test_the_past_knows_neither_what_came_later_nor_what_was_corrected_since(stage: Stage) -> None:
    first = f"{1:020x}"
    await stage.add(
        revised(first, "A headline of today", "d-new"),
        matched(first, "d-new", "defence industrial roadmap", commitment="maritime-ports"),
    )
    then = await ask(stage, person(stage), "/asof 2026-11-12 defence-roadmap")
    assert lines(then, "Report") + lines(then, "A headline") == ["Report number 0"]
    assert "Maritime" not in then.text


async def test_the_past_knows_what_was_withdrawn_since_and_the_present_does_not(stage: Stage) -> None:
    last = f"{6:020x}"
    gone = MatchWithdrawn(
        item=last, plan="plan", commitment="defence-roadmap", rules="s" * 12, ordinal=2, digest="d6", reason="no term"
    )
    await stage.time.sleep(3 * DAY_S)
    await stage.add(gone)
    user = person(stage)
    assert lines(await ask(stage, user, "/asof 2026-11-22 defence-roadmap"), "Report")[0] == "Report number 5"
    await stage.time.sleep(DAY_S)
    assert lines(await ask(stage, user, "/asof 2026-11-25 defence-roadmap"), "Report")[0] == "Report number 4"


async def test_the_past_turns_its_pages(stage: Stage) -> None:
    user = person(stage)
    page = await ask(stage, user, "/asof 2026-11-22 defence-roadmap")
    assert len(lines(page, "Report")) == 5
    await press(stage, user, page, button(page, "Older ›"))
    await stage.server.wait_for(lambda: page.edited)
    assert lines(page, "Report") == ["Report number 0"]


async def test_silence_counts_from_the_last_evidence_and_leads_to_the_commitment(stage: Stage) -> None:
    await stage.time.sleep(5 * DAY_S)
    page = await ask(stage, person(stage), "/silence defence-roadmap")
    assert lines(page, "•") == ["• Defence industrial roadmap: 5 days, watched on 5"]


async def test_only_what_was_silent_for_a_day_is_called_silent(stage: Stage) -> None:
    user = person(stage)
    page = await ask(stage, user, "/silence")
    assert "Defence industrial roadmap" not in page.text
    await stage.time.sleep(2 * DAY_S)
    page = await ask(stage, user, "/silence")
    assert lines(page, "•")[-1] == "• Defence industrial roadmap: 2 days, watched on 2"


async def test_the_status_is_what_people_judged_with_its_source(stage: Stage) -> None:
    for ordinal, step in enumerate(("limited", "substantial"), 1):
        await stage.add(
            StatusSet(
                plan="plan", commitment="defence-roadmap", ordinal=ordinal, step=step, cite="https://gov.example/a?b=1",
                note="Signed <in Rome>.",
            )
        )  # fmt: skip
    user = person(stage, lang="it")
    page = await ask(stage, user, "/status")
    assert "• Roadmap della difesa\nprogressi sostanziali, 22 nov 2026 · gov.example\nSigned <in Rome>." in page.text
    history = await ask(stage, user, "/status defence-roadmap")
    assert [line.partition(",")[0] for line in lines(history, "progressi")] == [
        "progressi sostanziali",
        "progressi limitati",
    ]


@pytest.mark.parametrize("text", ["/timeline", "/timeline defence-roadmap"])
async def test_a_timeline_is_a_picture_or_says_it_in_words(stage: Stage, text: str) -> None:
    answer = await ask(stage, person(stage), text)
    if can_draw():
        assert answer.media is not None
        assert answer.media.upload.body.startswith(b"\x89PNG")
    else:
        assert answer.media is None
        assert "Defence industrial roadmap" in answer.text


async def test_a_picture_comes_below_the_page_whose_button_asks_for_it(stage: Stage) -> None:
    user = person(stage)
    page = await ask(stage, user, "/commitment defence-roadmap")
    await press(stage, user, page, button(page, "Timeline"))
    await stage.server.wait_for(lambda: len(stage.server.messages(user)) == 3, timeout=60)
    assert not page.edited
    assert stage.server.messages(user)[-1].text.startswith("Defence industrial roadmap\nReports month by month")


async def test_what_takes_long_is_seen_to_be_done_and_its_press_is_answered_before(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    program = (sys.executable, "-c", f"open({str(gate)!r}).read()\n{EXPORT}")
    async with staged(tmp_path) as stage:
        await stage.report("Report")
        user = person(stage)
        async with listening(stage, dossiers=Dossiers(tmp_path, stage.time.now, program=program)):
            page = await ask(stage, user, "/status")
            query = await press(stage, user, page, "e:defence-roadmap", forged=True)
            await stage.server.wait_for(lambda: (user.id, "upload_document") in actions(stage))
            assert (query.text, len(stage.server.messages(user))) == ("", 2)
            await asyncio.to_thread(gate.write_text, "go on")
            await stage.server.wait_for(lambda: len(stage.server.messages(user)) == 3)
            assert stage.server.messages(user)[-1].media is not None


async def test_a_command_that_takes_long_is_seen_to_be_worked_on(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    program = (sys.executable, "-c", f"open({str(gate)!r}).read()\n{EXPORT}")
    async with staged(tmp_path) as stage:
        user = person(stage)
        async with listening(stage, dossiers=Dossiers(tmp_path, stage.time.now, program=program)):
            stage.server.user_sends(user, None, "/export defence-roadmap")
            await stage.server.wait_for(lambda: bool(actions(stage)))
            assert actions(stage)[0] == (user.id, "upload_document")
            await asyncio.to_thread(gate.write_text, "go on")
            await stage.server.wait_for(lambda: len(stage.server.messages(user)) == 2)


async def test_where_no_pictures_are_let_in_the_words_come_alone(stage: Stage) -> None:
    group, user = stage.server.add_group(-1005000000005), person(stage)
    stage.server.add_member(group, user)
    stage.server.set_bot(group, "restricted", ["send_messages"])
    asked = stage.server.user_sends(user, group, f"/timeline@{stage.server.bot.username} defence-roadmap")
    await stage.server.wait_for(lambda: len(stage.server.messages(group)) == 2, timeout=60)
    answer = stage.server.messages(group)[-1]
    assert answer.reply_to is asked
    assert answer.media is None
    assert answer.text.startswith("Defence industrial roadmap\nReports month by month")


async def test_a_text_too_long_for_a_caption_comes_without_its_picture(stage: Stage) -> None:
    user = person(stage)
    png = b"\x89PNG\r\n\x1a\n"
    for text, is_picture in (("x" * 1024, True), ("x" * 1025, False)):
        done = await stage.client().send(user.id, Answer(Html(text), picture=png))
        assert isinstance(done, Sent)
        sent = stage.server.private(user).message(done.message)
        assert sent is not None
        assert (sent.media is not None) is is_picture
        assert sent.text == text


async def test_a_digest_is_of_what_the_reader_follows(stage: Stage) -> None:
    user = person(stage)
    await ask(stage, user, "/follow maritime-ports")
    page = await ask(stage, user, "/digest 7d")
    assert page.text.startswith("What you follow · the last seven days\n\nNothing was reported.")
    await ask(stage, user, "/follow number 5")
    page = await ask(stage, user, "/digest 7d")
    assert lines(page, "•") == ["• Report number 5 · Outlet 6, 22 Nov 2026"]
    await press(stage, user, page, button(page, "24 hours"))
    await stage.server.wait_for(lambda: page.edited)
    assert page.text.startswith("What you follow · the last 24 hours")


async def test_a_dossier_comes_as_a_file(stage: Stage) -> None:
    answer = await ask(stage, person(stage), "/export VII.e1")
    assert answer.media is not None
    assert answer.media.upload.name == "defence-roadmap.zip"
    with ZipFile(BytesIO(answer.media.upload.body)) as archive:
        assert archive.read("defence-roadmap/index.html") == b"of defence-roadmap"
    assert answer.text.startswith("Defence industrial roadmap\nThe dossier, 1 kB.")


async def test_a_dossier_is_made_once_and_kept_within_limits(tmp_path: Path, stage: Stage) -> None:
    count = f"open({str(tmp_path / 'made')!r}, 'a').write('x')\n"
    dossiers = Dossiers(tmp_path, stage.time.now, program=(sys.executable, "-c", count + EXPORT))
    assert isinstance(await dossiers.make("one"), Dossier)
    assert isinstance(await dossiers.make("one"), Dossier)
    assert (tmp_path / "made").read_text() == "x"
    await stage.time.sleep(timedelta(minutes=11).total_seconds())
    assert isinstance(await dossiers.make("one"), Dossier)
    assert (tmp_path / "made").read_text() == "xx"
    small = Dossiers(tmp_path, stage.time.now, program=(sys.executable, "-c", EXPORT), limit=10)
    assert isinstance(await small.make("one"), TooLarge)
    broken = Dossiers(tmp_path, stage.time.now, program=(sys.executable, "-c", "raise SystemExit(2)"))
    assert isinstance(await broken.make("one"), Failed)


async def test_of_two_who_ask_at_once_the_second_is_told_to_wait(tmp_path: Path, stage: Stage) -> None:
    dossiers = Dossiers(tmp_path, stage.time.now, program=(sys.executable, "-c", EXPORT))
    made = await asyncio.gather(dossiers.make("one"), dossiers.make("two"))
    assert [type(one) for one in made] == [Dossier, Busy]


@pytest.mark.parametrize(
    "data", ["s::", "a:0::", "a:1764201600:gone:", "g:gone", "z:gone", "j:gone", "e:gone", "d:month", "e:", "a:x::"]
)
async def test_stale_and_forged_presses_are_answered_and_change_nothing(stage: Stage, data: str) -> None:
    user = person(stage)
    page = await ask(stage, user, "/list")
    query = await press(stage, user, page, data, forged=True)
    assert query.text == "This button is out of date. Send /latest or /list."
    assert not page.edited


async def test_the_past_counts_evidence_for_the_heir_of_a_commitment(stage: Stage) -> None:
    await stage.add(
        PlanRevised(
            plan="plan",
            rules="s" * 12,
            ordinal=2,
            descents=(Descent(commitment="sidm-aiad-mou", formerly=("defence-roadmap",)),),
        )
    )
    page = await ask(stage, person(stage), "/asof 2026-11-14 sidm-aiad-mou")
    assert lines(page, "Report") == ["Report number 1", "Report number 0"]
