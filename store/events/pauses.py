"""Events about what operators hold up for a while: asking a feed, publishing in a channel."""

from __future__ import annotations

from typing import ClassVar

from store.events.fact import Fact


class FeedPaused(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An operator had a feed asked no more, while the program ran. `by` is the operator's random id as a reader;
    `ordinal` counts the pauses of the feed."""

    TYPE: ClassVar[str] = "FeedPaused.v1"
    feed: str
    ordinal: int
    by: str = ""

    @property
    def key(self) -> str:
        return f"paused/feed/{self.feed}/{self.ordinal}"


class FeedResumed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An operator had a feed asked again. `ordinal` is that of the pause; 0 for one that was made elsewhere."""

    TYPE: ClassVar[str] = "FeedResumed.v1"
    feed: str
    ordinal: int
    by: str = ""

    @property
    def key(self) -> str:
        return f"resumed/feed/{self.feed}/{self.ordinal}"


class PublishingPaused(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An operator had nothing published in a channel until further notice: what it is owed waits. `by` is the
    operator's random id as a reader; `ordinal` counts the pauses of the channel."""

    TYPE: ClassVar[str] = "PublishingPaused.v1"
    channel: str
    ordinal: int
    by: str = ""

    @property
    def key(self) -> str:
        return f"paused/channel/{self.channel}/{self.ordinal}"


class PublishingResumed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An operator let a channel have what it is owed. `ordinal` is that of the pause."""

    TYPE: ClassVar[str] = "PublishingResumed.v1"
    channel: str
    ordinal: int
    by: str = ""

    @property
    def key(self) -> str:
        return f"resumed/channel/{self.channel}/{self.ordinal}"
