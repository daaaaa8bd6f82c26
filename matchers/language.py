"""The language of an item, from its own words: never from what its feed declares."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from matchers.letters import hindi_letters
from matchers.text import fold

# Words so common that a headline of six words usually holds one, and that the others do not share.
_STOP_WORDS = {
    "en": "the and of to in for with on is are was were be been has have will by from at as its it that this after over"
    " an or not new who what how why says said their his her about into more than would could you your we he she they",
    "it": "il lo la gli le di del della dello dei degli delle dell da dal dalla dai dalle nel nella nei nelle sul sulla"
    " sulle al alla ai alle un una uno e ed che per con tra fra non si è sono era ha hanno anche come dopo ecco più"
    " sua suo questo questa loro l d dall nell all sull ma se ora via quello in a",
    "fr": "le la les des du de un une et est dans pour avec sur au aux par que qui son sa ses ce cette plus pas sont"
    " ont entre été",
    "de": "der die das und ist im in den dem des mit für auf von zu ein eine einen einer nicht auch sich bei nach wird"
    " werden hat haben als aus über wie zum zur",
    "es": "el la los las de del y en que un una con para por se su sus al es son más como lo entre ha han fue este esta"
    " sobre tras",
    "pt": "o a os as de do da dos das e em que um uma com para por se no na nos nas ao é são mais como foi sobre entre",
}
_POINTS = 60  # of a word, shared by the languages that have it: one to six of them share without a remainder
_FIELD = 24  # bits for the points of a language, so that one sum counts those of all
_FIELDS = {lang: _FIELD * number for number, lang in enumerate(_STOP_WORDS)}
_SCRIPTS = {
    "DEVANAGARI": "hi",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "HANGUL": "ko",
    "GREEK": "el",
    "HEBREW": "he",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "THAI": "th",
}


def detect(text: str, words: Sequence[str]) -> str:
    """The language code of a text, or "und" where nothing tells. `words` are its folded words.

    A script used by one language of ours decides alone; between the languages of the Latin script the small words do.
    """
    if not text.isascii():
        script = _script(text)
        if script:
            return script
    return _by_small_words(words)


def _told_by() -> dict[str, int]:
    """For every small word its points, each language's in its own field."""
    langs: dict[str, list[str]] = {}
    for lang, words in _STOP_WORDS.items():
        for word in set(fold(words).split()):
            langs.setdefault(word, []).append(lang)
    return {word: sum(_POINTS // len(of) << _FIELDS[lang] for lang in of) for word, of in langs.items()}


_TOLD_BY = _told_by()

# Letters; not the marks, quotes and signs of which any headline may have one.
_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2c00-\U0010ffff]")


def _script(text: str) -> str | None:
    """The language of the commonest script that is not Latin, if it makes up a third of the letters."""
    if not _BEYOND_LATIN.search(text):
        return None
    counted = hindi_letters(text)
    if counted is not None:
        hindi, letters = counted
        return "hi" if 0 < hindi * 3 >= letters else None
    return _commonest(text)


def _commonest(text: str) -> str | None:
    counts: Counter[str] = Counter()
    for char, times in Counter(text).items():
        if char.isalpha():
            counts[_script_of(char)] += times
    letters = sum(counts.values())
    if counts["ja"]:
        counts["ja"] += counts.pop("zh", 0)
    best = max((lang for lang in counts if lang), key=lambda lang: (counts[lang], lang), default=None)
    return best if best is not None and counts[best] * 3 >= letters else None


@lru_cache(maxsize=8192)
def _script_of(char: str) -> str:
    return (
        _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0].removesuffix("-UNIFIED"), "") if char > "\u02ff" else ""
    )


def _by_small_words(words: Sequence[str]) -> str:
    told = sum(filter(None, map(_TOLD_BY.get, words)))
    scores = {lang: (told >> field & _ALL) / _POINTS for lang, field in _FIELDS.items()}
    if not _leads(scores, by=_LEAD + _ENDINGS_TELL):
        _add_endings(scores, words)
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= _LEAST and _leads(scores, by=_LEAD) else "und"


def _leads(scores: Mapping[str, float], *, by: float) -> bool:
    """Whether the best is that far before the next."""
    second, best = sorted(scores.values())[-2:]
    return best > second + by


def _add_endings(scores: dict[str, float], words: Iterable[str]) -> None:
    """Nearly every Italian word ends in a vowel, hardly an English one: that tells where small words are few."""
    ends = "".join([word[-1] for word in words if len(word) > 3 and word.isascii() and word.isalpha()])
    if len(ends) > 2:
        vowels = sum(map(ends.count, "aeio")) / len(ends)
        scores["it"] += 2 * max(0.0, vowels - 0.6)
        scores["en"] += 2 * max(0.0, 0.6 - vowels)


_ALL = (1 << _FIELD) - 1
_LEAST = 0.3
_LEAD = 0.1
_ENDINGS_TELL = 1.2  # at most


SMALL_WORDS = frozenset(_TOLD_BY).union(
    fold(
        "के का की को में से पर ने और है हैं था थी थे यह वह इस उस एक भी तक लिए साथ कर करने किया करेंगे होगा हुए हुई गया गई"
        " जा रहे रही रहा बाद ही तो कि जो अपने या वाले"
    ).split()
)
"""Folded words that only hold a sentence together, in any language known here."""
