"""What a poll can tell about the feed itself, each told once, when it begins. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BeganFailing:
    """The feed has stopped answering usefully; `since` is the first failure in a row."""

    since: datetime
    reason: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """A feed that was reported as failing answers again."""

    failing_since: datetime


@dataclass(frozen=True, slots=True)
class Gone:
    """The feed says it is gone (410), or has failed without hope for so long that it must be. It is still asked."""

    since: datetime
    reason: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Stale:
    """The feed answers but has had nothing new since `since`, far longer than its `usual` longest pause."""

    since: datetime
    usual: timedelta


@dataclass(frozen=True, slots=True)
class Awoke:
    """A feed that was reported as stale has something new."""

    stale_since: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The publisher redirects for good. We go on asking the configured address: a person decides."""

    to: str


@dataclass(frozen=True, slots=True)
class Gap:
    """The body shares nothing with the last one: items may have come and gone in between, unseen."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ValidatorsLie:
    """The server calls a changed feed unchanged; from now on it is asked for the whole body every time.

    `since` is when a whole body was last seen before: what came and went after it may be lost."""

    what: str
    since: datetime


Notice = BeganFailing | Gone | Recovered | Stale | Awoke | Moved | Gap | ValidatorsLie
