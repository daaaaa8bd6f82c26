"""An answer's bytes, cut anywhere, beside what h11 makes of them; and what h11 refuses and browsers do not."""

from __future__ import annotations

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.http1 import AnswerReader, BadAnswer, CutShort, NoAnswer
from feeds.inflate import BodyTooLarge

LIMIT = 1_000_000


def read(*pieces: bytes, limit: int = LIMIT, cuts: bool = False) -> AnswerReader:
    """A reader that has taken the pieces, and the end of the connection if it wanted more."""
    reader = AnswerReader(lambda _head: limit, max_head_bytes=65_536, cuts=cuts)
    for piece in pieces:
        if not reader.done:
            reader.feed(piece)
    if not reader.done:
        reader.end()
    return reader


def by_h11(data: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
    """Status, fields and body; None where h11 refuses the answer."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "feeds.test")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    connection.receive_data(b"")
    head, body = None, b""
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                return None
    except h11.RemoteProtocolError:
        return None
    return None if head is None else (head.status_code, list(head.headers), body)


def once(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A length said twice is one, as h11 shows it."""
    return list(dict.fromkeys((name, value.replace(b"5, 5", b"5")) for name, value in fields))


def ours(data: bytes, *cuts: int) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    try:
        reader = read(*(data[a:b] for a, b in pairwise(ends)))
    except BadAnswer:
        return None
    assert reader.head is not None
    return reader.head.status, list(reader.head.fields), b"".join(reader.body)


BODY = b"<rss/>" * 3
parts = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.0 200 OK\r\n",
            b"HTTP/1.1 304 Not Modified\r\n",
            b"HTTP/1.1 204\r\n",
            b"HTTP/1.1 103 Early\r\n\r\n",
            b'ETag: "1"\r\n',
            b"X-Folded: a\r\n  b\r\n",
            b"X-Empty:\r\n",
            b"Content-Length: 5\r\n",
            b"Content-Length: 5, 5\r\n",
            b"Content-Length: 6\r\n",
            b"Content-Length: -1\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: gzip\r\n",
            b"Connection: close\r\n",
            b"\r\n",
            b"\n",
            b"5\r\nabcde\r\n",
            b"3;name=value\r\nabc\r\n",
            b"0\r\n\r\n",
            b"0\r\nTrailer: yes\r\n\r\n",
            b"abcde",
        ]
    ),
    max_size=9,
)


@given(parts, st.lists(st.integers(0, 200), max_size=4))
def test_what_h11_reads_is_read_alike_however_it_is_cut(told: list[bytes], cuts: list[int]) -> None:
    data = b"HTTP/1.1 200 OK\r\n" + b"".join(told)
    expected = by_h11(data)
    found = ours(data, *cuts)
    if expected is not None:
        assert found is not None
        assert (found[0], once(found[1]), found[2]) == (expected[0], once(expected[1]), expected[2])


@given(parts, st.lists(st.integers(0, 200), max_size=4))
def test_where_it_is_cut_changes_nothing(told: list[bytes], cuts: list[int]) -> None:
    data = b"".join(told)
    assert ours(data, *cuts) == ours(data)


@given(st.binary(max_size=60))
def test_no_bytes_escape_as_another_error(data: bytes) -> None:
    assert ours(b"HTTP/1.1 200 OK\r\n" + data) is None or ours(b"HTTP/1.1 200 OK\r\n" + data)


@pytest.mark.parametrize(
    ("head", "body", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n", BODY, True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\nConnection: close\r\n\r\n", BODY, False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 18\r\n\r\n", BODY, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\nX-Odd : 1\r\n\r\n", BODY, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n", BODY + b"more", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"12\r\n" + BODY + b"\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n" + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n", b"0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n", BODY, False),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 18\r\n\r\n", b"", True),
    ],
)
def test_a_connection_goes_on_where_the_answer_ended_as_it_should(head: bytes, body: bytes, reusable: bool) -> None:
    assert read(head + body).is_reusable is reusable


def test_a_body_that_is_not_wanted_is_not_waited_for() -> None:
    reader = AnswerReader(lambda _head: 0, max_head_bytes=65_536)
    reader.feed(b"HTTP/1.1 404 Not Found\r\nContent-Length: 18\r\n\r\n")
    assert (reader.done, reader.is_reusable, reader.body) == (True, False, [])


def test_a_body_beyond_the_limit_is_refused_or_cut() -> None:
    long = b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 11
    with pytest.raises(BodyTooLarge):
        read(*long, limit=10)
    reader = read(*long, limit=10, cuts=True)
    assert (b"".join(reader.body)[:10], reader.is_reusable) == (b"x" * 10, False)
    with pytest.raises(BodyTooLarge):
        read(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", limit=10)


def test_an_end_is_told_from_a_beginning() -> None:
    with pytest.raises(NoAnswer):
        read()
    for begun in (b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", b"HTTP/1.1 103 Early\r\n\r\n"):
        with pytest.raises(CutShort):
            read(begun)


def test_endless_trailers_and_sizes_are_refused() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(BadAnswer, match="too large"):
        read(chunked + b"0\r\n" + b"X-Trailer: a\r\n" * 10_000)
    with pytest.raises(BadAnswer, match="does not end"):
        read(chunked + b"5;" + b"a" * 10_000)
    with pytest.raises(BadAnswer, match="longer than it says"):
        read(chunked + b"5\r\nabcdefg\r\n")
