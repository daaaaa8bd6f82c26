"""What texts of different languages share: names by their consonants, numbers by their value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.names import is_title_case, names, numbers, skeleton


@pytest.mark.parametrize(
    ("latin", "hindi"),
    [
        ("meloni", "मेलोनी"),
        ("crosetto", "क्रोसेटो"),
        ("fincantieri", "फिनकांतिएरी"),
        ("leonardo", "लियोनार्डो"),
        ("rajnath", "राजनाथ"),
        ("brescia", "ब्रेशिया"),
        ("mattarella", "मैटरेला"),
    ],
)
def test_a_name_has_the_same_consonants_in_both_scripts(latin: str, hindi: str) -> None:
    assert skeleton(latin) == skeleton(hindi) != ""


def test_names_are_words_with_a_capital_and_all_hindi_words() -> None:
    assert names("The minister Crosetto met") == {skeleton("crosetto")}
    assert skeleton("क्रोसेटो") in names("रक्षा मंत्री क्रोसेटो")


def test_a_headline_in_capitals_and_small_letters_is_told_apart() -> None:
    assert is_title_case("Ministers Sign Defence Roadmap in Rome")
    assert not is_title_case("Ministers sign defence roadmap in Rome")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10,000 nurses", {10_000}),
        ("10.000 infermieri", {10_000}),
        ("10mila infermieri", {10_000}),
        ("१०,००० नर्स", {10_000}),
        ("3.5 billion euros", {3.5e9}),
        ("3,5 miliardi di euro", {3.5e9}),
        ("377 milioni", {377e6}),
        ("500 crore rupees", {500e7}),
        ("15 लाख", {15e5}),
        ("in 2026, with 3 ships", set()),
        ("C-295 and 5G", {295}),
    ],
)
def test_numbers_are_compared_by_value(text: str, values: set[float]) -> None:
    assert numbers(text) == values


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert all(len(name) >= 3 for name in names(text))
    assert all(number >= 11 for number in numbers(text))
