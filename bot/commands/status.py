"""`pactwatch status`: what people judged of the commitments, and judging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from bot.commands.choose import commitments
from bot.commands.options import config_option, json_option, load, now, open_log, print_json, user
from bot.commands.past import as_of_option, plan_as_of
from bot.config import Loaded
from bot.questions.reading import position_before
from bot.questions.status import STEPS, Judgement, judge, judgements
from bot.telegram.text import clean, safe_url
from matchers.plan import Commitment
from store.asof import LogAsOf
from store.log import EventLog


class _Status(click.Group):
    """Without a word that is a command, the words are commitments to show."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_known = args and (args[0] in self.commands or args[0] in {"-h", "--help"})
        return super().parse_args(ctx, args if is_known else ["show", *args])


@click.group(cls=_Status)
def command() -> None:
    """What people judged of each commitment, always with the address it rests on: no-evidence, not-started, limited,
    substantial or complete. The bot itself never judges. Judgements are events: earlier ones stay.

    \b
    pactwatch status                     what stands, for every commitment
    pactwatch status II.c                how it came to be
    pactwatch status set II.c substantial --cite https://example.org/communique --note "Signed in Rome."
    """


@command.command(short_help="what stands, or how it came to be for those named")
@config_option
@json_option
@as_of_option
@click.argument("names", nargs=-1)
def show(config_path: Path, as_json: bool, as_of: datetime | None, names: tuple[str, ...]) -> int:
    """The status of every commitment, or all judgements on those named. Exit code 1: nothing was judged."""
    loaded = plan_as_of(load(config_path), as_of)
    chosen = commitments(loaded, names) if names else loaded.commitments
    with open_log(loaded) as store:
        log: EventLog = LogAsOf(store, position_before(store, as_of)) if as_of else store
        known = judgements(log, [each.plan.id for each in loaded.plans])
    shown = [each for one in chosen for each in (known.get(one.id, ()) if names else known.get(one.id, ())[-1:])]
    if names and not as_json:
        _tell_of_formers(chosen, known)
    for each in shown:
        if as_json:
            print_json(_plain(each))
        else:
            click.echo(_line(each))
    if not shown and not as_json:
        click.echo("Nothing was judged yet: `pactwatch status set` does that.")
    return 0 if shown else 1


@command.command("set", short_help="judge a commitment")
@config_option
@click.argument("name", metavar="COMMITMENT")
@click.argument("step", type=click.Choice(STEPS))
@click.option("--cite", required=True, metavar="URL", help="What it rests on.")
@click.option("--note", default="", help="Why, in a sentence.")
@click.option("--by", default="", help="Who judges.  [default: your user name on this machine]")
def set_status(config_path: Path, name: str, step: str, cite: str, note: str, by: str) -> int:
    """Judge a commitment. The judgement is an event; earlier ones stay, and the last one stands."""
    loaded = load(config_path)
    one, *others = commitments(loaded, [name])
    if others:
        raise click.UsageError(f"{name!r} names several: {', '.join(each.id for each in (one, *others))}; choose one")
    if safe_url(cite) is None:
        raise click.BadParameter(f"{cite!r}: wanted an http:// or https:// address", param_hint="--cite")
    return _set(loaded, one.id, step, cite, note, by or user())


def _set(loaded: Loaded, commitment: str, step: str, cite: str, note: str, by: str) -> int:
    with open_log(loaded) as log:
        fact = judge(log, loaded.plan_of(commitment), commitment, step=step, cite=cite, note=note, by=by, at=now())
    if fact is None:
        click.echo(f"{commitment}: that stands already; nothing was recorded.")
    else:
        click.echo(f"{commitment} is {fact.step} from now on (judgement {fact.ordinal}).")
    return 0


def _tell_of_formers(chosen: Sequence[Commitment], known: Mapping[str, Sequence[Judgement]]) -> None:
    """What was judged of the wordings before is history: it does not stand for the commitment as it is now."""
    for one in chosen:
        before = [each for former in one.formerly for each in known.get(former, ())]
        for each in before:
            click.echo(_line(each))
        if before:
            click.echo(f"note: that was said before it became {one.id}; the new wording is judged anew", err=True)


def _plain(each: Judgement) -> dict[str, object]:
    recorded, fact = each
    values = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return {"pos": recorded.pos, "at": recorded.at.isoformat(), **values}


def _line(each: Judgement) -> str:
    recorded, fact = each
    said = " · ".join(clean(part) for part in (fact.note, fact.by, fact.cite) if part)
    return f"{fact.commitment:<28} {fact.step:<12} {recorded.at:%Y-%m-%d}  {said}"
