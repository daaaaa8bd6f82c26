"""A plain bot, as one would write it in an afternoon: httpx, feedparser, one `re` per keyword, SQLite.

`python benchmarks/peers/plain.py feeds.txt plain.db`
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

import feedparser
import httpx

WORDS = [f"word{number}" for number in range(196)] + ["India", "Italy", "Italia", "भारत"]
PATTERNS = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in WORDS]


def main() -> None:
    urls, db = Path(sys.argv[1]).read_text().split(), sqlite3.connect(sys.argv[2])
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE IF NOT EXISTS items(feed, id, title, link, summary, words, PRIMARY KEY(feed, id));"
        "CREATE TABLE IF NOT EXISTS feeds(url PRIMARY KEY, etag, modified);"
    )
    known = {url: (etag, modified) for url, etag, modified in db.execute("SELECT * FROM feeds")}
    new = 0

    def keep(url: str, response: httpx.Response) -> None:
        nonlocal new
        with db:
            for entry in feedparser.parse(response.content).entries:
                new += keep_item(db, url, entry)
            fields = response.headers.get("etag"), response.headers.get("last-modified")
            db.execute("INSERT OR REPLACE INTO feeds VALUES(?,?,?)", (url, *fields))

    async def poll() -> None:
        room = asyncio.Semaphore(64)
        async with httpx.AsyncClient(follow_redirects=True, timeout=30) as client:

            async def one(url: str) -> None:
                pairs = zip(("If-None-Match", "If-Modified-Since"), known.get(url, ()), strict=False)
                async with room:
                    response = await client.get(url, headers={name: value for name, value in pairs if value})
                if response.status_code == 200:
                    keep(url, response)

            await asyncio.gather(*map(one, urls))

    asyncio.run(poll())
    print(json.dumps({"new": new}))


def keep_item(db: sqlite3.Connection, url: str, entry: Any) -> int:
    """1 for an item that was not known."""
    title, summary = entry.get("title", ""), re.sub("<[^>]+>", " ", entry.get("summary", ""))
    key = url, entry.get("id") or entry.get("link") or title
    if db.execute("SELECT 1 FROM items WHERE feed=? AND id=?", key).fetchone():
        return 0
    words = [word for word, pattern in zip(WORDS, PATTERNS, strict=True) if pattern.search(f"{title} {summary}")]
    db.execute("INSERT INTO items VALUES(?,?,?,?,?,?)", (*key, title, entry.get("link"), summary, ",".join(words)))
    return 1


if __name__ == "__main__":
    main()
