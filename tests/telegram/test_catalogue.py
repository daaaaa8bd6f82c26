"""What readers type, and the commitments they mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.telegram.catalogue import Catalogue
from matchers.plan import Side, Watched
from matchers.shape import read
from tests.telegram.stories import COMMITMENTS, PLAN

CATALOGUE = Catalogue([Watched(PLAN, tuple(COMMITMENTS))])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("defence-roadmap", ["defence-roadmap"]),
        ("Defence Roadmap", ["defence-roadmap"]),
        ("#Defence_Roadmap", ["defence-roadmap"]),
        ("#JSAP_Defence_Roadmap", ["defence-roadmap"]),
        ("roadmap della difesa", ["defence-roadmap"]),
        ("रक्षा औद्योगिक रोडमैप", ["defence-roadmap"]),
        ("VII.e1", ["defence-roadmap"]),
        ("vii.E", ["defence-roadmap", "sidm-aiad-mou"]),
        ("III.b.", ["maritime-ports"]),
        ("VII", []),
        ("", []),
        ("cricket", []),
    ],
)
def test_a_commitment_is_found_by_id_title_or_clause(typed: str, meant: list[str]) -> None:
    assert [entry.id for entry in CATALOGUE.find(typed)] == meant


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("defense raodmap", "defence-roadmap"),
        ("difessa", "defence-roadmap"),
        ("maritim", "maritime-ports"),
        ("shipyards", "defence-roadmap"),  # a word its rules look for
        ("connettivita", "maritime-ports"),
        ("बंदरगाहों", "maritime-ports"),
    ],
)
def test_unknown_words_lead_to_the_nearest_commitment(typed: str, first: str) -> None:
    assert CATALOGUE.nearest(typed)[0].id == first


@pytest.mark.parametrize("typed", ["pizza", "", "xyzzy qwert", "rodeos", "?" * 100])
def test_words_near_nothing_lead_nowhere(typed: str) -> None:
    assert CATALOGUE.nearest(typed) == ()


def test_a_pillar_is_found_by_its_number() -> None:
    pillar = CATALOGUE.pillar("vii.")
    assert pillar is not None
    assert [entry.id for entry in CATALOGUE.of_pillar(pillar.id)] == ["defence-roadmap", "sidm-aiad-mou"]


def test_titles_are_in_the_readers_language_or_else_in_english() -> None:
    assert CATALOGUE.title("maritime-ports", "it") == "Settore marittimo e portuale"
    assert CATALOGUE.title("maritime-ports", "fr") == "Maritime and port sectors"
    assert CATALOGUE.title("gone", "en") == "gone"


def test_a_former_id_names_what_became_of_it() -> None:
    naval = replace(COMMITMENTS[0], id="naval-roadmap", formerly=("old-roadmap",))
    air = replace(COMMITMENTS[1], id="air-roadmap", formerly=("old-roadmap",))
    catalogue = Catalogue([Watched(PLAN, (naval, air))])
    assert [entry.id for entry in catalogue.find("old-roadmap")] == ["naval-roadmap", "air-roadmap"]
    assert catalogue.names("air-roadmap") == ("air-roadmap", "old-roadmap")
    assert catalogue.title("old-roadmap", "en") == f"{naval.title['en']}, {air.title['en']}"
    assert catalogue.title("unknown", "en") == "unknown"


def test_a_country_in_the_question_does_not_hide_what_is_meant() -> None:
    plan = replace(PLAN, sides={"italy": read(Side, {"strong": ["italy", "italia"]})})
    catalogue = Catalogue([Watched(plan, COMMITMENTS)])
    assert catalogue.nearest("shipyards italy")[0].id == "defence-roadmap"
    assert catalogue.nearest("italy") == ()


def test_words_of_title_and_rules_are_met_together() -> None:
    assert CATALOGUE.nearest("industrail shipyards")[0].id == "defence-roadmap"
