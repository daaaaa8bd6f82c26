"""What the views answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from store.events.fact import Evidence


@dataclass(frozen=True, slots=True)
class MatchView:
    """A commitment found in an item. The offsets of the evidence belong to the text whose digest is `digest`:
    where it is not the item's own digest, the item was revised since."""

    commitment: str
    plan: str
    rule: str
    rules: str
    score: float
    evidence: tuple[Evidence, ...]
    pos: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its newest text. `pos` and `seen_at` are of its first sighting; `story` is None for an item
    that matched nothing; `matches` come best first."""

    key: str
    pos: int
    feed: str
    publisher: str | None
    title: str
    summary: str
    url: str | None
    lang: str | None
    published: datetime | None
    seen_at: datetime
    archive: bool
    digest: str
    story: str | None
    matches: tuple[MatchView, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryView:
    """Items that tell the same, oldest sighting first; commitments best score first. `pos` is the cursor of this
    story in the list it came from: pass it as `before` for the next page."""

    id: str
    items: tuple[ItemView, ...]
    commitments: tuple[str, ...]
    pos: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A matched item that is kept back in a channel: why, since when, and until when it was meant to be."""

    item: str
    story: str
    reason: str
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A story that was held for review. `ref` names it on a button; `decision` is None while nobody decided;
    `commitments` are those the reviewer named; `pos` is where the log says so last."""

    channel: str
    story: str
    ref: str
    until: datetime
    pos: int
    decision: Literal["approve", "reject"] | None = None
    commitments: tuple[str, ...] = ()
    by: str = ""


State = Literal["new", "queued", "uncertain", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A story with something left to do in a channel.

    `state` tells how far its post has come; "sent" means an edit is owed. `message`, `text_digest`,
    `queued_after_message` and `queued_items` are of the last attempt recorded, `delivered_items` is what the post
    tells of, `new_items` what it does not yet, `revised` whether a delivered item has another text since,
    `moved` whether the post stands in a group that has become another chat.
    The next attempt is `attempts + 1`, the next edit `edits + 1`. `as_of` is the position these facts are of:
    give it to the event that records the outcome. `review` is there where the story was held for one. What is held is
    not among `new_items`. `reply_to` is the message of the story that this one continues.
    """

    channel: str
    story: StoryView
    state: State
    message: int | None = None
    text_digest: str | None = None
    queued_after_message: int | None = None
    queued_items: tuple[str, ...] = ()
    queued_as_of: int = 0
    delivered_items: tuple[str, ...] = ()
    new_items: tuple[str, ...] = ()
    revised: bool = False
    moved: bool = False
    attempts: int = 0
    edits: int = 0
    as_of: int = 0
    review: Review | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class News:
    """An item that matched at this position, and its story."""

    pos: int
    item: str
    story: str


@dataclass(frozen=True, slots=True)
class Votes:
    """How many people call a story's matches right and wrong; `mine` is what one of them said."""

    right: int
    wrong: int
    mine: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person, in that role, last said of a story and the commitments it was shown for."""

    story: str
    by: str
    verdict: str
    role: str
    commitments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """A matched item a channel will not be told of, still to be ended by UpdateSuppressed with this reason."""

    item: str
    reason: Literal["archive", "before-opening", "rematched"]
    pos: int


End = Literal["published", "merged", "held", "suppressed", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class MatchEnd:
    """What became of one match in one channel."""

    item: str
    plan: str
    commitment: str
    pos: int
    end: End
    reason: str | None = None
    story: str | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How the matches of a channel ended: each is in exactly one of these.

    `published` are those of the item a post was made for, `merged` those of further items in it; `held` and
    `suppressed` are counted by reason. `unaccounted` is what is in none: anything but 0 is a defect.
    """

    published: int = 0
    merged: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    suppressed: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    waiting: int = 0
    unaccounted: int = 0


@dataclass(frozen=True, slots=True)
class CommitmentCount:
    """How many items matched a commitment, and when the newest of them was published or, failing that, seen."""

    plan: str
    commitment: str
    items: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of what is known. `matches` counts pairs of an item and a commitment."""

    events: int
    items: int
    matches: int
    stories: int
    commitments: tuple[CommitmentCount, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which something could have been missed, and why; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed as the log tells of it. `failing`, `gone` and `stale` are what is wrong now, None where nothing is."""

    feed: str
    items: int
    last_item_at: datetime | None
    failing: Span | None
    failures: int
    gaps: int
    moved_to: str | None = None
    gone: Span | None = None
    stale: Span | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which share of a period was watched, 0 to 1, and the holes in it, oldest first, each cut to the period."""

    share: float
    holes: tuple[Span, ...]


Kind = Literal["down", "failing", "gone", "gap", "distrusted", "stale"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a feed was not as it should be, or ('down', with no feed) the monitor was not running.
    'gone' lies within 'failing'; in 'stale' the feed was seen and had nothing; in all others items may be missed."""

    feed: str
    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class Ledger:
    """How a period was watched. `begun` is when the monitor first ran, None where it never did; `first` when each
    feed first brought an item; `stretches` those that reach into the period, uncut, oldest first."""

    begun: datetime | None
    first: Mapping[str, datetime]
    stretches: tuple[Stretch, ...]
