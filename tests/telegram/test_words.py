"""The fixed texts: there in every language, whole, and said as readers of the language say it."""

from __future__ import annotations

import gettext
import re
from datetime import date
from string import Formatter

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram import staffwords, words
from bot.telegram.words import Plural, say, say_n

OTHERS = tuple(lang for lang in words.LANGUAGES if lang != "en")


def texts() -> list[str | Plural]:
    """Every text that readers may see."""
    found: list[str | Plural] = []
    for name, value in [*vars(words).items(), *vars(staffwords).items()]:
        if name.isupper() and name[0] != "_" and name not in {"LANGUAGES", "LOCALE", "OWN_NAMES", "ENGLISH_NAMES"}:
            found += _texts_of(value)
    return list(dict.fromkeys(found))


def _texts_of(value: object) -> list[str | Plural]:
    match value:
        case str() | Plural():
            return [value]
        case tuple():
            return [text for _, text in value]
        case dict():
            return list(value.values())
    raise AssertionError(f"what kind of text is {value!r}?")


def catalogue(lang: str) -> dict[str | Plural, tuple[str, ...]]:
    with (words.LOCALE / f"{lang}.po").open("rb") as file:
        return {
            entry.id if isinstance(entry.id, str) else Plural(*entry.id): (
                (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
            )
            for entry in read_po(file, locale=lang, abort_invalid=True)
            if entry.id
        }


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_has_its_translation_and_no_translation_is_left_over(lang: str) -> None:
    assert set(catalogue(lang)) == set(texts())
    assert [text for text, said in catalogue(lang).items() if not all(said)] == []


@pytest.mark.parametrize("lang", OTHERS)
def test_translations_keep_placeholders_tags_and_commands(lang: str) -> None:
    for text, said in catalogue(lang).items():
        for form in said:
            assert _parts(form) == _parts(text if isinstance(text, str) else text.many), form


@pytest.mark.parametrize("lang", OTHERS)
def test_what_is_compiled_is_what_is_written(lang: str) -> None:
    with (words.LOCALE / f"{lang}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for text, said in catalogue(lang).items():
        if isinstance(text, Plural):
            assert tuple(compiled.ngettext(*text, n) for n in (1, 5)) == said, "run `make texts`"
        else:
            assert (compiled.gettext(text),) == said, "run `make texts`"


@pytest.mark.parametrize("lang", OTHERS)
def test_a_translation_is_in_the_script_of_its_language(lang: str) -> None:
    for said in catalogue(lang).values():
        assert all(bool(re.search("[ऀ-ॿ]", form)) == (lang == "hi") for form in said), said


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 2, 5, 11, 21, 100, 101])
def test_the_form_for_a_number_is_the_one_unicode_names(lang: str, n: int) -> None:
    one = Locale(lang).plural_form(n) == "one"
    assert say_n(words.REPORTS, n, lang) == say_n(words.REPORTS, 1 if one else 5, lang)


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(words.LANGUAGES))
def test_numbers_are_grouped_as_unicode_says(n: int, lang: str) -> None:
    assert words.number(n, lang) == format_decimal(n, locale=lang)


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_named_as_unicode_says(lang: str, month: int) -> None:
    name = Locale(lang).months["format"]["abbreviated"][month]
    assert words.day(date(2026, month, 7), lang) == f"7 {name} 2026"


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_days_of_the_week_are_named_as_unicode_says(lang: str) -> None:
    monday = date(2026, 11, 23)
    names = [words.weekday(monday.replace(day=monday.day + number), lang) for number in range(7)]
    assert names == [Locale(lang).days["format"]["abbreviated"][number] for number in range(7)]


@given(st.integers(min_value=0, max_value=1000), st.sampled_from(words.LANGUAGES))
def test_shares_are_written_as_unicode_says(tenths: int, lang: str) -> None:
    assert words.decimal(tenths / 10, 1, lang) == format_decimal(tenths / 10, "0.0", locale=lang)


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert words.language("pt-BR") == "en"
    assert words.language("hi-IN") == "hi"
    assert say(words.OPEN, "xx") == "Open"


def _parts(text: str) -> list[str]:
    """What a translation may not change: placeholders, tags, commands and line breaks."""
    fields = [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None]
    return sorted([*fields, *re.findall(r"</?\w+>|(?<!\w)/[a-z]+|https://|\n", text)])
