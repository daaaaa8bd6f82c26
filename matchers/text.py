"""Text as matching sees it: folded words in any script, with the way back to offsets in the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from matchers.letters import BREAK, GONE, STAR, UNSPACED, ZERO_WIDTH, in_place, is_composed, squeezed

__all__ = ["BREAK", "STAR", "Text", "exact", "fold", "is_shouted", "read", "word_spans"]

_BREAK = f" {BREAK} "
_COUNTED = 2_000  # so far counting spaces anew for every hit is the faster way; behind it their places are looked up


@dataclass
class Text:
    """An item's title and summary, folded. `folded` is what terms are searched in: words with one space on either
    side. Words are counted through both fields; word `title_words` is the break between them."""

    title: str
    summary: str
    folded: str

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

    def written(self, first: int, last: int) -> list[str]:
        """The words from `first` up to `last`, as written."""
        joined = self._joined
        return [_as_written(joined[start:end]) for start, end in self._places[first:last]]

    @property
    def _joined(self) -> str:
        return f"{self.title}{_BREAK}{self.summary}"

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        """For every word where it starts and ends in both fields together."""
        return word_spans(self._joined)

    @cached_property
    def spans(self) -> list[tuple[str, int, int]]:
        """For every word its field, and where it starts and ends there, in code points of the original."""
        spans = self._places
        shift = len(self.title) + len(_BREAK)
        title = [("title", start, end) for start, end in spans[: self.title_words]]
        summary = [("summary", start - shift, end - shift) for start, end in spans[self.title_words + 1 :]]
        return [*title, ("", 0, 0), *summary]


def read(title: str, summary: str) -> Text:
    """Folds both fields. Never fails, whatever the characters."""
    if BREAK in title or BREAK in summary:
        title, summary = title.replace(BREAK, " "), summary.replace(BREAK, " ")
    return Text(title, summary, f" {fold(f'{title}{_BREAK}{summary}')} ")


def fold(text: str) -> str:
    """The words of a text, folded and separated by one space.

    Case, Latin and Greek accents, the Hindi nukta and the two ways to write a nasal are folded; zero-width
    characters vanish; apostrophes, hyphens and other punctuation separate words; dots inside acronyms and
    separators inside numbers vanish; each letter of a script without spaces is a word of its own.
    """
    prepared = _prepared(text)
    folded = squeezed(prepared)
    if folded is None:
        return " ".join(_UNEVEN.sub(_lengthen, in_place(prepared).replace(GONE, "")).split())
    return _NASAL.sub("ं", folded) if "्" in folded else folded


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of `fold(text)` stand in `text`: start and end in code points, in order."""
    flat = in_place(_prepared(text))
    if GONE in flat or not flat.isascii():
        spans = [m.span(1) for m in _WORD.finditer(flat)]
    else:
        spans = [m.span() for m in _PLAIN_WORD.finditer(flat)]
    if len(text) == len(flat) and (is_composed(text) or unicodedata.is_normalized("NFC", text)):
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
    return "".join(char for char in _composed(word) if char not in ZERO_WIDTH and char != ".")


def is_shouted(text: str) -> bool:
    """True when a text has capitals and no small letters: its case says nothing."""
    return text.isupper()


# --- folding ----------------------------------------------------------------------------------------------

_PLAIN_WORD = re.compile(r"\S+")
_WORD = re.compile(f"{GONE}*((?:[{UNSPACED}]|[^ {GONE}{UNSPACED}][^ {UNSPACED}]*))")

# A dot or comma between digits, a dot between single letters (I.S.R.O.): not a border between words. A pattern that
# begins with a plain character is looked for several times faster than one that begins with a choice.
_INNER_DOT = re.compile(r"\.(?:(?<=\d.)(?=\d)|(?<=(?<![^\W\d_])[^\W\d_]\.)(?=[^\W\d_](?![^\W\d_])))")
_INNER_COMMA = re.compile(r",(?<=\d,)(?=\d)")

_SPELLED_OUT = {"ß": "ss", "æ": "ae", "œ": "oe", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "þ": "th"}
# न् before त, म् before प and so on are written as anusvara as well (हिन्द, हिंद).
_BEFORE = "्(?:(?<=ङ्)(?=[क-घ])|(?<=ञ्)(?=[च-झ])|(?<=ण्)(?=[ट-ढ])|(?<=न्)(?=[त-ध])|(?<=म्)(?=[प-भ]))"
_NASAL = re.compile(f"[ङञणनम]{_BEFORE}")
_LENGTHENED = "".join(_SPELLED_OUT) + UNSPACED
# What changes the length of a text: one pass looks for all of it, because a pass costs more than what it finds.
_UNEVEN = re.compile(f"[ङञणनम{_LENGTHENED}](?:(?<=[{_LENGTHENED}])|{_BEFORE})")


def _prepared(text: str) -> str:
    """Composed, and without the dots and commas inside words."""
    text = _composed(text)
    if "." in text:
        text = _INNER_DOT.sub(GONE, text)
    return _INNER_COMMA.sub(GONE, text) if "," in text else text


def _lengthen(found: re.Match[str]) -> str:
    char = found[0]
    if len(char) > 1:
        return "ं"
    return _SPELLED_OUT.get(char) or f" {char} "


def _composed(text: str) -> str:
    return text if text.isascii() or is_composed(text) else unicodedata.normalize("NFC", text)


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
