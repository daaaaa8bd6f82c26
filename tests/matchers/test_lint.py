"""What is likely not meant is said; what is meant is left alone."""

from __future__ import annotations

from matchers.lint import lint, lint_by_examples
from matchers.trial import Example
from tests.matchers.plans import compiled, item

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


def test_a_term_that_is_also_asked_not_to_be_there_is_named() -> None:
    rules = compiled("""
plan: {words: {ferries: [ferry, '@boats'], boats: [boat]}}
commitments:
- {id: a, title: {en: A}, rules: [{id: r, any: [port, boat], unless: ['@ferries']}]}
- {id: b, title: {en: B}, rules: [{id: r, any: ['@boats'], unless_title: [boat], scope: title}]}
- {id: c, title: {en: C}, rules: [{id: r, any: [boat], unless_title: [boat]}]}
""")
    said = "'boat' is asked for, and asked not to be there: it can never match"
    assert [(one.place, one.said) for one in lint(rules.plan, rules.commitments)] == [("a/r", said), ("b/r", said)]


def test_a_term_that_brings_examples_of_something_else_is_named() -> None:
    rules = compiled("commitments: [{id: a, title: {en: A}, rules: [{id: r, any: [port, pier], needs: []}]}]")
    labels = [("The port opens", "a"), ("A port wine", ""), ("Port wine again", ""), ("The pier", "a"), ("A pier", "")]
    examples = [
        Example(str(n), item(title), frozenset(filter(None, [label])), "en") for n, (title, label) in enumerate(labels)
    ]
    assert [(one.place, one.said) for one in lint_by_examples(rules, examples)] == [
        ("a/r", "'port' decides alone in 2 examples of something else")
    ]
