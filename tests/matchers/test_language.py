"""The language of an item is told from its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.item import Item
from matchers.match import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The two ministers met in Rome after the summit", "en"),
        ("Trade ties growing steadily, envoy says", "en"),
        ("I due ministri si sono incontrati a Roma", "it"),
        ("Cooperazione spaziale: missione conclusa", "it"),
        ("प्रधानमंत्री ने रोम में मुलाकात की", "hi"),
        ("India-Italy Relation: दोनों देशों के बीच वार्ता", "hi"),
        ("Les deux ministres se sont rencontrés dans la capitale", "fr"),
        ("Die beiden Minister haben sich in Rom getroffen", "de"),
        ("日伊首脳会談が東京で行われた", "ja"),
        ("意大利与印度签署协议", "zh"),
        ("Министры встретились в Риме", "ru"),
        ("اجتمع الوزيران في روما", "ar"),
        ("Modi, Meloni", "und"),
        ("", "und"),
    ],
)
def test_a_short_text_is_enough(text: str, language: str) -> None:
    assert detect_language(Item(title=text)) == language


def test_what_the_feed_declares_does_not_count() -> None:
    assert detect_language(Item(title="रोम में बैठक हुई", language="en")) == "hi"


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert detect_language(Item(title=text, summary=text)).isalpha()
