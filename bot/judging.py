"""Judging again: the rules that were in force, and labelled examples to try rules on."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.config import Loaded
from feeds.item import Item
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.trial import Example
from store import codec
from store.events.plan import RulesActivated
from store.log import EventLog


class ExampleError(Exception):
    """A line that is no labelled example; the message says which and why."""


def in_force(log: EventLog, loaded: Loaded) -> tuple[RuleSet, ...]:
    """The rules last activated in the log, plan by plan; those of the configuration where it tells of none."""
    newest: dict[str, RulesActivated] = {}
    for recorded in log.read(limit=100_000, types=(RulesActivated.TYPE,)):
        fact = codec.fact(recorded)
        if isinstance(fact, RulesActivated):
            newest[fact.plan] = fact
    return tuple(map(_compiled, newest.values())) or loaded.rules


def read_examples(lines: Iterable[str]) -> list[Example]:
    """Labelled examples from JSON lines {"id", "title", "summary"?, "lang"?, "commitments": […]}.

    Raises ExampleError.
    """
    return [_example(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _compiled(fact: RulesActivated) -> RuleSet:
    parts = json.loads(fact.content)
    plan = Plan.model_validate(parts["plan"])
    return compile_rules(plan, [Commitment.model_validate(one) for one in parts["commitments"]])


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
