"""`pactwatch feeds import` and `feeds export`: lists of feeds as other programs exchange them (OPML 2.0)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bot import feedfile
from bot.commands.feeds_edit import change, chosen, entry
from bot.commands.feeds_names import id_for
from bot.commands.options import config_option, load, now
from bot.config import ConfigError
from bot.counted import counted
from bot.settings import Config, FeedSettings
from feeds import opml
from feeds.item import canonical_url
from feeds.opml import OpmlError, Outline

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@click.command(name="import")
@config_option
@click.argument("file", type=click.File("rb"))
@click.option("--lang", help="The language of feeds of which the list does not say it.")
@click.option("--context", multiple=True, help="The side of the plan for feeds of which the list names none.")
@click.pass_context
def import_(ctx: click.Context, config_path: Path, file: Any, lang: str | None, context: tuple[str, ...]) -> int:
    """Put the feeds of an OPML file (- for stdin) into config.yaml, behind the others; those already there stay as
    they are. A list that cannot be read, or a feed that cannot be used, changes nothing.

    \b
    pactwatch feeds import subscriptions.opml --lang en
    """
    path = chosen(ctx, config_path)
    try:
        outlines = opml.read(file.read(opml.MAX_BYTES + 1))
    except OpmlError as exc:
        raise ConfigError([f"{file.name}: {exc}; nothing was changed"]) from exc
    settings = load(path).config
    new = entries(outlines, settings, lang=lang, context=context)
    change(path, lambda text: feedfile.add(text, new))
    for one in new:
        click.echo(f"{one['id']}  {one['url']}")
    click.echo(f"New in {path}: {len(new)} of {counted(len(outlines), 'feed')}.", err=True)
    return 0 if outlines else 1


@click.command(name="export")
@config_option
@click.pass_context
def export_(ctx: click.Context, config_path: Path) -> int:
    """Print the feeds as OPML 2.0, for any feed reader.

    \b
    pactwatch feeds export > feeds.opml
    """
    settings = load(chosen(ctx, config_path)).config
    title = settings.plan.title.get("en") or settings.plan.id
    click.echo(opml.write([outline(feed) for feed in settings.feeds], title=title, now=now()), nl=False)
    return 0


def outline(feed: FeedSettings) -> Outline:
    """A feed of the configuration as a line of a list."""
    return Outline(feed.url, feed.publisher, feed.lang, feed.context, feed.id, feed.paused)


def entries(
    outlines: Sequence[Outline], settings: Config, *, lang: str | None, context: Sequence[str]
) -> list[dict[str, Any]]:
    """The feeds of a list that the configuration does not have yet, as it would hold them. Of their categories those
    are kept that are sides of the plan."""
    known = {canonical_url(feed.url) for feed in settings.feeds}
    taken = [feed.id for feed in settings.feeds]
    new: list[dict[str, Any]] = []
    for one in outlines:
        if canonical_url(one.url) in known:
            continue
        known.add(canonical_url(one.url))
        fits = one.id is not None and _ID.fullmatch(one.id) and one.id not in taken
        name = one.id if fits and one.id else id_for(one.title or one.url, taken=taken)
        taken.append(name)
        sides = [side for side in one.categories if side in settings.plan.sides] or context
        new.append(entry(name, one.url, one.language or lang, one.title, sides, paused=one.paused))
    return new
