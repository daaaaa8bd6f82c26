"""Events about the monitor and its feeds: what was watched, and when not."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from store.events.fact import Fact, Time, instant


class MonitorStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The program began to watch; `last_alive` is when an earlier run was last known to."""

    TYPE: ClassVar[str] = "MonitorStarted.v1"
    run: str
    feeds: int
    last_alive: Time | None = None

    @property
    def key(self) -> str:
        return f"started/{self.run}"


class MonitorStopped(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The program stopped in good order. A run without this event ended otherwise."""

    TYPE: ClassVar[str] = "MonitorStopped.v1"
    run: str

    @property
    def key(self) -> str:
        return f"stopped/{self.run}"


class FeedFailing(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A feed stopped answering usefully. Recorded when it begins, not at every poll."""

    TYPE: ClassVar[str] = "FeedFailing.v1"
    feed: str
    since: Time
    reason: str
    status: int | None = None

    @property
    def key(self) -> str:
        return f"failing/{self.feed}/{instant(self.since)}"


class FeedGone(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A feed that is failing will hardly come back: the publisher ended it (410), or it has failed without hope for
    weeks. It is still asked, rarely; FeedRecovered ends this, too."""

    TYPE: ClassVar[str] = "FeedGone.v1"
    feed: str
    since: Time
    reason: str
    status: int | None = None

    @property
    def key(self) -> str:
        return f"gone/{self.feed}/{instant(self.since)}"


class FeedRecovered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A failing feed answers again; what it published in between may be lost to us."""

    TYPE: ClassVar[str] = "FeedRecovered.v1"
    feed: str
    failing_since: Time

    @property
    def key(self) -> str:
        return f"recovered/{self.feed}/{instant(self.failing_since)}"


class FeedStale(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A feed answers well and has had nothing new since `since`, far longer than it ever does: `usual_hours` is its
    longest usual pause. Perhaps nothing was published, perhaps the publisher has forgotten the feed."""

    TYPE: ClassVar[str] = "FeedStale.v1"
    feed: str
    since: Time
    usual_hours: float

    @property
    def key(self) -> str:
        return f"stale/{self.feed}/{instant(self.since)}"


class FeedAwoke(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A stale feed has something new."""

    TYPE: ClassVar[str] = "FeedAwoke.v1"
    feed: str
    stale_since: Time

    @property
    def key(self) -> str:
        return f"awoke/{self.feed}/{instant(self.stale_since)}"


class FeedMoved(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The publisher redirected the feed for good (301 or 308)."""

    TYPE: ClassVar[str] = "FeedMoved.v1"
    feed: str
    old_url: str
    new_url: str

    @property
    def key(self) -> str:
        # Addresses come from outside and may be long; a key is short and plain.
        addresses = f"{self.old_url}\n{self.new_url}".encode("utf-8", "replace")
        return f"moved/{self.feed}/{hashlib.sha256(addresses).hexdigest()[:20]}"


class FeedDistrusted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The feed's server was caught calling changed items unchanged (a lying ETag or 304); from now on it is asked
    for the whole body every time. Between `since` and now items may have come and gone unseen."""

    TYPE: ClassVar[str] = "FeedDistrusted.v1"
    feed: str
    since: Time
    reason: str

    @property
    def key(self) -> str:
        return f"distrusted/{self.feed}/{instant(self.since)}"


class GapDetected(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Two polls in a row shared no item: more may have passed between them than the feed could hold."""

    TYPE: ClassVar[str] = "GapDetected.v1"
    feed: str
    since: Time
    until: Time

    @property
    def key(self) -> str:
        return f"gap/{self.feed}/{instant(self.until)}"
