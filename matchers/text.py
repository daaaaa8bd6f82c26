"""Text as matching sees it: folded words in any script, with the way back to offsets in the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from matchers.foldranges import character_class

STAR = "\ue000"
"""Stands for the `*` of a stem inside a folded term; a private-use code point, so that it stays inside its word."""
BREAK = "\x02"
"""The word between title and summary: no term contains it, so no phrase runs from one into the other."""
_BREAK = f" {BREAK} "
_COUNTED = 2_000  # so far counting spaces anew for every hit is the faster way; behind it their places are looked up
_GONE = "\x01"  # a character that does not count; kept while folding so that every position stays where it was


@dataclass
class Text:
    """An item's title and summary, folded. `folded` is what terms are searched in: words with one space on either
    side. Words are counted through both fields; word `title_words` is the break between them."""

    title: str
    summary: str
    folded: str
    flat: str

    @cached_property
    def title_words(self) -> int:
        return self.word_at(self.folded.index(BREAK))

    def word_at(self, position: int) -> int:
        """The number of the word that begins at `position` of `folded`."""
        if position <= _COUNTED:
            return self.folded.count(" ", 0, position) - 1
        return bisect_left(self._spaces, position) - 1

    @cached_property
    def _spaces(self) -> list[int]:
        return [place for place, char in enumerate(self.folded) if char == " "]

    @cached_property
    def words(self) -> list[str]:
        return self.folded.split()

    @cached_property
    def exact_words(self) -> list[str]:
        """The words as written, one for each folded word."""
        joined = f"{self.title}{_BREAK}{self.summary}"
        return [_as_written(joined[start:end]) for start, end in _spans(joined, self.flat)]

    @cached_property
    def spans(self) -> list[tuple[str, int, int]]:
        """For every word its field, and where it starts and ends there, in code points of the original."""
        spans = _spans(f"{self.title}{_BREAK}{self.summary}", self.flat)
        shift = len(self.title) + len(_BREAK)
        title = [("title", start, end) for start, end in spans[: self.title_words]]
        summary = [("summary", start - shift, end - shift) for start, end in spans[self.title_words + 1 :]]
        return [*title, ("", 0, 0), *summary]


def read(title: str, summary: str) -> Text:
    """Folds both fields. Never fails, whatever the characters."""
    if BREAK in title or BREAK in summary:
        title, summary = title.replace(BREAK, " "), summary.replace(BREAK, " ")
    flat = _in_place(_composed(f"{title}{_BREAK}{summary}"))
    return Text(title, summary, f" {_compact(flat)} ", flat)


def fold(text: str) -> str:
    """The words of a text, folded and separated by one space.

    Case, Latin and Greek accents, the Hindi nukta and the two ways to write a nasal are folded; zero-width
    characters vanish; apostrophes, hyphens and other punctuation separate words; dots inside acronyms and
    separators inside numbers vanish; each letter of a script without spaces is a word of its own.
    """
    return _compact(_in_place(_composed(text)))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of `fold(text)` stand in `text`: start and end in code points, in order."""
    return _spans(text, _in_place(_composed(text)))


def _spans(text: str, flat: str) -> list[tuple[int, int]]:
    if _GONE in flat or not flat.isascii():
        spans = [m.span(1) for m in _WORD.finditer(flat)]
    else:
        spans = [m.span() for m in _PLAIN_WORD.finditer(flat)]
    if len(text) == len(flat) and unicodedata.is_normalized("NFC", text):
        return spans
    origins = list(_origins(text))
    return [(origins[start][0], origins[end - 1][1]) for start, end in spans]


def exact(text: str) -> str:
    """The words of a text as written, composed (NFC) and without characters that do not count: for terms that ask
    for case and accents."""
    return " ".join(_as_written(text[start:end]) for start, end in word_spans(text))


def _as_written(word: str) -> str:
    if word.isalnum() and word.isascii():
        return word
    return "".join(char for char in _composed(word) if char not in _ZERO_WIDTH and char != ".")


def is_shouted(text: str) -> bool:
    """True when a text has capitals and no small letters: its case says nothing."""
    return text.isupper()


# --- folding ----------------------------------------------------------------------------------------------

# Scripts written without spaces: kana, Chinese characters, Thai, Lao, Khmer, Burmese.
_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003134f"
)
_PLAIN_WORD = re.compile(r"\S+")
_WORD = re.compile(f"{_GONE}*((?:[{_UNSPACED}]|[^ {_GONE}{_UNSPACED}][^ {_UNSPACED}]*))")

# A dot or comma between digits, a dot between single letters (I.S.R.O.): not a border between words.
_INNER = re.compile(r"[.,](?:(?<=\d.)(?=\d)|(?<=(?<![^\W\d_])[^\W\d_]\.)(?=[^\W\d_](?![^\W\d_])))")

_ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c\u0640\u034f" + _GONE)
_FOLD_ALIKE = {
    "\u0950": "\u0913",
    "ऑ": "ओ",
    "ॉ": "ो",
    "ॅ": "े",
    "ँ": "ं",
    "ё": "е",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ς": "σ",
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
}
_NUKTA = "\u093c"
_SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "þ": "th"}
# न् before त, म् before प and so on are written as anusvara as well (हिन्द, हिंद).
_NASAL = "्(?:(?<=ङ्)(?=[क-घ])|(?<=ञ्)(?=[च-झ])|(?<=ण्)(?=[ट-ढ])|(?<=न्)(?=[त-ध])|(?<=म्)(?=[प-भ]))"
_LENGTHENED = "".join(_SPELLED_OUT) + _UNSPACED
# What changes the length of a text: one pass looks for all of it, because a pass costs more than what it finds.
_UNEVEN = re.compile(f"[ङञणनम{_LENGTHENED}](?:(?<=[{_LENGTHENED}])|{_NASAL})")


def fold_one(char: str) -> str:
    """What a single character becomes."""
    category = unicodedata.category(char)
    if char in _ZERO_WIDTH or char == _NUKTA or category == "Cf":
        return _GONE
    if category[0] == "M":
        return _GONE if _is_accent(char) else _FOLD_ALIKE.get(char, char)
    if category[0] not in "LN" and category != "Co":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(char))
    return _fold_letter(char)


def _fold_letter(char: str) -> str:
    lower = unicodedata.normalize("NFKC", char).lower()
    if len(lower) != 1:
        lower = char.lower() if len(char.lower()) == 1 else char.lower()[0]
    lower = _FOLD_ALIKE.get(lower, lower)
    base = unicodedata.normalize("NFD", lower)[0]
    name = unicodedata.name(base, "")
    # Only there is a letter without its mark still the same letter: й is not и, ड़ is ड only by our choice.
    return base if name.startswith(("LATIN", "GREEK", "DEVANAGARI")) else lower


def _is_accent(char: str) -> bool:
    """Combining marks of Latin, Greek and Cyrillic, and Arabic vowel marks, which are seldom written."""
    return "\u0300" <= char <= "\u036f" or "\u064b" <= char <= "\u0652" or char == "\u0670"


_ASCII = {code: BREAK if chr(code) == BREAK else fold_one(chr(code)) for code in range(128)}
# Finding the characters that need more than `lower()` is several times faster than looking every character up.
_SPECIAL = re.compile(f"[{character_class()}\U00010000-\U0010ffff]")
# What each becomes, as they are met. lower() looks at the neighbours of Σ: it would be ς at the end of a word.
_FOLDS = {BREAK: BREAK, "Σ": "σ"}


def _in_place(text: str) -> str:
    """The folded text with every character in its place: one for one."""
    if text.isascii():
        return _INNER.sub(_GONE, text).translate(_ASCII)
    return _SPECIAL.sub(_replace, text).lower()


def _replace(found: re.Match[str]) -> str:
    char = found[0]
    folded = _FOLDS.get(char)
    if folded is not None:
        return folded
    if char in ".,":
        after = found.end()
        inside = found.string[after : after + 1].isalnum() and _INNER.match(found.string, after - 1)
        return _GONE if inside else " "
    folded = _FOLDS[char] = fold_one(char)
    return folded


def _compact(flat: str) -> str:
    if _GONE in flat:
        flat = flat.replace(_GONE, "")
    if not flat.isascii():
        flat = _UNEVEN.sub(_lengthen, flat)
    return " ".join(flat.split())


def _lengthen(found: re.Match[str]) -> str:
    char = found[0]
    if len(char) > 1:
        return "ं"
    return _SPELLED_OUT.get(char) or f" {char} "


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _origins(text: str) -> Iterator[tuple[int, int]]:
    """For each character of the composed text the stretch of the original it came from."""
    for cluster in _clusters(text):
        composed = unicodedata.normalize("NFC", text[cluster[0] : cluster[1]])
        yield from [cluster] * len(composed)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that normalise independently of each other: a starter and what follows it up to the next."""
    start = 0
    for index in range(1, len(text)):
        if not _joins(text[index]):
            yield start, index
            start = index
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _joins(char: str) -> bool:
    return unicodedata.combining(char) != 0 or unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"
