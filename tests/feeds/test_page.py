"""Pages: read only where robots.txt lets us, with our name, within limits, and taken out of what surrounds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from feeds.fetch import FetchLimits, fetch, make_client
from feeds.outcome import Outcome
from feeds.page import MAX_TEXT, ExtractError, NoPage, Page, extract, read_page
from feeds.robots import Robots
from tests.feeds.feed_server import Behaviour, FeedServer, answer, raw, redirect

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENTENCE = "Italy and India agreed on semiconductors, è vero, भारत. "
HTML = {"Content-Type": "text/html; charset=utf-8"}


def html(*paragraphs: str) -> bytes:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return f"<html><body><nav>Menu Home</nav><article>{body}</article><footer>Imprint</footer></body></html>".encode()


class Reader:
    """Reads pages with one memory of robots.txt, at a time that the test sets."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.now = NOON
        self._client = client
        self._robots = Robots(self._ask, user_agent="pactwatch/0.1 (+https://example.org/contact)")

    async def _ask(self, url: str) -> Outcome:
        return await fetch(self._client, url, now=self.now, limits=FetchLimits(max_body_bytes=2_000_000))

    async def read(self, url: str) -> Page | NoPage:
        return await read_page(url, ask=self._ask, robots=self._robots, now=lambda: self.now)


@pytest.fixture
def reader(client: httpx.AsyncClient) -> Reader:
    return Reader(client)


def targets(server: FeedServer) -> list[str]:
    return [asked.target for asked in server.asked]


async def test_the_text_is_told_from_what_surrounds_it(server: FeedServer, reader: Reader) -> None:
    url = server.put("/story", answer(200, HTML, html(SENTENCE * 5, "A second paragraph, \u202elong enough. " * 5)))
    page = await reader.read(url)
    assert isinstance(page, Page)
    assert page.text.startswith(SENTENCE.strip())
    assert "A second paragraph" in page.text
    assert not any(said in page.text for said in ("Menu", "Imprint", "<", "\u202e"))
    assert (page.url, page.cut, page.by.split()[0]) == (url, False, "trafilatura")
    assert server.asked[1].headers["user-agent"] == "pactwatch/test (+https://example.org/contact)"


async def test_a_long_text_is_cut_and_says_so(server: FeedServer, reader: Reader) -> None:
    sentences = (f"Paragraph {n}: " + SENTENCE for n in range(1000))
    page = await reader.read(server.put("/story", answer(200, HTML, html(*sentences))))
    assert isinstance(page, Page)
    assert page.cut
    assert MAX_TEXT - 80 <= len(page.text) <= MAX_TEXT


async def test_the_charset_of_the_header_counts(server: FeedServer, reader: Reader) -> None:
    body = html("L'Italia è pronta: perché no? Così è deciso, già. " * 5).decode().encode("cp1252")
    page = await reader.read(server.put("/story", answer(200, {"Content-Type": "text/html; charset=cp1252"}, body)))
    assert isinstance(page, Page)
    assert "Così è deciso, già" in page.text


# --- robots.txt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", ["User-agent: *\nDisallow: /", "User-agent: pactwatch\nDisallow: /story"])
async def test_a_page_that_robots_txt_forbids_is_not_asked_for(server: FeedServer, reader: Reader, rules: str) -> None:
    server.put("/robots.txt", answer(200, body=rules.encode()))
    assert await reader.read(server.put("/story", answer(200, HTML, html(SENTENCE)))) == NoPage(
        "robots.txt does not allow it"
    )
    assert targets(server) == ["/robots.txt"]


@pytest.mark.parametrize(
    ("robots", "temporary"), [(answer(503), True), (answer(500), True), (raw(b""), True), (answer(403), False)]
)
async def test_where_robots_txt_cannot_be_read_nothing_is(
    server: FeedServer, reader: Reader, robots: Behaviour, temporary: bool
) -> None:
    server.put("/robots.txt", robots)
    page = await reader.read(server.put("/story", answer(200, HTML, html(SENTENCE))))
    assert isinstance(page, NoPage)
    assert page.temporary == temporary
    assert targets(server) == ["/robots.txt"]


@pytest.mark.parametrize("robots", [answer(404), answer(200), answer(200, body=b"\xff\xfe\x00not rules")])
async def test_where_there_are_no_rules_everything_may_be_read(
    server: FeedServer, reader: Reader, robots: Behaviour
) -> None:
    server.put("/robots.txt", robots)
    assert isinstance(await reader.read(server.put("/story", answer(200, HTML, html(SENTENCE * 5)))), Page)


async def test_robots_txt_is_asked_for_once_a_day(server: FeedServer, reader: Reader) -> None:
    url = server.put("/story", answer(200, HTML, html(SENTENCE * 5)))
    await reader.read(url)
    reader.now += timedelta(hours=23)
    await reader.read(url)
    reader.now += timedelta(hours=2)
    await reader.read(url)
    assert targets(server) == ["/robots.txt", "/story", "/story", "/robots.txt", "/story"]


async def test_what_a_redirect_brings_from_where_we_may_not_read_is_not_kept(
    server: FeedServer, reader: Reader
) -> None:
    server.put("/robots.txt", answer(200, body=b"User-agent: *\nDisallow: /closed"))
    server.put("/closed", answer(200, HTML, html(SENTENCE * 5)))
    page = await reader.read(server.put("/story", redirect("/closed")))
    assert page == NoPage("robots.txt does not allow it")


# --- what is no page --------------------------------------------------------------------------------------


async def test_what_is_no_web_page_is_told(server: FeedServer, reader: Reader) -> None:
    page = await reader.read(server.put("/story", answer(200, {"Content-Type": "application/pdf"}, b"%PDF")))
    assert page == NoPage("not a web page: application/pdf")


async def test_a_failure_is_told_with_its_hope(server: FeedServer, reader: Reader) -> None:
    gone = await reader.read(server.put("/gone", answer(410)))
    busy = await reader.read(server.put("/busy", answer(503)))
    assert isinstance(gone, NoPage)
    assert isinstance(busy, NoPage)
    assert (gone.temporary, busy.temporary) == (False, True)


async def test_a_private_address_is_not_asked(server: FeedServer) -> None:
    async with make_client(user_agent="pactwatch-tests") as guarded:
        page = await Reader(guarded).read(server.put("/story", answer(200, HTML, html(SENTENCE * 5))))
    assert isinstance(page, NoPage)
    assert "allow_private_addresses" in page.reason
    assert server.asked == []


@pytest.mark.parametrize("body", [b"", b"\0\xff" * 1000, b"<html><body></body></html>"])
async def test_a_page_without_text_is_an_error(body: bytes) -> None:
    with pytest.raises(ExtractError):
        await extract(body, content_type="text/html; charset=zlib")


async def test_an_extraction_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ExtractError, match="within 0 s"):
        await extract(b"<div>" * 1_000_000, content_type="text/html", deadline_s=0)
