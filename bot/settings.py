"""The shape of config.yaml: every section, its keys, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, get_args
from urllib.parse import urlsplit

from bot.telegram.template import BLOCKS, checked
from feeds.item import Feed
from matchers.plan import Commitment, Lang, Plan
from matchers.shape import After, Before, Secret, Shape, Text, about


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("wanted an http:// or https:// address")
    return value


def _chat(value: object) -> int | str | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, str) and value.startswith("@") and len(value) > 1:
        return value
    raise ValueError("wanted a chat id such as -1001234567890, or a public name such as @pactwatch_news")


def _named_chat(value: object) -> int | str:
    chat = _chat(value)
    if chat is None:
        raise ValueError("missing; wanted a chat id such as -1001234567890, or a public name such as @pactwatch_news")
    return chat


def _zone(value: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only while a zone is checked

    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("wanted a time zone's name such as Europe/Rome or Asia/Kolkata") from None
    return value


def _minute(value: object) -> int:
    """A time of day in minutes. YAML reads 22:00 without quotes as a number of minutes, and 8 is an hour."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return value * 60 if value <= 24 else value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("wanted a time of day such as 08:00")
    return int(found[1]) * 60 + int(found[2])


def _template(value: str | None) -> str | None:
    return None if value is None else checked(value.strip())


def _store_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("wanted sqlite:///FILE (relative to this file) or postgresql://USER@HOST/DATABASE")
    return value


WebAddress = Annotated[str, After(_web_address)]
Chat = Annotated[int | str | None, Before(_chat, takes=int | str | None)]
Identifier = Annotated[str, Text(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


Zone = Annotated[str, After(_zone)]
Minute = Annotated[int, Before(_minute, takes=int | str)]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class _Section(Shape):
    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {**Shape.__pydantic_config__, "str_strip_whitespace": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings(_Section):
    """Where Telegram brings updates, in the place of long polling."""

    url: WebAddress = field(
        metadata=about("The public https:// address that leads to `listen` and `port`, such as a reverse proxy's.")
    )
    listen: str = "127.0.0.1"
    port: int = field(default=8443, metadata=about(ge=0, le=65535))
    secret: Secret | None = field(
        default=None,
        metadata=about("Leave empty and set TELEGRAM_WEBHOOK_SECRET, or name a file: file:/run/secrets/webhook"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings(_Section):
    """When a channel's digests come, by the clock of its zone: every day at `at`, every three hours counted from it,
    or on one day of the week. They sum up what was posted; with `only`, stories come in digests and no other way."""

    every: Literal["daily", "three-hourly", "weekly"] = "daily"
    at: Minute = field(default=8 * 60, metadata=about("The time of day: 08:00."))
    weekday: Weekday | None = field(
        default=None, metadata=about("The day of weekly digests; monday where none is named.")
    )
    zone: Zone = "UTC"
    only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietSettings(_Section):
    """Hours in which nothing is posted; what comes meanwhile is in one digest when they are over."""

    start: Minute = field(metadata=about("The time of day: 22:00.", alias="from"))
    to: Minute = field(metadata=about("The time of day: 07:00."))
    zone: Zone = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewingSettings(_Section):
    """Which stories people look at before they are posted, where, and what their silence means."""

    when: Literal["off", "low", "all"] = field(
        default="low", metadata=about("all, or low: those whose best match scores below `below`.")
    )
    below: float = field(default=0.6, metadata=about(gt=0, le=1))
    chat: Annotated[int | str, Before(_named_chat, takes=int | str)] = field(
        metadata=about("The reviewers' chat: its id or its @name; the bot must be a member that may write.")
    )
    hours: float = field(default=6, metadata=about("How long reviewers have.", gt=0, le=24 * 14))
    silence: Literal["approve", "reject"] = "approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateSettings(_Section):
    """A program that translates headlines; see docs/telegram.md for what it is told and what it must answer."""

    command: tuple[str, ...] = field(
        metadata=about(
            "The program and its arguments; a path with a slash is taken from where pactwatch was started.",
            min_length=1,
        )
    )
    seconds: float = field(default=5, metadata=about("How long an answer may take.", gt=0, le=60))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings(_Section):
    """A channel or group and whom it is for: what is left out restricts nothing, or is as `telegram` says."""

    chat: Annotated[int | str, Before(_named_chat, takes=int | str)] = field(
        metadata=about("Its id or its @name; the bot must be an administrator that may post.")
    )
    plans: tuple[str, ...] = field(default=(), metadata=about("Ids of plans."))
    pillars: tuple[str, ...] = field(default=(), metadata=about("Numbers of pillars, of these plans."))
    commitments: tuple[str, ...] = field(default=(), metadata=about("Ids of commitments."))
    items: tuple[Lang, ...] = field(default=(), metadata=about("Languages of the items that are told."))
    language: Literal["en", "it", "hi"] | None = field(default=None, metadata=about("The channel's own words."))
    log_chat: Chat = None
    max_age_days: int | None = field(default=None, metadata=about(ge=1, le=365))
    digest: DigestSettings | None = None
    quiet: QuietSettings | None = None
    review: ReviewingSettings | None = None
    translate: bool = field(default=False, metadata=about("Add machine translations of headlines in other languages."))
    witness: bool | None = field(default=None, metadata=about("Post the log's root of the day; else as telegram says."))
    index: bool = field(
        default=False, metadata=about("Keep a pinned list of the commitments; the bot needs the right to pin messages.")
    )
    loud_from: float | None = field(
        default=None, metadata=about("Posts of this score or more ring; without it none does.", ge=0, le=1)
    )
    template: Annotated[str | None, After(_template)] = field(
        default=None,
        metadata=about("How a post is laid out; the blocks are " + ", ".join(f"{{{one}}}" for one in BLOCKS)),
    )
    topics: bool = field(default=False, metadata=about("A topic for each pillar; the chat must be a forum group."))


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings(_Section):
    """Where updates go. Without a token everything runs but Telegram."""

    token: Secret | None = field(
        default=None,
        metadata=about("Leave empty and set TELEGRAM_BOT_TOKEN, or name a file: file:/run/secrets/bot-token"),
    )
    witness: bool = field(
        default=False, metadata=about("Post the log's root of the day, so that the channel can vouch for the log.")
    )
    channel: Chat = field(default=None, metadata=about("The channel that gets every story: its id or its @name."))
    channels: tuple[ChannelSettings, ...] = field(
        default=(), metadata=about("Further channels, each with its audience.")
    )
    log_chat: Chat = field(default=None, metadata=about("A private chat in which lost answers are cleared up."))
    language: Literal["en", "it", "hi"] = field(
        default="en", metadata=about("The language of the channel's own words.")
    )
    api_url: WebAddress = "https://api.telegram.org"
    admins: tuple[int, ...] = field(default=(), metadata=about("Telegram user ids of the operators."))
    reviewers: tuple[int, ...] = field(
        default=(), metadata=about("Telegram user ids of people whose votes weigh more and who may review posts.")
    )
    translate: TranslateSettings | None = field(default=None, metadata=about("Who translates headlines."))
    webhook: WebhookSettings | None = field(
        default=None, metadata=about("Have Telegram bring updates, in the place of long polling.")
    )
    max_age_days: int = field(
        default=7, metadata=about("Items published longer ago are recorded and answered, not posted.", ge=1, le=365)
    )

    def served(self) -> tuple[ChannelSettings, ...]:
        """Every channel, what it leaves to `telegram` filled in."""
        whole = (ChannelSettings(chat=self.channel),) if self.channel is not None else ()
        return tuple(self._completed(one) for one in (*whole, *self.channels))

    def _completed(self, one: ChannelSettings) -> ChannelSettings:
        return replace(
            one,
            language=one.language or self.language,
            witness=self.witness if one.witness is None else one.witness,
            log_chat=one.log_chat if one.log_chat is not None else self.log_chat,
            max_age_days=one.max_age_days or self.max_age_days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings(_Section):
    """How feeds are asked."""

    user_agent: str = field(default="pactwatch/0.1", metadata=about(min_length=3))
    concurrency: int = field(default=32, metadata=about(ge=1, le=1024))
    timeout_s: float = field(default=30.0, metadata=about(gt=0, le=600))
    max_body_mb: float = field(default=10.0, metadata=about(gt=0, le=100))
    allow_private_addresses: bool = False
    min_interval_minutes: float = field(default=10.0, metadata=about(gt=0))
    max_interval_minutes: float = field(default=360.0, metadata=about(gt=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings(_Section):
    """One feed. `context` names the side of the plan's context that publishing there lends to an item."""

    id: Identifier
    url: WebAddress
    lang: str | None = None
    publisher: str | None = None
    context: tuple[str, ...] = ()
    zone: Annotated[str | None, After(_zone)] = field(
        default=None, metadata=about("The time zone of dates that name none, such as Europe/Rome; UTC where not given.")
    )
    paused: bool = False
    fulltext: bool = field(
        default=False,
        metadata=about("Read the pages of items that match or nearly match, too; needs: pip install trafilatura"),
    )

    def as_feed(self) -> Feed:
        return Feed(self.id, self.url, self.lang, self.publisher, self.context, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings(_Section):
    """What may be forgotten, and when."""

    unmatched_months: int | None = field(
        default=None,
        metadata=about(
            "Drop the text of items that never matched after so many months; without it everything is kept.",
            ge=1,
            le=1200,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings(_Section):
    """Where the review page listens."""

    host: str = "127.0.0.1"
    port: int = field(default=8080, metadata=about(ge=0, le=65535))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSubSettings(_Section):
    """Where hubs reach us, so that feeds that announce one are read as soon as they have something new."""

    url: WebAddress = field(
        metadata=about("The public address that leads to `host` and `port`, such as a reverse proxy's.")
    )
    host: str = "127.0.0.1"
    port: int = field(default=8090, metadata=about(ge=0, le=65535))
    secret: Secret | None = field(
        default=None,
        metadata=about("Leave empty and set PACTWATCH_WEBSUB_SECRET, or name a file: file:/run/secrets/websub"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(_Section):
    """The whole of config.yaml."""

    telegram: TelegramSettings = TelegramSettings()
    store: Annotated[str, After(_store_url)] = "sqlite:///pactwatch.db"
    fetch: FetchSettings = FetchSettings()
    review: ReviewSettings = ReviewSettings()
    retention: RetentionSettings = RetentionSettings()
    websub: WebSubSettings | None = None
    feeds: tuple[FeedSettings, ...]
    plan: Plan
    commitments: tuple[Commitment, ...]
    plans: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "Further plans to watch: files such as this one, of which plan, commitments and feeds are taken."
        ),
    )
