"""Answers: what they say, in whose language, and that all of them fit into a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.botapi.parse_html import parse_html
from bot.telegram import answers, words
from bot.telegram.actions import ShowCommitment, ShowFound, ShowLatest
from bot.telegram.answers import Looked, Reader
from bot.telegram.callbacks import action
from bot.telegram.catalogue import Catalogue
from bot.telegram.markup import fits, visible
from bot.telegram.message import Message
from bot.telegram.text import units
from matchers.plan import Watched
from store.views.values import CommitmentCount
from tests.telegram.stories import COMMITMENTS, NOON, PLAN, item, story

CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])
LOOKED = Looked(datetime(2026, 5, 21, 14, 5, tzinfo=UTC), 12)
ENGLISH, ITALIAN, HINDI = (Reader(lang, LOOKED) for lang in ("en", "it", "hi"))
LAST = "Last look: 21 May 2026, 14:05 UTC. All 12 feeds answer."


def labels(message: Message) -> list[str]:
    return [button.label for row in message.keyboard for button in row]


def text_of(message: Message) -> str:
    assert parse_html(message.text).text.strip() == visible(message.text)
    return visible(message.text)


def pages() -> list[Message]:
    count = CommitmentCount("plan", "defence-roadmap", 7, NOON)
    stories = [story(item("Hostile <b> & @you", key=f"{n:020x}"), pos=n) for n in range(9, 0, -1)]
    made = []
    for reader in (ENGLISH, ITALIAN, HINDI):
        made += [
            answers.start(CATALOGUE, reader, channel="@pactwatch"),
            answers.start(CATALOGUE, reader, channel=None),
            answers.pillars(CATALOGUE, reader),
            answers.pillar(CATALOGUE, PLAN.pillars[0], reader),
            answers.choose(COMMITMENTS[:2], "VII.e", reader),
            answers.commitment(CATALOGUE, COMMITMENTS[0], reader, count=count, stories=stories),
            answers.commitment(CATALOGUE, COMMITMENTS[1], reader, count=None, stories=[]),
            answers.latest(CATALOGUE, ShowLatest(), stories, reader),
            answers.latest(CATALOGUE, ShowLatest("maritime-ports"), [], reader),
            answers.latest(CATALOGUE, ShowFound("a <b>", before=7), [], reader),
            answers.nearest("raodmap <i>", COMMITMENTS[:1], reader),
            answers.nearest("pizza", [], reader),
            answers.why(CATALOGUE, item(), reader),
            answers.why(CATALOGUE, item(about=()), reader),
            answers.finding(words.WHY_UNKNOWN, reader),
        ]
    return made


@pytest.mark.parametrize("message", pages(), ids=lambda message: visible(message.text)[:25])
def test_every_answer_is_sound_and_ends_with_the_last_look(message: Message) -> None:
    text = text_of(message)
    assert fits(message.text)
    assert "14:05 UTC" in text.splitlines()[-1]
    assert all(action(b.data) is not None for row in message.keyboard for b in row if b.data)
    assert len(message.keyboard) <= 12


@pytest.mark.parametrize("reader", [ENGLISH, ITALIAN, HINDI], ids=lambda reader: reader.lang)
def test_what_tells_of_no_reports_does_not_say_how_fresh_they_are(reader: Reader) -> None:
    for message in (answers.help_(CATALOGUE, reader), answers.note(words.WHY_ASK, reader)):
        assert "14:05 UTC" not in text_of(message)


def test_a_list_names_each_report_with_outlet_date_language_and_commitment() -> None:
    told = item("Ports talk", about=("maritime-ports",))
    joined = replace(told, key="b" * 20, publisher="ANSA")
    assert text_of(answers.latest(CATALOGUE, ShowLatest(), [story(told, joined)], ENGLISH)).splitlines() == [
        "Latest reports",
        "",
        "Ports talk",
        "The Wire · 21 May 2026 · EN · +1",
        "Maritime and port sectors",
        "",
        LAST,
    ]


def test_a_page_leads_to_older_and_back_to_the_newest_by_position() -> None:
    stories = [story(item(key=f"{n:020x}"), pos=n) for n in range(16, 10, -1)]
    first = answers.latest(CATALOGUE, ShowLatest(), stories, ENGLISH)
    assert [action(b.data or "") for row in first.keyboard for b in row] == [ShowLatest(None, 12)]
    second = answers.latest(CATALOGUE, ShowLatest(None, 12), stories[-1:], ENGLISH)
    assert [action(b.data or "") for row in second.keyboard for b in row] == [ShowLatest()]


def test_words_too_long_for_a_button_simply_have_no_older_page() -> None:
    stories = [story(item(key=f"{n:020x}"), pos=n) for n in range(6)]
    wanted = ShowFound("रक्षा औद्योगिक रोडमैप पर भारत और इटली की वार्ता")
    assert labels(answers.latest(CATALOGUE, wanted, stories, HINDI)) == []


def test_a_commitment_says_what_was_promised_and_what_was_reported() -> None:
    count = CommitmentCount("plan", "defence-roadmap", 4, NOON)
    stories = [story(item(key=f"{n:020x}"), pos=n) for n in range(4)]
    message = answers.commitment(CATALOGUE, COMMITMENTS[0], ITALIAN, count=count, stories=stories)
    assert text_of(message).startswith(
        "Roadmap della difesa\nVII. Difesa\n\nChe cosa dice il piano (solo in inglese):\nVII.e1: "
    )
    assert labels(message)[-1] == "‹ Difesa"


def test_the_choices_are_in_the_readers_language() -> None:
    assert labels(answers.pillars(CATALOGUE, HINDI)) == ["VII. रक्षा सहयोग", "III. संपर्क"]
    chosen = answers.nearest("x", COMMITMENTS[:1], ITALIAN)
    assert labels(chosen) == ["Roadmap della difesa"]
    assert action(chosen.keyboard[0][0].data or "") == ShowCommitment("defence-roadmap")


def test_why_shows_the_words_for_each_commitment() -> None:
    told = item(
        "T", "They will negotiate a roadmap.", found=[("roadmap", "term")], about=("defence-roadmap", "maritime-ports")
    )
    text = text_of(answers.why(CATALOGUE, told, ENGLISH))
    assert "Defence industrial roadmap\nFound: “roadmap”" in text
    assert "Maritime and port sectors\nFound: “roadmap”" in text


@given(st.lists(st.text(max_size=300), min_size=1, max_size=6))
@settings(max_examples=30)
def test_the_reason_fits_into_the_window_of_a_button(titles: list[str]) -> None:
    about = tuple(entry.id for entry in COMMITMENTS)
    told = [item(title, about=about, key=f"{n:020x}") for n, title in enumerate(titles)]
    assert 0 < units(answers.why_alert(CATALOGUE, story(*told), "hi")) <= 200


@pytest.mark.parametrize(
    ("looked", "said"),
    [
        (LOOKED, LAST),
        (replace(LOOKED, failing=("a",)), "Last look: 21 May 2026, 14:05 UTC. 1 of 12 feeds does not answer: a."),
        (
            replace(LOOKED, failing=("a", "b", "c", "d")),
            "Last look: 21 May 2026, 14:05 UTC. 4 of 12 feeds do not answer: a, b, c….",
        ),
        (Looked(None, 12), "I have not looked yet; ask again in a minute."),
    ],
)
def test_the_last_look_names_the_feeds_that_did_not_answer(looked: Looked, said: str) -> None:
    assert answers.looked_line(looked, "en") == said
