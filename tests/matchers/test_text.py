"""Words of any script, folded, with the way back to where they stand."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.foldranges import RANGES
from matchers.letters import fold_one, is_composed
from matchers.text import BREAK, exact, fold, is_shouted, read, word_spans

# What a reader takes for the words of a text, per language and trap. One row per trap.
WORDS = [
    # English
    ("India's trade-deal", "india s trade deal"),
    ("don’t — “quote”", "don t quote"),
    ("I.S.R.O. and the U.S. Navy", "isro and the us navy"),
    ("Dr. Rao met S. Jaishankar.", "dr rao met s jaishankar"),
    ("10,000 at 4.0 percent, 2+2", "10000 at 40 percent 2 2"),
    ("co\u00adoperation zero\u200bwidth", "cooperation zerowidth"),
    ("R&D in naïve Café", "r d in naive cafe"),
    ("state-of-the-art 5G/6G, e-mobility", "state of the art 5g 6g e mobility"),
    ("AT&T's £3.5bn #deal @home", "at t s 35bn deal home"),
    # Italian
    ("dell'India, l’Italia", "dell india l italia"),
    ("città perché Talò TALO\u0300", "citta perche talo talo"),
    ("Forlì-Cesena: più", "forli cesena piu"),
    ("20.000 lavoratori", "20000 lavoratori"),
    ("un po’ d’Italia all’«Expo»", "un po d italia all expo"),
    ("l'11° Comitato, 3,8 mld", "l 11 comitato 38 mld"),
    ("dell\u2018Asi quell'accordo", "dell asi quell accordo"),
    # Hindi
    ("भारत और इटली के बीच", "भारत और इटली के बीच"),
    ("ज़रूर \u095bरूर जरूर", "जरूर जरूर जरूर"),
    ("हिन्द हिंद केन्द्र केंद्र", "हिंद हिंद केंद्र केंद्र"),
    ("सम्बन्ध संबंध", "संबंध संबंध"),
    ("क\u094d\u200dष मा\u200cन", "क्ष मान"),
    ("मेलॉनी मेलोनी; १०,०००।", "मेलोनी मेलोनी 10000"),
    ("एस. जयशंकर", "एस जयशंकर"),
    ("चाँद चांद", "चांद चांद"),
    ("भारत-इटली, पीएम मोदी-मेलोनी", "भारत इटली पीएम मोदी मेलोनी"),
    ("लाखों-करोड़ों रुपये।", "लाखों करोडों रुपये"),
    ("‘ऑपरेशन’ ॐ १९४७", "ओपरेशन ओ 1947"),
    ("पड़ताल पढ़ाई", "पडताल पढाई"),
    # other scripts
    ("Ёлка и Йога", "елка и йога"),
    ("اَلْهِنْد وإيطاليا", "الهند وايطاليا"),
    ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
    ("Straße Œuvre ﬁne", "strasse oeuvre fine"),
    ("日伊協力", "日 伊 協 力"),
    ("イタリアとGCAP計画", "イ タ リ ア と gcap 計 画"),
    ("\u1112\u1161\u11ab글", "한글"),
    ("ＡＢＣ１２", "abc12"),
    ("no\u00a0break\ttab\nline", "no break tab line"),
    ("😀 smile🇮🇹flag", "smile flag"),
    ("", ""),
    ("… — !", ""),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_a_text_is_folded_into_its_words(text: str, words: str) -> None:
    assert fold(text) == words


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_every_word_is_found_where_it_stands(text: str, words: str) -> None:
    assert " ".join(fold(text[start:end]) for start, end in word_spans(text)) == words


def test_terms_for_exact_case_keep_case_and_accents() -> None:
    assert exact("Modi\u0300 e A.S.I.") == "Modì e ASI"
    assert exact("dell'ASI") == "dell ASI"


def test_capitals_say_nothing_in_a_headline_that_has_only_capitals() -> None:
    assert is_shouted("MELONI A NUOVA DELHI")
    assert not is_shouted("MELONI a Nuova Delhi")
    assert not is_shouted("इटली 2025")


def test_title_and_summary_are_counted_through_with_a_break_between() -> None:
    text = read("India, Italy", "Rome said.")
    assert text.folded == f" india italy {BREAK} rome said "
    assert text.words == ["india", "italy", BREAK, "rome", "said"]
    assert text.title_words == 2
    assert text.spans == [("title", 0, 5), ("title", 7, 12), ("", 0, 0), ("summary", 0, 4), ("summary", 5, 9)]


@given(st.text())
def test_no_text_breaks_it_and_no_word_is_lost(text: str) -> None:
    words = fold(text).split()
    spans = word_spans(text)
    assert len(spans) == len(words)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


SCRIPTS = ("aèIßﬁ.’-,12 Me\u0300\u00ad", "मन्दिहंरतज़़ँ\u200d ।१", "日タab1 \u3000", "한\u1112\u1161\u11ab 가.", "اَلْهِنْد ء")


@given(st.one_of([st.text(alphabet=script) for script in SCRIPTS]))
def test_what_stands_at_a_word_folds_to_it(text: str) -> None:
    assert [fold(text[start:end]) for start, end in word_spans(text)] == fold(text).split()


@given(st.text())
def test_composed_and_decomposed_texts_have_the_same_words(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert fold(decomposed) == fold(unicodedata.normalize("NFC", text))


@given(st.text(), st.text())
def test_two_fields_are_read_as_they_are_alone(title: str, summary: str) -> None:
    text = read(title, summary)
    assert len(text.spans) == len(text.words) == len(text.written(0, len(text.words)))
    assert text.words.index(BREAK) == text.title_words


def test_the_ranges_are_the_characters_that_need_folding() -> None:
    codes = [*range(0x3400), *range(0xA4D0, 0xAC00), *range(0xD800, 0xE000), *range(0xF900, 0x10000)]
    asked = [code for code in codes if fold_one(chr(code)) != chr(code).lower() or chr(code) == "Σ"]
    written = [code for first, last in map(_ends, RANGES.split()) for code in range(first, last + 1)]
    # Python's next version may know more letters; those that it does not know are to be looked at.
    known = {code for code in written if unicodedata.category(chr(code)) == "Cn" or code in asked}
    assert known == set(asked), f"write into matchers/foldranges.py: {' '.join(_ranges(asked))}"


def _ends(word: str) -> tuple[int, int]:
    first, _, last = word.partition("-")
    return int(first, 16), int(last or first, 16)


def _ranges(codes: list[int]) -> list[str]:
    there = set(codes)
    starts = [code for code in codes if code - 1 not in there]
    ends = [code for code in codes if code + 1 not in there]
    return [f"{a:x}-{b:x}" if b > a else f"{a:x}" for a, b in zip(starts, ends, strict=True)]


PAIRS = "aZé9 .’\u200d" + "".join(map(chr, range(0x900, 0x980)))


@pytest.mark.parametrize("second", PAIRS)
def test_what_is_taken_for_composed_is_composed(second: str) -> None:
    pairs = [first + second for first in PAIRS]
    taken = [pair for pair in pairs if is_composed(pair)]
    assert taken == [pair for pair in taken if unicodedata.is_normalized("NFC", pair)]


@given(st.text(alphabet=PAIRS))
def test_no_longer_text_is_taken_for_composed_either(text: str) -> None:
    assert unicodedata.is_normalized("NFC", text) or not is_composed(text)


def test_half_a_surrogate_pair_separates_words() -> None:
    text = read("India \ud800 Italy", "\udfffa")
    assert text.folded.split() == ["india", "italy", BREAK, "a"]
    assert text.folded.encode()
