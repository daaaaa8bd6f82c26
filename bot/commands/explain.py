"""`pactwatch explain`: why an item matched, or why it did not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from bot.activation import rules_in_force
from bot.commands.options import config_option, json_option, load, print_json
from bot.commands.past import as_of_option, views_as_of
from bot.config import Loaded
from feeds.item import Item, canonical_url
from matchers.explain import Explanation, explain
from matchers.rules import RuleSet
from store.views.values import ItemView
from store.views.views import Views


@click.command()
@config_option
@json_option
@as_of_option
@click.option("--text", metavar="TITLE", help="Judge this headline instead of an item that was seen.")
@click.option("--commitment", help="Tell of every rule of this commitment, also where nothing of it was found.")
@click.argument("what", required=False)
def command(
    config_path: Path,
    as_json: bool,
    as_of: datetime | None,
    text: str | None,
    commitment: str | None,
    what: str | None,
) -> int:
    """Explain each stage of judging an item (its address or key) or a headline: which sides of the plan it shows, what
    was masked, and what became of every rule it touched.

    \b
    pactwatch explain https://example.org/news/42
    pactwatch explain 3f9a2c41d07be8815c20 --as-of 2026-03-01     under the rules then in force
    pactwatch explain --text "India and Italy sign ports agreement"

    Exit code 1: no such item was seen, or nothing in it matches.
    """
    if (text is None) == (what is None):
        raise click.UsageError("name an item (its address or its key), or give a headline with --text")
    loaded = load(config_path)
    if text is not None:
        return _tell([explain(rules, Item(title=text), commitment=commitment) for rules in loaded.rules], None, as_json)
    with views_as_of(loaded, as_of) as (log, views, _):
        item = _find(views, what or "")
        if item is None:
            click.echo(_never_seen(what or "", views, as_of), err=True)
            return 1
        rules = (as_of is not None and rules_in_force(log)) or loaded.rules
    return _tell(_judged(loaded, rules, item, commitment), item, as_json)


def _find(views: Views, what: str) -> ItemView | None:
    return views.item(what.removeprefix("item/")) or views.item_by_url(what, canonical=canonical_url)


def _judged(loaded: Loaded, rules: Sequence[RuleSet], item: ItemView, commitment: str | None) -> list[Explanation]:
    context = next((feed.context for feed in loaded.config.feeds if feed.id == item.feed), ())
    text = Item(link=item.url, title=item.title, summary=item.summary, published=item.published)
    return [explain(one, text, context=context, commitment=commitment) for one in rules]


def _never_seen(what: str, views: Views, as_of: datetime | None) -> str:
    """Why there is nothing to explain: which feeds were out of sight matters more than the missing item."""
    blind = [f"{one.feed} since {one.failing.since:%Y-%m-%d %H:%M} UTC" for one in views.feed_health() if one.failing]
    then = f" up to {as_of:%Y-%m-%d}" if as_of else ""
    said = f"{what} was never seen{then}."
    return f"{said} Feeds out of sight: {', '.join(blind)}." if blind else f"{said} Every feed was answering."


def _tell(explanations: Sequence[Explanation], item: ItemView | None, as_json: bool) -> int:
    for one in explanations:
        if as_json:
            print_json({"item": item.key if item else None, **dataclasses.asdict(one)})
        else:
            _print(one, item)
    return 0 if any(verdict.verdict == "matched" for one in explanations for verdict in one.verdicts) else 1


def _print(one: Explanation, item: ItemView | None) -> None:
    if item is not None:
        click.secho(item.title, bold=True)
        click.echo(f"{item.publisher or item.feed} · seen {item.seen_at:%Y-%m-%d %H:%M} UTC · {item.url or item.key}")
    click.echo(f"rules {one.rules}, language {one.language}\n")
    for stage in one.stages:
        click.echo(f"  {'yes' if stage.passed else 'no ':<4} {stage.name}: {stage.said}")
    click.echo()
    for verdict in one.verdicts:
        click.echo(f"  {verdict.verdict:<9} {verdict.commitment} / {verdict.rule}: {_short(verdict.said)}")
    if not one.verdicts:
        click.echo("  no rule found any of its terms")
    click.echo()


def _short(said: str) -> str:
    """A rule of many words is named, not recited."""
    return said if len(said) <= 200 else said[:199] + "…"
