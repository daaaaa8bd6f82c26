"""Items that tell the same story are brought together; a false merge is worse than a duplicate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.story import WINDOW, assign, likeness
from matchers.traits import StoryItem, traits

DAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
CONTEXT = frozenset("india indian italy italian italia italiana भारत इटली dialogue".split())  # noqa: SIM905
FIRST = StoryItem(
    key="first",
    title="Italian yard Cantiere Verdi signs ferry deal in Kochi",
    summary="The Genoa group Cantiere Verdi will build 12 ferries with the Indian yard for 340 million euros.",
    link="https://example.org/a",
    published=DAY,
    commitments=("ports",),
    story="s1",
)


def later(hours: int = 5, **changes: Any) -> StoryItem:
    return replace(
        FIRST, **{"key": "new", "story": None, "link": None, "published": DAY + timedelta(hours=hours), **changes}
    )


def joins(item: StoryItem, *recent: StoryItem) -> bool:
    return assign(item, recent or (FIRST,), context=CONTEXT).story == "s1"


def test_the_first_item_founds_a_story_of_its_own_name() -> None:
    assert assign(FIRST, ()).story == "first"
    assert assign(FIRST, ()).reason == "new"


def test_the_same_link_is_the_same_story() -> None:
    twin = later(
        title="Something else", summary="", link="http://www.example.org/a?utm_source=x", commitments=("energy",)
    )
    assert assign(twin, (FIRST,)).reason == "same link"


def test_the_same_headline_with_an_outlet_behind_it_is_the_same_story() -> None:
    assert assign(later(title=FIRST.title + " - The Kochi Post", summary=""), (FIRST,)).reason == "same title"


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Kochi yard to build ferries with Cantiere Verdi", "The Italian group signed the deal on Tuesday."),
        (
            "Traghetti, intesa indiana per Cantiere Verdi",
            "Il gruppo di Genova costruirà 12 unità a Kochi per 340 milioni.",
        ),
        ("कोच्चि में बनेंगी नौकाएं, कैंतिएरे वेर्दी से करार", "इटली की कंपनी 34 करोड़ यूरो में 12 नौकाएं बनाएगी।"),
    ],
)
def test_another_outlet_tells_it_too_in_whatever_language(title: str, summary: str) -> None:
    assert joins(later(title=title, summary=summary))


@pytest.mark.parametrize(
    "changes",
    [
        {
            "title": "Rome museum lends bronzes to Delhi",
            "summary": "The show opens in May.",
            "commitments": ("culture",),
        },
        {"title": "Porto di Bari, delegazione da Chennai", "summary": "Visita al terminal.", "hours": 120},
        {
            "title": "Sagar Yards and Rossi Marine plan dredger",
            "summary": "Rossi Marine of Ancona looks to Sagar.",
            "hours": 70,
        },
    ],
)
def test_another_story_stays_another(changes: dict[str, Any]) -> None:
    assert not joins(later(**changes))


@pytest.mark.parametrize("lang", ["en", "und"])
def test_the_same_day_and_topic_alone_are_no_story_in_one_language_or_an_unknown_one(lang: str) -> None:
    brief = later(title="dredgers for harbours", summary="", lang=lang)
    assert not joins(brief, replace(FIRST, lang="en"))
    assert not joins(later(title="ferry talks", summary="", lang=lang), replace(FIRST, lang="en"))
    assert joins(replace(brief, lang="it"), replace(FIRST, lang="en"))


def test_what_was_announced_days_before_or_came_of_it_is_another_story_than_the_event_itself() -> None:
    event = replace(FIRST, title="Bianchi meets Verdi in Kochi")
    told = later(-72, title="Bianchi and Verdi speak in Kochi")
    announced = later(-72, title="Bianchi to visit Verdi in Kochi")
    on_the_eve = later(-20, title="Bianchi to visit Verdi in Kochi")
    came_of_it = later(20, title="Orders for Verdi after Bianchi visit in Kochi")
    plain, ahead, eve, after = (likeness(one, event, CONTEXT)[0] for one in (told, announced, on_the_eve, came_of_it))
    assert ahead < plain
    assert ahead < eve
    assert after < likeness(later(20, title="Orders for Verdi and Bianchi visit in Kochi"), event, CONTEXT)[0]


def test_two_languages_may_differ_in_names_and_tense_on_one_topic_and_day() -> None:
    told = later(title="समुद्र में बचाव के लिए साथ आएंगे दोनों देश", summary="")
    nameless = replace(FIRST, title="accordo per i traghetti", summary="")
    assert joins(told)
    assert joins(replace(told, published=DAY + timedelta(hours=20)), nameless)
    assert not joins(replace(told, commitments=("dialogue",)), replace(FIRST, commitments=("dialogue",)))
    assert not joins(replace(told, title="साक्षात्कार: समुद्र में बचाव के लिए साथ आएंगे दोनों देश"))


def test_two_languages_that_share_no_name_need_the_same_matters() -> None:
    """On a busy day a drill and a visit of ministers are both military matters, and two stories."""
    told = later(title="भूमध्य सागर में दोनों देशों का नौसैनिक अभ्यास", summary="", commitments=("ports",))
    visit = replace(FIRST, title="Bianchi meets Verdi in Kochi", summary="", commitments=("ports", "dredging"))
    assert not joins(told, visit)
    assert joins(told, replace(visit, commitments=("ports",)))


def test_names_alone_bring_two_languages_together_where_neither_is_about_the_plan() -> None:
    crash = replace(FIRST, title="Nagpur hotelier Akhtar dies near Grosseto", summary="", commitments=())
    told = later(title="Grosseto, muore l'albergatore Akhtar di Nagpur", summary="", commitments=())
    assert joins(told, crash)
    assert not joins(replace(told, title="Grosseto, muore un turista"), crash)


def test_an_item_far_off_in_time_is_another_story() -> None:
    assert not joins(later(hours=24 * (WINDOW.days + 2)))


def test_a_date_known_only_to_the_month_does_not_bring_items_together_by_itself() -> None:
    month: dict[str, Any] = {"published": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 3, 31, tzinfo=UTC)}
    assert not joins(later(title="Ports of India and Italy", summary="Talks went on.", **month))
    assert joins(later(**month))


def test_a_shared_catch_all_brings_nothing_together() -> None:
    talks = replace(FIRST, title="Italian envoy in Delhi", summary="He was received.", commitments=("dialogue",))
    visit = later(title="Indian minister in Rome", summary="She flew in.", commitments=("dialogue",))
    assert not joins(visit, talks)


def test_the_better_story_wins_and_the_average_decides() -> None:
    other = replace(
        FIRST, key="o", story="s2", title="Rossi Marine to dredge Goa port", summary="Rossi of Ancona.", link=None
    )
    assert joins(later(), other, FIRST)
    odd = [replace(other, key=f"o{n}", story="s1", commitments=("energy",)) for n in range(6)]
    assert not joins(later(title="Cantiere Verdi: ferries for Kochi", summary=""), FIRST, *odd)


items = st.builds(
    StoryItem,
    key=st.text(max_size=4),
    title=st.text(max_size=40),
    summary=st.text(max_size=40),
    link=st.sampled_from([None, "https://example.org/a", "no link"]),
    published=st.none() | st.integers(0, 40).map(lambda days: DAY + timedelta(days=days)),
    commitments=st.lists(st.sampled_from(["a", "b", "dialogue"]), max_size=3, unique=True).map(tuple),
    story=st.sampled_from([None, "s1", "s2"]),
)


@given(items, st.lists(items, max_size=6), st.randoms(use_true_random=False))
def test_the_answer_is_the_same_in_whatever_order_the_past_is_told(
    item: StoryItem, recent: list[StoryItem], random: object
) -> None:
    known = {one.key: one for one in recent}
    past = list(known.values())
    shuffled = sorted(past, key=lambda one: hash((one.key, id(random))))
    assert assign(item, past, context=CONTEXT).story == assign(item, shuffled, context=CONTEXT).story


@given(items, items)
def test_likeness_is_the_same_from_both_sides(one: StoryItem, other: StoryItem) -> None:
    assert likeness(one, other, CONTEXT) == likeness(other, one, CONTEXT)


def test_an_italian_headline_full_of_names_is_not_set_in_capitals() -> None:
    one = later(title="Verdelli a Kochi con Mahapatra", summary="", lang="it", commitments=("dialogue",), story="s1")
    other = later(title="Verdelli incontra Mahapatra: i dossier", summary="", lang="it", commitments=("dialogue",))
    assert traits(one, CONTEXT).names & traits(other, CONTEXT).names
