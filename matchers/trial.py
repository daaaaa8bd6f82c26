"""Rules tried on labelled examples, and what a change of rules would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from feeds.item import Item
from matchers.match import detect_language, match
from matchers.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Example:
    """An item with the commitments that people found in it."""

    id: str
    item: Item
    commitments: frozenset[str]
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Right, wrong and missed matches."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        doubled = 2 * self.right
        return doubled / (doubled + self.wrong + self.missed) if doubled else 0.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """An example that was judged otherwise than by people."""

    id: str
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a rule set does: in all, per commitment, per language; `false_push` of `quiet` examples without label."""

    total: Tally
    by_commitment: Mapping[str, Tally]
    by_language: Mapping[str, Tally]
    quiet: int
    false_push: int
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An item that two rule sets judge differently."""

    id: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def found_in(rules: RuleSet, item: Item) -> frozenset[str]:
    """The commitments a rule set finds in an item."""
    return frozenset(one.commitment for one in match(rules, item))


def trial(rules: RuleSet, examples: Iterable[Example]) -> Trial:
    """The rules on every example."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    mistakes, quiet, false_push = [], 0, 0
    for example in examples:
        found = found_in(rules, example.item)
        kinds = (found & example.commitments, found - example.commitments, example.commitments - found)
        lang = example.lang or detect_language(example.item)
        for place, commitments in enumerate(kinds):
            for commitment in commitments:
                for key in (("", ""), ("commitment", commitment), ("language", lang)):
                    counts[key][place] += 1
        if kinds[1] or kinds[2]:
            mistakes.append(Mistake(example.id, tuple(sorted(kinds[1])), tuple(sorted(kinds[2]))))
        quiet += not example.commitments
        false_push += bool(found) and not example.commitments
    tallies = {key: Tally(*found) for key, found in sorted(counts.items())}
    return Trial(
        total=tallies.get(("", ""), Tally()),
        by_commitment={name: tally for (kind, name), tally in tallies.items() if kind == "commitment"},
        by_language={name: tally for (kind, name), tally in tallies.items() if kind == "language"},
        quiet=quiet,
        false_push=false_push,
        mistakes=tuple(mistakes),
    )


def changes(old: RuleSet, new: RuleSet, items: Iterable[tuple[str, Item]]) -> Sequence[Change]:
    """The items, given with their ids, that the new rules judge otherwise than the old ones."""
    changed = []
    for name, item in items:
        before, after = found_in(old, item), found_in(new, item)
        if before != after:
            changed.append(Change(name, tuple(sorted(after - before)), tuple(sorted(before - after))))
    return changed
