"""What a poll can tell about the feed itself, each told once, when it begins. Values only.

msgspec structures: every start makes these classes, and a frozen dataclass takes thirty times as long to make.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec


class BeganFailing(msgspec.Struct, frozen=True):
    """The feed has stopped answering usefully; `since` is the first failure in a row."""

    since: datetime
    reason: str
    status: int | None


class Recovered(msgspec.Struct, frozen=True):
    """A feed that was reported as failing answers again."""

    failing_since: datetime


class Gone(msgspec.Struct, frozen=True):
    """The feed says it is gone (410), or has failed without hope for so long that it must be. It is still asked."""

    since: datetime
    reason: str
    status: int | None


class Stale(msgspec.Struct, frozen=True):
    """The feed answers but has had nothing new since `since`, far longer than its `usual` longest pause."""

    since: datetime
    usual: timedelta


class Awoke(msgspec.Struct, frozen=True):
    """A feed that was reported as stale has something new."""

    stale_since: datetime


class Moved(msgspec.Struct, frozen=True):
    """The publisher redirects for good. We go on asking the configured address: a person decides."""

    to: str


class Gap(msgspec.Struct, frozen=True):
    """The body shares nothing with the last one: items may have come and gone in between, unseen."""

    since: datetime
    until: datetime


class ValidatorsLie(msgspec.Struct, frozen=True):
    """The server calls a changed feed unchanged; from now on it is asked for the whole body every time.

    `since` is when a whole body was last seen before: what came and went after it may be lost."""

    what: str
    since: datetime


Notice = BeganFailing | Gone | Recovered | Stale | Awoke | Moved | Gap | ValidatorsLie
