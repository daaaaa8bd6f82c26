"""`pactwatch show`: one commitment, item or event, whole."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.commands.log import as_line, as_object
from bot.commands.options import config_option, json_option, load, open_log, print_json
from bot.telegram.catalogue import Catalogue, titled
from matchers.plan import Commitment
from store.log import Recorded, Store


@click.command()
@config_option
@json_option
@click.argument("what")
def command(config_path: Path, as_json: bool, what: str) -> int:
    """Show an event (by position or key), an item (by its key, with everything that became of it), or a commitment.

    \b
    pactwatch show 42
    pactwatch show item/3f9a2c41d07be8815c20
    pactwatch show 3f9a2c41d07be8815c20
    pactwatch show II.c

    Exit code 1: there is no such thing.
    """
    loaded = load(config_path)
    commitments = Catalogue(loaded.config.plan, loaded.config.commitments).find(what)
    if commitments:
        for one in commitments:
            _show_commitment(one, as_json)
        return 0
    with open_log(loaded) as log:
        found = _event(log, what)
        chain = [] if found is None else _chain(log, found)
    if not chain:
        click.echo(f"There is no position, key, item or commitment {what!r}.", err=True)
        return 1
    for recorded in chain:
        _show_event(recorded, as_json)
    return 0


def _event(log: Store, what: str) -> Recorded | None:
    if what.isdecimal() and len(what) < 19:
        return next(iter(log.read(int(what) - 1, 1)), None) if int(what) else None
    found = log.find([what, f"item/{what}"])
    return found.get(what) or found.get(f"item/{what}")


def _chain(log: Store, found: Recorded) -> list[Recorded]:
    """The event, behind what it follows from: the cause of the cause first."""
    chain = [found]
    while (cause := chain[0].meta.get("cause")) and len(chain) < 20:
        before = log.find([cause]).get(cause)
        if before is None:
            break
        chain.insert(0, before)
    return chain


def _show_event(recorded: Recorded, as_json: bool) -> None:
    if as_json:
        print_json(as_object(recorded))
        return
    click.secho(as_line(recorded).strip(), bold=True)
    click.echo(f"  key   {recorded.key}")
    for name, value in json.loads(recorded.data).items():
        click.echo(f"  {name:<13} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    for name, value in recorded.meta.items():
        click.echo(f"  {name:<13} {value}")
    click.echo()


def _show_commitment(one: Commitment, as_json: bool) -> None:
    if as_json:
        print_json(one.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        return
    click.secho(f"{one.id}: {titled(one.title, 'en')}", bold=True)
    for lang, title in one.title.items():
        click.echo(f"  {lang}       {title}")
    click.echo(f"  pillar   {one.pillar}")
    click.echo(f"  clauses  {', '.join(one.clauses)}")
    click.echo(f"  rules    {', '.join(rule.id for rule in one.rules)}")
    click.echo(f"\nIts news: pactwatch latest {one.id}\n")
