"""Judging again: the rules that were in force, and how rules fare on labelled examples. Values in, values out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.config import Loaded
from feeds.item import Item
from matchers.match import match
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from store import codec
from store.events import RulesActivated
from store.log import EventLog


def in_force(log: EventLog, loaded: Loaded) -> tuple[RuleSet, ...]:
    """The rules last activated in the log, plan by plan; those of the configuration where it tells of none."""
    newest: dict[str, RulesActivated] = {}
    for recorded in log.read(limit=100_000, types=(RulesActivated.TYPE,)):
        fact = codec.fact(recorded)
        if isinstance(fact, RulesActivated):
            newest[fact.plan] = fact
    return tuple(map(_compiled, newest.values())) or loaded.rules


def _compiled(fact: RulesActivated) -> RuleSet:
    parts = json.loads(fact.content)
    plan = Plan.model_validate(parts["plan"])
    return compile_rules(plan, [Commitment.model_validate(one) for one in parts["commitments"]])


@dataclass(frozen=True, slots=True)
class Example:
    """An item somebody labelled: the commitments that should be found in it, none for a false friend."""

    id: str
    lang: str
    title: str
    summary: str
    commitments: frozenset[str]


class ExampleError(Exception):
    """A line that is no labelled example; the message says which and why."""


def read_examples(lines: Iterable[str]) -> list[Example]:
    """Labelled examples from JSON lines {"id", "title", "summary"?, "lang"?, "commitments": […]}."""
    return [_example(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _example(line: str, number: int) -> Example:
    try:
        record = json.loads(line)
        return Example(
            id=str(record["id"]),
            lang=str(record.get("lang") or "und"),
            title=str(record["title"]),
            summary=str(record.get("summary") or ""),
            commitments=frozenset(map(str, record["commitments"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ExampleError(f'line {number}: wanted {{"id", "title", "summary", "lang", "commitments"}}: {exc}') from exc


@dataclass(slots=True)
class Tally:
    """Right, wrong and missing labels."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def precision(self) -> float | None:
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        wanted = self.right + self.missing
        return self.right / wanted if wanted else None


@dataclass(slots=True)
class Score:
    """How a rule set fares on examples; `pushed` counts false friends in which something was found."""

    total: Tally = field(default_factory=Tally)
    commitments: dict[str, Tally] = field(default_factory=dict)
    languages: dict[str, Tally] = field(default_factory=dict)
    friends: int = 0
    pushed: int = 0
    found: dict[str, frozenset[str]] = field(default_factory=dict)


def score(rules: RuleSet, examples: Sequence[Example]) -> Score:
    """Judge every example and compare with its labels."""
    result = Score(commitments={one.id: Tally() for one in rules.commitments})
    for example in examples:
        found = frozenset(one.commitment for one in match(rules, Item(title=example.title, summary=example.summary)))
        result.found[example.id] = found
        result.friends += not example.commitments
        result.pushed += not example.commitments and bool(found)
        for commitment in found | example.commitments:
            _count(result, example, commitment, found)
    return result


def _count(result: Score, example: Example, commitment: str, found: frozenset[str]) -> None:
    tallies = (
        result.total,
        result.commitments.setdefault(commitment, Tally()),
        result.languages.setdefault(example.lang, Tally()),
    )
    for tally in tallies:
        tally.right += commitment in found and commitment in example.commitments
        tally.wrong += commitment in found and commitment not in example.commitments
        tally.missing += commitment not in found


def changed(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> list[str]:
    """The ids of the examples in which something else is found now."""
    return [name for name, found in after.items() if before.get(name) != found]
