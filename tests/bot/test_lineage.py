"""Lineage: what comes into force with a plan, given what did before."""

from __future__ import annotations

import pytest

from bot.questions.lineage import carried, heirs_of, revision
from store.events.plan import PlanRevised
from tests.bot.changed_rules import rules

Steps = list[tuple[str, tuple[str, ...]]]


def revise(known: list[PlanRevised], formerly: dict[str, list[str]], *names: str) -> PlanRevised | None:
    new = rules(formerly=formerly, **{name: [name] for name in names})
    return revision(known, "p", new.commitments, rules=new.id, ordinal=len(known) + 1)


def steps(found: PlanRevised | None) -> Steps:
    return [(one.commitment, one.formerly) for one in found.descents] if found else []


@pytest.mark.parametrize(
    ("formerly", "names", "expected", "ended"),
    [
        ({}, ["a", "b"], [], ()),
        ({"n": ["a"]}, ["n", "b"], [("n", ("a",))], ("a",)),
        ({"n": ["a", "b"]}, ["n"], [("n", ("a", "b"))], ("a", "b")),
        ({"n": ["a"], "m": ["a"]}, ["n", "m", "b"], [("n", ("a",)), ("m", ("a",))], ("a",)),
        ({"n": ["a"]}, ["n", "a", "b"], [("n", ("a",))], ()),
    ],
)
def test_a_revision_says_what_descends_from_what(
    formerly: dict[str, list[str]], names: list[str], expected: Steps, ended: tuple[str, ...]
) -> None:
    found = revise([], formerly, *names)
    assert (steps(found), found.ended if found else ()) == (expected, ended)


def test_a_former_commitment_that_is_one_again_takes_back_what_it_handed_on() -> None:
    first = revise([], {"n": ["a"]}, "n")
    assert first is not None
    second = revise([first], {}, "a")
    assert second is not None
    assert (steps(second), second.ended) == ([("a", ("n",))], ("n",))
    third = revise([first, second], {"n": ["a"]}, "n")
    assert steps(third) == [("n", ("a",))]
    assert revise([first], {}, "n") is None


def test_a_former_commitment_that_is_one_again_beside_its_heir_takes_nothing() -> None:
    first = revise([], {"n": ["a"]}, "n")
    assert first is not None
    assert steps(revise([first], {"n": ["a"]}, "n", "a")) == [("a", ())]


def test_an_heir_of_an_heir_gives_back_to_the_first() -> None:
    first = revise([], {"n": ["a"]}, "n")
    assert first is not None
    second = revise([first], {"m": ["n", "a"]}, "m")
    assert second is not None
    assert steps(revise([first, second], {}, "a")) == [("a", ("m",))]


def test_evidence_is_carried_to_every_heir_and_stays_with_one_that_remains() -> None:
    found = revise([], {"n": ["a"], "m": ["a", "b"]}, "n", "m", "b")
    assert found is not None
    assert carried(found.descents, ["n", "m", "b"]) == {"a": ("n", "m"), "b": ("b", "m")}


def test_a_follow_of_a_former_commitment_means_its_heirs() -> None:
    new = rules(formerly={"n": ["a"], "m": ["a"]}, n=["n"], m=["m"], b=["b"])
    assert [heirs_of(new.commitments, name) for name in ("a", "b", "z")] == [("n", "m"), ("b",), ()]
