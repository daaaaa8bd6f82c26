"""WebSub (https://www.w3.org/TR/websub/), the subscriber's side: what is asked of a hub, and what a hub may ask of us.

A subscription needs no memory of ours: its address and its secret follow from one key and the feed, so that what a
hub sends after a restart is understood. What it sends is taken for a hint that there is something new, never for the
feed itself: items come through one door only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

LEASE = timedelta(days=10)
LONGEST_LEASE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Subscription:
    """That a hub shall tell us of a feed: `hub` and `topic` as the feed announces them, `callback` where to tell it,
    and the `secret` by which we know it was the hub."""

    feed: str
    hub: str
    topic: str
    callback: str
    secret: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The answer to a hub that asks whether we meant it: `challenge` is to be echoed, and it holds for `lease`."""

    challenge: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Denied:
    """The hub will not tell us, and why."""

    reason: str


def subscription(feed: str, hub: str, topic: str, *, public_url: str, key: str) -> Subscription:
    """The subscription to a feed, the same each time: section 5.1 asks for an address nobody can guess, section 5.1.1
    for a secret of its own."""
    return Subscription(
        feed=feed,
        hub=hub,
        topic=topic,
        callback=f"{public_url.rstrip('/')}/{feed}/{_derived(key, 'callback', feed, topic)[:32]}",
        secret=_derived(key, "secret", feed, topic),
    )


def request(wanted: Subscription, mode: Literal["subscribe", "unsubscribe"] = "subscribe") -> bytes:
    """The body of the request to the hub, `application/x-www-form-urlencoded` (section 5.1)."""
    fields = {
        "hub.mode": mode,
        "hub.topic": wanted.topic,
        "hub.callback": wanted.callback,
        "hub.secret": wanted.secret,
        "hub.lease_seconds": f"{LEASE.total_seconds():.0f}",
    }
    return urlencode(fields).encode()


def verified(wanted: Subscription, query: Mapping[str, str]) -> Confirmed | Denied | None:
    """What a hub's GET to our address means (section 5.3); None where it speaks of what we did not ask for, which is
    answered 404."""
    if query.get("hub.topic") != wanted.topic:
        return None
    if query.get("hub.mode") == "denied":
        return Denied(query.get("hub.reason", "")[:200])
    challenge = query.get("hub.challenge")
    if query.get("hub.mode") != "subscribe" or not challenge:
        return None
    seconds = query.get("hub.lease_seconds", "")
    lease = timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 10 else LEASE
    return Confirmed(challenge, min(lease, LONGEST_LEASE))


def is_signed(body: bytes, header: str, *, secret: str) -> bool:
    """Whether `X-Hub-Signature` shows that the body came from who knows the secret (section 7.1)."""
    method, _, signature = header.strip().partition("=")
    if method not in _METHODS:
        return False
    expected = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(expected, signature.strip().lower().encode("ascii", "replace").decode())


_METHODS = {"sha1", "sha256", "sha384", "sha512"}


def _derived(key: str, *parts: str) -> str:
    return hmac.new(key.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()
