"""Repairs keep the structure and the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.clean import repair, with_entities, without_prolog


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("R&D", "R&D"), ("a & b &", "a & b &"), ("?a=1&copy=2", "?a=1&copy=2"),
        ("&eacute;&nbsp;&lang;", "é\xa0\u2329"),
        ("&nosuch;", "&nosuch;"), ("1 < 2 <3", "1 < 2 <3"), ("&#0;&#xD800;&#x1F600;&#128;", "😀€"),
        ("a\x00b\x1fc", "abc"),
        ("<![CDATA[R&D <b>]]>", "R&D <b>"), ("&amp;&lt;&#38;", "&<&"), ("&#99999999999;", "&#99999999999;"),
    ],
)  # fmt: skip
def test_text_is_repaired(broken: str, text: str) -> None:
    root = etree.fromstring(repair(f"<rss>{broken}</rss>"))
    assert root.text == text


def test_undeclared_prefixes_are_declared() -> None:
    root = etree.fromstring(repair("<rss><dc:creator a:b='1'>x</dc:creator></rss>"))
    assert root[0].tag == "{http://purl.org/dc/elements/1.1/}creator"


@pytest.mark.parametrize("junk", ["<br />Warning: no\n<rss>x</rss>", "<rss>x</rss>\n<script>y</script>", "<rss>x</rss"])
def test_junk_around_the_root_goes(junk: str) -> None:
    assert etree.fromstring(repair(junk)).text == "x"


@pytest.mark.parametrize(
    ("document", "entities"),
    [
        ("<!DOCTYPE rss><rss/>", {}),
        ('<?xml version="1.0"?><!-- c --><!DOCTYPE rss SYSTEM "x>y"><rss/>', {}),
        ("<!DOCTYPE rss [<!ENTITY a 'b'><!ENTITY a 'c'>]><rss/>", {"a": "b"}),
        ("<!DOCTYPE rss [<!ENTITY a '&#233;'> <!-- ]> --> ]><rss/>", {"a": "é"}),
        (
            "<!DOCTYPE rss [<!ENTITY a '&b;&b;'><!ENTITY b '<x/>'><!ENTITY % c 'd'><!ENTITY e SYSTEM 'file:///f'>]><rss/>",
            {},
        ),
        ("\ufeff \n<rss/>", {}),
    ],
)
def test_the_document_type_goes_and_leaves_plain_entities(document: str, entities: dict[str, str]) -> None:
    assert without_prolog(document) == ("<rss/>", entities)


def test_entities_cannot_grow_a_document_without_end() -> None:
    grown = with_entities("&a;" * 100_000, {"a": "x" * 200})
    assert len(grown) < 2_000_000


def test_entities_are_left_alone_in_cdata() -> None:
    assert with_entities("<a>&x;<![CDATA[&x;]]></a>", {"x": "<"}) == "<a>&lt;<![CDATA[&x;]]></a>"


@given(st.text())
def test_text_survives_repair(text: str) -> None:
    """Whatever XML can hold comes back, however badly it was escaped."""
    allowed = "".join(
        c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )
    escaped = allowed.replace("<", "&lt;").replace("]]>", "]]&gt;")
    escaped = escaped.replace("&", "&amp;").replace("&amp;lt;", "&lt;").replace("]]&amp;gt;", "]]&gt;")
    root = etree.fromstring(repair(f"<rss>{escaped}&</rss>").encode())
    assert (root.text or "") == allowed + "&"


@given(
    st.lists(
        st.sampled_from(
            [
                "<rss>",
                "</rss>",
                "<!DOCTYPE",
                "[",
                "]",
                ">",
                "'",
                '"',
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "&",
                "a:b",
                "x",
                "<",
            ]
        )
    ).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    rest, entities = without_prolog(text)
    repair(with_entities(rest, entities))
