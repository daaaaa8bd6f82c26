"""The further plans under docs/plans work as they stand, each on its own items."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read
from tests.matchers.plans import found

PLANS = Path(__file__).parents[2] / "docs" / "plans"


def load(name: str) -> RuleSet:
    config = yaml.safe_load((PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
    plan = read(Plan, config["plan"])
    assert plan.id == name
    return compile_rules(plan, [read(Commitment, one) for one in config["commitments"]])


UK, JAPAN = "india-uk-vision-2035", "italy-japan-2024-2027"


@pytest.mark.parametrize(
    ("plan", "title", "summary", "commitments"),
    [
        (UK, "Britain and India adopt defence industrial roadmap", "", ["defence-industrial-roadmap"]),
        (UK, "India and Italy draft a defence industrial roadmap", "", []),
        (UK, "CETA takes effect", "Whisky from Britain gets cheaper in India.", ["ceta"]),
        (UK, "Court in London hears Nirav Modi on extradition", "", []),
        (UK, "CBI signs accord with Britain's NCA", "", ["crime-extradition"]),
        (UK, "ब्रिटेन के साथ मुक्त व्यापार समझौता लागू हुआ", "", ["ceta"]),
        (JAPAN, "日伊首脳会談、半導体で協力", "", ["diplomacy", "economic-security"]),
        (JAPAN, "イタリア空母が東京に寄港", "", ["defence"]),
        (JAPAN, "中国の半導体工場", "日本企業が参加した。", []),
        (JAPAN, "Gcap, via libera del Senato", "Il caccia con Londra e il Giappone. =GCAP", ["gcap"]),
        (JAPAN, "Giappone, la portaerei Cavour nel porto di Yokosuka", "", ["defence"]),
        (JAPAN, "Japanese museum opens Italian exhibition", "", ["culture-people"]),
        (JAPAN, "Japan beats Italy at judo", "", []),
    ],
)
def test_a_plan_knows_its_own_items(plan: str, title: str, summary: str, commitments: list[str]) -> None:
    assert sorted(found(load(plan), title, summary)) == sorted(commitments)


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.yaml")))
def test_a_plan_survives_being_written_and_read_again(name: str) -> None:
    text = (PLANS / f"{name}.yaml").read_text(encoding="utf-8")
    again = yaml.safe_load(yaml.safe_dump(yaml.safe_load(text), allow_unicode=True))
    plan = read(Plan, again["plan"])
    assert compile_rules(plan, [read(Commitment, one) for one in again["commitments"]]).id == load(name).id
