"""What is likely not meant is said; what is meant is left alone."""

from __future__ import annotations

from matchers.lint import lint
from tests.matchers.plans import compiled

ODD = """
plan: {masks: [indian ocean]}
commitments:
- id: a
  title: {en: A}
  rules:
  - {id: r, any: {any: [Port*], en: [ports, =port, harbour, Harbour, indian ocean], it: [porto]}}
  - {id: s, any: [and]}
- id: b
  title: {en: B}
"""


def test_each_oddity_is_named_with_its_place() -> None:
    rules = compiled(ODD)
    found = [(one.place, one.said.split(":")[0]) for one in lint(rules.plan, rules.commitments)]
    assert found == [
        ("a/r.any", "'ports' is found by a stem beside it already"),
        ("a/r.any", "'Harbour' is there twice"),
        ("a/r.any", "'porto' is found by a stem beside it already"),
        ("a/r.any", "'indian ocean' is masked"),
        ("a/s", "'and' is found nearly everywhere and decides alone"),
        ("b", "has no rule"),
    ]


def test_a_language_without_a_term_is_named() -> None:
    rules = compiled("commitments: [{id: a, title: {en: A}, rules: [{id: r, any: {en: [port], it: [porto]}}]}]")
    assert [one.said for one in lint(rules.plan, rules.commitments)] == ["has no term for hi"]


def test_rules_that_are_meant_are_left_alone() -> None:
    rules = compiled("commitments: [{id: a, title: {en: A}, rules: [{id: r, any: [port, =AI, harbour master]}]}]")
    assert lint(rules.plan, rules.commitments) == ()
