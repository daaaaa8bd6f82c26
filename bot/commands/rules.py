"""`pactwatch rules`: try, check and activate the rules of the plan."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot import __version__
from bot.commands import whatif
from bot.commands.options import (
    config_option,
    json_option,
    load,
    now,
    open_log,
    open_views,
    print_json,
    user,
    usual_config,
)
from bot.commands.progress import shown as progress_shown
from bot.commands.rules_show import show as show_rules
from bot.config import Loaded
from bot.counted import counted
from bot.rules.activation import in_force
from bot.rules.judges import judges
from bot.rules.judging import ExampleError, read_examples
from bot.rules.rematch import Done, Wanted, activate_and_rematch
from bot.rules.whatif import Report
from matchers.lint import lint, lint_by_examples
from matchers.rules import RuleSet
from matchers.trial import Change, Example, Tally, Trial, changes, trial


@click.group()
def command() -> None:
    """Try rules on labelled examples, look for rules that are hardly meant, and put changed rules into force."""


command.add_command(show_rules)


@command.command(short_help="the rules over labelled examples: precision, recall, what is wrong")
@click.option(
    "--config",
    "-c",
    "new_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Changed rules to run instead of your configuration's, and to compare with those.",
)
@json_option
@click.option(
    "--examples",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Labelled items as JSON lines.  [default: the .examples.jsonl file beside the configuration]",
)
@click.option("--all", "show_all", is_flag=True, help="Show every commitment, not only those with something amiss.")
def test(as_json: bool, new_path: Path | None, examples: Path | None, show_all: bool) -> int:
    """Run the rules over labelled examples: precision and recall per commitment and language, what is wrong, and
    which examples changed rules judge otherwise.

    \b
    pactwatch rules test
    pactwatch rules test --config new.yaml        and which examples fare differently than by config.yaml

    Changed rules are run over the examples beside their own file, or else over those of your configuration; they are
    compared where both are of one plan. Exit code 1: an example is not as its labels say.
    """
    path = usual_config()
    labelled = _read(examples or _examples_of(new_path or path, path))
    rules, *_ = load(new_path or path).rules  # further plans have files, and examples, of their own
    old = _compared(path, rules) if new_path else None
    result = trial(rules, labelled)
    changed = changes(old, rules, [(one.id, one.item) for one in labelled]) if old else []
    if as_json:
        print_json({**dataclasses.asdict(result), "changes": [dataclasses.asdict(one) for one in changed]})
    else:
        _print(result, labelled, show_all)
        if old:
            _print_changes(changed, labelled)
    return 1 if result.mistakes else 0


def _examples_of(config: Path, usual: Path) -> Path:
    own = config.with_suffix(".examples.jsonl")
    return own if own.exists() else usual.with_suffix(".examples.jsonl")


def _compared(path: Path, new: RuleSet) -> RuleSet | None:
    """The rules of the same plan in the usual configuration, where there is one."""
    if not path.exists():
        return None
    return next((rules for rules in load(path).rules if rules.plan.id == new.plan.id), None)


@command.command(name="lint", short_help="terms that never match, say the same twice, decide alone, or are missing")
@config_option
@json_option
def lint_(config_path: Path, as_json: bool) -> int:
    """Look for terms that can never match or say the same twice, terms so broad that they alone decide (nearly
    everywhere, or in labelled examples of something else), and terms that are missing in a language of the plan.

    Exit code 1: something was found.
    """
    rules = load(config_path).rules
    found = [found for each in rules for found in lint(each.plan, each.commitments)]
    examples = config_path.with_suffix(".examples.jsonl")
    if examples.exists():
        found += lint_by_examples(rules[0], _read(examples))
    for one in found:
        if as_json:
            print_json(dataclasses.asdict(one))
        else:
            click.echo(f"{one.place}: {one.said}")
    if not found and not as_json:
        click.echo("Nothing amiss.")
    return 1 if found else 0


@command.command(short_help="put the rules of a configuration into force, past items matched anew")
@json_option
@click.option("--because", required=True, metavar="REASON", help="Why; it stays in the log for everybody to read.")
@click.option("--by", default="", help="Who decided it.  [default: your user name on this machine]")
@click.option("--post", is_flag=True, help="Post what matches now and did not before, if it is not too old to post.")
@click.argument("new", type=click.Path(path_type=Path, dir_okay=False))
def activate(as_json: bool, because: str, by: str, post: bool, new: Path) -> int:
    """Put the rules of a configuration into force, with the report of `pactwatch whatif`, and match past items anew:
    every match gained or withdrawn is an event. Nothing is posted of what past items match now, unless --post says so;
    posts that lost a match are edited.

    \b
    pactwatch whatif --config new.yaml
    pactwatch rules activate new.yaml --because "too many cricket stories"
    mv new.yaml config.yaml

    The bot may run meanwhile: it judges by the new rules from then on. Run it again after a crash: it goes on where it
    was. Exit code 1: these rules were in force already.
    """
    loaded = load(new)
    known = [_activate(loaded, rules, because, by or user(), post, as_json) for rules in loaded.rules]
    return 0 if any(known) else 1


def _activate(loaded: Loaded, rules: RuleSet, because: str, by: str, post: bool, as_json: bool) -> bool:
    """One plan; whether that changed anything."""
    report = None if _is_activated(loaded, rules) else whatif.run(loaded, rules, None, lambda one: None)
    contexts, told = whatif.contexts_of(loaded), json.dumps(report and whatif.as_object(report), ensure_ascii=False)
    wanted = Wanted(rules, contexts, because, by, told, post)
    with judges(rules, contexts) as judge, open_views(loaded) as (log, views), progress_shown("matching") as progress:
        done = activate_and_rematch(
            log,
            views,
            wanted,
            judge=judge,
            owner=f"{socket.gethostname()}-{os.getpid()}",
            now=now,
            meta={"version": __version__},
            progress=progress,
        )
    _tell_activated(rules, done, report, as_json)
    return done is not None


def _is_activated(loaded: Loaded, rules: RuleSet) -> bool:
    """Whether a person put these very rules into force: then there is a report, and at most the rest to match."""
    with open_log(loaded) as log:
        known = in_force(log, rules.plan.id).now
    return bool(known and known.rules == rules.id and known.report)


def _tell_activated(rules: RuleSet, done: Done | None, report: Report | None, as_json: bool) -> None:
    if done is None:
        click.echo(f"The rules of {rules.plan.id} are in force already, and past items were matched by them.", err=True)
        return
    if as_json:
        said = {"ordinal": done.activation.ordinal, "new": done.is_new, "gained": done.gained, "lost": done.lost}
        print_json({"rules": done.activation.rules, **said, "report": report and whatif.as_object(report)})
        return
    if report is not None:
        whatif.show(report, examples=False)
    begun = "are in force" if done.is_new else "were in force; matching past items anew was finished"
    click.echo(
        f"\nRules {done.activation.rules} {begun} (activation {done.activation.ordinal}):"
        f" {counted(done.gained, 'match', 'matches')} gained, {done.lost} withdrawn."
    )
    click.echo("Put this file in the place of config.yaml, so that the next start has the same rules.")


def _read(file: Path) -> list[Example]:
    if not file.exists():
        raise click.UsageError(f"{file} does not exist; name labelled items with --examples")
    try:
        return read_examples(file.read_text(encoding="utf-8").splitlines())
    except ExampleError as exc:
        raise click.UsageError(f"{file}: {exc}") from exc


def _print(result: Trial, examples: Sequence[Example], show_all: bool) -> None:
    table = Table(box=None, header_style="bold")
    for name in ("", "right", "wrong", "missed", "precision", "recall"):
        table.add_column(name, justify="right" if name else "left")
    for name, tally in result.by_commitment.items():
        if show_all or tally.wrong or tally.missed:
            table.add_row(name, *_row(tally))
    for name, tally in result.by_language.items():
        table.add_row(name, *_row(tally))
    table.add_row("all", *_row(result.total), style="bold")
    Console().print(table)
    click.echo(
        f"\n{counted(len(examples), 'example')}; something was found in {result.false_push} of {result.quiet} without a"
        " label."
    )
    titles = {example.id: example.item.title or "" for example in examples}
    for one in result.mistakes:
        _print_one(one.id, titles[one.id], wrong=one.wrong, missed=one.missed)


def _print_changes(changed: Sequence[Change], examples: Sequence[Example]) -> None:
    titles = {example.id: example.item.title or "" for example in examples}
    click.echo(f"\n{counted(len(changed), 'example fares', 'examples fare')} differently:")
    for one in changed:
        _print_one(one.id, titles[one.id], gained=one.gained, lost=one.lost)


def _print_one(name: str, title: str, **what: Sequence[str]) -> None:
    told = "; ".join(f"{word}: {', '.join(found)}" for word, found in what.items() if found)
    click.echo(f"  {name} {title[:70]}\n      {told}")


def _row(tally: Tally) -> tuple[str, ...]:
    return (str(tally.right), str(tally.wrong), str(tally.missed), f"{tally.precision:.2f}", f"{tally.recall:.2f}")
