"""The language of an item, from its own words: never from what its feed declares."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

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
_SCORES: dict[str, tuple[str, ...]] = {}
for _lang, _words in _STOP_WORDS.items():
    for _word in set(fold(_words).split()):
        _SCORES[_word] = (*_SCORES.get(_word, ()), _lang)
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


def detect(text: str, words: list[str]) -> str:
    """The language code of a text, or "und" where nothing tells. `words` are its folded words.

    A script used by one language of ours decides alone; between the languages of the Latin script the small words do.
    """
    if not text.isascii():
        script = _script(text)
        if script:
            return script
    return _by_small_words(words)


# Letters; not the marks, quotes and signs of which any headline may have one.
_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u2c00-\U0010ffff]")


def _script(text: str) -> str | None:
    """The language of the commonest script that is not Latin, if it makes up a third of the letters."""
    if not _BEYOND_LATIN.search(text):
        return None
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


def _by_small_words(words: list[str]) -> str:
    scores: dict[str, float] = {}
    for word in words:
        langs = _SCORES.get(word)
        if langs:
            for lang in langs:
                scores[lang] = scores.get(lang, 0) + 1 / len(langs)
    long = [word for word in words if len(word) > 3 and word.isascii() and word.isalpha()]
    if len(long) > 2:
        # Nearly every Italian word ends in a vowel, hardly an English one: that tells where small words are few.
        vowels = sum(word[-1] in "aeio" for word in long) / len(long)
        scores["it"] = scores.get("it", 0) + 2 * max(0.0, vowels - 0.6)
        scores["en"] = scores.get("en", 0) + 2 * max(0.0, 0.6 - vowels)
    ranked = sorted(scores, key=lambda lang: -scores[lang])
    if not ranked or scores[ranked[0]] < _LEAST:
        return "und"
    return ranked[0] if len(ranked) == 1 or scores[ranked[0]] > scores[ranked[1]] + 0.1 else "und"


_LEAST = 0.3


def is_small(word: str) -> bool:
    """Whether a folded word is one of those that only hold a sentence together, in any language known here."""
    return word in _SCORES or word in _HINDI_SMALL


_HINDI_SMALL = frozenset(
    fold(
        "के का की को में से पर ने और है हैं था थी थे यह वह इस उस एक भी तक लिए साथ कर करने किया करेंगे होगा हुए हुई गया गई"
        " जा रहे रही रहा बाद ही तो कि जो अपने या वाले"
    ).split()
)
