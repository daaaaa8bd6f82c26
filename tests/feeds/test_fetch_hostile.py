"""Servers that are slow, broken or malicious: every one ends in a value with a reason, soon and within limits."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.fetch import FetchLimits, fetch, make_client
from feeds.guard import Resolver
from feeds.outcome import Failed, Fetched, NotModified, Outcome
from feeds.transport import DirectClient, DirectTransport
from tests.feeds.feed_server import (
    Asked,
    Behaviour,
    FeedServer,
    Wire,
    answer,
    endless,
    feed,
    raw,
    redirect,
    reset_after,
    silent_after,
)

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = b"<rss version='2.0'><channel><title>Notizie</title></channel></rss>"
SHORT = FetchLimits(deadline=timedelta(milliseconds=200), max_body_bytes=1_000_000)
SMALL = FetchLimits(max_body_bytes=1_000_000)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CERTIFICATE = Path(__file__).parent / "tls" / "feeds.test.pem"  # self-signed, for feeds.test, key included


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


# --- slow and broken ----------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        silent_after(),
        silent_after(OK, b"X-Slow: "),
        silent_after(OK, b"Content-Length: 100\r\n\r\n", BODY),
        silent_after(OK, b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss "),
    ],
    ids=["no answer", "slow headers", "slow body", "slow chunks"],
)
async def test_the_deadline_holds_for_everything(
    server: FeedServer, client: httpx.AsyncClient, behaviour: Behaviour
) -> None:
    outcome = failed(await fetch(client, server.put("/feed", behaviour), now=NOW, limits=SHORT))
    assert (outcome.kind, outcome.reason) == ("temporary", "no complete answer within 0.2 s")


async def test_the_deadline_holds_over_all_redirects(server: FeedServer, client: httpx.AsyncClient) -> None:
    server.put("/slow", silent_after())
    outcome = failed(await fetch(client, server.put("/feed", redirect("/slow")), now=NOW, limits=SHORT))
    assert outcome.kind == "temporary"


@pytest.mark.parametrize(
    ("behaviour", "kind", "says"),
    [
        (raw(), "temporary", "closed the connection without an answer"),
        (reset_after(), "temporary", "broke the connection off"),
        (raw(OK, b"Content-Length: 100\r\n\r\n", BODY), "temporary", "cut its answer short"),
        (raw(OK, b"Transfer-Encoding: chunked\r\n\r\n20\r\nabc"), "temporary", "cut its answer short"),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "soft", "does not answer in proper HTTP"),
        (raw(OK, b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n0123456789"), "soft", "does not answer in proper"),
        (raw(OK, b"Content-Length: many\r\n\r\n"), "soft", "does not answer in proper HTTP"),
        (raw(OK, b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), "soft", "does not answer in proper HTTP"),
        (raw(OK, b"X-Long: ", b"a" * 200_000, b"\r\n\r\n", BODY), "soft", "headers are too large"),
        (raw(OK, b"X-Many: a\r\n" * 10_000, b"\r\n", BODY), "soft", "headers are too large"),
        (endless(OK, b"X-Endless: a\r\n" * 100), "soft", "headers are too large"),
        (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000), "soft", "headers are too large"),
        (answer(200), "soft", "the answer is empty"),
        (answer(200, {"Content-Encoding": "gzip"}, gzip.compress(BODY, mtime=1)[:-12]), "soft", "ends too early"),
        (answer(200, {"Content-Encoding": "br"}, brotli.compress(BODY)[:-5]), "soft", "ends too early"),
        (answer(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b" + BODY), "soft", "damaged"),
        (answer(200, {"Content-Encoding": "br"}, BODY), "soft", "damaged"),
        (answer(200, {"Content-Encoding": "zstd"}, BODY), "soft", "not asked for: zstd"),
        (answer(200, {"Content-Encoding": "gzip, gzip, gzip"}, BODY), "soft", "wrapped in 3 codings"),
    ],
)
async def test_what_is_broken_is_told_apart(
    server: FeedServer, client: httpx.AsyncClient, behaviour: Behaviour, kind: str, says: str
) -> None:
    outcome = failed(await fetch(client, server.put("/feed", behaviour), now=NOW))
    assert outcome.kind == kind
    assert says in outcome.reason
    assert "\n" not in outcome.reason


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, "hard", "bad request"),
        (401, "hard", "asks for a password"),
        (403, "soft", "refuses us"),
        (404, "hard", "gone or was never there"),
        (410, "hard", "has ended this feed"),
        (418, "hard", "418"),
        (429, "temporary", "too often"),
        (500, "temporary", "error of its own"),
        (501, "soft", "not implemented"),
        (503, "temporary", "out of service"),
        (599, "soft", "does not know"),
        (204, "soft", "without a body"),
        (206, "soft", "a part of the body"),
        (300, "hard", "multiple choices"),
    ],
)
async def test_a_status_is_told_in_words(
    server: FeedServer, client: httpx.AsyncClient, status: int, kind: str, says: str
) -> None:
    body = b"" if status == 204 else b"<html>sorry</html>"
    behaviour = raw(b"HTTP/1.1 %d X\r\n\r\n" % status) if status == 204 else answer(status, body=body)
    outcome = failed(await fetch(client, server.put("/feed", behaviour), now=NOW))
    assert (outcome.kind, outcome.status) == (kind, status)
    assert f"HTTP {status}: " in outcome.reason
    assert says in outcome.reason


async def test_an_old_server_without_a_length_is_read_to_the_end(server: FeedServer, client: httpx.AsyncClient) -> None:
    outcome = await fetch(client, server.put("/feed", raw(b"HTTP/1.0 200 OK\r\n\r\n", BODY)), now=NOW)
    assert isinstance(outcome, Fetched)
    assert outcome.body == BODY


@pytest.mark.parametrize(
    "line",
    [b"get-ban-to-cache/forum.php: not supported", b"no colon at all", b"X-Frame-Options : DENY", b"HTTP/1.1 200 OK"],
)
async def test_header_lines_that_are_none_are_passed_over(
    server: FeedServer, client: httpx.AsyncClient, line: bytes
) -> None:
    url = server.put("/feed", raw(OK, line, b"\r\nETag: 1\r\nContent-Length: %d\r\n\r\n" % len(BODY), BODY))
    outcome = await fetch(client, url, now=NOW)
    assert isinstance(outcome, Fetched), outcome
    assert (outcome.body, outcome.answer.validators.etag) == (BODY, "1")


async def test_a_transfer_coding_said_twice_counts_once(server: FeedServer, client: httpx.AsyncClient) -> None:
    twice = b"Transfer-Encoding: chunked\r\n" * 2
    outcome = await fetch(client, server.put("/feed", raw(OK, twice, b"\r\n3\r\nabc\r\n0\r\n\r\n")), now=NOW)
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == b"abc"


# --- too much -----------------------------------------------------------------------------------------------

ZEROS = b"\0" * 20_000_000


@pytest.mark.parametrize(
    ("coding", "wire"),
    [
        ("gzip", gzip.compress(ZEROS, mtime=1)),
        ("", gzip.compress(ZEROS, mtime=1)),
        ("deflate", zlib.compress(ZEROS)),
        ("br", brotli.compress(ZEROS, quality=5)),
        ("gzip, gzip", gzip.compress(gzip.compress(ZEROS, mtime=1), mtime=1)),
        ("br, gzip", gzip.compress(brotli.compress(ZEROS, quality=5), mtime=1)),
        ("gzip", gzip.compress(ZEROS[:600_000], mtime=1) * 2),
        ("identity", ZEROS[:1_000_001]),
    ],
)
async def test_a_body_that_grows_too_large_is_stopped(
    server: FeedServer, client: httpx.AsyncClient, coding: str, wire: bytes
) -> None:
    url = server.put("/feed", answer(200, {"Content-Encoding": coding}, wire))
    outcome = failed(await fetch(client, url, now=NOW, limits=SMALL))
    assert (outcome.kind, outcome.reason) == ("soft", "the body is larger than 1 MB")


async def test_many_tiny_parts_do_not_cost_the_square(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"", mtime=1) * 40_000))
    assert "too many parts" in failed(await fetch(client, url, now=NOW)).reason


async def test_a_body_announced_as_too_large_is_not_read(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", silent_after(OK, b"Content-Length: 50000000\r\n\r\n"))
    assert failed(await fetch(client, url, now=NOW)).reason == "the body is larger than 10 MB"


async def test_an_endless_body_is_left_behind_early(server: FeedServer, client: httpx.AsyncClient) -> None:
    sent = 0

    async def flood(asked: Asked, wire: Wire) -> None:
        nonlocal sent
        await wire.send(OK, b"\r\n")
        while True:
            await wire.send(b"x" * 10_000)
            sent += 10_000

    outcome = failed(await fetch(client, server.put("/feed", flood), now=NOW, limits=SMALL))
    assert outcome.reason == "the body is larger than 1 MB"
    assert sent < 20_000_000  # what fits into the buffers of two sockets, not 50 MB


# --- addresses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost:9/", "http://0x7f.1:9/"])
async def test_private_addresses_are_refused(url: str) -> None:
    async with make_client(user_agent="test") as client:
        outcome = failed(await fetch(client, url, now=NOW))
    assert outcome.kind == "hard"
    assert "is not on the public internet" in outcome.reason


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://metadata.test/"])
async def test_each_hop_is_judged(server: FeedServer, target: str) -> None:
    resolver = Resolver(
        refuse=lambda address: "link-local" if address.startswith("169.254.") else None,
        lookup=lambda name: ["169.254.169.254"] if name == "metadata.test" else ["127.0.0.1"],
    )
    async with DirectClient(DirectTransport(resolver, said={}, tls=NO_TLS)) as client:
        outcome = failed(await fetch(client, server.put("/feed", redirect(target)), now=NOW))
    assert "is not on the public internet (169.254.169.254 is link-local;" in outcome.reason


async def test_the_address_that_was_judged_is_the_one_connected_to(server: FeedServer) -> None:
    # 192.0.2.1 is never connected to: the name leads there only when it is asked a second time.
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    made = make_client(user_agent="test", allow_private_addresses=True, lookup=lambda _name: next(answers))
    server.put("/feed", feed(BODY))
    async with made as client:
        outcome = await fetch(client, server.url("/feed", "rebind.test"), now=NOW)
    assert isinstance(outcome, Fetched)
    assert server.asked[0].headers["host"] == f"rebind.test:{server.port}"


async def test_a_host_with_a_dead_address_is_reached_by_the_next_one(server: FeedServer) -> None:
    server.put("/feed", feed(BODY))
    made = make_client(user_agent="test", allow_private_addresses=True, lookup=lambda _: ["127.0.0.9", "127.0.0.1"])
    async with made as client:
        assert isinstance(await fetch(client, server.url("/feed", "feeds.test"), now=NOW), Fetched)


def no_such_name(_name: str) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def no_name_server(_name: str) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


async def test_a_name_that_does_not_exist_is_told_from_a_dead_name_server() -> None:
    async with make_client(user_agent="test", lookup=no_such_name) as client:
        unknown = failed(await fetch(client, "http://feeds.test/", now=NOW))
    async with make_client(user_agent="test", lookup=no_name_server) as client:
        unsure = failed(await fetch(client, "http://feeds.test/", now=NOW))
    assert (unknown.kind, unknown.reason) == ("hard", "the name feeds.test does not exist")
    assert (unsure.kind, "could not be looked up" in unsure.reason) == ("temporary", True)


async def test_a_port_where_nobody_listens_refuses(client: httpx.AsyncClient) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    outcome = failed(await fetch(client, f"http://feeds.test:{port}/", now=NOW))
    assert (outcome.kind, outcome.reason) == ("soft", "feeds.test refuses connections")


# --- TLS ----------------------------------------------------------------------------------------------------


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def test_tls_is_spoken_to_the_name_and_not_to_the_address() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    made = make_client(
        user_agent="test", allow_private_addresses=True, lookup=lambda _name: ["127.0.0.1"], tls=trusting
    )
    async with FeedServer(tls=server_tls()) as server, made as client:
        server.put("/feed", feed(BODY))
        outcome = await fetch(client, server.url("/feed", "feeds.test"), now=NOW)
        assert isinstance(outcome, Fetched)
        assert server.asked[0].tls_name == "feeds.test"
        wrong = failed(await fetch(client, server.url("/feed", "other.test"), now=NOW))
        assert "certificate of other.test is not valid" in wrong.reason


async def test_a_certificate_of_nobody_known_is_refused(client: httpx.AsyncClient) -> None:
    async with FeedServer(tls=server_tls()) as server:
        outcome = failed(await fetch(client, server.url("/feed", "feeds.test"), now=NOW))
    assert (outcome.kind, "certificate of feeds.test is not valid" in outcome.reason) == ("soft", True)


async def test_a_move_from_https_to_http_is_not_for_good() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    made = make_client(
        user_agent="test", allow_private_addresses=True, lookup=lambda _name: ["127.0.0.1"], tls=trusting
    )
    async with FeedServer(tls=server_tls()) as secure, FeedServer() as plain, made as client:
        secure.put("/feed", redirect(plain.put("/feed", feed(BODY)), 301))
        outcome = await fetch(client, secure.url("/feed", "feeds.test"), now=NOW)
    assert isinstance(outcome, Fetched)
    assert outcome.answer.moved_to is None


# --- anything at all ----------------------------------------------------------------------------------------


async def test_cancelling_passes_through_and_leaves_nothing_open(server: FeedServer, client: httpx.AsyncClient) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def wait(_asked: Asked, wire: Wire) -> None:
        asked.set()
        try:
            await wire.closed()
        finally:
            left.set()

    polling = asyncio.create_task(fetch(client, server.put("/feed", wait), now=NOW))
    await asked.wait()
    polling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await polling
    await asyncio.wait_for(left.wait(), timeout=10)


def run(behaviour: Behaviour) -> Outcome:
    async def once() -> Outcome:
        made = make_client(user_agent="test", allow_private_addresses=True, tls=NO_TLS)
        async with FeedServer() as server, made as client:
            return await fetch(client, server.put("/feed", behaviour), now=NOW, limits=SHORT)

    return asyncio.run(once())


heads = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.0 301 X\r\n",
            b"HTTP/1.1 304 X\r\n",
            b"Content-Length: 5\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Content-Encoding: gzip\r\n",
            b"Location: //[\r\n",
            b"Location: http://\xff/\r\n",
            b"ETag: \xe0\x80\r\n",
            b"\r\n",
            b"5\r\nabcde\r\n0\r\n",
            gzip.compress(b"abc", mtime=1),
        ]
    )
    | st.binary(max_size=20),
    max_size=8,
)


@given(heads)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_from_a_server_escape_as_an_exception(parts: list[bytes]) -> None:
    assert isinstance(run(raw(*parts)), Fetched | NotModified | Failed)


address_parts = st.sampled_from(
    [
        "http://",
        "https:",
        "//",
        "[",
        "]",
        "::1",
        "%",
        "%zz",
        "@",
        ":",
        "?",
        "#",
        "..",
        "\\",
        "é",
        "भ",
        "xn--",
        "99999",
        " ",
    ]
)


@given(st.text() | st.lists(address_parts | st.text(max_size=3)).map(lambda parts: "http:" + "".join(parts)))
@settings(max_examples=100)
def test_no_address_escapes_as_an_exception(url: str) -> None:
    async def once() -> Outcome:
        async with make_client(user_agent="test", lookup=no_such_name, tls=NO_TLS) as client:
            return await fetch(client, url, now=NOW)

    assert isinstance(asyncio.run(once()), Failed)
