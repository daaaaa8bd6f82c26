"""The least a poller must do, written for nothing but this: `python benchmarks/peers/floor.py feeds.txt floor.db`.

Ask on conditions over bare connections, pass over what is the same, read what is not with expat, fold its text, look
for 200 phrases in one pass, and have every item on the disk before it counts. No redirects, no ill-formed feeds, no
limits, no schedule, no reasons, no second thoughts: what more anything takes has to be worth it.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import json
import queue
import random
import re
import sqlite3
import sys
import threading
import time
import unicodedata
import zlib
from pathlib import Path
from urllib.parse import urlsplit
from xml.parsers.expat import ParserCreate

import ahocorasick_rs
import msgspec
import uvloop

SCHEMA = """
CREATE TABLE IF NOT EXISTS items(feed INTEGER, id TEXT, data BLOB, PRIMARY KEY(feed, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feeds(feed INTEGER PRIMARY KEY, etag TEXT, modified TEXT, digest BLOB);
"""
AT_ONCE = 256
TAG = re.compile(r"<[^>]+>")
WANTED = {
    "title": 0,
    "link": 1,
    "guid": 2,
    "id": 2,
    "description": 3,
    "summary": 3,
    "pubDate": 4,
    "updated": 4,
    "date": 4,
}
ITEMS = {"item", "entry"}
Rows = tuple[list[tuple[int, str, bytes]], tuple[object, ...]]  # the new items of a feed, and what it is known by
encode = msgspec.json.Encoder().encode


class Exchange(asyncio.Protocol):
    """One request and its answer, after which the connection goes."""

    def __init__(self, request: bytes, answered: asyncio.Future[tuple[bytes, bytes]]) -> None:
        self.request, self.answered, self.received = request, answered, b""
        self.body_at = self.whole = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.received = self.received + data if self.received else data
        if not self.body_at:
            self.body_at = self.received.find(b"\r\n\r\n") + 4
            if self.body_at < 4:
                self.body_at = 0
                return
            self.whole = self.body_at + int(field(self.received[: self.body_at], b"content-length") or 0)
        if len(self.received) >= self.whole and not self.answered.done():
            self.answered.set_result((self.received[: self.body_at], self.received[self.body_at : self.whole]))
            self.transport.close()


def field(head: bytes, name: bytes) -> str | None:
    at = head.lower().find(b"\n" + name + b":")
    if at < 0:
        return None
    end = head.find(b"\r", at)
    return head[at + len(name) + 2 : end if end >= 0 else None].strip().decode("latin-1")


def parse(body: bytes) -> list[list[str]]:
    """Title, link, id, text and date of every item."""
    items: list[list[str]] = []
    parts: list[str] = []
    item: list[str] | None = None
    reader = ParserCreate(None, " ")
    reader.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal item
        short = name.rpartition(" ")[2]
        if short in ITEMS:
            item = [""] * 5
            items.append(item)
        elif short == "link" and item is not None and "href" in attributes:
            item[1] = attributes["href"]
        parts.clear()

    def end(name: str) -> None:
        nonlocal item
        short = name.rpartition(" ")[2]
        if short in ITEMS:
            item = None
        elif item is not None and (place := WANTED.get(short)) is not None and parts:
            item[place] = "".join(parts)

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler = parts.append
    reader.Parse(body, True)
    return items


class Phrases:
    """200 phrases, twenty commitments."""

    def __init__(self) -> None:
        chance = random.Random(3)
        syllables = ("ka", "ri", "to", "me", "lu", "sha", "no", "vi", "de", "po", "भा", "रत", "इट", "ली")
        made = [" ".join("".join(chance.choices(syllables, k=3)) for _ in range(2)) for _ in range(196)]
        self.phrases = [fold(phrase) for phrase in ("India", "Italy", "भारत", "Italia", *made)]
        self.automaton = ahocorasick_rs.AhoCorasick(self.phrases, store_patterns=False)

    def found(self, text: str) -> list[int]:
        hits = self.automaton.find_matches_as_indexes(text, overlapping=True)
        return sorted({one for one, start, end in hits if is_word(text, start, end)})


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def is_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def plain(text: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", text)).split()) if "<" in text or "&" in text else text


class Floor:
    def __init__(self, feeds: Path, file: Path) -> None:
        self.urls = feeds.read_text().split()
        self.db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)
        self.known = {feed: told for feed, *told in self.db.execute("SELECT * FROM feeds")}
        self.reading = sqlite3.connect(file, check_same_thread=False)
        self.phrases = Phrases()
        self.rows: queue.SimpleQueue[Rows | None] = queue.SimpleQueue()
        self.new = self.matched = 0

    def write(self) -> None:
        """Whatever is ready goes to the disk together."""
        ended = False
        while not ended:
            batch = [self.rows.get()]
            while not self.rows.empty():
                batch.append(self.rows.get())
            ended = None in batch
            ready = [one for one in batch if one is not None]
            self.db.execute("BEGIN IMMEDIATE")
            self.db.executemany("INSERT OR IGNORE INTO items VALUES(?,?,?)", [row for rows, _ in ready for row in rows])
            self.db.executemany("INSERT OR REPLACE INTO feeds VALUES(?,?,?,?)", [feed for _, feed in ready])
            self.db.execute("COMMIT")

    def take(self, feed: int, head: bytes, wire: bytes) -> None:
        """A body that came."""
        digest = hashlib.sha1(wire).digest()
        had = self.known.get(feed)
        if had is not None and had[2] == digest:
            return
        body = zlib.decompress(wire, 31) if field(head, b"content-encoding") == "gzip" else wire
        seen = set()
        if had is not None:
            seen = {one for (one,) in self.reading.execute("SELECT id FROM items WHERE feed=?", (feed,))}
        rows = [row for item in parse(body) if (row := self.row(feed, item, seen)) is not None]
        self.new += len(rows)
        self.rows.put((rows, (feed, field(head, b"etag"), field(head, b"last-modified"), digest)))

    def row(self, feed: int, item: list[str], seen: set[str]) -> tuple[int, str, bytes] | None:
        title, link, guid, text, date = item
        name = guid or link or title
        if name in seen:
            return None
        title, text = plain(title), plain(text)
        found = self.phrases.found(fold(f" {title} \n {text} "))
        self.matched += bool(found)
        return feed, name, encode((title, link, text[:2000], date, found))

    async def ask(self, feed: int) -> None:
        parts, (etag, modified, _) = urlsplit(self.urls[feed]), self.known.get(feed, (None, None, None))
        lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Accept-Encoding: gzip", "User-Agent: floor"]
        lines += [f"If-None-Match: {etag}"] * bool(etag) + [f"If-Modified-Since: {modified}"] * bool(modified)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[tuple[bytes, bytes]] = loop.create_future()
        request = "\r\n".join((*lines, "", "")).encode()
        await loop.create_connection(lambda: Exchange(request, answered), parts.hostname, parts.port)
        head, body = await answered
        if head[9:12] == b"200":
            self.take(feed, head, body)

    async def poll(self) -> None:
        left = iter(range(len(self.urls)))

        async def worker() -> None:
            for feed in left:
                await self.ask(feed)

        await asyncio.gather(*(worker() for _ in range(min(AT_ONCE, len(self.urls)))))


def main() -> None:
    floor = Floor(Path(sys.argv[1]), Path(sys.argv[2]))
    begun, cpu = time.perf_counter(), time.process_time()
    writer = threading.Thread(target=floor.write)
    writer.start()
    uvloop.run(floor.poll())
    floor.rows.put(None)
    writer.join()
    spent = {"wall": round(time.perf_counter() - begun, 3), "cpu": round(time.process_time() - cpu, 3)}
    print(json.dumps({"new": floor.new, "matched": floor.matched, **spent}))


if __name__ == "__main__":
    main()
