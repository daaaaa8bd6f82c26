"""One polite request: conditions, hashes, codings, redirects, and what is remembered of an answer."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta

import brotli
import httpx
import pytest

from feeds.fetch import FetchLimits, fetch
from feeds.outcome import Failed, Fetched, NotModified, Outcome, Validators
from tests.feeds.feed_server import FeedServer, answer, feed, hang_up_next, redirect

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = b"<rss version='2.0'><channel><title>Notizie</title></channel></rss>"
MODIFIED = "Sun, 22 Nov 2026 10:00:00 GMT"


def fetched(outcome: Outcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


def not_modified(outcome: Outcome) -> NotModified:
    assert isinstance(outcome, NotModified), outcome
    return outcome


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


# --- conditional --------------------------------------------------------------------------------------------


async def test_a_body_comes_with_its_type_and_the_address_it_came_from(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    url = server.put("/feed", answer(200, {"Content-Type": "application/rss+xml; charset=utf-8"}, BODY))
    outcome = fetched(await fetch(client, url, now=NOW))
    assert outcome.body == BODY
    assert outcome.content_type == "application/rss+xml; charset=utf-8"
    assert (outcome.answer.url, outcome.answer.status, outcome.answer.moved_to) == (url, 200, None)


async def test_we_say_who_we_are(server: FeedServer, client: httpx.AsyncClient) -> None:
    await fetch(client, server.put("/feed", answer(200, body=BODY)), now=NOW)
    assert server.asked[0].headers["user-agent"] == "pactwatch/test (+https://example.org/contact)"
    assert server.asked[0].headers["host"] == f"127.0.0.1:{server.port}"


async def test_validators_are_sent_back_and_304_is_not_modified(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", feed(BODY, etag='W/"à-1"', modified=MODIFIED))
    first = fetched(await fetch(client, url, now=NOW)).answer
    assert not first.conditional
    second = not_modified(await fetch(client, url, validators=first.validators, now=NOW))
    assert not second.by_hash
    assert second.answer.conditional
    assert second.answer.validators == first.validators
    assert server.asked[1].headers["if-none-match"] == 'W/"à-1"'
    assert server.asked[1].headers["if-modified-since"] == MODIFIED


async def test_new_validators_on_a_304_replace_the_old_ones(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", feed(BODY, etag='"1"', modified=MODIFIED), answer(304, {"ETag": '"2"'}))
    first = fetched(await fetch(client, url, now=NOW)).answer
    second = not_modified(await fetch(client, url, validators=first.validators, now=NOW)).answer
    assert (second.validators.etag, second.validators.last_modified) == ('"2"', MODIFIED)
    assert second.validators.body_hash == first.validators.body_hash


async def test_a_changed_body_brings_new_validators(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", feed(BODY, etag='"1"'), feed(BODY + b" ", etag='"2"'))
    first = fetched(await fetch(client, url, now=NOW)).answer
    second = fetched(await fetch(client, url, validators=first.validators, now=NOW)).answer
    assert second.validators.etag == '"2"'
    assert second.conditional


async def test_the_same_body_sent_anew_is_not_modified(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", answer(200, {"ETag": '"1"'}, BODY), answer(200, {"ETag": '"2"'}, BODY))
    first = fetched(await fetch(client, url, now=NOW)).answer
    second = not_modified(await fetch(client, url, validators=first.validators, now=NOW))
    assert second.by_hash
    assert second.answer.validators.etag == '"2"'


async def test_the_same_body_compressed_otherwise_is_not_modified(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    coded = {"Content-Encoding": "gzip"}
    url = server.put(
        "/feed", answer(200, coded, gzip.compress(BODY, mtime=1)), answer(200, coded, gzip.compress(BODY, mtime=2))
    )
    first = fetched(await fetch(client, url, now=NOW)).answer
    second = not_modified(await fetch(client, url, validators=first.validators, now=NOW))
    third = not_modified(await fetch(client, url, validators=second.answer.validators, now=NOW))
    assert (second.by_hash, third.by_hash) == (True, True)


async def test_validators_are_for_the_address_that_gave_them(server: FeedServer, client: httpx.AsyncClient) -> None:
    old, new = (
        server.put("/old", feed(BODY, modified=MODIFIED)),
        server.put("/new", feed(BODY + b" ", modified=MODIFIED)),
    )
    url = server.put("/feed", redirect(old), redirect(new))
    first = fetched(await fetch(client, url, now=NOW)).answer
    assert first.url == old
    # The new address would say 304, because of its date, about a body that was never read.
    assert fetched(await fetch(client, url, validators=first.validators, now=NOW)).body == BODY + b" "


async def test_without_validators_only_the_hash_is_compared(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", feed(BODY, etag='"1"'))
    known = fetched(await fetch(client, url, now=NOW)).answer.validators
    hashes = Validators(known.url, wire_hash=known.wire_hash, body_hash=known.body_hash)
    assert not_modified(await fetch(client, url, validators=hashes, now=NOW)).by_hash
    assert "if-none-match" not in server.asked[1].headers


async def test_not_modified_unasked_is_a_failure(server: FeedServer, client: httpx.AsyncClient) -> None:
    outcome = failed(await fetch(client, server.put("/feed", answer(304)), now=NOW))
    assert (outcome.kind, outcome.status) == ("soft", 304)


# --- codings ------------------------------------------------------------------------------------------------


def bare_deflate(body: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return coder.compress(body) + coder.flush()


@pytest.mark.parametrize(
    ("coding", "wire"),
    [
        ("gzip", gzip.compress(BODY, mtime=1)),
        ("x-gzip", gzip.compress(BODY, mtime=1)),
        ("GZip", gzip.compress(BODY[:20], mtime=1) + gzip.compress(BODY[20:], mtime=1)),
        ("gzip", gzip.compress(BODY, mtime=1) + b"garbage behind the end"),
        ("gzip", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", bare_deflate(BODY)),
        ("br", brotli.compress(BODY)),
        ("identity", BODY),
        ("", gzip.compress(BODY, mtime=1)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=1)),
    ],
)
async def test_codings_are_undone(server: FeedServer, client: httpx.AsyncClient, coding: str, wire: bytes) -> None:
    url = server.put("/feed", answer(200, {"Content-Encoding": coding}, wire))
    assert fetched(await fetch(client, url, now=NOW)).body == BODY


async def test_a_body_in_chunks_is_put_together(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put(
        "/feed", answer(200, {"Content-Encoding": "gzip"}, chunks=[bytes([b]) for b in gzip.compress(BODY)])
    )
    assert fetched(await fetch(client, url, now=NOW)).body == BODY


async def test_a_large_body_arrives_whole(server: FeedServer, client: httpx.AsyncClient) -> None:
    body = b"0123456789abcdef" * 250_000
    assert fetched(await fetch(client, server.put("/feed", answer(200, body=body)), now=NOW)).body == body


# --- redirects ----------------------------------------------------------------------------------------------


def put_chain(server: FeedServer, *statuses: int) -> str:
    """A redirect for each status, `/0` to `/1` to … to a feed; gives the address of `/0`."""
    for number, status in enumerate(statuses):
        server.put(f"/{number}", redirect(f"/{number + 1}", status))
    server.put(f"/{len(statuses)}", feed(BODY))
    return server.url("/0")


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((), None),
        ((302,), None),
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((301, 302), "/1"),
        ((302, 301), None),
        ((301, 307, 308), "/1"),
        ((303,), None),
    ],
)
async def test_a_move_is_for_good_as_far_as_every_hop_is(
    server: FeedServer, client: httpx.AsyncClient, statuses: tuple[int, ...], moved_to: str | None
) -> None:
    outcome = fetched(await fetch(client, put_chain(server, *statuses), now=NOW))
    assert outcome.answer.url == server.url(f"/{len(statuses)}")
    assert outcome.answer.moved_to == (server.url(moved_to) if moved_to else None)


async def test_a_redirect_to_the_same_host_uses_the_same_connection(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    fetched(await fetch(client, put_chain(server, 302, 302), now=NOW))
    assert server.connections == 1


async def test_five_redirects_are_followed_and_no_more(server: FeedServer, client: httpx.AsyncClient) -> None:
    fetched(await fetch(client, put_chain(server, *[302] * 5), now=NOW))
    outcome = failed(await fetch(client, put_chain(server, *[302] * 6), now=NOW))
    assert (outcome.kind, "more than 5 redirects" in outcome.reason) == ("hard", True)


async def test_redirects_in_a_circle_end_at_once(server: FeedServer, client: httpx.AsyncClient) -> None:
    server.put("/b", redirect("/a"))
    outcome = failed(await fetch(client, server.put("/a", redirect("/b")), now=NOW))
    assert (outcome.kind, "circle" in outcome.reason) == ("hard", True)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/feed", "javascript:alert(1)", "http://[::1", "http://xn--/", ""]
)
async def test_a_redirect_to_no_web_address_is_refused(
    server: FeedServer, client: httpx.AsyncClient, target: str
) -> None:
    outcome = failed(await fetch(client, server.put("/feed", redirect(target)), now=NOW))
    assert outcome.kind == "hard"


async def test_cookies_are_not_kept(server: FeedServer, client: httpx.AsyncClient) -> None:
    cookie = {"Set-Cookie": "visitor=1; Path=/; Domain=feeds.test"}
    server.put("/second", answer(200, cookie, BODY))
    server.put("/first", redirect(server.url("/second", "b.feeds.test"), 302, cookie))
    for _ in range(2):
        fetched(await fetch(client, server.url("/first", "a.feeds.test"), now=NOW))
    assert [asked.headers["host"].partition(":")[0] for asked in server.asked[:2]] == ["a.feeds.test", "b.feeds.test"]
    assert not any("cookie" in asked.headers for asked in server.asked)


# --- credentials --------------------------------------------------------------------------------------------


async def test_name_and_password_of_an_address_are_sent_and_not_remembered(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    server.put("/feed", redirect("/new", 301))
    server.put("/new", feed(BODY, etag='"1"'))
    url = server.url("/feed", "reader:s%C3%A9same@feeds.test")
    first = fetched(await fetch(client, url, now=NOW)).answer
    assert server.asked[0].headers["authorization"] == "Basic cmVhZGVyOnPDqXNhbWU="
    assert (first.url, first.moved_to) == (server.url("/new", "feeds.test"),) * 2
    assert not_modified(await fetch(client, url, validators=first.validators, now=NOW)).answer.conditional


async def test_a_password_does_not_follow_to_another_host(server: FeedServer, client: httpx.AsyncClient) -> None:
    server.put("/feed", redirect(server.url("/new", "other.test")))
    server.put("/new", feed(BODY))
    fetched(await fetch(client, server.url("/feed", "reader:secret@feeds.test"), now=NOW))
    assert "authorization" not in server.asked[1].headers


# --- hints --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"Cache-Control": 'max-age="60"', "Age": "20"}, 40),
        ({"Cache-Control": "max-age=600, no-cache"}, None),
        ({"Cache-Control": "max-age=600", "Expires": "Sun, 22 Nov 2026 18:00:00 GMT"}, 600),
        ({"Expires": "Sun, 22 Nov 2026 12:05:00 GMT"}, 300),
        ({"Expires": "Sun, 22 Nov 2026 12:05:00 GMT", "Date": "Sun, 22 Nov 2026 12:04:00 GMT"}, 60),
        ({"Expires": "0"}, None),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"Cache-Control": "max-age=-1"}, None),
        ({}, None),
    ],
)
async def test_how_long_an_answer_stays_fresh(
    server: FeedServer, client: httpx.AsyncClient, headers: dict[str, str], seconds: int | None
) -> None:
    outcome = fetched(await fetch(client, server.put("/feed", answer(200, headers, BODY)), now=NOW))
    assert outcome.answer.fresh_for == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Sun, 22 Nov 2026 12:10:00 GMT", 600),
        ("Sun, 22 Nov 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_read_as_seconds_and_as_date(
    server: FeedServer, client: httpx.AsyncClient, value: str, seconds: int | None, status: int
) -> None:
    url = server.put("/feed", answer(status, {"Retry-After": value}))
    outcome = failed(await fetch(client, url, now=NOW))
    assert (outcome.kind, outcome.status) == ("temporary", status)
    assert outcome.retry_after == (None if seconds is None else timedelta(seconds=seconds))


# --- connections --------------------------------------------------------------------------------------------


async def test_a_connection_serves_the_next_request_to_its_origin(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    url = server.put("/feed", feed(BODY, etag='"1"'))
    for _ in range(3):
        fetched(await fetch(client, url, now=NOW))
    assert server.connections == 1


async def test_an_idle_connection_that_the_server_closes_is_made_anew(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    url = server.put("/feed", hang_up_next(feed(BODY)))
    for _ in range(3):
        fetched(await fetch(client, url, now=NOW))
    assert server.connections == 3


async def test_a_body_that_was_not_read_to_its_end_ends_its_connection(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    url = server.put("/feed", answer(404, body=b"x" * 100_000), feed(BODY))
    failed(await fetch(client, url, now=NOW))
    assert fetched(await fetch(client, url, now=NOW)).body == BODY
    assert server.connections == 2


async def test_a_tiny_limit_on_redirects_is_kept(server: FeedServer, client: httpx.AsyncClient) -> None:
    outcome = failed(await fetch(client, put_chain(server, 302), now=NOW, limits=FetchLimits(max_redirects=0)))
    assert "more than 0 redirects" in outcome.reason
