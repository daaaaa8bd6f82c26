"""Small plans for tests, and one short way to ask what matches."""

from __future__ import annotations

from datetime import UTC, datetime

import yaml

from feeds.item import Item
from matchers.match import match
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read

BASE = """
id: example
title: {en: Example plan}
languages: [en, it, hi]
sides:
  india: {strong: {en: [india, indian*, =Modi], it: [india, indian*], hi: [भारत, भारतीय]}, weak: [goa, kochi]}
  italy: {strong: {en: [italy, italian], it: [italia, italian*], hi: [इटली, इतालवी]}, weak: [rome, roma, milan]}
"""


def compiled(text: str, base: str = BASE) -> RuleSet:
    """The rules of a YAML text with `plan:` (laid over the base plan) and `commitments:`."""
    config = yaml.safe_load(text)
    plan = read(Plan, {**yaml.safe_load(base), **config.get("plan", {})})
    return compile_rules(plan, [read(Commitment, one) for one in config.get("commitments", [])])


def rules_of(*rules: str, plan: str = "{}", base: str = BASE) -> RuleSet:
    """The rule set of one commitment, `c`, with these rules (YAML flow mappings without `id`)."""
    listed = "".join(f"\n  - {{id: r{number}, {rule}}}" for number, rule in enumerate(rules))
    return compiled(f"plan: {plan}\ncommitments:\n- id: c\n  title: {{en: C}}\n  rules:{listed}\n", base)


def item(title: str, summary: str = "", *, day: str | None = None) -> Item:
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    return Item(title=title, summary=summary, published=published)


def found(rules: RuleSet, title: str, summary: str = "", *, day: str | None = None) -> list[str]:
    """The ids of the commitments that match."""
    return [one.commitment for one in match(rules, item(title, summary, day=day))]
