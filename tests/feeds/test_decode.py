"""Bytes to text, whatever header and declaration claim."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.decode import charset, decode

ITALIAN = "<rss>Perché l’Italia è già più – città</rss>"
HINDI = "<rss>भारत और इटली</rss>"


@pytest.mark.parametrize("text", [ITALIAN, HINDI])
@pytest.mark.parametrize("claim", ["", "utf-8", "iso-8859-1", "us-ascii", "x-nope", "windows-1251", "utf-16"])
def test_utf_8_is_read_as_utf_8_whatever_is_claimed(text: str, claim: str) -> None:
    declared = f'<?xml version="1.0" encoding="{claim}"?>'.encode() if claim else b""
    for content_type in ("", f"text/xml; charset={claim}"):
        decoded = decode(declared + text.encode(), content_type)
        assert decoded.text.endswith(text)
        assert (decoded.encoding, decoded.exact) == ("utf-8", True)


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_wide_sets_are_told_by_mark_or_zero_bytes(name: str, mark: bool) -> None:
    bom = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE}
    start = bom.get(name, codecs.BOM_UTF32_BE) if mark else b""
    assert decode(start + HINDI.encode(name)).text == HINDI


@pytest.mark.parametrize("claim", ["iso-8859-1", "ISO-8859-1", "latin1", "windows-1252", "us-ascii"])
def test_latin_1_means_windows_1252(claim: str) -> None:
    assert decode(ITALIAN.encode("cp1252"), f'text/xml; Charset="{claim}"').text == ITALIAN


@pytest.mark.parametrize(
    ("claim", "codec", "text"),
    [
        ("euc-kr", "cp949", "한국 뉴스"), ("gb2312", "gb18030", "意大利新闻"), ("shift_jis", "cp932", "イタリア"),
        ("koi8-r", "koi8-r", "Италия"),
        ("iso-2022-jp", "iso2022_jp", "イタリア"), ("iso-8859-7", "iso8859-7", "Ιταλία"),
    ],
)  # fmt: skip
def test_a_declared_set_is_used_where_the_bytes_are_not_utf_8(claim: str, codec: str, text: str) -> None:
    body = f'<?xml version="1.0" encoding="{claim}"?><rss>{text}</rss>'.encode(codec)
    assert text in decode(body).text


def test_a_bad_byte_does_not_cost_the_text() -> None:
    decoded = decode(HINDI.encode() + b"\xff")
    assert decoded.text == HINDI + "\ufffd"
    assert not decoded.exact


def test_a_letter_cut_in_half_does_not_cost_the_text() -> None:
    decoded = decode("<rss>प्रधानमंत्री".encode()[:-1])
    assert decoded.text.startswith("<rss>प्रधानमंत्र")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("text/xml", ""), ("text/xml; charset=UTF-8", "utf-8"), ("text/xml;charset='koi8-r'", "koi8-r"),
        ('Application/RSS+XML; Charset="UTF-8"; profile=x', "utf-8"), ("text/xml; charset=", ""),
    ],
)  # fmt: skip
def test_the_header_names_a_set(header: str, name: str) -> None:
    assert charset(header) == name


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_bytes_break_it(body: bytes, content_type: str) -> None:
    decode(body, content_type).text.encode("utf-8", "surrogatepass")
