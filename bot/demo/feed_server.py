"""The demo's publishers: a loopback web server that offers the feed files beside this module, act by act."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from bot.demo.botapi.http import HttpServer, Reply, Request

_FOLDER = Path(__file__).with_name("feeds")
_PLACEHOLDER = re.compile(r"\{\{(rfc822|iso) -(\d+)([hm])\}\}")
_LATIN1 = 'encoding="ISO-8859-1"'
FEEDS = (
    # id, file, lang, publisher, side of the context
    ("wire-en", "wire-en.xml", "en", "Demo Wire", ()),
    ("herald-en", "herald-en.xml", "en", "Demo Herald", ("india",)),
    ("ports-en", "ports-en.xml", "en", "Demo Ports", ()),
    ("official-en", "official-en.xml", "en", "Demo Press Office", ("india",)),
    ("tech-en", "tech-en.json", "en", "Demo Tech", ()),
    ("blog-en", "blog-en.xml", "en", "Demo Defence Blog", ("india",)),
    ("agenzia-it", "agenzia-it.xml", "it", "Agenzia Demo", ("italy",)),
    ("economia-it", "economia-it.xml", "it", "Demo Economia", ("italy",)),
    ("spazio-it", "spazio-it.json", "it", "Demo Spazio", ("italy",)),
    ("samachar-hi", "samachar-hi.xml", "hi", "डेमो समाचार", ("india",)),
    ("desh-hi", "desh-hi.xml", "hi", "डेमो देश", ("india",)),
    ("notizie-it", "notizie-it.xml", "it", "Notizie Demo", ("italy",)),
    ("down-en", "down-en.xml", "en", "Demo Gazette", ()),
)
_HTML_PAGE = "notizie-it.xml"  # a web page where a feed should be
_DOWN = "down-en.xml"  # a server that fails


class FeedPages:
    """What the publishers offer. Each act is a folder; a file that an act does not change stays as it was."""

    def __init__(self, *, now: datetime) -> None:
        self.act = 1
        self._now = now

    def body(self, name: str) -> bytes | None:
        """The feed file as it stands in the current act; None where there is no such file."""
        for act in range(self.act, 0, -1):
            file = _FOLDER / str(act) / name
            if "/" not in name and file.is_file():
                text = _PLACEHOLDER.sub(self._time, file.read_text(encoding="utf-8"))
                return text.encode("latin-1" if _LATIN1 in text else "utf-8")
        return None

    def _time(self, match: re.Match[str]) -> str:
        unit = {"h": "hours", "m": "minutes"}[match[3]]
        when = self._now - timedelta(**{unit: int(match[2])})
        return format_datetime(when) if match[1] == "rfc822" else when.isoformat(timespec="seconds")

    async def answer(self, request: Request) -> Reply:
        """One GET, with ETag and 304 as a well-kept server gives them."""
        name = request.path.removeprefix("/")
        if name == _DOWN:
            return Reply(503, b"out of order\n", "text/plain")
        if name == _HTML_PAGE:
            return Reply(200, b"<!doctype html><title>Demo</title><p>Our feeds have moved.</p>", "text/html")
        body = self.body(name)
        if body is None:
            return Reply(404, b"no such feed\n", "text/plain")
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = (("ETag", etag),)
        if request.headers.get("if-none-match") == etag:
            return Reply(304, b"", headers=headers)
        return Reply(
            200, body, "application/feed+json" if name.endswith(".json") else "application/xml", headers=headers
        )


@asynccontextmanager
async def feed_server(*, now: datetime) -> AsyncIterator[tuple[str, FeedPages]]:
    """Serve on a free loopback port; gives the address and the pages, whose `act` may be moved on."""
    pages = FeedPages(now=now)
    server = HttpServer(pages.answer)
    port = await server.start("127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{port}", pages
    finally:
        await server.stop()
