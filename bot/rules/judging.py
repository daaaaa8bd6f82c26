"""Judging again: labelled examples to try rules on."""

from __future__ import annotations

import json
from collections.abc import Iterable

from feeds.item import Item
from matchers.trial import Example


class ExampleError(Exception):
    """A line that is no labelled example; the message says which and why."""


def read_examples(lines: Iterable[str]) -> list[Example]:
    """Labelled examples from JSON lines {"id", "title", "summary"?, "lang"?, "commitments": […]}.

    Raises ExampleError.
    """
    return [_example(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _example(line: str, number: int) -> Example:
    try:
        record = json.loads(line)
        return Example(
            id=str(record["id"]),
            item=Item(title=str(record["title"]), summary=str(record.get("summary") or "")),
            commitments=frozenset(map(str, record["commitments"])),
            lang=record.get("lang"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ExampleError(f'line {number}: wanted {{"id", "title", "summary", "lang", "commitments"}}: {exc}') from exc
