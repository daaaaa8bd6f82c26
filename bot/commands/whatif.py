"""`pactwatch whatif`: what changed rules would make of everything that was seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.commands.options import json_option, load, open_views, print_json
from bot.commands.progress import shown as progress_shown
from bot.commands.when import since_option
from bot.config import Loaded
from bot.counted import counted
from bot.questions.precision import Rate
from bot.questions.reading import position_before
from bot.questions.stored import Contexts
from bot.rules.judges import judges
from bot.rules.whatif import Report, Shown, what_if
from bot.telegram.text import clean
from matchers.rules import RuleSet


@click.command()
@click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The changed configuration: its plan, commitments and rules are tried, on the log that it names.",
)
@json_option
@since_option
@click.option("--all", "show_all", is_flag=True, help="Show every match gained or lost, not some of each commitment.")
def command(config_path: Path, as_json: bool, since: datetime | None, show_all: bool) -> int:
    """Run a changed rule set over all stored items, while the bot goes on, and show the difference to what counts now:
    matches gained, each with its evidence, and lost, each with the stage at which it fails now, per commitment and
    language; and the precision of what people judged, before and after. Nothing is changed or sent.

    \b
    pactwatch whatif --config new.yaml
    pactwatch whatif --config new.yaml --since 90d --json
    pactwatch rules activate new.yaml --because "…"       put them into force

    Exit code 1: nothing would change.
    """
    loaded = load(config_path)
    each: Callable[[Shown], None] = _each(as_json, show_all)
    reports = [run(loaded, rules, since, each) for rules in loaded.rules]
    for report in reports:
        if as_json:
            print_json(as_object(report))
        else:
            show(report, examples=not show_all)
    return 0 if any(report.counts for report in reports) else 1


def run(loaded: Loaded, rules: RuleSet, since: datetime | None, each: Callable[[Shown], None]) -> Report:
    """The report on the log of a configuration, made on every core."""
    contexts = contexts_of(loaded)
    with (
        judges(rules, contexts) as judge,  # forked before there are connections
        open_views(loaded) as (log, views),
        progress_shown("judging") as progress,
    ):
        after = position_before(log, since) if since else 0
        return what_if(log, views, rules, contexts, judge=judge, after=after, each=each, progress=progress)


def contexts_of(loaded: Loaded) -> Contexts:
    """The sides each feed of the configuration lends."""
    return {feed.id: tuple(feed.context) for feed in loaded.config.feeds}


def as_object(report: Report) -> dict[str, object]:
    """The report as plain JSON values."""
    return {
        "plan": report.plan,
        "rules": report.rules,
        "position": report.position,
        "texts": report.texts,
        "gone": report.gone,
        "gained": report.gained,
        "lost": report.lost,
        "counts": [
            {"commitment": commitment, "lang": lang, "gained": count.gained, "lost": count.lost}
            for (commitment, lang), count in report.counts.items()
        ],
        "descents": [{"commitment": one.commitment, "formerly": list(one.formerly)} for one in report.descents],
        "precision": {"before": as_rate(report.before), "after": as_rate(report.after)},
    }


def as_rate(rate: Rate) -> dict[str, object]:
    """A rate as plain JSON values."""
    return {
        "right": rate.right,
        "judged": rate.n,
        "share": None if rate.share is None else round(rate.share, 3),
        "low": round(rate.low, 3),
        "high": round(rate.high, 3),
        "needs": rate.needs,
    }


def told_rate(rate: Rate) -> str:
    """In words: 0.83 (10 of 12 judged; 0.55 to 0.95)."""
    if rate.share is None:
        return "nothing judged"
    return f"{rate.share:.2f} ({rate.right} of {rate.n} judged; {rate.low:.2f} to {rate.high:.2f})"


def show(report: Report, *, examples: bool) -> None:
    """The report on a terminal."""
    if examples:
        for one in sorted(report.examples, key=lambda one: (one.commitment, one.change)):
            _show(one)
    if report.counts:
        table = Table(box=None, header_style="bold")
        for name in ("commitment", "lang", "gained", "lost"):
            table.add_column(name, justify="right" if name in {"gained", "lost"} else "left")
        for (commitment, lang), count in report.counts.items():
            table.add_row(commitment, lang, str(count.gained), str(count.lost))
        table.add_row("all", "", str(report.gained), str(report.lost), style="bold")
        Console().print(table)
    else:
        click.echo("No match would be gained or lost.")
    for descent in report.descents:
        formers = ", ".join(descent.formerly)
        said = f"takes on what {formers} had" if formers else "is a commitment again"
        click.echo(f"{descent.commitment} {said}.")
    click.echo(
        f"\n{counted(report.texts, 'text')} judged by rules {report.rules} of {report.plan}, up to position"
        f" {report.position}."
    )
    if report.gone:
        click.echo(f"Not judged: {counted(report.gone, 'older text')} that never matched, dropped since.")
    click.echo(f"Precision before: {told_rate(report.before)}\nPrecision after:  {told_rate(report.after)}")


def _each(as_json: bool, show_all: bool) -> Callable[[Shown], None]:
    if as_json:
        return lambda one: print_json(dataclasses.asdict(one))
    return _show if show_all else lambda one: None


def _show(one: Shown) -> None:
    sign, colour = ("+", "green") if one.change == "gained" else ("-", "red")
    click.secho(f"{sign} {one.commitment} [{one.lang}] {clean(one.title)[:90] or one.item}", fg=colour)
    click.echo(f"    {clean(one.why)}\n    {one.item}")
