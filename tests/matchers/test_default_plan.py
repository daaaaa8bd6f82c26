"""The default plan of config.yaml, judged on the labelled items where they are at hand."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import yaml

from matchers.filter import judge
from matchers.lint import lint
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules

REPOSITORY = Path(__file__).parents[2]
LABELLED = REPOSITORY.parent / "shared" / "data" / "match"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    plan = Plan.model_validate(config["plan"])
    return compile_rules(plan, [Commitment.model_validate(commitment) for commitment in config["commitments"]])


def test_the_default_plan_has_its_ten_pillars_and_23_commitments_in_three_languages(rules: RuleSet) -> None:
    assert len(rules.plan.pillars) == 10
    assert len(rules.commitments) == 23
    assert all(set(commitment.title) == {"en", "it", "hi"} for commitment in rules.commitments)


def test_the_default_plan_survives_being_written_and_read_again(rules: RuleSet) -> None:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    again = yaml.safe_load(yaml.safe_dump({key: config[key] for key in ("plan", "commitments")}, allow_unicode=True))
    plan = Plan.model_validate(again["plan"])
    assert compile_rules(plan, [Commitment.model_validate(c) for c in again["commitments"]]).id == rules.id


@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled items (shared/data/match) are not here")
def test_labelled_items_are_matched_well_and_hard_negatives_stay_quiet(rules: RuleSet) -> None:
    gold = [json.loads(line) for line in (LABELLED / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    given = [json.dumps({key: item[key] for key in ("id", "title", "summary", "date", "url")}) for item in gold]
    predicted = [json.loads(line) for line in judge(rules, given)]
    result = runpy.run_path(str(LABELLED / "score.py"))["score"](gold, predicted)
    assert result["micro"][2] >= 0.75
    assert result["false_push"] <= 0.06


def test_the_default_plan_has_nothing_that_is_likely_not_meant(rules: RuleSet) -> None:
    assert lint(rules.plan, rules.commitments) == ()
