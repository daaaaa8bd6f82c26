"""Rules are checked whole, compiled once, and the same whatever their layout."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from matchers.plan import Commitment, Plan
from matchers.rules import RuleError, compile_rules, compiled_later, content, story_context
from matchers.shape import ShapeError, read
from tests.matchers.plans import BASE, compiled, found, rules_of

WRONG = """
plan:
  pairs: [{sides: [india, france], words: [x-y]}]
  masks: ['—']
commitments:
- id: a
  title: {en: A}
  pillar: XI
  clauses: [I.a]
  rules:
  - {id: one, any: ['-', in*side, a*, '@unknown'], needs: [spain]}
  - {id: one, query: 'NOT ports', yields: true, beside: [a, b]}
  - {id: two, query: 'NEAR/2(ports'}
  - {id: three, any: {fr: [port]}}
- id: a
  title: {en: B}
"""


def test_every_problem_is_reported_at_once_with_its_place() -> None:
    with pytest.raises(RuleError) as caught:
        compiled(WRONG)
    assert [str(problem).split(": ", 1)[0] for problem in caught.value.problems] == [
        "commitments[0].clauses",
        "commitments[0].pillar",
        "commitments[0].rules[0].any.any[0]",
        "commitments[0].rules[0].any.any[1]",
        "commitments[0].rules[0].any.any[2]",
        "commitments[0].rules[0].any.any[3]",
        "commitments[0].rules[0].needs",
        "commitments[0].rules[1]",
        "commitments[0].rules[1].beside",
        "commitments[0].rules[1].beside",
        "commitments[0].rules[1].id",
        "commitments[0].rules[2].query",
        "commitments[0].rules[3].any.fr[0]",
        "commitments[1].id",
        "plan.masks.any[0]",
        "plan.pairs[0]",
    ]
    assert "can never match" in str(caught.value)


@pytest.mark.parametrize(
    "rule",
    [
        "{id: r}",
        "{id: r, any: [a1], query: a1}",
        "{id: r, query: a1, scope: title}",
        "{id: r, any: [a1], near: 3}",
        "{id: r, any: [a1], outside: weak}",
        "{id: r, any: [a1], beside: [d]}",
        "{id: r, any: [a1], anny: [b1]}",
        "{id: r, any: [a1], strength: mighty}",
        "{id: 'R 1', any: [a1]}",
        "{id: r, any: {english: [a1]}}",
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused(rule: str) -> None:
    with pytest.raises(ShapeError):
        read(Commitment, yaml.safe_load(f"{{id: c, title: {{en: C}}, rules: [{rule}]}}"))


def test_the_id_is_of_what_the_rules_say_not_of_how_they_are_written() -> None:
    assert rules_of("any: [ports]").id == rules_of("any: {any: [ports]}").id
    assert rules_of("any: [ports]").id != rules_of("any: [ports, ships]").id
    assert rules_of("any: [ports]").id != rules_of("any: [ports]", plan="{limit: 1}").id
    assert len(rules_of("any: [ports]").id) == 12


def test_the_content_reads_back_as_the_same_rules() -> None:
    rules = rules_of("any: [ports], with: [[deal]], unless: [strike]", "query: 'a1 b1'", plan="{noise: [cricket]}")
    again = yaml.safe_load(content(rules))
    plan = read(Plan, again["plan"])
    assert compile_rules(plan, [read(Commitment, one) for one in again["commitments"]]).id == rules.id


RULES = [
    "any: [ports]",
    "any: [ports, ships], with: [[deal]]",
    "any: [energy], scope: title",
    "query: 'NEAR/3(naval, exercise*)'",
    "any: [ships], strength: weak",
]
WORDS = ["India", "Italy", "ports", "ships", "deal", "energy", "naval", "joint", "exercises", "Rome", "and,", "of"]


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.lists(st.sampled_from(WORDS), max_size=14), st.randoms())
def test_the_order_of_rules_and_commitments_does_not_matter(
    title: list[str], summary: list[str], random: random.Random
) -> None:
    def build(order: list[int]) -> str:
        ones = [f"- {{id: c{n}, title: {{en: C}}, rules: [{{id: r, {RULES[n]}}}]}}" for n in order]
        return "commitments:\n" + "\n".join(ones)

    order = list(range(len(RULES)))
    shuffled = random.sample(order, len(order))
    texts = " ".join(title), " ".join(summary)
    assert found(compiled(build(order)), *texts) == found(compiled(build(shuffled)), *texts)


def test_a_list_may_name_lists_defined_above_it() -> None:
    rules = rules_of("any: ['@both']", plan="{words: {ships: [frigate*], both: ['@ships', port]}}")
    assert found(rules, "Italian frigates for India") == ["c"]


def test_the_words_that_name_the_parties_tell_no_stories_apart() -> None:
    plan = "{pairs: [{sides: [india, italy], words: [indo-italian, india-italy]}]}"
    context = story_context(rules_of("any: [x1]", "any: [y1], strength: fallback", plan=plan))
    assert {"india", "italy", "italian", "c"} <= context
    assert "rome" not in context


def test_a_plan_without_sides_has_no_gate() -> None:
    rules = rules_of("any: [ports]", plan="{sides: {}}", base=BASE)
    assert found(rules, "Ports reopen") == ["c"]


def test_a_plan_without_any_term_matches_nothing() -> None:
    assert found(compiled("plan: {sides: {}}"), "Ports reopen") == []


def test_word_lists_may_name_each_other_in_any_order_but_not_themselves() -> None:
    rules = rules_of(
        "any: ['@sea'], needs: []", plan="{words: {sea: ['@ships', port], ships: ['@big'], big: [carrier]}}"
    )
    assert found(rules, "A carrier") == ["c"]
    with pytest.raises(RuleError, match="none that names itself"):
        rules_of("any: ['@a']", plan="{words: {a: ['@b', x1], b: ['@a', y1]}}")
    long = ", ".join(f"l{n}: ['@l{n + 1}']" for n in range(1200))
    assert found(rules_of("any: ['@l0'], needs: []", plan=f"{{words: {{{long}, l1200: [end]}}}}"), "The end") == ["c"]


def test_rules_left_for_later_are_the_same_once_they_are_looked_into() -> None:
    rules = rules_of("any: [ports]", "query: 'ships AND @sea'", plan="{words: {sea: [harbour]}}")
    later = compiled_later(rules.plan, rules.commitments)
    assert (later.id, content(later)) == (rules.id, content(rules))
    assert found(later, "Italian and Indian ports") == found(rules, "Italian and Indian ports") == ["c"]
    assert later.ready().rules == rules.rules


def test_what_is_wrong_with_rules_left_for_later_comes_out_when_they_are_compiled() -> None:
    parts = yaml.safe_load(WRONG)
    commitments = [read(Commitment, one) for one in parts["commitments"]]
    later = compiled_later(read(Plan, {**yaml.safe_load(BASE), **parts["plan"]}), commitments)
    with pytest.raises(RuleError, match="spain"):
        later.ready()


def test_rules_left_for_later_are_compiled_once_whoever_looks() -> None:
    many = ", ".join(f"port {number}" for number in range(4000))  # so many that threads take turns over them
    ready = compiled(f"commitments: [{{id: ports, title: {{en: P}}, rules: [{{id: r, any: [{many}]}}]}}]")
    later = compiled_later(ready.plan, ready.commitments)
    together = Barrier(4)

    def look() -> object:
        together.wait()
        return later.search

    with ThreadPoolExecutor(4) as threads:
        found = [threads.submit(look) for _ in range(4)]
    assert len({id(one.result()) for one in found}) == 1
