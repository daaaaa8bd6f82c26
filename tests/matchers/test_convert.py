"""A rule means the same, written as lists or as a query."""

from __future__ import annotations

from itertools import product

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.convert import NotConvertible, as_lists, as_queries
from matchers.match import match
from matchers.plan import Commitment, Plan, Rule
from matchers.query import QueryError, write
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read
from tests.matchers.plans import BASE, item
from tests.matchers.test_query import nodes

WORDS = ("ports", "ship*", "=ISRO", "green hydrogen", "@vessels", "बंदरगाह")
TITLES = (
    "India Italy ports ship", "Italy ISRO green hydrogen India", "india italy isro shipping", "बंदरगाह भारत इटली ports",
    "India and Italy", "frigate of Italy in India, green ports",
)  # fmt: skip
SUMMARIES = ("", "Ports and ships. Then green hydrogen.", "They met. A frigate came; ISRO too.")

words = st.dictionaries(
    st.sampled_from(["any", "en", "hi"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    min_size=1,
    max_size=2,
)
shapes = st.fixed_dictionaries(
    {"id": st.just("r"), "any": words},
    optional={
        "with": st.lists(words, min_size=1, max_size=2),
        "unless": words,
        "unless_title": words,
        "scope": st.sampled_from(["title", "lead"]),
        "at_least": st.integers(1, 3),
        "strength": st.sampled_from(["strong", "weak", "fallback"]),
        "listed": st.booleans(),
        "needs": st.just(["italy"]),
        "lent": st.sampled_from([False, ["india"]]),
        "others": st.booleans(),
    },
)


@st.composite
def rules_of_lists(draw: st.DrawFn) -> Rule:
    shape = draw(shapes)
    if "with" in shape and draw(st.booleans()):
        shape |= {"near": draw(st.integers(0, 4)), "ordered": draw(st.booleans())}
    if "scope" in shape and draw(st.booleans()):
        shape["outside"] = draw(st.sampled_from(["weak", "fallback"]))
        shape["beside"] = draw(st.sampled_from([[], ["d"]]))
    return read(Rule, shape)


def compiled(*rules: Rule) -> RuleSet:
    plan = read(Plan, {**yaml.safe_load(BASE), "words": {"vessels": ("frigate*", "carrier")}})
    return compile_rules(
        plan, [Commitment(id="c", title={"en": "C"}, rules=rules), Commitment(id="d", title={"en": "D"})]
    )


def finds(rules: RuleSet) -> list[list[float]]:
    """What the rules find in every text, with its score."""
    return [[one.score for one in match(rules, item(title, said))] for title, said in product(TITLES, SUMMARIES)]


@settings(max_examples=60)
@given(rules_of_lists())
def test_a_rule_of_lists_finds_the_same_as_a_query(rule: Rule) -> None:
    queries = as_queries(rule)
    assert all(one.query for one in queries)
    assert finds(compiled(rule)) == finds(compiled(*queries))


@settings(max_examples=60)
@given(rules_of_lists())
def test_there_and_back_keeps_the_meaning(rule: Rule) -> None:
    back = [as_lists(one) for one in as_queries(rule)]
    assert not any(one.query for one in back)
    assert finds(compiled(*back)) == finds(compiled(rule))
    if not rule.outside:
        (again,) = back
        assert (again.id, again.strength, again.needs, again.lent) == (rule.id, rule.strength, rule.needs, rule.lent)


@settings(max_examples=80)
@given(nodes)
def test_a_query_that_lists_can_say_finds_the_same_as_they(node: object) -> None:
    rule = Rule(id="r", query=write(node).replace("@other-list", "@vessels").replace("@ships", "@vessels"))  # type: ignore[arg-type]
    try:
        lists = as_lists(rule)
    except NotConvertible:
        return
    assert [[bool(found)] for found in finds(compiled(lists))] == [[bool(found)] for found in finds(compiled(rule))]


@pytest.mark.parametrize(
    ("query", "lists"),
    [
        ("ports OR it:porto", {"any": ("ports",), "it": ("porto",)}),
        ("2 OF (a1, b1)", {"any": ("a1", "b1")}),
        ("title:(a1 OR b1) AND NOT c1", {"any": ("a1", "b1")}),
        ("@ships AND NOT title:c1", {"any": ("@ships",)}),
    ],
)
def test_simple_queries_become_lists(query: str, lists: dict[str, tuple[str, ...]]) -> None:
    assert as_lists(Rule(id="r", query=query)).any == lists


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("(a1 AND b1) OR c1", "first place"),
        ("a1 AND title:b1", "beside"),
        ("a1 AND NOT (b1 AND c1)", "NOT before more"),
        ("a1 AND NOT lead:b1", "in the lead"),
        ("NEAR/300(a1, b1)", "200"),
    ],
)
def test_what_lists_cannot_say_is_named(query: str, why: str) -> None:
    with pytest.raises(NotConvertible, match=why):
        as_lists(Rule(id="r", query=query))


def test_a_query_that_cannot_be_read_is_not_converted() -> None:
    with pytest.raises(QueryError):
        as_lists(Rule(id="r", query="(a1"))
