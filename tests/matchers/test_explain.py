"""Every hit and every miss has its reasons."""

from __future__ import annotations

from matchers.explain import Explanation, explain
from tests.matchers.plans import compiled, item

RULES = compiled("""
plan: {masks: [indian ocean], noise: [cricket], never: [selfie], others: [france]}
commitments:
- id: navy
  title: {en: Navy}
  rules:
  - {id: drill, any: [drill, exercise], with: [[naval]]}
  - {id: ships, any: [frigate], strength: weak}
- id: energy
  title: {en: Energy}
  rules: [{id: energy, any: [energy]}]
""")


def verdicts(explanation: Explanation) -> dict[str, str]:
    return {f"{one.commitment}/{one.rule}": one.verdict for one in explanation.verdicts}


def said(explanation: Explanation, stage: str) -> str:
    return next(one.said for one in explanation.stages if one.name == stage)


def test_a_match_names_its_terms_and_what_it_outranked() -> None:
    why = explain(RULES, item("Indian frigate in naval drill with Italy"))
    assert verdicts(why) == {"navy/drill": "matched", "navy/ships": "outranked"}
    assert "drill, naval" in why.verdicts[0].said or "naval, drill" in why.verdicts[0].said
    assert why.rules == RULES.id
    assert why.language == "en"


def test_a_miss_names_the_side_that_is_absent_and_the_mask() -> None:
    why = explain(RULES, item("Italian frigate in naval drill in the Indian Ocean"))
    assert verdicts(why) == {"navy/drill": "held", "navy/ships": "held"}
    assert said(why, "side india") == "absent"
    assert said(why, "false friends") == "masked: indian ocean"
    assert "no sign of india" in why.verdicts[0].said


def test_a_rule_with_half_of_its_terms_says_what_it_wanted() -> None:
    (verdict,) = explain(RULES, item("India and Italy in a drill")).verdicts
    assert verdict.verdict == "missing"
    assert "found only drill" in verdict.said
    assert '"naval"' in verdict.said


def test_what_is_only_listed_is_said_to_be() -> None:
    why = explain(RULES, item("India and Italy meet", "On trade, energy, culture and sport."))
    assert verdicts(why) == {"energy/energy": "missing"}
    assert "one of a list" in why.verdicts[0].said


def test_noise_and_what_is_never_meant_are_stages_of_their_own() -> None:
    assert said(explain(RULES, item("Cricket drill in India")), "topics that raise the bar") == "cricket"
    why = explain(RULES, item("A selfie: India and Italy in naval drill"))
    assert [one.passed for one in why.stages if one.name == "topics that are never about the plan"] == [False]
    assert verdicts(why) == {"navy/drill": "held"}


def test_a_commitment_may_be_asked_about_though_nothing_of_it_is_there() -> None:
    why = explain(RULES, item("Rain in Rome"), commitment="energy")
    assert verdicts(why) == {"energy/energy": "missing"}
    assert verdicts(explain(RULES, item("Rain in Rome"))) == {}


def test_a_lent_side_is_said_to_be_lent() -> None:
    why = explain(RULES, item("Naval drill off Italy"), context=("india",))
    assert said(why, "side india") == "weak (lent by the feed)"
    assert verdicts(why) == {"navy/drill": "matched"}
