"""What response headers say about time: how long an answer stays fresh, how long to stay away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def fresh_for(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long caches may answer for the server (RFC 9111, 4.2): Cache-Control max-age, else Expires; None where
    nothing is said or the answer is stale already."""
    control = headers.get("cache-control", "")
    if _NO_CACHE.search(control):
        return None
    if (age := _MAX_AGE.search(control)) is not None:
        span = timedelta(seconds=int(age[1])) - (_seconds(headers.get("age", "")) or timedelta())
    elif (expires := http_date(headers.get("expires", ""))) is not None:
        span = expires - (http_date(headers.get("date", "")) or now)
    else:
        return None
    return span if span > timedelta() else None


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """The span of Retry-After (RFC 9110, 10.2.3), seconds or date; None where absent, unreadable or past.

    A date is counted from the server's own Date, so that its clock and ours may differ.
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    span = _seconds(value)
    if span is None and (until := http_date(value)) is not None:
        span = until - (http_date(headers.get("date", "")) or now)
    return span if span is not None and span > timedelta() else None


def http_date(text: str) -> datetime | None:
    """The instant an HTTP date names, as aware UTC; None for anything else."""
    if not text:
        return None
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _seconds(text: str) -> timedelta | None:
    return timedelta(seconds=int(text)) if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else None


_NO_CACHE = re.compile(r"\bno-(?:cache|store)\b")
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})")
