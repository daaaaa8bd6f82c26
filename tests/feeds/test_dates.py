"""Dates in the forms publishers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import parse_date

NINE = datetime(2025, 11, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 04 Nov 2025 09:00:00 GMT",
        "Tue, 4 Nov 2025 09:00 UT",
        "Tue, 04 Nov 2025 14:30:00 +0530",
        "Tue, 04 Nov 2025 14:30:00 IST",
        "Tue, 04 Nov 2025 10:00:00 CET",
        "4 Nov 25 04:00:00 EST",
        "Tuesday, November 4, 2025 - 9:00am",
        "Nov. 4, 2025, 9:00 a.m.",
        "4 Nov 2025 9.00 am",
        "Tue Nov 4 09:00:00 2025",
        "Tue Nov 04 2025 09:00:00 GMT+0000 (Coordinated Universal Time)",
        "Tue, 04 Nov 2025 10:00:00 Europe/Rome",
        "2025-11-04T09:00:00Z",
        "2025-11-04T09:00:00.123456Z",
        "2025-11-04t14:30:00+05:30",
        "2025-11-04 10:00:00 +01:00",
        "2025-11-04T09:00",
        "2025/11/4 09:00:00",
        "20251104T090000Z",
        "04.11.2025 09:00",
        "1762246800",
        "1762246800000",
        "mar, 04 nov 2025 10:00:00 +0100",
        "martedì 4 novembre 2025 ore 10:00 CET",
        "मंगल, 04 नवंबर 2025 14:30:00 +0530",
        "०४ नवम्बर २०२५ 14:30 IST",
        "Τρι, 04 Νοέ 2025 09:00:00 GMT",
        "2025년 11월 04일  18:00:00",
        "2025-11-04 오후 6:00:00",
        "2025-november-04T10:00+01:00",
    ],
)
def test_one_instant_in_many_forms(written: str) -> None:
    assert parse_date(written) == NINE


def test_a_date_without_a_zone_is_the_feeds() -> None:
    rome = ZoneInfo("Europe/Rome")
    assert parse_date("Tue, 04 Nov 2025 10:00:00", zone=rome) == NINE
    assert parse_date("2025-07-04T10:00:00", zone=rome) == datetime(2025, 7, 4, 8, tzinfo=UTC)


def test_a_zone_of_several_meanings_is_the_feeds_own_where_it_calls_itself_so() -> None:
    assert parse_date("Tue, 04 Nov 2025 11:00 IST", zone=ZoneInfo("Asia/Jerusalem")) == NINE
    assert parse_date("Fri, 04 Jul 2025 10:00 IST", zone=ZoneInfo("Europe/Dublin")) == datetime(
        2025, 7, 4, 9, tzinfo=UTC
    )
    assert parse_date("Tue, 04 Nov 2025 14:30 IST", zone=ZoneInfo("Europe/Rome")) == NINE


@pytest.mark.parametrize(
    "written",
    [
        None, "", "yesterday", "today", "12", "Tue, 04 Nov 2025 09:00:00 XYZT", "Tue, 31 Nov 2025 09:00:00 GMT",
        "2025-13-04T09:00:00Z",
        "Tue, 04 Nov 2025 25:00:00 GMT", "Tue, 04 Nov 2025 09:61:00 GMT", "0001-01-01T00:00:00Z",
        "Mon, 01 Jan 0001 00:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -1200", "-0044-03-15T12:00:00Z",
        "Tue, 04 Nov 2025 09:00:00 +9900", "Ost, 11 Urt 2007 16:00:00 +0000", "1" * 200_000, "-0" * 100_000,
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_no_date(written: str | None) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-11-04", "2025-11-04"), ("Tuesday 4 November 2025", "2025-11-04"), ("04 nov 25", "2025-11-04"),
        ("2025-11", "2025-11-01"), ("Nov. 2025", "2025-11-01"), ("2025", "2025-01-01"), ("2025-308", "2025-11-04"),
        ("Tue, 04 11 2025", "2025-11-04"),
        ("20251104", "2025-11-04"), ("031231", "2003-12-31"), ("-0312", "2003-12-01"),
    ],
)  # fmt: skip
def test_a_day_or_less_begins_at_midnight(written: str, day: str) -> None:
    assert parse_date(written) == datetime.fromisoformat(day + "T00:00:00+00:00")


def test_a_date_without_a_zone_is_in_the_zone_of_the_feed() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert parse_date("2025-11-04 14:30:00", zone=kolkata) == NINE
    assert parse_date("Tue, 04 Nov 2025 09:00:00 GMT", zone=kolkata) == NINE


def test_slashes_put_the_month_first_unless_the_feed_does_not() -> None:
    assert parse_date("11/04/2025 09:00") == NINE
    assert parse_date("04/11/2025 09:00", day_first=True) == NINE
    assert parse_date("24/11/2025") == datetime(2025, 11, 24, tzinfo=UTC)


ITALIAN = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
HINDI = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"
HINDI_TOO = "जन फरवरी मार्च अप्रैल मई जून जुला अग सितम्बर अक्तूबर नवम्बर दिसम्बर"


@pytest.mark.parametrize("names", [ITALIAN, HINDI, HINDI_TOO])
def test_italian_and_hindi_months(names: str) -> None:
    read = [parse_date(f"1 {name} 2025 00:00 GMT") for name in names.split()]
    assert read == [datetime(2025, number, 1, tzinfo=UTC) for number in range(1, 13)]


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    when = parse_date(text)
    assert when is None or (when.tzinfo is UTC and 1970 <= when.year < 2100)


@given(
    st.integers(86_400, 4_102_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_the_common_forms_come_back_to_the_second(when: datetime, zone: timezone) -> None:
    aware = when.astimezone(zone)
    english = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][aware.month - 1]
    rfc822 = f"Xxx, {aware:%d} {english} {aware:%Y %H:%M:%S %z}"
    assert parse_date(aware.isoformat()) == aware
    assert parse_date(rfc822) == aware
    assert parse_date(rfc822.replace(", ", " ")) == aware  # by the long way
