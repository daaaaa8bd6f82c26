"""What can come of a call to Telegram, as values. Only a definite answer may end in the log as sent or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RefusalKind = Literal["token", "chat", "topic", "markup", "gone", "message"]


@dataclass(frozen=True, slots=True)
class Sent:
    """The message stands in the chat under this id. `plain`: without its markup, which Telegram refused, and why."""

    message: int
    plain: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The message already says exactly this."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite no. `kind` says whose matter it is: the whole bot's (`token`), the chat's (`chat`: blocked, kicked,
    no rights), that of a topic that is gone (`topic`), the markup's (`markup`), a message that is no longer there
    (`gone`), or this message's (`message`)."""

    kind: RefusalKind
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Telegram asks this chat to wait so many seconds; nothing was done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unsent:
    """The call never reached Telegram; trying again is safe."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: the call may have had its effect. `in_flight`: it may even still be on its way."""

    reason: str
    in_flight: bool


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has become a supergroup with another id; nothing was done."""

    chat: int


Outcome = Sent | NotModified | Refused | Wait | Unsent | Unknown | Migrated


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of a channel, as a forward of it shows it: its visible text and the addresses it links to."""

    text: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """There is a message under this id, but it may not be forwarded (a service message, protected content)."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no message under this id."""


Look = Seen | Hidden | Nothing | Refused | Wait | Unsent | Unknown | Migrated
