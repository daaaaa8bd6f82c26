"""Boolean queries: reading, writing, and what is wrong with one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.query import And, Count, ListOf, Near, Node, Not, Or, QueryError, Scoped, Terms, parse, write


def term(text: str, lang: str = "any") -> Terms:
    return Terms(((text, lang),))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("ports", term("ports")),
        ('"green hydrogen"', term("green hydrogen")),
        ("=ISRO", term("=ISRO")),
        ('="Leonardo SpA"', term("=Leonardo SpA")),
        ("port* ship*", And((term("port*"), term("ship*")))),
        ("a1 AND b1 OR c1", Or((And((term("a1"), term("b1"))), term("c1")))),
        ("a1 AND NOT b1", And((term("a1"), Not(term("b1"))))),
        ("title:(a1 OR b1)", Scoped("title", Or((term("a1"), term("b1"))))),
        ("it:porto", term("porto", "it")),
        ("@ships", ListOf("ships")),
        ("NEAR/5(a1, b1)", Near(5, ordered=False, parts=(term("a1"), term("b1")))),
        ("ONEAR/2(a1, b1 OR c1)", Near(2, ordered=True, parts=(term("a1"), Or((term("b1"), term("c1")))))),
        ("2 OF (a1, b1, c1)", Count(2, (term("a1"), term("b1"), term("c1")))),
        ("ORANGE ANDES NOTE", And((term("ORANGE"), term("ANDES"), term("NOTE")))),
        ("बंदरगाह OR पत्तन*", Or((term("बंदरगाह"), term("पत्तन*")))),
    ],
)
def test_a_query_is_read(text: str, node: Node) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    "text", ["", "(a1", "a1 OR", "NOT", "NEAR/5(a1)", "title:", "@", "a1)", "2 OF ()", "(" * 60 + "a1" + ")" * 60]
)
def test_a_query_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(QueryError):
        parse(text)


leaves = st.one_of(
    st.builds(
        term,
        st.sampled_from(["ports", "=ISRO", "green hydrogen", "port*", "बंदरगाह"]),
        st.sampled_from(["any", "it", "hi"]),
    ),
    st.builds(ListOf, st.sampled_from(["ships", "other-list"])),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, b: And((a, b)), inner, inner),
        st.builds(lambda a, b: Or((a, b)), inner, inner),
        st.builds(Not, inner),
        st.builds(Scoped, st.sampled_from(["title", "lead", "text"]), inner),
        st.builds(lambda n, o, a, b: Near(n, o, (a, b)), st.integers(0, 99), st.booleans(), inner, inner),
        st.builds(lambda n, a, b: Count(n, (a, b)), st.integers(1, 9), inner, inner),
    ),
    max_leaves=8,
)


@given(nodes)
def test_what_is_written_reads_as_the_same(node: Node) -> None:
    assert parse(write(node)) == node


@given(st.text())
def test_no_query_breaks_the_reader(text: str) -> None:
    try:
        parse(text)
    except QueryError:
        assert text == text.strip() or text
