"""The text of a web page: asked for politely, taken out in a child process that can be stopped."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from feeds.child import ended
from feeds.outcome import Failed, FeedError, Fetched
from feeds.robots import Ask, Robots
from feeds.text import tidy


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: `text` is plain, one line a paragraph; `digest` is over all of it, `cut` where that was longer
    than `text`. `url` is where it came from after redirects, `by` what took it out."""

    url: str
    digest: str
    text: str = field(repr=False)
    by: str
    cut: bool


@dataclass(frozen=True, slots=True)
class NoPage:
    """No text, and why, in one line for a person; `temporary` where asking again may help."""

    reason: str
    temporary: bool = False


class ExtractError(FeedError):
    """Nothing could be taken out of a page: it took too long, grew too large, or holds no text."""


def can_extract() -> bool:
    """Whether the package that knows text from the rest of a page is installed. Does not load it."""
    return importlib.util.find_spec("trafilatura") is not None


async def read_page(url: str, *, ask: Ask, robots: Robots, now: Callable[[], datetime]) -> Page | NoPage:
    """The text at an address, where its host lets us read it. Never raises for what the other side does."""
    refused = await robots.refuses(url, now=now())
    if refused is not None:
        return NoPage(refused.reason, refused.temporary)
    match await ask(url):
        case Fetched() as fetched:
            # A redirect may lead to where we may not read: what came from there is not kept.
            refused = await robots.refuses(fetched.answer.url, now=now())
            return NoPage(refused.reason, refused.temporary) if refused else await _page(fetched)
        case Failed() as failed:
            return NoPage(failed.reason, failed.kind == "temporary")
    return NoPage("not modified, although no condition was sent")


async def _page(fetched: Fetched) -> Page | NoPage:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind not in {"text/html", "application/xhtml+xml", ""}:
        return NoPage(f"not a web page: {kind[:100]}")
    try:
        found, by = await extract(fetched.body, content_type=fetched.content_type)
    except ExtractError as exc:
        return NoPage(str(exc))
    digest = hashlib.sha256(found.encode("utf-8", "replace")).hexdigest()[:16]
    text = _cut(found)
    return Page(fetched.answer.url, digest, text, by, cut=text != found)


async def extract(body: bytes, *, content_type: str, deadline_s: float = 20.0) -> tuple[str, str]:
    """The text of a page and what found it. Raises ExtractError at the deadline, and where there is no text.

    Pages are hostile, and a thread cannot be stopped: a process of its own, small in memory, is.
    """
    command = (sys.executable, "-P", "-m", "feeds.pagechild", content_type[:200].replace("\0", ""))
    try:
        done = await ended(command, given=body, timeout_s=deadline_s)
    except TimeoutError:
        raise ExtractError(f"no text was found within {deadline_s:g} s") from None
    return _answer(done.output)


def _answer(out: bytes) -> tuple[str, str]:
    try:
        answer = json.loads(out)
    except ValueError:
        raise ExtractError("the page is more than the extraction can take") from None
    text = "\n".join(line for line in map(tidy, str(answer["text"]).splitlines()) if line)
    if not text:
        raise ExtractError("there is no text on the page")
    return text, str(answer["by"])


def _cut(text: str) -> str:
    """At most MAX_TEXT characters, cut between words where there are any."""
    if len(text) <= MAX_TEXT:
        return text
    head, _, tail = text[:MAX_TEXT].rpartition(" ")
    return head if head and len(tail) < 80 else text[:MAX_TEXT]


MAX_TEXT = 15_000  # with title and summary it stays below what the matchers read of an item
