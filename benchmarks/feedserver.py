"""Serves the made-up feeds on loopback, each from an address of its own: `python -m benchmarks.feedserver FEEDS PORT`.

ETag and Last-Modified, 304, gzip. `GET /set?turn=1&validators=0` changes what it does: the round the feeds are in, and
whether it has validators. Everything is made ahead; on the standard input's end it ends.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import sys
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from benchmarks.corpus import MadeFeed
from bot import loop


def address(number: int, port: int) -> str:
    """Where a feed is served: one loopback address each, so that a client needs as many connections as on the web."""
    return f"http://127.1.{number // 250}.{number % 250 + 1}:{port}/{number}.xml"


class Shelf:
    """The answers: for every feed the one with its body, and the one without."""

    def __init__(self, feeds: int) -> None:
        self._feeds = [MadeFeed(number) for number in range(feeds)]
        self.turn = 0
        self.validators = True
        self.answers = {f"/{feed.number}.xml".encode(): _answers(feed.body()) for feed in self._feeds}

    def set(self, turn: int, validators: bool) -> None:
        for feed in self._feeds:
            if any(feed.changed(one) for one in range(min(turn, self.turn) + 1, max(turn, self.turn) + 1)):
                self.answers[f"/{feed.number}.xml".encode()] = _answers(feed.body(turn))
        self.turn, self.validators = turn, validators


def _answers(body: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """ETag, the answer with validators, the one without, and the 304."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'.encode()
    packed = gzip.compress(body, 6, mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n"
    head %= len(packed)
    return (
        etag,
        head + b"ETag: " + etag + b"\r\nLast-Modified: Sun, 22 Nov 2026 06:00:00 GMT\r\n\r\n" + packed,
        head + b"\r\n" + packed,
        b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n",
    )


class _Serving(asyncio.Protocol):
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            assert self._transport is not None
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/set?"):
            asked = dict(parse_qsl(urlsplit(path.decode()).query))
            self._shelf.set(int(asked["turn"]), asked["validators"] == "1")
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        found = self._shelf.answers.get(path)
        if found is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag, full, bare, unchanged = found
        if not self._shelf.validators:
            return bare
        return unchanged if etag in head else full


async def main(feeds: int, port: int) -> None:
    shelf = Shelf(feeds)
    running = asyncio.get_running_loop()
    for host in ("127.0.0.1", *(urlsplit(address(number, port)).hostname for number in range(feeds))):
        await running.create_server(lambda: _Serving(shelf), host, port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await running.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    loop.run(main(int(sys.argv[1]), int(sys.argv[2])))
