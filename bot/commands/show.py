"""`pactwatch show`: one commitment, item or event, whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from msgspec import to_builtins

from bot.commands.events import as_line, as_object, printer
from bot.commands.options import config_option, json_option, load, open_log, print_json
from bot.commands.past import as_of_option, plan_as_of, views_as_of
from bot.config import Loaded
from bot.counted import counted
from bot.questions.lineage import descent_of, revisions
from bot.questions.links import related
from bot.questions.reading import position_before
from bot.questions.status import judgements
from bot.questions.why import Link, chain
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.text import clean
from matchers.plan import Commitment
from matchers.shape import told
from store.asof import LogAsOf
from store.events.deliveries import UpdateEdited, UpdateSent
from store.events.plan import PlanRevised, StatusSet
from store.log import EventLog, Recorded, StoreUnavailable


@click.command()
@config_option
@json_option
@click.option("--why", is_flag=True, help="The whole chain: item, match, story, update, message.")
@as_of_option
@click.argument("what")
def command(config_path: Path, as_json: bool, why: bool, as_of: datetime | None, what: str) -> int:
    """Show an event (by position or key), an item (by its key, with everything that became of it), or a commitment.

    \b
    pactwatch show 42
    pactwatch show item/3f9a2c41d07be8815c20
    pactwatch show 3f9a2c41d07be8815c20
    pactwatch show 42 --why
    pactwatch show II.c

    With --why: everything the event follows from, back to the item and the rules, and everything that followed from
    it, on to the id of the message. Exit code 1: there is no such thing.
    """
    loaded = plan_as_of(load(config_path), as_of)
    commitments = () if why else Catalogue(loaded.plans).find(what)
    if commitments:
        known = _known(loaded, as_of)
        lineage = _lineage(loaded, as_of)
        for one in commitments:
            _show_commitment(one, known.get(one.id, _Known()), lineage, as_json)
        return 0
    with open_log(loaded) as store:
        log: EventLog = LogAsOf(store, position_before(store, as_of)) if as_of else store
        found = _event(log, what)
        if found is None:
            click.echo(f"There is no position, key, item or commitment {what!r}.", err=True)
            return 1
        if why:
            _show_why(log, found, as_json)
            return 0
        causes = _causes(log, found)
    for recorded in causes:
        _show_event(recorded, as_json)
    return 0


def _event(log: EventLog, what: str) -> Recorded | None:
    if what.isdecimal() and len(what) < 19:
        return next(iter(log.read(int(what) - 1, 1)), None) if int(what) else None
    found = log.find([what, f"item/{what}"])
    return found.get(what) or found.get(f"item/{what}")


def _causes(log: EventLog, found: Recorded) -> list[Recorded]:
    """The event, behind what it follows from: the cause of the cause first."""
    chain = [found]
    while (cause := chain[0].meta.get("cause")) and len(chain) < 20:
        before = log.find([cause]).get(cause)
        if before is None:
            break
        chain.insert(0, before)
    return chain


def _show_why(log: EventLog, found: Recorded, as_json: bool) -> None:
    links = chain(related(log, found), found.pos)
    if as_json:
        for link in links:
            print_json({**as_object(link.recorded), "side": _SIDES[link.side], "causes": link.causes})
        return
    show, side = printer(sys.stdout, as_csv=False), None
    for link in links:
        if link.side != side:
            click.secho(f"\n{_HEADINGS[link.side]}" if side is not None else _HEADINGS[link.side], bold=True)
        side = link.side
        show(link.recorded)
    message = _message(links)
    if message:
        click.secho(f"\n{message}", bold=True)


_SIDES = {-1: "cause", 0: "event", 1: "effect"}
_HEADINGS = {-1: "It follows from", 0: "The event", 1: "What followed"}


def _message(links: Sequence[Link]) -> str:
    """Where the chain ends: the post as it stands now."""
    posted = [one.fact for one in links if isinstance(one.fact, UpdateSent | UpdateEdited)]
    return f"Message {posted[-1].message} in {posted[-1].channel}" if posted else ""


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the log knows of a commitment."""

    items: int = 0
    newest: datetime | None = None
    judgement: StatusSet | None = None


def _known(loaded: Loaded, as_of: datetime | None) -> Mapping[str, _Known]:
    """What the log knows of each commitment; nothing where there is no log yet."""
    plans = [each.plan.id for each in loaded.plans]
    try:
        with views_as_of(loaded, as_of) as (log, views, _):
            counts = {one.commitment: one for one in views.counts().commitments if one.plan in plans}
            judged = {name: each[-1][1] for name, each in judgements(log, plans).items()}
    except StoreUnavailable:
        if as_of is not None:
            raise
        return {}
    return {
        name: _Known(
            counts[name].items if name in counts else 0,
            counts[name].newest if name in counts else None,
            judged.get(name),
        )
        for name in {*counts, *judged}
    }


def _lineage(loaded: Loaded, as_of: datetime | None) -> Sequence[tuple[Recorded, PlanRevised]]:
    """The revisions of the plan that came into force; none where there is no log yet."""
    try:
        with open_log(loaded) as store:
            log = LogAsOf(store, position_before(store, as_of)) if as_of else store
            return [one for each in loaded.plans for one in revisions(log, each.plan.id)]
    except StoreUnavailable:
        return ()


def _show_commitment(
    one: Commitment, known: _Known, lineage: Sequence[tuple[Recorded, PlanRevised]], as_json: bool
) -> None:
    status, descent = known.judgement, descent_of(one.id, lineage)
    if as_json:
        said = {
            "items": known.items,
            "newest": known.newest,
            "status": status and to_builtins(status),
            "lineage": descent,
        }
        print_json({**told(one), "known": said})
        return
    click.secho(f"{one.id}: {titled(one.title, 'en')}", bold=True)
    for lang, title in one.title.items():
        click.echo(f"  {lang}       {title}")
    click.echo(f"  pillar   {one.pillar}")
    click.echo(f"  clauses  {', '.join(one.clauses)}")
    click.echo(f"  rules    {', '.join(rule.id for rule in one.rules)}")
    for line in descent:
        click.echo(f"  lineage  {line}")
    if one.due:
        click.echo(f"  due      {one.due}")
    newest = f", the newest of {known.newest:%Y-%m-%d}" if known.newest else ""
    items = counted(known.items, "item")
    click.echo(f"  seen     {items}{newest}" if known.items else "  seen     no evidence yet")
    if status is not None:
        click.echo(f"  status   {status.step}: {clean(status.note) or status.cite}")
    click.echo(f"\nIts news: pactwatch latest {one.id}\n")
