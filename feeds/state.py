"""What is remembered of a feed from one poll to the next, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, get_type_hints

import msgspec

from feeds.outcome import Validators
from feeds.silence import Silence

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Pace(msgspec.Struct, frozen=True):
    """How often the feed itself says it should be asked.

    `ttl` is RSS's, `update_period` the span between two updates by sy:updatePeriod and sy:updateFrequency.
    `skip_hours` are hours of the day in UTC, 0 to 23; `skip_days` are weekdays, Monday 0 to Sunday 6. `hub` is who
    tells of news at once (WebSub), under the name `topic`.
    """

    ttl: timedelta | None = None
    update_period: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    hub: str | None = None
    topic: str | None = None


class FeedState(msgspec.Struct, frozen=True):
    """Everything about one feed that outlives a poll. The empty state is that of a feed never asked.

    `window` maps the item_key of each item of the last body to its digest; None before the first body.
    `interval` is the learned one. `due` is when the next poll was to be, `polled_at` when the last one was,
    `read_at` when we last knew the window to be current, `full_at` when a whole body last said so, `new_at` when
    an item was new after the first body. `overlap` is the share of the last body's items that were known before.
    `on_time` counts good polls in a row made about when they were due, `unchanged` the 304s since the last body,
    `suspicion` how often a body asked for unconditionally showed what 304s had hidden; `distrusted` means that
    validators are sent no more. `failure_weight` is the sum over the failures in a row of what each weighs.
    """

    validators: Validators = Validators()
    window: Mapping[str, str] | None = None
    pace: Pace = Pace()
    interval: timedelta | None = None
    due: Time | None = None
    polled_at: Time | None = None
    read_at: Time | None = None
    full_at: Time | None = None
    new_at: Time | None = None
    overlap: float | None = None
    on_time: int = 0
    unchanged: int = 0
    suspicion: int = 0
    distrusted: bool = False
    failures: int = 0
    failure_weight: float = 0.0
    failing_since: Time | None = None
    failing_reported: bool = False
    gone_reported: bool = False
    last_failure: str = ""
    moved_to: str | None = None
    silence: Silence = Silence()

    def to_json(self) -> str:
        """The state as JSON text, for the schedule."""
        return _ENCODER.encode(self).decode()

    @staticmethod
    def from_json(text: str | None) -> FeedState:
        """The state that `to_json` wrote, by this or another version of the program: unknown fields are passed
        over, missing and unreadable ones take their default. None is the state of a feed never asked.

        An unreadable window becomes an empty one, not a missing one: a feed read before must not be taken for
        new, because everything it carries would be archive and never be published.
        """
        if text is None:
            return FeedState()
        try:
            return _DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return _salvaged(text)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(FeedState)


def _salvaged(text: str) -> FeedState:
    try:
        told = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        told = {}
    types = get_type_hints(FeedState, include_extras=True)
    read: dict[str, Any] = {"window": {}}
    for name in FeedState.__struct_fields__:
        if isinstance(told, dict) and name in told:
            try:
                read[name] = msgspec.convert(told[name], types[name])
            except msgspec.ValidationError:
                continue
    return FeedState(**read)
