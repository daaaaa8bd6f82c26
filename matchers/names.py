"""What two texts of different languages still share: names by their consonants, numbers by their value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from matchers.text import fold

_HINDI = str.maketrans(
    {
        **dict.fromkeys("कखक़ख़", "k"),
        **dict.fromkeys("गघग़", "g"),
        **dict.fromkeys("चछ", "c"),
        **dict.fromkeys("जझज़", "j"),
        **dict.fromkeys("टठतथ", "t"),
        **dict.fromkeys("डढदध", "d"),
        **dict.fromkeys("णनङञ", "n"),
        "ं": "n",
        "प": "p",
        "फ": "f",
        **dict.fromkeys("बभ", "b"),
        "म": "m",
        "र": "r",
        **dict.fromkeys("लळ", "l"),
        "व": "v",
        **dict.fromkeys("शषस", "s"),
        **dict.fromkeys("अआइईउऊएऐओऔािीुूेैोौयह्ः़", ""),
    }
)
_LATIN = (
    (re.compile("sch|sh|sc(?=[ei])"), "s"),
    (re.compile("ch(?=[ei])|ck|qu|q|kh"), "k"),
    (re.compile("ph"), "f"),
    (re.compile("tch|ch"), "c"),
    (re.compile("c(?=[ei])"), "s"),
    (re.compile("g(?=[ei])|z|dj"), "j"),
    (re.compile("x"), "ks"),
    (re.compile("c"), "k"),
    (re.compile("w"), "v"),
    (re.compile("m(?=[bp])"), "n"),
    (re.compile("[aeiouyh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=16384)
def skeleton(word: str) -> str:
    """The consonants of a folded word, alike for Meloni and मेलोनी; empty where too few are left to tell."""
    if word.isascii():
        bones = word
        for pattern, letter in _LATIN:
            bones = pattern.sub(letter, bones)
    else:
        bones = _DOUBLE.sub(r"\1", word.translate(_HINDI))
    return bones if len(bones) >= 3 and bones.isascii() else ""


_CAPITAL = re.compile(r"[^\W\d_a-zà-ÿ][\w'’]+")


def names(text: str) -> frozenset[str]:
    """Skeletons of what may be names: words with a capital, and every Hindi word, since Hindi has no capitals."""
    words = fold(" ".join(_CAPITAL.findall(text))).split()
    if not text.isascii():
        words += [word for word in fold(text).split() if not word.isascii()]
    return frozenset(filter(None, map(skeleton, words)))


def is_title_case(text: str) -> bool:
    """Whether nearly every longer word has a capital, as English headlines are often set: then capitals say nothing."""
    words = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,]\d{3})+(?!\d)|(?<![\w])\d+(?:[.,]\d{1,2})?(?!\d)")
_SCALE = {
    "thousand": 10**3,
    "mila": 10**3,
    "k": 10**3,
    "हजार": 10**3,
    "lakh": 10**5,
    "लाख": 10**5,
    "million": 10**6,
    "milion": 10**6,
    "mln": 10**6,
    "mn": 10**6,
    "मिलियन": 10**6,
    "crore": 10**7,
    "करोड": 10**7,
    "billion": 10**9,
    "miliard": 10**9,
    "mld": 10**9,
    "bn": 10**9,
    "अरब": 10**9,
    "बिलियन": 10**9,
}


def numbers(text: str) -> frozenset[float]:
    """The numbers of a text by value: 10,000, 10.000, 10mila and १०,००० are one. Years and small ones are left out."""
    if _DIGIT.search(text) is None:
        return frozenset()
    return frozenset(value for value in _values(text) if value >= 11 and not 1990 <= value <= 2060)


def _values(text: str) -> Iterator[float]:
    for found in _NUMBER.finditer(text):
        digits = found[0]
        grouped = re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits)
        value = float(re.sub("[.,]", "", digits) if grouped else digits.replace(",", "."))
        yield value * _scale(text[found.end() : found.end() + 14])


@lru_cache(maxsize=4096)
def _scale(behind: str) -> int:
    """What a number is multiplied by for the word behind it; one letter alone is no word."""
    following = fold(behind).split(" ")[0]
    if len(following) < 2:
        return 1
    return next((factor for word, factor in _SCALE.items() if following.startswith(word)), 1)
