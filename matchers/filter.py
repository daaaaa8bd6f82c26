"""`pactwatch match`: items as JSON lines in, their commitments, story and evidence as JSON lines out."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from feeds.item import Item
from matchers.match import Match, match
from matchers.rules import RuleSet, known_words, story_context
from matchers.story import Recent
from matchers.traits import StoryItem


class FilterError(Exception):
    """A line that is no item; the message says which and why."""


def judge(rules: Sequence[RuleSet], lines: Iterable[str]) -> Iterator[str]:
    """One line of JSON per item, in input order; what it holds is found by the rules of any plan.

    Raises FilterError at a line that is no item.

    Stories are found as the live program finds them: each item against those before it, in input order.
    """
    context, known = (frozenset().union(*map(words, rules)) for words in (story_context, known_words))
    seen = Recent(context, known=known)
    for number, line in enumerate(lines, 1):
        if line.strip():
            record = _record(line, number)
            item = _item(record)
            matches = [found for each in rules for found in match(each, item)]
            joined = seen.join(_told(record, matches))
            yield json.dumps(_answer(record, matches, joined.story), ensure_ascii=False)


def _told(record: dict[str, object], matches: Iterable[Match]) -> StoryItem:
    published, until = _when(record.get("date"))
    return StoryItem(
        key=str(record["id"]),
        title=_text(record, "title") or "",
        summary=_text(record, "summary") or "",
        link=_text(record, "url"),
        published=published,
        until=until,
        commitments=tuple(one.commitment for one in matches),
    )


def _record(line: str, number: int) -> dict[str, object]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise FilterError(f"line {number}: not JSON: {error}") from error
    if not isinstance(record, dict) or "id" not in record:
        raise FilterError(f'line {number}: wanted an object with "id", "title", "summary"')
    return record


def _item(record: dict[str, object]) -> Item:
    return Item(
        guid=str(record["id"]),
        link=_text(record, "url"),
        title=_text(record, "title"),
        summary=_text(record, "summary"),
        published=_when(record.get("date"))[0],
        source=_text(record, "source"),
    )


def _text(record: dict[str, object], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) else None


def _when(value: object) -> tuple[datetime | None, datetime | None]:
    """A date as far as it is given: a day, or the first and the last moment of a month or a year."""
    for layout in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            start = datetime.strptime(str(value)[:10], layout).replace(tzinfo=UTC)
        except ValueError:
            continue
        if layout == "%Y-%m-%d":
            return start, None
        days = monthrange(start.year, start.month)[1] if layout == "%Y-%m" else 365
        return start, start + timedelta(days=days - 1)
    return None, None


def _answer(record: dict[str, object], matches: Sequence[Match], story: str) -> dict[str, object]:
    evidence = [
        {"commitment": one.commitment, "field": found.field, "start": found.start, "end": found.end, "term": found.term}
        for one in matches
        for found in one.evidence
    ]
    return {
        "id": record["id"],
        "commitments": [one.commitment for one in matches],
        "story": story,
        "evidence": evidence,
    }
