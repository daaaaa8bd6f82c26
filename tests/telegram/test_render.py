"""A story as a post: what readers see, in three languages, whatever the feed said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.botapi.parse_html import parse_html
from bot.telegram.actions import ShowTimeline, ShowWhy, Vote
from bot.telegram.callbacks import action
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import listed
from bot.telegram.markup import Html, entities, fits, visible
from bot.telegram.message import seen_digest
from bot.telegram.render import compose, message, tag, terminal
from matchers.plan import Watched
from store.events.fact import Evidence
from store.views.values import ItemView
from tests.telegram.stories import COMMITMENTS, PLAN, item, story

ENGLISH = item(
    "India, Italy to negotiate",
    "The leaders met in Rome. They will negotiate a defence industrial roadmap soon. More follows.",
    found=[("defence industrial roadmap", "term"), ("India", "india"), ("Italy", "italy")],
)


def shown(*items: ItemView, lang: str = "en", prefixes: Mapping[str, str] | None = None) -> str:
    return visible(message(compose(story(*items), lang=lang, prefixes=prefixes)).text)


def test_an_english_post_reads_as_intended() -> None:
    assert shown(ENGLISH, prefixes={"defence-roadmap": "JSAP"}) == (
        "#JSAP_Defence_Roadmap\n"
        "India, Italy to negotiate\n"
        "The Wire · 21 May 2026 · EN\n"
        "They will negotiate a defence industrial roadmap soon.\n"
        "Why: “defence industrial roadmap” + India, Italy"
    )


def test_the_headline_is_a_bold_link_and_the_words_found_are_bold_in_their_sentence() -> None:
    html = message(compose(story(ENGLISH))).text
    assert '<b><a href="https://wire.example/1">India, Italy to negotiate</a></b>' in html
    assert "<blockquote>They will negotiate a <b>defence industrial roadmap</b> soon.</blockquote>" in html


def test_an_italian_post_has_its_sentence_words_and_mark() -> None:
    italian = item(
        "L'intesa tra Roma e Nuova Delhi",
        "L'on. Tajani è in India. Firmata la tabella di marcia per la difesa.",
        lang="it",
        publisher="Agenzia",
        found=[("tabella di marcia", "term"), ("India", "india"), ("Roma", "italy")],
    )
    assert shown(italian, lang="it").splitlines()[2:4] == [
        "Agenzia · 21 mag 2026 · IT",
        "Firmata la tabella di marcia per la difesa.",
    ]


def test_a_hindi_sentence_ends_at_the_danda_and_keeps_its_letters_whole() -> None:
    hindi = item(
        "भारत और इटली का समझौता",
        "प्रधानमंत्री रोम पहुँचे। रक्षा औद्योगिक रोडमैप पर सहमति बनी। वार्ता जारी है।",
        lang="hi",
        found=[("रक्षा औद्योगिक रोडमैप", "term"), ("भारत", "india"), ("इटली", "italy")],
    )
    html = message(compose(story(hindi), lang="hi")).text
    assert "<blockquote><b>रक्षा औद्योगिक रोडमैप</b> पर सहमति बनी।</blockquote>" in html
    assert "21 मई 2026 · HI" in html
    assert "“रक्षा औद्योगिक रोडमैप” + भारत, इटली" in html


def test_further_outlets_are_named_once_with_their_links() -> None:
    others = [
        item("Same", publisher="ANSA", url="https://ansa.example/2", key="b" * 20),
        item("Again", publisher="ANSA", url="https://ansa.example/3", key="c" * 20),
        item("Own", publisher="The Wire", key="d" * 20),
        item("No link", publisher="Desh", url="javascript:alert(1)", key="e" * 20),
    ]
    html = message(compose(story(ENGLISH, *others))).text
    assert html.splitlines()[-1] == '+2 outlets: <a href="https://ansa.example/2">ANSA</a>, Desh'


def test_more_outlets_than_fit_are_counted() -> None:
    many = [item("Same", publisher=f"Outlet {n}", key=f"{n:020x}") for n in range(40)]
    assert shown(ENGLISH, *many).splitlines()[-1].endswith("Outlet 14, and 25 more")


def test_a_hostile_title_is_shown_as_it_is_and_does_nothing() -> None:
    title = 'Modi & <a href="https://evil.example">Meloni</a> </b> @everyone #G20 \u202egnp &lt;i&gt; "q"'
    html = message(compose(story(item(title)))).text
    parsed = parse_html(html)
    assert sorted(entity.type for entity in parsed.entities) == ["bold", "text_link"]
    assert '<a href="https://evil.example">Meloni</a>' in parsed.text.replace("\u2060", "")
    assert "\u202e" not in parsed.text
    assert "<i>" in parsed.text  # the feed's entity was decoded once
    assert "@everyone" not in parsed.text  # broken by an invisible joiner


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "/relative", "http://localhost/1"])
def test_an_address_telegram_refuses_is_neither_linked_nor_a_button(url: str | None) -> None:
    post = message(compose(story(replace(ENGLISH, url=url))))
    assert "<a " not in post.text
    assert [button.label for row in post.keyboard for button in row] == ["Why?", "👍", "👎", "Timeline"]


def test_the_buttons_open_the_page_and_ask_why() -> None:
    (opening, why), judging = message(compose(story(ENGLISH))).keyboard
    assert opening.url == "https://wire.example/1"
    assert action(why.data or "") == ShowWhy("a" * 20)
    assert [action(entry.data or "") for entry in judging] == [
        Vote("a" * 20, "right"),
        Vote("a" * 20, "wrong"),
        ShowTimeline("a" * 20),
    ]


def test_the_lead_is_the_first_item_that_was_news() -> None:
    old = item("Old", archive=True, publisher="Archive", url="https://old.example/1", key="b" * 20)
    assert shown(old, ENGLISH).splitlines()[1] == "India, Italy to negotiate"


def test_the_words_shown_are_those_of_the_lead_where_it_has_any() -> None:
    other = replace(
        ENGLISH, key="b" * 20, matches=(replace(ENGLISH.matches[0], score=1.0, evidence=(_at("negotiate", ENGLISH),)),)
    )
    assert "“defence industrial roadmap”" in shown(ENGLISH, other)


def test_evidence_of_an_earlier_text_marks_nothing() -> None:
    revised = replace(ENGLISH, digest="d2", summary="A wholly different summary of some length.")
    post = message(compose(story(revised)))
    assert "<blockquote>A wholly different summary of some length.</blockquote>" in post.text
    assert "“defence industrial roadmap”" in post.text


def test_a_term_within_another_is_said_once() -> None:
    text = "Against terror financing."
    both = item("T", text, found=[("terror financing", "term"), ("terror", "term")])
    assert "Why: “terror financing”" in shown(both)


def test_a_word_that_is_a_reason_of_its_own_is_not_also_its_place() -> None:
    text = "SIDM and the roadmap of Italy."
    one = item("T", text, found=[("SIDM", "term")])
    two = item("T", text, found=[("roadmap", "term"), ("SIDM", "india"), ("Italy", "italy")], about=("maritime-ports",))
    both = replace(one, matches=(*one.matches, *two.matches))
    assert shown(both).splitlines()[-1] == "Why: defence-roadmap: “SIDM”; maritime-ports: “roadmap” + Italy"


def test_a_long_sentence_is_cut_around_the_words_found() -> None:
    text = "word " * 300 + "defence industrial roadmap " + "word " * 300
    post = message(compose(story(item("T", text, found=[("defence industrial roadmap", "term")]))))
    assert "<b>defence industrial roadmap</b>" in post.text
    assert len(visible(post.text)) < 800


def test_an_item_without_title_or_date_or_summary_still_makes_a_post() -> None:
    bare = item("", "", published=None, publisher=None, url=None, lang=None, found=[])
    assert shown(bare).splitlines() == ["#Defence_Roadmap", "wire", "wire · 21 May 2026", "Why: defence-roadmap"]


def test_the_terminal_shows_the_same_words() -> None:
    text = " ".join(terminal(compose(story(ENGLISH)), width=60).split())
    for line in shown(ENGLISH).splitlines():
        assert line in text
    assert "https://wire.example/1" in text


def test_a_tag_is_ascii_words_with_underscores() -> None:
    assert tag("space-isro-asi", "JSAP") == "#JSAP_Space_Isro_Asi"
    assert tag("imec") == "#Imec"


def test_the_digest_changes_with_what_is_seen_and_with_where_it_leads() -> None:
    first = message(compose(story(ENGLISH))).digest
    moved = message(compose(story(replace(ENGLISH, url="https://wire.example/2")))).digest
    assert message(compose(story(ENGLISH))).digest == first
    assert moved != first
    assert moved.partition("-")[0] == first.partition("-")[0] == seen_digest(shown(ENGLISH))


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.text(
    st.sampled_from("<>&\"'@#/. \n।अि्क़\u200d😀\u202eabc…|_*[]()"), max_size=400
)


@settings(max_examples=50)
@given(ANY, ANY, ANY, st.integers(0, 400), st.integers(0, 400), st.integers(1, 60))
def test_whatever_the_feed_says_the_post_is_sound(
    title: str, summary: str, publisher: str, start: int, length: int, outlets: int
) -> None:
    evidence = (Evidence(field="summary", start=start, end=start + length, term=title[:200] or "x"),)
    wild = item(title * 3, summary * 5, publisher=publisher)
    wild = replace(wild, matches=(replace(wild.matches[0], evidence=evidence),))
    more = [item(title, publisher=f"{publisher}{n}", key=f"{n:020x}") for n in range(outlets)]
    post = message(compose(story(wild, *more)))
    parsed = parse_html(post.text)  # the strict server reads it without an error
    assert parsed.text.strip() == visible(post.text)
    assert fits(post.text)
    assert entities(post.text) <= 100
    assert terminal(compose(story(wild, *more)))


def _at(words: str, entry: ItemView) -> Evidence:
    start = entry.summary.index(words)
    return Evidence(field="summary", start=start, end=start + len(words), term=words)


@pytest.mark.parametrize(
    ("bot", "link"), [("plan_bot", "https://t.me/plan_bot?start=latest"), ("", None), (None, None)]
)
def test_what_a_channels_digest_leaves_out_is_a_link_to_the_bot(bot: str | None, link: str | None) -> None:
    catalogue = Catalogue([Watched(PLAN, COMMITMENTS)])
    stories = [story(item(f"Report {number}", key=f"{number:020x}", story=f"s{number}")) for number in range(60)]
    text = listed(Html("Digest"), stories, catalogue, "en", bot=bot)
    last = visible(text).splitlines()[-1]
    assert last.startswith("and ")
    assert ("/latest" in last) is (bot is None)
    links = re.findall(r"https://t\.me/[^\"]+", text)
    assert links == ([link] if link else [])


def test_a_post_for_several_commitments_says_by_their_titles_which_words_are_of_which() -> None:
    both = item(
        "Ports", "SIDM builds a roadmap in Italy.", found=[("roadmap", "term")], about=("defence-roadmap", "ports")
    )
    post = compose(story(both), lang="it", titles={"defence-roadmap": "Roadmap della difesa"})
    assert visible(message(post).text).splitlines()[-1] == "Perché: Roadmap della difesa: “roadmap”; ports: “roadmap”"
