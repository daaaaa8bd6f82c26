"""Moments as people write them on the command line: 2026-03-01, 2026-03-01T12:00, 7d."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.commands.options import now

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([mhdw])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def when_option(name: str, text: str, *, end: bool = False, past: bool = False) -> Callable[[Any], Any]:
    """An option that takes a moment; with `end`, the first moment behind what was named: a date includes its day. With
    `past`, what lies ahead is now: nothing is known of it yet."""

    def convert(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
        if value is None:
            return None
        try:
            at = now()
            named = moment(value, at=at, end=end)
            return min(named, at) if past else named
        except (ValueError, OverflowError) as exc:
            wanted = "wanted a date (2026-03-01, 2026-03-01T12:00) or an age (30m, 12h, 7d, 4w)"
            raise click.BadParameter(f"{value!r}: {wanted}", ctx, param) from exc

    option: Callable[[Any], Any] = click.option(name, metavar="WHEN", callback=convert, help=text)
    return option


since_option = when_option("--since", "Not before this: a date, a time (UTC), or an age such as 12h, 7d, 4w.")
until_option = when_option("--until", "Not after this; a date alone includes its day.", end=True)


def moment(text: str, *, at: datetime, end: bool = False) -> datetime:
    """The moment a text names, an age counted back from `at`; with `end`, the first one behind it: behind the day of a
    date alone, right behind any other. ValueError where the text names none."""
    ago = _AGO.fullmatch(text)
    if ago:
        return at - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    when = datetime.fromisoformat(text)
    when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    if end:
        when += timedelta(days=1) if _DAY.fullmatch(text) else timedelta(microseconds=1)
    return when
