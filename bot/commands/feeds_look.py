"""`pactwatch feeds test`: fetch once, as the monitor would, and tell what would be read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.commands.feeds_edit import chosen
from bot.commands.options import config_option, json_option, load, now, print_json
from bot.config import Loaded
from bot.counted import counted
from bot.questions.coverage import length
from bot.settings import FetchSettings
from bot.telegram.text import clean, cut
from bot.watch import decide
from bot.watch.decide import Sighting
from feeds.discover import Announced, discover
from feeds.fetch import FetchLimits, fetch, make_client
from feeds.item import canonical_url
from feeds.outcome import Failed, Fetched, NotModified, Outcome
from feeds.parse import Parsed, parse
from feeds.text import plain
from matchers.match import Match, detect_language, match
from matchers.rules import RuleSet

MAX_FEEDS = 5  # of one page that are fetched
_PATHS = {
    "strict": "read as it is",
    "repaired": "read after repairs",
    "tolerant": "ill-formed, read by the tolerant parser",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What lies at an address: a feed (`parsed`), a page that announces feeds, or nothing we can use (`reason`)."""

    url: str
    parsed: Parsed | None = None
    found: tuple[Announced, ...] = ()
    reason: str = ""
    moved_to: str | None = None


@click.command(name="test")
@config_option
@json_option
@click.argument("url")
@click.option("--context", multiple=True, help="Match as if the feed lent this side of the plan.")
@click.option("--limit", type=click.IntRange(1, 200), default=5, show_default=True, help="How many items to show.")
@click.pass_context
def test_(ctx: click.Context, config_path: Path, as_json: bool, url: str, context: tuple[str, ...], limit: int) -> int:
    """Fetch an address once, with the limits and the address guard of the monitor, and show what would be read: format
    and how it could be read, language, newest items, and the commitments they would match. Of a web page the feeds
    it announces are read. Nothing is recorded. Exit code 1: there is no feed.

    \b
    pactwatch feeds test https://example.org/news
    """
    loaded = load(chosen(ctx, config_path))
    looks = asyncio.run(_look(url, loaded.config.fetch))
    for one in looks:
        told = _tell(one, loaded, context, limit)
        if as_json:
            print_json(told)
        else:
            _print(one, told)
    return 0 if any(one.parsed for one in looks) else 1


async def _look(url: str, settings: FetchSettings) -> list[Looked]:
    """What lies at the address and, where that is a page, at those it announces."""
    client = make_client(user_agent=settings.user_agent, allow_private_addresses=settings.allow_private_addresses)
    limits = FetchLimits(timedelta(seconds=settings.timeout_s), int(settings.max_body_mb * 1_000_000))

    async def look(url: str) -> Looked:
        outcome = await fetch(client, url, now=now(), limits=limits)
        return await asyncio.to_thread(_read, url, outcome)

    async with client:
        first = await look(url)
        return [first, *[await look(one.url) for one in first.found[:MAX_FEEDS]]]


def _read(url: str, outcome: Outcome) -> Looked:
    match outcome:
        case Fetched(answer, body, content_type):
            parsed = parse(body, content_type=content_type, url=answer.url)
            if isinstance(parsed, Parsed):
                return Looked(url, parsed, moved_to=answer.moved_to)
            found = discover(body, url=answer.url, content_type=content_type)
            return Looked(url, found=found, reason=f"no feed: {parsed.reason}", moved_to=answer.moved_to)
        case Failed(_, reason):
            return Looked(url, reason=reason)
        case NotModified():
            return Looked(url, reason="the server says that nothing has changed, though it was not asked that")


# --- telling ----------------------------------------------------------------------------------------------


def _tell(one: Looked, loaded: Loaded, context: Sequence[str], limit: int) -> dict[str, object]:
    known = [feed.id for feed in loaded.config.feeds if canonical_url(feed.url) == canonical_url(one.url)]
    told: dict[str, object] = {"url": one.url, "configured_as": known[0] if known else None, "moved_to": one.moved_to}
    if one.parsed is None:
        return {**told, "error": one.reason, "announces": [found.url for found in one.found]}
    seen = list(reversed(decide.sightings(one.parsed.items, feed_id=known[0] if known else "", plain=plain)))
    languages = Counter(detect_language(sighting.item) for sighting in seen)
    dates = [when for sighting in seen if (when := _date(sighting))]
    return {
        **told,
        "format": one.parsed.format,
        "version": one.parsed.version,
        "path": one.parsed.path,
        "title": one.parsed.title,
        "language": one.parsed.language,
        "items": len(seen),
        "languages": dict(languages.most_common()),
        "newest": max(dates, default=None),
        "hub": one.parsed.hints.hub,
        "newest_items": [_item(sighting, loaded.rules, context) for sighting in seen[:limit]],
        "matching": _matching(seen, loaded.rules, context),
    }


def _date(sighting: Sighting) -> datetime | None:
    return sighting.item.published or sighting.item.updated


def _item(sighting: Sighting, rules: Sequence[RuleSet], context: Sequence[str]) -> dict[str, object]:
    return {
        "title": sighting.item.title,
        "url": sighting.item.link,
        "published": _date(sighting),
        "lang": detect_language(sighting.item),
        "commitments": {found.commitment: round(found.score, 2) for found in _matches(sighting, rules, context)},
    }


def _matching(seen: Sequence[Sighting], rules: Sequence[RuleSet], context: Sequence[str]) -> dict[str, int]:
    counts = Counter(found.commitment for one in seen for found in _matches(one, rules, context))
    return dict(counts.most_common())


def _matches(sighting: Sighting, rules: Sequence[RuleSet], context: Sequence[str]) -> list[Match]:
    return [found for one in rules for found in match(one, sighting.item, context=tuple(context))]


def _print(one: Looked, told: dict[str, object]) -> None:
    click.secho(clean(one.url), bold=True)
    if told["configured_as"]:
        click.echo(f"  is configured already, as {told['configured_as']}")
    if one.moved_to:
        click.echo(f"  has moved for good to {clean(one.moved_to)}")
    if one.parsed is None:
        announces = f"; it announces {len(one.found)}:" if one.found else ""
        click.echo(f"  {clean(one.reason)}{announces}")
        for number, found in enumerate(one.found):
            mark = "" if number < MAX_FEEDS else "  (not looked at)"
            click.echo(f"    {clean(found.url)}  {clean(found.title or '')}{mark}".rstrip())
        return
    _print_feed(one.parsed, told)


def _print_feed(parsed: Parsed, told: dict[str, object]) -> None:
    newest, languages = told["newest"], told["languages"]
    assert isinstance(languages, dict)
    age = f", the newest {length(now() - newest)} old" if isinstance(newest, datetime) else ", none with a date"
    spoken = ", ".join(f"{lang} {count}" for lang, count in languages.items())
    click.echo(f"  {clean(parsed.title or 'no title')}")
    click.echo(
        f"  {parsed.format} {parsed.version}".rstrip()
        + f", {_PATHS[parsed.path]}, {counted(int(str(told['items'])), 'item')}{age}"
    )
    click.echo(
        f"  language: {spoken or '–'}" + (f" (the feed says {clean(parsed.language)})" if parsed.language else "")
    )
    items, matching = told["newest_items"], told["matching"]
    assert isinstance(items, list)
    assert isinstance(matching, dict)
    for item in items:
        when = f"{item['published']:%Y-%m-%d %H:%M}" if item["published"] else "no date".ljust(16)
        found = f"  → {', '.join(item['commitments'])}" if item["commitments"] else ""
        click.echo(f"    {when}  {cut(clean(item['title'] or ''), 100)}{found}")
    said = ", ".join(f"{name} {count}" for name, count in matching.items())
    click.echo(f"  would match now: {said or 'nothing'}\n")
