"""`pactwatch feeds show`: one feed in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.commands.feeds_edit import chosen
from bot.commands.feeds_table import as_object, known_of
from bot.commands.options import config_option, json_option, load, now, print_json
from bot.meant import meant
from bot.questions.coverage import length, sentence
from bot.telegram.text import clean
from bot.watch.feedstate import Line, line
from feeds.silence import usual_pause


@click.command(name="show")
@config_option
@json_option
@click.argument("feed")
@click.option("--days", type=click.IntRange(1, 3650), help="The period of the coverage.  [default: 7]")
@click.pass_context
def show_(ctx: click.Context, config_path: Path, as_json: bool, feed: str, days: int | None) -> int:
    """One feed (its id) in full: how it fares and since when, its address and rhythm, its newest item, how well it was
    watched and when not, and when it is asked next.

    \b
    pactwatch feeds show pib-en
    pactwatch feeds pib-en --json
    """
    above = ctx.parent.params if ctx.parent else {}
    loaded, at = load(chosen(ctx, config_path)), now()
    period = timedelta(days=days or above.get("days") or 7)
    wanted = next((one for one in loaded.config.feeds if one.id == feed), None)
    if wanted is None:
        raise click.UsageError(_unknown(feed, [one.id for one in loaded.config.feeds], _commands(ctx)))
    one = line(wanted, known_of(loaded, at - period, at), since=at - period, now=at)
    if as_json or above.get("as_json"):
        print_json(as_object(one))
    else:
        for name, text in _told(one, at, loaded.feed_files[feed]):
            click.echo(f"{name:<10} {text}")
        click.echo(sentence(one.coverage))
    return 0


def _told(one: Line, at: datetime, file: Path) -> Iterator[tuple[str, str]]:
    since = f" for {length(at - one.since)}: {clean(one.reason)}" if one.since else ""
    yield "feed", one.feed.id
    yield "state", f"{one.state}{since}"
    yield "address", clean(one.feed.url)
    if one.moved_to:
        yield "moved to", f"{clean(one.moved_to)} (change its url in {file})"
    about = [one.feed.publisher, one.feed.lang, *(f"lends {side}" for side in one.feed.context)]
    yield "about", ", ".join(clean(text) for text in about if text) or "–"
    usual = usual_pause(one.polled.silence)
    pause = f"; seldom silent for more than {length(usual)}" if usual else ""
    yield "asked", f"every {length(one.polled.interval)}{pause}" if one.polled.interval else "–"
    newest = f", the newest {length(at - one.last_item_at)} ago" if one.last_item_at else ""
    yield "items", f"{one.items}{newest}"
    yield "next", "–" if one.due is None else "now" if one.due <= at else f"in {length(one.due - at)}"


def _commands(ctx: click.Context) -> list[str]:
    group = ctx.parent.command if ctx.parent else None
    return group.list_commands(ctx) if isinstance(group, click.Group) else []


def _unknown(asked: str, feeds: Sequence[str], commands: Sequence[str]) -> str:
    """That nothing is called so, and what was meant, perhaps."""
    near = meant(asked, [*feeds, *commands], most=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`pactwatch feeds` shows all feeds"
    return f"{asked!r} is neither a feed nor a command of feeds; {hint}"
