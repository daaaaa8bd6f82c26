"""Events about messages: what was meant to be sent, and what became of it."""

from __future__ import annotations

from typing import ClassVar, Literal

from store.events.fact import Fact, Time

Hold = Literal["quiet", "digest", "review"]


class ChannelOpened(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """From here on a channel is owed every match; `after` is the log's position at that moment."""

    TYPE: ClassVar[str] = "ChannelOpened.v1"
    channel: str
    after: int

    @property
    def key(self) -> str:
        return f"opened/{self.channel}"


class TopicOpened(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The posts of a pillar go to this topic of a forum group from here on; `thread` is Telegram's id of it."""

    TYPE: ClassVar[str] = "TopicOpened.v1"
    channel: str
    pillar: str
    thread: int

    @property
    def key(self) -> str:
        return f"topic/{self.channel}/{self.pillar}/{self.thread}"


class IndexPinned(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The index of a channel, its message of that id, was pinned. Until then it is tried again and again."""

    TYPE: ClassVar[str] = "IndexPinned.v1"
    channel: str
    message: int

    @property
    def key(self) -> str:
        return f"pinned/{self.channel}/{self.message}"


class ChannelMoved(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A group has become a supergroup, whose id is `chat`; `channel`, its name in the log, stays. Posts made before
    are out of reach: Telegram lets no bot edit them, and the new chat counts its messages anew."""

    TYPE: ClassVar[str] = "ChannelMoved.v1"
    channel: str
    chat: int

    @property
    def key(self) -> str:
        return f"moved/{self.channel}/{self.chat}"


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
    """A matched item that this channel will not be told of, and why; `by` is the reviewer who said so."""

    TYPE: ClassVar[str] = "UpdateSuppressed.v1"
    channel: str
    item: str
    reason: str
    by: str = ""

    @property
    def key(self) -> str:
        return f"suppressed/{self.channel}/{self.item}"


class UpdateHeld(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """These items of a story are kept back in this channel: for the end of its quiet hours, for its next digest, or
    for a reviewer. `until` is when that ends, as it was reckoned then. What follows releases them."""

    TYPE: ClassVar[str] = "UpdateHeld.v1"
    channel: str
    story: str
    items: tuple[str, ...]
    reason: Hold
    until: Time

    @property
    def key(self) -> str:
        return f"held/{self.channel}/{self.story}/{self.reason}/{self.items[0] if self.items else ''}"


class UpdateReviewed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided of a story held for review: the first word stands. `commitments` are those it is shown for,
    where the reviewer named others. `by` is the reviewer's random id, empty where nobody answered in time; `press` is
    Telegram's id of the press, or of the message with the command."""

    TYPE: ClassVar[str] = "UpdateReviewed.v1"
    channel: str
    story: str
    decision: Literal["approve", "reject"]
    commitments: tuple[str, ...] = ()
    by: str = ""
    press: str = ""

    @property
    def key(self) -> str:
        return f"reviewed/{self.channel}/{self.story}"


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
