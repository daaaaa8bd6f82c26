"""Bytes of a feed to text: which character set is meant, whatever the header, the declaration and the bytes say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the character set it was read in, and whether that set explained every byte."""

    text: str
    encoding: str
    exact: bool


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of `body`, without byte order mark. Never fails: bytes that mean nothing become U+FFFD.

    Order: byte order mark; the zero bytes of UTF-16 and UTF-32 (XML 1.0, appendix F); UTF-8, because text in an
    8-bit set is hardly ever valid UTF-8 by accident, while a wrong header or declaration is common; then what the
    header (RFC 7303) and the declaration say; and Windows-1252. A text that is UTF-8 but for some bytes stays UTF-8.
    """
    wide = _wide(body)
    if wide is not None:
        return _lenient(body.removeprefix(_BOMS.get(wide, b"")), wide)
    body = body.removeprefix(codecs.BOM_UTF8)
    claims = _claims(body, content_type)
    escaped = next((name for name in claims if name.startswith("iso2022")), None)
    if escaped is not None:
        return _lenient(body, escaped)  # seven-bit sets: their bytes are ASCII too
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, claims)
    return Decoded(text, label(body, content_type), exact=True)


def label(body: bytes, content_type: str) -> str:
    """The character set of a body that is valid UTF-8: the one it claims, as long as the bytes do not tell."""
    claims = _claims(body, content_type) if body.isascii() else []
    return claims[0] if claims else "utf-8"


def charset(content_type: str) -> str:
    """The charset parameter of a Content-Type header, lower case; "" where there is none."""
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""


_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]+)")
_BOMS = {
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-16-le": codecs.BOM_UTF16_LE,
}
# What publishers mean by a name (WHATWG Encoding, section 4.2, where it differs from Python's codecs).
_MEANT = {
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32, by byte order mark or by where the zero bytes of `<?` or `<r` are."""
    start = body[:4]
    for name, bom in _BOMS.items():
        if start.startswith(bom):
            return name
    return {
        (True, True, True, False): "utf-32-be",
        (False, True, True, True): "utf-32-le",
        (True, False, True, False): "utf-16-be",
        (False, True, False, True): "utf-16-le",
    }.get((start[:1] == b"\0", start[1:2] == b"\0", start[2:3] == b"\0", start[3:4] == b"\0"))


def _claims(body: bytes, content_type: str) -> list[str]:
    """The codecs that the header and the declaration name, in this order, without those Python does not have."""
    declared = _DECLARED.search(body[:1000]) if not body.startswith(b"Lo\xa7\x94") else None
    names = [charset(content_type), declared[1].decode("ascii") if declared else ""]
    if body.startswith(b"Lo\xa7\x94"):  # `<?xm` in EBCDIC
        names = [*names, "cp037"]
    return list(dict.fromkeys(codec for codec in map(_codec, names) if codec))


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name.removeprefix("x-"))
    except (LookupError, ValueError):
        return ""
    if not getattr(found, "_is_text_encoding", True) or found.name.startswith(
        ("utf-16", "utf-32", "idna", "punycode", "utf-7")
    ):
        return ""  # not text, or refuted by the missing zero bytes
    return "gb18030" if found.name == "gb2312" else found.name


def _not_utf8(body: bytes, claims: list[str]) -> Decoded:
    if _is_damaged_utf8(body, claims):
        return Decoded(body.decode("utf-8", "replace"), "utf-8", exact=False)
    for name in claims:
        if name in {"utf-8", *_LATIN}:
            continue
        try:
            return Decoded(body.decode(_MEANT.get(name, name)), name, exact=True)
        except UnicodeDecodeError:
            continue
    exact = "utf-8" not in claims or not _LATIN.isdisjoint(claims)
    return Decoded(body.decode("cp1252", "latin1-rest"), "cp1252", exact=exact)


_LATIN = frozenset({"cp1252", "iso8859-1", "ascii"})  # all of them mean Windows-1252
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}",
)
_HIGH = re.compile(rb"[\x80-\xff]")


def _is_damaged_utf8(body: bytes, claims: list[str]) -> bool:
    """Most of the bytes above ASCII form UTF-8 characters, or nothing else was claimed and they are few."""
    sample = body[:1_000_000]
    whole = sum(len(found) for found in _SEQUENCE.findall(sample))
    loose = len(_HIGH.findall(sample)) - whole
    return whole > loose or (whole > 0 and claims == ["utf-8"] and 3 * whole > loose)


def _lenient(body: bytes, name: str) -> Decoded:
    try:
        return Decoded(body.decode(name), name, exact=True)
    except UnicodeDecodeError:
        return Decoded(body.decode(name, "replace"), name, exact=False)


def _latin1_rest(error: UnicodeError) -> tuple[str, int]:
    """The five bytes Windows-1252 leaves open, as browsers read them: the control character of that number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1-rest", _latin1_rest)
