"""`pactwatch feeds add`, `remove`, `pause`, `resume`: config.yaml changed as a careful person would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from bot import config, feedfile
from bot.commands.feeds_names import id_for
from bot.commands.options import config_option, load
from feeds.item import canonical_url


@click.command(name="add")
@config_option
@click.argument("url")
@click.option("--id", "feed_id", help="Its id; made from the address unless given.")
@click.option("--lang", help="What its publisher writes in: en, it, hi …")
@click.option("--publisher", help="Its name, as readers see it.")
@click.option("--context", multiple=True, help="The side of the plan that publishing there lends to an item.")
@click.pass_context
def add_(
    ctx: click.Context,
    config_path: Path,
    url: str,
    feed_id: str | None,
    lang: str | None,
    publisher: str | None,
    context: tuple[str, ...],
) -> int:
    """Put a feed into config.yaml, behind the others. Nothing is fetched: `feeds test URL` shows what is there.

    \b
    pactwatch feeds add https://example.org/feed.xml --lang en --publisher "The Example" --context india
    """
    path = chosen(ctx, config_path)
    present = load(path).config.feeds
    same = next((feed.id for feed in present if canonical_url(feed.url) == canonical_url(url)), None)
    if same is not None:
        raise feedfile.EditRefused([f"{path}: {url} is there already, as the feed {same!r}; nothing was changed"])
    name = feed_id or id_for(url, taken=[feed.id for feed in present])
    change(path, lambda text: feedfile.add(text, [entry(name, url, lang, publisher, context)]))
    click.echo(f"{name} is in {path} now.")
    return 0


@click.command(name="remove")
@config_option
@click.argument("feed")
@click.pass_context
def remove_(ctx: click.Context, config_path: Path, feed: str) -> int:
    """Take a feed (its id) out of config.yaml. What it brought stays in the log.

    \b
    pactwatch feeds remove pib-en
    """
    path = home(chosen(ctx, config_path), feed)
    change(path, lambda text: feedfile.remove(text, feed))
    click.echo(f"{feed} is no longer in {path}.")
    return 0


@click.command(name="pause")
@config_option
@click.argument("feed")
@click.pass_context
def pause_(ctx: click.Context, config_path: Path, feed: str) -> int:
    """Ask a feed (its id) no more until it is resumed. What is known of it stays.

    \b
    pactwatch feeds pause pib-en
    """
    path = home(chosen(ctx, config_path), feed)
    changed = change(path, lambda text: feedfile.pause(text, feed))
    click.echo(f"{feed} is paused in {path} now." if changed else f"{feed} is paused already.")
    return 0


@click.command(name="resume")
@config_option
@click.argument("feed")
@click.pass_context
def resume_(ctx: click.Context, config_path: Path, feed: str) -> int:
    """Ask a paused feed (its id) again; it goes on where it was.

    \b
    pactwatch feeds resume pib-en
    """
    path = home(chosen(ctx, config_path), feed)
    changed = change(path, lambda text: feedfile.resume(text, feed))
    click.echo(f"{feed} is asked again." if changed else f"{feed} is not paused.")
    return 0


def chosen(ctx: click.Context, path: Path) -> Path:
    """The configuration that is meant: named here, or before the command (`feeds --config FILE add …`)."""
    source = ctx.get_parameter_source("config_path")
    if source is click.core.ParameterSource.COMMANDLINE or ctx.parent is None:
        return path
    named = ctx.parent.params.get("config_path", path)
    assert isinstance(named, Path)
    return named


def home(path: Path, feed: str) -> Path:
    """The file in which the feed stands: this one, or that of a further plan."""
    try:
        return config.load(path, config.environment()).feed_files.get(feed, path)
    except config.ConfigError:  # the edit may be what mends it, and says what is wrong where it does not
        return path


def change(path: Path, work: Callable[[str], str]) -> bool:
    """Edit the file; False where it said that already."""
    return feedfile.edit(path, work, config.environment())


def entry(
    name: str, url: str, lang: str | None, publisher: str | None, context: Sequence[str], *, paused: bool = False
) -> dict[str, Any]:
    """A feed as config.yaml holds it: without what has its default."""
    given = {"id": name, "url": url, "lang": lang, "publisher": publisher, "context": list(context), "paused": paused}
    return {key: value for key, value in given.items() if value}
