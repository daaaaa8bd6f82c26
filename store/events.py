"""The event types: every fact pactwatch records, and the natural key that makes recording it twice harmless.

A type, once released, is for ever: its name ends in a version, a change is a new version plus an upcaster in
`store.codec`. Times inside events are aware UTC. Everything needed to show an event later is in the event.
Reference for readers of a log: `docs/events.md`, made from this file by `store.eventdoc`.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

import msgspec

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all event types share. `TYPE` is the stored name; `key` is unique in a log."""

    TYPE: ClassVar[str]

    @property
    def key(self) -> str:
        raise NotImplementedError


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a term was found: `start` and `end` are offsets into the item's own text, in code points."""

    field: str
    start: int
    end: int
    term: str
    role: str = "term"


# --- the plan ---------------------------------------------------------------------------------------------


class RulesActivated(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A rule set came into force. `ordinal` counts the activations of the plan, so that returning to an
    earlier set is an event too; `content` is the whole rule set as JSON text."""

    TYPE: ClassVar[str] = "RulesActivated.v1"
    plan: str
    rules: str
    ordinal: int
    content: str
    reason: str = ""

    @property
    def key(self) -> str:
        return f"rules/{self.plan}/{self.ordinal}/{self.rules}"


# --- the monitor and its feeds ----------------------------------------------------------------------------


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
        return f"failing/{self.feed}/{_instant(self.since)}"


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
        return f"gone/{self.feed}/{_instant(self.since)}"


class FeedRecovered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A failing feed answers again; what it published in between may be lost to us."""

    TYPE: ClassVar[str] = "FeedRecovered.v1"
    feed: str
    failing_since: Time

    @property
    def key(self) -> str:
        return f"recovered/{self.feed}/{_instant(self.failing_since)}"


class FeedStale(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A feed answers well and has had nothing new since `since`, far longer than it ever does: `usual_hours` is its
    longest usual pause. Perhaps nothing was published, perhaps the publisher has forgotten the feed."""

    TYPE: ClassVar[str] = "FeedStale.v1"
    feed: str
    since: Time
    usual_hours: float

    @property
    def key(self) -> str:
        return f"stale/{self.feed}/{_instant(self.since)}"


class FeedAwoke(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A stale feed has something new."""

    TYPE: ClassVar[str] = "FeedAwoke.v1"
    feed: str
    stale_since: Time

    @property
    def key(self) -> str:
        return f"awoke/{self.feed}/{_instant(self.stale_since)}"


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
        return f"distrusted/{self.feed}/{_instant(self.since)}"


class GapDetected(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Two polls in a row shared no item: more may have passed between them than the feed could hold."""

    TYPE: ClassVar[str] = "GapDetected.v1"
    feed: str
    since: Time
    until: Time

    @property
    def key(self) -> str:
        return f"gap/{self.feed}/{_instant(self.until)}"


# --- items ------------------------------------------------------------------------------------------------


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


class ItemMatched(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A rule set found a commitment in an item. `digest` is the text that was judged: the offsets of the evidence
    belong to it, so a revised item is matched anew. `score` is 0 to 1."""

    TYPE: ClassVar[str] = "ItemMatched.v1"
    item: str
    plan: str
    commitment: str
    rules: str
    digest: str
    rule: str
    evidence: tuple[Evidence, ...]
    score: float = 0.0

    @property
    def key(self) -> str:
        return f"match/{self.rules}/{self.commitment}/{self.item}/{self.digest}"


class StoryJoined(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An item became part of a story; the first of a story founds it and gives it its id."""

    TYPE: ClassVar[str] = "StoryJoined.v1"
    item: str
    story: str
    reason: str

    @property
    def key(self) -> str:
        return f"story/{self.item}"


# --- deliveries -------------------------------------------------------------------------------------------


class ChannelOpened(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """From here on a channel is owed every match; `after` is the log's position at that moment."""

    TYPE: ClassVar[str] = "ChannelOpened.v1"
    channel: str
    after: int

    @property
    def key(self) -> str:
        return f"opened/{self.channel}"


class UpdateQueued(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The intent to post a story, recorded before the call. `after_message` is the channel's last known
    message id, `text_digest` what will be sent: both serve to find out whether a lost answer was a lost post.
    `attempt` counts from 1: another text, or another try after a failure, is another intent. `as_of` is the
    position of the log the text was made from."""

    TYPE: ClassVar[str] = "UpdateQueued.v1"
    channel: str
    story: str
    items: tuple[str, ...]
    text_digest: str
    after_message: int | None = None
    attempt: int = 1
    as_of: int = 0

    @property
    def key(self) -> str:
        return f"queued/{self.channel}/{self.story}/{self.attempt}"


class UpdateSent(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The channel has the story's post. `repeated` marks a post that may stand there twice. `as_of` is the
    position of the log the text was made from: what was revised behind it is not yet told."""

    TYPE: ClassVar[str] = "UpdateSent.v1"
    channel: str
    story: str
    items: tuple[str, ...]
    text_digest: str
    message: int
    repeated: bool = False
    as_of: int = 0

    @property
    def key(self) -> str:
        return f"sent/{self.channel}/{self.story}"


class UpdateEdited(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The story's post was brought up to date: further outlets or a changed headline. `edit` counts from 1.
    `message` differs from before where the old post was gone and a new one was made. `as_of` as in UpdateSent."""

    TYPE: ClassVar[str] = "UpdateEdited.v1"
    channel: str
    story: str
    edit: int
    items: tuple[str, ...]
    text_digest: str
    message: int
    as_of: int = 0

    @property
    def key(self) -> str:
        return f"edited/{self.channel}/{self.story}/{self.edit}"


class UpdateUncertain(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A send whose answer was lost: the post may or may not be there. `attempt` counts from 1."""

    TYPE: ClassVar[str] = "UpdateUncertain.v1"
    channel: str
    story: str
    attempt: int
    reason: str

    @property
    def key(self) -> str:
        return f"uncertain/{self.channel}/{self.story}/{self.attempt}"


class UpdateSuppressed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A matched item that this channel will not be told of, and why."""

    TYPE: ClassVar[str] = "UpdateSuppressed.v1"
    channel: str
    item: str
    reason: str

    @property
    def key(self) -> str:
        return f"suppressed/{self.channel}/{self.item}"


class UpdateFailed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Telegram refused a post, or an edit of it, for good; only a person can change that. `attempt` counts from 1,
    `as_of` as in UpdateSent."""

    TYPE: ClassVar[str] = "UpdateFailed.v1"
    channel: str
    story: str
    items: tuple[str, ...]
    attempt: int
    reason: str
    as_of: int = 0

    @property
    def key(self) -> str:
        return f"failed/{self.channel}/{self.story}/{self.attempt}"


# --- a commitment -----------------------------------------------------------------------------------------


class MatchJudged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody said whether a story belongs to the commitments it was shown for. `by` is a reader's random id, `press`
    Telegram's of the press; of a person's words on a story the last one counts. `role` is `reviewer` for those the
    configuration names."""

    TYPE: ClassVar[str] = "MatchJudged.v1"
    story: str
    commitments: tuple[str, ...]
    verdict: Literal["right", "wrong"]
    by: str
    press: str
    role: Literal["reader", "reviewer"] = "reader"

    @property
    def key(self) -> str:
        return f"judged/{self.story}/{self.by}/{self.press}"


class StatusSet(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A person's judgement on a commitment: `step` is one of no-evidence, not-started, limited, substantial, complete;
    `cite` is the address of what it rests on. `ordinal` counts the judgements on the commitment, from 1; the last one
    stands."""

    TYPE: ClassVar[str] = "StatusSet.v1"
    plan: str
    commitment: str
    ordinal: int
    step: str
    cite: str
    note: str = ""
    by: str = ""

    @property
    def key(self) -> str:
        return f"status/{self.plan}/{self.commitment}/{self.ordinal}"


# --- trust ------------------------------------------------------------------------------------------------


class LogSealed(Fact, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """A digest over the rows `from` to `to`: the Merkle tree hash of RFC 9162 (section 2.1.1), in hex.
    `previous` is the root of the seal before, so that the seals form a chain. The key names the first row:
    of two processes that seal at once, the second adds nothing."""

    TYPE: ClassVar[str] = "LogSealed.v1"
    from_: int
    to: int
    root: str
    previous: str = ""

    @property
    def key(self) -> str:
        return f"seal/{self.from_}"


class EventRedacted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The content of the event with the key `target` was taken out for good, and why. `digest` is the SHA-256 of the
    data that stood there: it keeps the seals true."""

    TYPE: ClassVar[str] = "EventRedacted.v1"
    target: str
    digest: str
    reason: str
    by: str = ""

    @property
    def key(self) -> str:
        return f"redacted/{self.target}"


EVENT_TYPES: tuple[type[Fact], ...] = (
    RulesActivated,
    MonitorStarted,
    MonitorStopped,
    FeedFailing,
    FeedGone,
    FeedRecovered,
    FeedStale,
    FeedAwoke,
    FeedMoved,
    FeedDistrusted,
    GapDetected,
    ItemSeen,
    ItemRevised,
    TextFetched,
    TextMissing,
    ItemMatched,
    StoryJoined,
    ChannelOpened,
    UpdateQueued,
    UpdateSent,
    UpdateEdited,
    UpdateUncertain,
    UpdateSuppressed,
    UpdateFailed,
    MatchJudged,
    StatusSet,
    EventRedacted,
    LogSealed,
)


def _instant(when: datetime) -> str:
    """A time as part of a key: the same text for the same instant, whatever its zone."""
    return when.astimezone(UTC).isoformat()
