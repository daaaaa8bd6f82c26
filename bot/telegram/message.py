"""A message as Telegram takes it: text, buttons, preview; and the digest that tells whether it changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bot.telegram.keyboards import Keyboard
from bot.telegram.markup import Html, visible


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A post or an answer. `preview`: show a small preview of the first link. With a `picture` (PNG) or a `file` the
    text is its caption, and must fit into one (`markup.fits_caption`)."""

    text: Html
    keyboard: Keyboard = ()
    preview: bool = False
    picture: bytes = field(default=b"", repr=False)
    file: Attachment | None = None

    @property
    def digest(self) -> str:
        """Two digests, `seen-all`: the first over what a reader sees, which can be taken from any copy of the message
        that Telegram shows us (`seen_digest`); the second also over addresses and buttons."""
        return f"{seen_digest(visible(self.text))}-{_sha(f'{self.text} {self.keyboard!r}')[:8]}"


def seen_digest(text: str) -> str:
    """16 hex digits over a message's visible text; spaces do not count, for Telegram trims them."""
    return _sha("".join(text.split()))[:16]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
