"""Events about items: seen, revised, matched, joined to a story."""

from __future__ import annotations

from typing import ClassVar

from store.events.fact import Evidence, Fact, Time


class ItemSeen(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A feed offered an item we did not know. `archive` marks what a feed already carried when we first read it."""

    TYPE: ClassVar[str] = "ItemSeen.v1"
    item: str
    feed: str
    digest: str
    title: str
    summary: str = ""
    url: str | None = None
    guid: str | None = None
    lang: str | None = None
    publisher: str | None = None
    published: Time | None = None
    archive: bool = False

    @property
    def key(self) -> str:
        return f"item/{self.item}"


class ItemRevised(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A known item came back with another title, summary or link."""

    TYPE: ClassVar[str] = "ItemRevised.v1"
    item: str
    feed: str
    digest: str
    title: str
    summary: str = ""
    url: str | None = None
    lang: str | None = None
    updated: Time | None = None

    @property
    def key(self) -> str:
        return f"revised/{self.item}/{self.digest}"


class TextFetched(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The page of an item was read, because the item matched or nearly did. `text` is what the matches judge beside
    title and summary; evidence with the field `text` points into it. `url` is where it came from, `digest` is over
    the whole text, which was longer where `cut`; `by` names what took it out of the page, `why` why it was wanted."""

    TYPE: ClassVar[str] = "TextFetched.v1"
    item: str
    url: str
    digest: str
    text: str
    by: str
    why: str
    cut: bool = False

    @property
    def key(self) -> str:
        return f"text/{self.item}"


class TextMissing(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The page of an item could not be read, for this reason, and will not be asked for again."""

    TYPE: ClassVar[str] = "TextMissing.v1"
    item: str
    url: str
    reason: str

    @property
    def key(self) -> str:
        return f"notext/{self.item}"


class TitleTranslated(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An item's headline as a machine put it into another language. `digest` is of the headline that was translated,
    `by` the program that did."""

    TYPE: ClassVar[str] = "TitleTranslated.v1"
    item: str
    lang: str
    digest: str
    title: str
    by: str = ""

    @property
    def key(self) -> str:
        return f"translated/{self.item}/{self.lang}/{self.digest}"


class ItemMatched(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A rule set found a commitment in an item. `digest` is the text that was judged: the offsets of the evidence
    belong to it, so a revised item is matched anew. `score` is 0 to 1. `ordinal` is that of the activation by which
    past items were matched anew, 0 where the item was matched as it came; of a `quiet` match nobody is told."""

    TYPE: ClassVar[str] = "ItemMatched.v1"
    item: str
    plan: str
    commitment: str
    rules: str
    digest: str
    rule: str
    evidence: tuple[Evidence, ...]
    score: float = 0.0
    ordinal: int = 0
    quiet: bool = False

    @property
    def key(self) -> str:
        again = f"/{self.ordinal}" if self.ordinal else ""
        return f"match/{self.rules}/{self.commitment}/{self.item}/{self.digest}{again}"


class MatchWithdrawn(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Past items were matched anew, and the rules no longer find this commitment in this text. `rules` and `ordinal`
    are of the activation, `reason` is the stage at which the match fails now."""

    TYPE: ClassVar[str] = "MatchWithdrawn.v1"
    item: str
    plan: str
    commitment: str
    rules: str
    ordinal: int
    digest: str
    reason: str

    @property
    def key(self) -> str:
        return f"withdrawn/{self.plan}/{self.ordinal}/{self.rules}/{self.commitment}/{self.item}/{self.digest}"


class StoryJoined(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An item became part of a story; the first of a story founds it and gives it its id. `follows` is the earlier
    story that a new one continues: another event of the same affair."""

    TYPE: ClassVar[str] = "StoryJoined.v1"
    item: str
    story: str
    reason: str
    follows: str | None = None

    @property
    def key(self) -> str:
        return f"story/{self.item}"
