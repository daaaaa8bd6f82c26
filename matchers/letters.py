"""Letters: what each character becomes when text is folded, and how that is done for a whole text at once."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchers.foldranges import character_class

if TYPE_CHECKING:
    from _codecs import _EncodingMap

STAR = "\ue000"
"""Stands for the `*` of a stem inside a folded term; a private-use code point, so that it stays inside its word."""
BREAK = "\x02"
"""The word between title and summary: no term contains it, so no phrase runs from one into the other."""
GONE = "\x01"
"""A character that does not count; kept while folding so that every position stays where it was."""

# Scripts written without spaces: kana, Chinese characters, Thai, Lao, Khmer, Burmese.
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003134f"
)
ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c\u0640\u034f" + GONE)
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


def fold_one(char: str) -> str:
    """What a character of a composed text becomes: one for one."""
    category = unicodedata.category(char)
    if char in ZERO_WIDTH or char == _NUKTA or category == "Cf":
        return GONE
    if category[0] == "M":
        return GONE if _is_accent(char) else _FOLD_ALIKE.get(char, char)
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


# Finding the characters that need more than `lower()` is several times faster than looking every character up.
_SPECIAL = re.compile(f"[{character_class()}\U00010000-\U0010ffff]")
# What each becomes, as they are met. lower() looks at the neighbours of Σ: it would be ς at the end of a word.
_FOLDS = {BREAK: BREAK, "Σ": "σ"}


def _replace(found: re.Match[str]) -> str:
    char = found[0]
    folded = _FOLDS.get(char)
    if folded is None:
        folded = _FOLDS[char] = fold_one(char)
    return folded


# --- a whole text at once ---------------------------------------------------------------------------------


def in_place(text: str) -> str:
    """The composed text folded, every character in its place: one for one."""
    coded = _coded(text)
    if coded is None:
        return _SPECIAL.sub(_replace, text).lower()
    codes, page = coded
    return page.write(codes.translate(page.folds))


def is_composed(text: str) -> bool:
    """Whether a text is known to be in its composed form (NFC), which is found out faster than it is made."""
    if _coded(text) is None:
        return False
    return _NUKTA not in text or not any(pair in text for pair in _COMPOSED_OTHERWISE)


def squeezed(text: str) -> str | None:
    """The composed text folded, without what does not count, one space between words; None where that takes more than
    a table."""
    coded = _coded(text)
    if coded is None:
        return None
    codes, page = coded
    codes = codes.translate(page.folds, page.gone)
    while b"  " in codes:
        codes = codes.replace(b"  ", b" ")
    return page.write(codes.strip(b" "))


def hindi_letters(text: str) -> tuple[int, int] | None:
    """How many letters are Devanagari, and how many there are, of a text that is Hindi, Italian or English in print;
    None of any other."""
    coded = _coded(text)
    if coded is None or coded[1] is not _PAGES[0]:
        return None
    letters = coded[0].translate(None, _NO_LETTERS)
    return len(letters.translate(None, _NOT_HINDI)), len(letters)


@dataclass(frozen=True, slots=True)
class _Page:
    """256 characters with a code of one byte each, so that one table folds a text: several times faster than looking
    for what is special. Each is its own composed form, and what it is folded to is on the page as well."""

    characters: str
    codes: dict[int, int] | _EncodingMap
    folds: bytes
    gone: bytes

    def write(self, codes: bytes) -> str:
        return codes.decode("ascii") if codes.isascii() else codecs.charmap_decode(codes, "strict", self.characters)[0]


def _page(letters: str) -> _Page:
    characters = "".join(map(chr, range(128))) + letters
    places = {char: place for place, char in enumerate(characters)}
    folds = bytes(places[BREAK if char == BREAK else fold_one(char)] for char in characters)
    gone = bytes(code for code, fold in enumerate(folds) if fold == places[GONE])
    characters = characters.ljust(256, "\ufffe")  # stands for a code without a character
    return _Page(characters, codecs.charmap_build(characters), folds.ljust(256), gone)


def _coded(text: str) -> tuple[bytes, _Page] | None:
    """The text in the codes of the first page that has all its characters."""
    if text.isascii():
        return text.encode("ascii"), _PAGES[0]  # every page begins with these
    for page in _PAGES:
        try:
            return codecs.charmap_encode(text, "strict", page.codes)[0], page
        except UnicodeEncodeError:
            continue
    return None


# Without the accents of Vedic, which a composed text may have in another order.
_HINDI = "".join(map(chr, [*range(0x900, 0x951), *range(0x955, 0x958), *range(0x960, 0x964), *range(0x966, 0x970)]))
_ITALIAN = "àèéìòùÀÈÉÌÒÙ"
_PRINTED = "’‘“”–—…«»\u00a0\u200c\u200d€" + STAR
_WESTERN = "".join(char for char in bytes(range(128, 256)).decode("cp1252", "ignore") if fold_one(char).isascii())
_PAGES = (_page(_HINDI + _ITALIAN + _PRINTED), _page(_WESTERN))
# Of all characters that may stand side by side on a page.
_COMPOSED_OTHERWISE = tuple(before + _NUKTA for before in "नरळ\u094d")
_NO_LETTERS = bytes(code for code, char in enumerate(_PAGES[0].characters) if not char.isalpha())
_NOT_HINDI = bytes(code for code in range(256) if not 128 <= code < 128 + len(_HINDI))
