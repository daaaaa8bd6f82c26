"""`pactwatch search`: full text over every item that was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import msgspec

from bot.commands.choose import commitments
from bot.commands.options import config_option, json_option, load, print_json
from bot.commands.past import as_of_option, plan_as_of, views_as_of
from bot.commands.when import since_option, until_option
from bot.telegram.render import byline
from bot.telegram.text import clean, safe_url
from store.views.values import ItemView


@click.command()
@config_option
@json_option
@click.option(
    "--commitment", "names", multiple=True, help="Only items that matched it: an id, title, clause or pillar."
)
@since_option
@until_option
@as_of_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many items at most.")
@click.argument("words", nargs=-1, required=True)
def command(
    config_path: Path,
    as_json: bool,
    names: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    limit: int,
    words: tuple[str, ...],
) -> int:
    """Search all items ever seen, also those that matched no commitment: items with all the words, those that have
    them in the title first, and the newest first among these. Accents and upper case do not matter.

    \b
    pactwatch search green hydrogen
    pactwatch search '"joint commission"' --since 2026-01-01     a phrase
    pactwatch search 'hydrog*' --commitment energy-dialogue      any ending
    pactwatch search idrogeno --as-of 2026-03-01                 what was known then

    Dates are those of publication, or, where that is unknown, of the first sighting. Exit code 1: nothing was found.
    """
    if not any(character.isalnum() for word in words for character in word):
        raise click.UsageError("say what to look for: a word, or several")
    loaded = plan_as_of(load(config_path), as_of)
    chosen = [one.id for one in commitments(loaded, names)]
    with views_as_of(loaded, as_of) as (_, views, _):
        found = views.search(" ".join(words), limit=limit, commitment=chosen, since=since, until=until)
    show: Callable[[ItemView], None] = _show_object if as_json else _show
    for item in found:
        show(item)
    if not found and not as_json:
        click.echo(f"Nothing seen with the words {' '.join(words)!r}.")
    return 0 if found else 1


def _show(item: ItemView) -> None:
    click.secho(clean(item.title) or item.key, bold=True)
    said = (byline(item, "en"), ", ".join(match.commitment for match in item.matches))
    click.echo("  " + " · ".join(part for part in said if part))
    click.echo(f"  {safe_url(item.url) or item.key}\n")


def _show_object(item: ItemView) -> None:
    print_json(msgspec.to_builtins(item))
