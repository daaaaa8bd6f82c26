"""`pactwatch match`: items as JSON lines in, their commitments, story and evidence as JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from feeds.item import Item
from matchers.match import Match, match
from matchers.rules import RuleSet


class FilterError(Exception):
    """A line that is no item; the message says which and why."""


def judge(rules: RuleSet, lines: Iterable[str]) -> Iterator[str]:
    """One line of JSON per item, in input order. Raises FilterError at a line that is no item."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            record = _record(line, number)
            yield json.dumps(_answer(record, match(rules, _item(record))), ensure_ascii=False)


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
        published=_day(record.get("date")),
    )


def _text(record: dict[str, object], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) else None


def _day(value: object) -> datetime | None:
    """A date as far as it is given: 2025, 2025-04 and 2025-04-15 are all in use."""
    for layout in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            return datetime.strptime(str(value)[:10], layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _answer(record: dict[str, object], matches: Iterable[Match]) -> dict[str, object]:
    matches = tuple(matches)
    evidence = [
        {"commitment": one.commitment, "field": found.field, "start": found.start, "end": found.end, "term": found.term}
        for one in matches
        for found in one.evidence
    ]
    return {"id": record["id"], "commitments": [one.commitment for one in matches], "story": None, "evidence": evidence}
