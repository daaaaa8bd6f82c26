"""Rules on labelled examples, and what a change of rules changes."""

from __future__ import annotations

from matchers.trial import Change, Example, Mistake, Tally, changes, trial
from tests.matchers.plans import compiled, item

OLD = compiled("commitments: [{id: ports, title: {en: P}, rules: [{id: r, any: [port*]}]}]")
NEW = compiled("commitments: [{id: ports, title: {en: P}, rules: [{id: r, any: [ports, बंदरगाह]}]}]")
EXAMPLES = [
    Example("1", item("The ports of India and of Italy"), frozenset({"ports"})),
    Example("2", item("Portraits of India in Italy are the news"), frozenset()),
    Example("3", item("भारत और इटली के बंदरगाह"), frozenset({"ports"})),
]


def test_a_trial_counts_in_all_by_commitment_and_by_language() -> None:
    done = trial(OLD, EXAMPLES)
    assert done.total == Tally(right=1, wrong=1, missed=1) == done.by_commitment["ports"]
    assert done.by_language == {"en": Tally(1, 1, 0), "hi": Tally(0, 0, 1)}
    assert (done.quiet, done.false_push) == (1, 1)
    assert done.mistakes == (Mistake("2", ("ports",), ()), Mistake("3", (), ("ports",)))
    assert (done.total.precision, done.total.recall, done.total.f1) == (0.5, 0.5, 0.5)


def test_better_rules_make_no_mistake() -> None:
    assert trial(NEW, EXAMPLES).total == Tally(right=2)
    assert trial(NEW, []).total == Tally()


def test_a_change_of_rules_names_what_is_gained_and_lost() -> None:
    items = [(example.id, example.item) for example in EXAMPLES]
    assert list(changes(OLD, NEW, items)) == [Change("2", (), ("ports",)), Change("3", ("ports",), ())]
