"""`pactwatch precision`: how many matches are right, by what people judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.cells import set_cell_size

from bot.commands.choose import commitments
from bot.commands.options import config_option, json_option, load, print_json
from bot.commands.past import as_of_option, plan_as_of, views_as_of
from bot.commands.whatif import as_rate, told_rate
from bot.counted import counted
from bot.questions.precision import MARGIN, Line, lines, rate, verdicts
from bot.telegram.text import clean
from store.views.views import Views


@click.command()
@config_option
@json_option
@as_of_option
@click.option("--terms", is_flag=True, help="Also each term, in each language.")
@click.argument("names", nargs=-1)
def command(config_path: Path, as_json: bool, as_of: datetime | None, terms: bool, names: tuple[str, ...]) -> int:
    """How many matches people called right with the buttons below posts and answers, per commitment and language,
    with the 95 % interval, and how many more votes it needs until that is no wider than ten points to each side.

    \b
    pactwatch precision
    pactwatch precision defence-roadmap --terms      which word finds the wrong ones?

    A story counts once for each of its commitments. Right or wrong is what the majority says; the word of a reviewer
    (`telegram.admins`) weighs as much as that of three readers, and a tie decides nothing. Exit code 1: nothing was
    judged yet.
    """
    loaded = plan_as_of(load(config_path), as_of)
    chosen = {one.id for one in commitments(loaded, names)}
    plans = [each.plan.id for each in loaded.plans]
    with views_as_of(loaded, as_of) as (_, views, _):
        decided = verdicts(views.voices(), lambda name: _heirs(views, plans, name))
        found = [one for one in lines(decided, views.story) if not chosen or one.commitment in chosen]
    shown = [one for one in found if terms or not one.term]
    if as_json:
        for one in shown:
            print_json({"commitment": one.commitment, "lang": one.lang, "term": one.term, **as_rate(one.rate)})
    elif shown:
        _print(shown)
        mine = [verdict for (_, name), verdict in decided.items() if name in {one.commitment for one in found}]
        click.echo(f"\nIn all: {told_rate(rate(mine))}")
    else:
        click.echo("Nothing was judged yet: readers do that with the buttons below posts and answers.")
    return 0 if shown else 1


def _heirs(views: Views, plans: Sequence[str], name: str) -> Sequence[str]:
    """What a commitment is called now; its id is that of one plan only."""
    known = (views.heirs(plan, name) for plan in plans)
    return next((heirs for heirs in known if tuple(heirs) != (name,)), (name,))


def _print(found: Sequence[Line]) -> None:
    click.secho(f"{'':<32} right  judged  precision  interval       needs", bold=True)
    for one in found:
        rate_ = one.rate
        name = f"    {clean(one.term)}" if one.term else f"  {one.lang}" if one.lang else one.commitment
        votes = counted(rate_.needs, "more vote") if rate_.needs else "enough"
        numbers = f"{rate_.right:>5}  {rate_.n:>6}  {rate_.share or 0:>9.2f}  {rate_.low:.2f} to {rate_.high:.2f}"
        click.secho(f"{set_cell_size(name, 32)} {numbers}  {votes}", bold=not one.lang)
    click.echo(f"\nEnough is an interval of {MARGIN * 100:.0f} points to each side, or less.")
