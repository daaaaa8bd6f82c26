"""Whom a channel is for: what it is owed, what it is spared, and what its posts say."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.audience import EVERYBODY, Audience, outside, told
from store.views.values import Delivery, ItemView, MatchView, StoryView
from tests.telegram.stories import item

BRIDGE, CANAL = (MatchView(name, "p", "r", "1", 0.9, (), 1) for name in ("bridge", "canal"))


def one(key: str, *matches: MatchView, lang: str = "en") -> ItemView:
    return replace(item(key), key=key, lang=lang, matches=matches)


BOTH, ITALIAN, OTHER = one("a", BRIDGE, CANAL), one("b", BRIDGE, lang="it"), one("c", CANAL)
STORY = StoryView("s", (BOTH, ITALIAN, OTHER), ("canal", "bridge"))
OWED = Delivery("-1", STORY, "new", new_items=("a", "b", "c"))
BRIDGES = Audience(frozenset({"bridge"}))


def test_everybody_is_told_everything() -> None:
    assert outside(EVERYBODY, OWED) == ()
    assert told(EVERYBODY, OWED) is OWED


def test_what_speaks_of_nothing_wanted_is_outside() -> None:
    assert outside(BRIDGES, OWED) == ("c",)
    assert outside(Audience(None, frozenset({"en"})), OWED) == ("b",)
    assert outside(Audience(frozenset({"canal"}), frozenset({"it"})), OWED) == ("a", "b", "c")


def test_a_post_speaks_of_what_is_wanted_alone() -> None:
    narrowed = told(BRIDGES, OWED).story
    assert [each.key for each in narrowed.items] == ["a", "b"]
    assert narrowed.commitments == ("bridge",)
    assert [match.commitment for match in narrowed.items[0].matches] == ["bridge"]


def test_what_a_post_tells_of_already_stays() -> None:
    sent = replace(OWED, state="sent", delivered_items=("c",), new_items=("a",))
    assert [each.key for each in told(BRIDGES, sent).story.items] == ["a", "b", "c"]
