"""The dates of feeds: any of the forms publishers write, to aware UTC or to nothing."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from feeds.datewords import DAY_PERIODS, MONTHS, ZONES

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_MAX_LENGTH = 100  # nothing longer is a date, and every pattern below stays linear in it

_RFC822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC|UT|Z)", re.ASCII)
_ENGLISH = {
    name: f"{n:02}"
    for n, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}


def parse_date(text: str | None, *, zone: tzinfo = UTC, day_first: bool = False) -> datetime | None:
    """The instant that `text` names, aware UTC; None where it names none that can be told.

    `zone` is meant where the text has no zone of its own, `day_first` decides 03/04/2025. A zone nobody knows and a
    year outside 1970-2100 give None: a wrong date does more harm than a missing one. `IST` is Indian time, unless
    `zone` is one that calls itself so (Dublin, Jerusalem).
    """
    if not text:
        return None
    text = text.strip()
    try:
        when = _common(text, zone) or _unusual(text[:_MAX_LENGTH], zone, day_first)
    except (ValueError, OverflowError):
        return None
    return when if when is not None and _FIRST_YEAR <= when.year < _LAST_YEAR else None


def _common(text: str, zone: tzinfo) -> datetime | None:
    """RFC 822 and RFC 3339 as nearly every feed writes them."""
    if text[3:5] == ", " and _RFC822.fullmatch(text):
        month = _ENGLISH.get(text[8:11])
        if month is None or text[17:19] == "24" or text[23:25] == "60":
            return None
        when = datetime.fromisoformat(f"{text[12:16]}-{month}-{text[5:7]}T{text[17:25]}+00:00")
        return when - _offset(text[26], text[27:29], text[29:31]) if text[26] in "+-" else when
    if text[4:5] == "-" and text[7:8] == "-" and text[10:11] == "T" and 19 <= len(text) <= 32:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            return None
        if when.tzinfo is not UTC:
            when = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
        return when.replace(microsecond=0) if when.microsecond else when
    return None


@lru_cache(maxsize=256)
def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset > timedelta(hours=18):
        raise ValueError("no zone is that far from Greenwich")
    return -offset if sign == "-" else offset


_TIME = re.compile(
    r"(?<!\d)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?(?!\d)"
    r"|(?<!\d)(\d{1,2})(?:h|\.(?=\d\d ?[ap]\.?m))(\d\d)(?!\d)"
)
_OFFSET = re.compile(r"(?:gmt|utc|z)?\s*([+-])\s?(\d{1,2}):?(\d\d)(?!\d)|(?:gmt|utc)\s*([+-])\s?(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\s\d_,;:()\[\]/+|\\-]+")  # not \w+: that cuts a Hindi word at its vowel signs
_REGION = re.compile(r"\b[a-z]+(?:/[a-z_]+)+\b")
_YMD = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,3})(?:\s?[-/.月월]\s?(\d{1,2})(?!\d)|(?![\d\w]))")
_DMY = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d\d)(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?)?(?!\d)")
_NUMBER = re.compile(r"\d+")
_TRUNCATED = re.compile(r"-(\d\d)-?(\d\d)|(\d\d)-?(\d\d)-?(\d\d)")  # ISO 8601:1988, century left out
_ORDINAL = re.compile(r"(\d{4}|\d\d)-?(\d{3})")  # ISO 8601: the day of the year
_KOREA = timezone(timedelta(hours=9))


def _unusual(text: str, zone: tzinfo, day_first: bool) -> datetime | None:
    text = _plain_digits(text).lower()
    if text.isdigit() and len(text) in {9, 10, 13}:
        return datetime.fromtimestamp(int(text[:10] if len(text) > 9 else text), UTC)
    compact = _COMPACT.search(text)
    if compact is not None and compact[4]:
        text = "{}-{}-{} {}:{}:{}".format(*compact.groups(default="00")) + text[compact.end() :]
    clock = _TIME.search(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    rest, offset = _zone(before, after, zone)
    if offset is None:
        return None
    day = _day(rest, day_first)
    if day is None:
        return None
    own = _KOREA if offset == "none" and re.search("[가-힣]", text) else zone
    when = datetime(*day, tzinfo=own if offset == "none" else offset) + _time_of_day(clock, text)  # type: ignore[arg-type]
    return when.astimezone(UTC)


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in unicodedata.normalize("NFC", text))


def _time_of_day(clock: re.Match[str] | None, text: str) -> timedelta:
    if clock is None:
        return timedelta()
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or clock[5])
    second = int(clock[3] or 0)
    if hour > 24 or minute > 59 or second > 61:
        raise ValueError("no such time of day")
    period = next((half for word, half in DAY_PERIODS if word in text), None)
    if period == "pm" and hour < 12:
        hour += 12
    elif period == "am" and hour == 12:
        hour = 0
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(before: str, after: str, own: tzinfo) -> tuple[str, tzinfo | str | None]:
    """What is left of the date and its zone: "none" where the text has none, None where nobody knows it."""
    found = _OFFSET.search(after)
    if found is not None:
        sign, hours, minutes = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], "00")
        return f"{before} {after[: found.start()]}{_bare_year(after[found.end() :])}", timezone(
            _offset(sign, hours, minutes)
        )
    region = _REGION.search(after)
    if region is not None:
        return before + after.replace(region[0], " "), _region(region[0])
    for word in _words(after):
        if word in _names_of(own):
            return before + _strip_word(after, word), own
        if word in ZONES:
            return before + _strip_word(after, word), timezone(timedelta(minutes=ZONES[word]))
        if not _is_date_word(word):
            return before, None
    return f"{before} {after}", "none"


@lru_cache(maxsize=64)
def _names_of(zone: tzinfo) -> frozenset[str]:
    """What a zone calls itself, in winter and in summer: of several zones of that name it is the one meant."""
    names = (datetime(2025, month, 1, tzinfo=zone).tzname() for month in (1, 7))
    return frozenset(name.lower() for name in names if name and name.isalpha())


def _bare_year(text: str) -> str:
    return " " + text if re.fullmatch(r"\s*\d{4}\s*", text) else ""


def _words(text: str) -> list[str]:
    return [word.strip(".'’") for word in _WORD.findall(text)]


def _strip_word(text: str, word: str) -> str:
    return text.replace(word, " ", 1)


def _is_date_word(word: str) -> bool:
    return len(word) == 1 or any(word == w or word.startswith(w) for w, _ in DAY_PERIODS) or _month(word) is not None


@lru_cache(maxsize=256)
def _region(name: str) -> tzinfo | None:
    try:
        return ZoneInfo("/".join(part.title() for part in name.removeprefix("etc/").split("/")) if "/" in name else "")
    except (ValueError, OSError, KeyError):
        return timezone(timedelta(minutes=ZONES[name[4:]])) if name[4:] in ZONES else None


def _day(text: str, day_first: bool) -> tuple[int, int, int] | None:
    ordinal = _ORDINAL.fullmatch(text.strip())
    if ordinal is not None:
        return _ordinal(ordinal)
    found = _YMD.search(text)
    if found is not None:
        return int(found[1]), int(found[2]), int(found[3] or 1)
    truncated = _TRUNCATED.fullmatch(text.strip())
    if truncated is not None:
        return _truncated(truncated)
    found = _DMY.search(text)
    if found is not None:
        return _numbered(found, day_first)
    compact = _COMPACT.search(text)
    if compact is not None:
        return int(compact[1]), int(compact[2]), int(compact[3])
    return _named(text)


def _truncated(found: re.Match[str]) -> tuple[int, int, int]:
    if found[1]:
        return 2000 + int(found[1]), int(found[2]), 1
    return _full_year(found[3]), int(found[4]), int(found[5])


def _numbered(found: re.Match[str], day_first: bool) -> tuple[int, int, int]:
    """Dots and hyphens put the day first; with slashes the world is divided."""
    first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
    if second > 12 or (found[2] == "/" and not day_first and first <= 12):
        first, second = second, first
    return year, second, first


def _named(text: str) -> tuple[int, int, int] | None:
    """A day with the name of its month, or three bare numbers; a year or a month alone means its first day."""
    # The last month: a weekday stands in front and may look like one (martedì, Marsdag).
    month = next((n for n in map(_month, reversed(_words(text))) if n is not None), None)
    match _NUMBER.findall(text):
        case [year] if len(year) == 4 and (month or text.strip() == year):
            return int(year), month or 1, 1
        case [day, number, year] if month is None and len(year) == 4:
            return int(year), int(number), int(day)
        case [first, second, *_] if month is not None:
            day, year = (second, first) if len(first) == 4 else (first, second)
            return _full_year(year), month, int(day)
    return None


def _ordinal(found: re.Match[str]) -> tuple[int, int, int]:
    day = date(_full_year(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
    if not 1 <= int(found[2]) <= 366:
        raise ValueError("no year has that day")
    return day.year, day.month, day.day


def _full_year(digits: str) -> int:
    """RFC 2822 section 4.3 for two digits; four digits are never a two-digit year."""
    if len(digits) > 2:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 70 else 1900)


@lru_cache(maxsize=512)
def _month(word: str) -> int | None:
    """The month a word names, by its shortest unmistakable beginning."""
    return next((MONTHS[word[:n]] for n in range(min(len(word), 12), 1, -1) if word[:n] in MONTHS), None)
