"""The default plan of config.yaml, judged on the labelled items where they are at hand."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import yaml

from feeds.item import Item
from matchers.filter import judge
from matchers.lint import lint
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read
from matchers.trial import Example, trial

REPOSITORY = Path(__file__).parents[2]
IMAGINED = REPOSITORY / "tests" / "data" / "matching" / "imagined.jsonl"
LABELLED = REPOSITORY.parent / "shared" / "data" / "match"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    plan = read(Plan, config["plan"])
    return compile_rules(plan, [read(Commitment, commitment) for commitment in config["commitments"]])


def test_the_default_plan_has_its_ten_pillars_and_23_commitments_in_three_languages(rules: RuleSet) -> None:
    assert len(rules.plan.pillars) == 10
    assert len(rules.commitments) == 23
    assert all(set(commitment.title) == {"en", "it", "hi"} for commitment in rules.commitments)


def test_the_default_plan_survives_being_written_and_read_again(rules: RuleSet) -> None:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    again = yaml.safe_load(yaml.safe_dump({key: config[key] for key in ("plan", "commitments")}, allow_unicode=True))
    plan = read(Plan, again["plan"])
    assert compile_rules(plan, [read(Commitment, c) for c in again["commitments"]]).id == rules.id


def test_imagined_headlines_find_their_commitments_in_every_language(rules: RuleSet) -> None:
    records = [json.loads(line) for line in IMAGINED.read_text(encoding="utf-8").splitlines()]
    done = trial(
        rules,
        [
            Example(
                one["id"], Item(title=one["title"], summary=one["summary"]), frozenset(one["commitments"]), one["lang"]
            )
            for one in records
        ],
    )
    assert done.total.f1 >= 0.93
    assert done.total.precision >= 0.95
    assert min(tally.f1 for tally in done.by_language.values()) >= 0.9
    assert done.false_push <= 0.03 * done.quiet


@pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled items (shared/data/match) are not here")
def test_labelled_items_are_matched_well_and_hard_negatives_stay_quiet(rules: RuleSet) -> None:
    gold = [json.loads(line) for line in (LABELLED / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    given = [json.dumps({key: item[key] for key in ("id", "title", "summary", "date", "url")}) for item in gold]
    predicted = [json.loads(line) for line in judge([rules], given)]
    result = runpy.run_path(str(LABELLED / "score.py"))["score"](gold, predicted)
    assert result["micro"][2] >= 0.95
    assert result["false_push"] <= 0.03
    assert result["cluster"]["precision"] >= 0.95
    assert result["cluster"]["recall"] >= 0.75


def test_the_default_plan_has_nothing_that_is_likely_not_meant(rules: RuleSet) -> None:
    assert lint(rules.plan, rules.commitments) == ()
