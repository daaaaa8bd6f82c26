"""What asking for a feed can come to: a body, "not modified", or a failure. Values only.

msgspec structures, as every value of which each poll makes several: a frozen dataclass takes ten times as long.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

Kind = Literal["hard", "soft", "temporary"]
"""How little hope a failure leaves: `hard` will hardly pass by itself (404, no such name), `temporary` surely will
(timeout, 503), `soft` lies between (403, a body that is no feed)."""


class FeedError(Exception):
    """Base of what this package raises. `feeds.guard` adds AddressRefused and NameNotFound."""


class Validators(msgspec.Struct, frozen=True):
    """What the last answer left us to recognise an unchanged body by.

    `etag` and `last_modified` are sent back, untouched, to `url` and to no other address: another one may hold
    another body. `wire_hash` is over the body as transferred, `body_hash` over the body inflated.
    """

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    wire_hash: str | None = None
    body_hash: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """What an answer said about itself, body aside.

    `url` is where it came from after redirects. `moved_to` is where the publisher says the feed now lives for
    good: the end of the unbroken run of permanent redirects from the address asked. `conditional` tells whether
    validators were sent. `fresh_for` is how long caches may keep it, `retry_after` how long it asks us to stay away.
    `hub` and `topic` are what Link headers say of WebSub.
    """

    url: str
    status: int
    validators: Validators
    moved_to: str | None = None
    conditional: bool = False
    fresh_for: timedelta | None = None
    retry_after: timedelta | None = None
    hub: str | None = None
    topic: str | None = None


class Fetched(msgspec.Struct, frozen=True, tag=True):
    """A body, inflated, that is not the last one."""

    answer: Answer
    body: bytes
    content_type: str = ""


class NotModified(msgspec.Struct, frozen=True, tag=True):
    """Nothing new: the server said so (304), or, with `by_hash`, sent the body we already had."""

    answer: Answer
    by_hash: bool = False


class Failed(msgspec.Struct, frozen=True, tag=True):
    """No body, and why, in one line for a person."""

    kind: Kind
    reason: str
    status: int | None = None
    retry_after: timedelta | None = None


class NotAFeed(msgspec.Struct, frozen=True):
    """A body in which nothing was read, and why, in words for a person."""

    reason: str


Outcome = Fetched | NotModified | Failed
