"""What pictures show: counts by day and month, in the plan's order, in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.telegram.catalogue import Catalogue
from bot.telegram.charts import days_before, months, months_before, week
from matchers.plan import Watched
from tests.telegram.stories import COMMITMENTS, PLAN, item, story

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
CATALOGUE = Catalogue([Watched(PLAN, COMMITMENTS)])


def told(days_ago: int, *about: str) -> object:
    when = NOW - timedelta(days=days_ago)
    return story(item(published=when, seen_at=when + timedelta(minutes=5), about=about))


def test_a_week_is_seven_days_and_a_year_twelve_months_ending_today() -> None:
    assert days_before(NOW) == tuple(date(2026, 2, 24) + timedelta(days=number) for number in range(7))
    assert months_before(NOW)[0] == date(2025, 4, 1)
    assert months_before(NOW)[-1] == date(2026, 3, 1)
    assert len(months_before(NOW)) == 12


@pytest.mark.parametrize(
    ("lang", "title", "head", "pillar"),
    [
        ("en", "Reports from 24 Feb 2026 to 2 Mar 2026", "Tue\n24", "VII. Defence"),
        ("it", "Notizie dal 24 feb 2026 al 2 mar 2026", "mar\n24", "VII. Difesa"),
        ("hi", "24 फ़र॰ 2026 से 2 मार्च 2026 तक की ख़बरें", "मंगल\n24", "VII. रक्षा सहयोग"),
    ],
)
def test_a_week_counts_stories_by_commitment_and_day(lang: str, title: str, head: str, pillar: str) -> None:
    stories = [told(0, "defence-roadmap"), told(0, "defence-roadmap", "maritime-ports"), told(6, "defence-roadmap")]
    chart = week(CATALOGUE, stories, days_before(NOW), lang, gaps=[date(2026, 2, 25)])  # type: ignore[arg-type]
    assert chart is not None
    assert (chart.title, chart.columns[0], chart.gaps) == (title, head, (1,))
    assert chart.groups[0].title == pillar
    assert [row.values for group in chart.groups for row in group.rows] == [
        (1, 0, 0, 0, 0, 0, 2),
        (0, 0, 0, 0, 0, 0, 1),
    ]


def test_what_is_older_or_of_another_plan_is_not_in_the_week() -> None:
    stories = [told(8, "defence-roadmap"), told(0, "of-another-plan")]
    assert week(CATALOGUE, stories, days_before(NOW), "en") is None  # type: ignore[arg-type]


def test_months_name_the_year_where_it_begins() -> None:
    counts = [(date(2025, 11, 1), 3), (date(2025, 12, 1), 0), (date(2026, 1, 1), 5)]
    chart = months("Defence", counts, "en", gaps=[date(2025, 12, 1)])
    assert chart.columns == ("Nov\n2025", "Dec", "Jan\n2026")
    assert (chart.values, chart.gaps) == ((3, 0, 5), (1,))
    assert chart.note == "Reports per month, by date of publication. Hatched: not watched, or not all of the time."
