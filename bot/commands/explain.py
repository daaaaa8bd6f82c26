"""`pactwatch explain`: why an item matched, or why it did not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from bot.commands.options import config_option, json_option, load, now, open_log, open_views, print_json
from bot.commands.past import as_of_option, views_as_of
from bot.config import Loaded
from bot.questions.concern import fact_of
from bot.questions.coverage import PERIOD, with_present
from bot.questions.missing import Missing, missing, sentences
from bot.rules.activation import compiled, rules_in_force, versions
from bot.telegram.text import host_of
from feeds.item import Item, canonical_url
from matchers.explain import Explanation, explain
from matchers.nearmiss import with_text
from matchers.rules import RuleSet
from store.events.items import TextFetched
from store.events.trust import EventRedacted
from store.log import EventLog, FeedRow, each
from store.views.values import ItemView
from store.views.views import Views


@click.command()
@config_option
@json_option
@as_of_option
@click.option(
    "--rules",
    "version",
    metavar="VERSION",
    help="Judge by these rules: the 12 digits by which events, and every explanation, name them.",
)
@click.option("--text", metavar="TITLE", help="Judge this headline instead of an item that was seen.")
@click.option("--commitment", help="Tell of every rule of this commitment, also where nothing of it was found.")
@click.argument("what", required=False)
def command(
    config_path: Path,
    as_json: bool,
    as_of: datetime | None,
    version: str | None,
    text: str | None,
    commitment: str | None,
    what: str | None,
) -> int:
    """Explain each stage of judging an item (its address or key) or a headline: which sides of the plan it shows, what
    was masked, and what became of every rule it touched.

    \b
    pactwatch explain https://example.org/news/42
    pactwatch explain 3f9a2c41d07be8815c20 --as-of 2026-03-01     under the rules then in force
    pactwatch explain 3f9a2c41d07be8815c20 --rules 5d1c0a94e27b   under rules of any version that was in force
    pactwatch explain --text "India and Italy sign ports agreement"

    An item that was never seen is explained, too: which feeds carry its outlet, and when they were not watched in the
    week before. Exit code 1: no such item was seen, or nothing in it matches.
    """
    if (text is None) == (what is None):
        raise click.UsageError("name an item (its address or its key), or give a headline with --text")
    loaded = load(config_path)
    asked = _rules(loaded, version) if version else ()
    if text is not None:
        told = [explain(rules, Item(title=text), commitment=commitment) for rules in asked or loaded.rules]
        return _tell(told, None, as_json)
    with views_as_of(loaded, as_of) as (log, views, rows):
        item = _find(views, what or "")
        if item is None:
            missing = _missing(loaded, log, views, rows, what or "", as_of or now())
        else:
            rules = asked or (as_of is not None and rules_in_force(log)) or loaded.rules
            explanations = _judged(loaded, log, rules, item, commitment)
    if item is None:
        return _tell_missing(missing, _later(loaded, what or "") if as_of else None, as_json)
    return _tell(explanations, item, as_json)


def _rules(loaded: Loaded, version: str) -> Sequence[RuleSet]:
    """The rules of that version: those of the configuration, or any that the log saw in force."""
    mine = [rules for rules in loaded.rules if rules.id == version]
    if mine:
        return mine
    with open_log(loaded) as log:
        known = versions(log)
    if version in known:
        return [compiled(known[version][1])]
    told = ", ".join(f"{rules} ({at.at:%Y-%m-%d})" for rules, (at, _) in list(known.items())[-_TOLD:]) or "none"
    raise click.UsageError(
        f"no rules {version!r} were ever in force; the log knows {told}, with the day they last came into force"
        " (all: pactwatch log --type RulesActivated)"
    )


_TOLD = 5


def _find(views: Views, what: str) -> ItemView | None:
    return views.item(what.removeprefix("item/")) or views.item_by_url(what, canonical=canonical_url)


def _judged(
    loaded: Loaded, log: EventLog, rules: Sequence[RuleSet], item: ItemView, commitment: str | None
) -> list[Explanation]:
    context = next((feed.context for feed in loaded.config.feeds if feed.id == item.feed), ())
    fetched = next(map(fact_of, log.find([f"text/{item.key}"]).values()), None)
    text = Item(link=item.url, title=item.title, summary=item.summary, published=item.published)
    if isinstance(fetched, TextFetched):
        text = with_text(text, fetched.text)
    return [explain(one, text, context=context, commitment=commitment) for one in rules]


def _missing(loaded: Loaded, log: EventLog, views: Views, rows: Sequence[FeedRow], what: str, at: datetime) -> Missing:
    configured = {feed.id: feed.url for feed in loaded.config.feeds}
    host = host_of(what)
    carrying = set(views.feeds_of(host)) if host else set()
    ledger = views.ledger(at - PERIOD, at)
    if rows:
        ledger = with_present(ledger, rows, now=at)
    taken_out = sum(event.key.startswith("redacted/item/") for event in each(log, (EventRedacted.TYPE,)))
    return missing(what, host, configured, carrying, ledger, at, taken_out)


def _later(loaded: Loaded, what: str) -> datetime | None:
    """When it was seen first after all."""
    with open_views(loaded) as (_, views):
        item = _find(views, what)
    return item.seen_at if item else None


def _tell_missing(found: Missing, later: datetime | None, as_json: bool) -> int:
    if as_json:
        print_json({"item": None, **dataclasses.asdict(found), "first_seen": later})
    else:
        for sentence in sentences(found, later):
            click.echo(sentence, err=True)
    return 1


def _tell(explanations: Sequence[Explanation], item: ItemView | None, as_json: bool) -> int:
    for one in explanations:
        if as_json:
            print_json({"item": item.key if item else None, **dataclasses.asdict(one)})
        else:
            _print(one, item)
    return 0 if any(verdict.verdict == "matched" for one in explanations for verdict in one.verdicts) else 1


def _print(one: Explanation, item: ItemView | None) -> None:
    if item is not None:
        click.secho(item.title or "(its text is no longer kept: there is nothing to judge)", bold=True)
        click.echo(f"{item.publisher or item.feed} · seen {item.seen_at:%Y-%m-%d %H:%M} UTC · {item.url or item.key}")
        counts = ", ".join(f"{match.commitment} (event {match.pos}, rules {match.rules})" for match in item.matches)
        click.echo(f"in the log it counts for: {counts or 'nothing'}")
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
