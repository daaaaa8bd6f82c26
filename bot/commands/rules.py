"""`pactwatch rules`: try and check the rules of the plan."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.commands.options import config_option, json_option, load, print_json
from bot.judging import Example, ExampleError, Score, Tally, changed, read_examples, score
from matchers.lint import Finding, lint


@click.group()
def command() -> None:
    """Try rules on labelled examples, and look for rules that cannot work."""


@command.command()
@config_option
@json_option
@click.option("--new", "new_path", type=click.Path(path_type=Path, dir_okay=False), help="Compare with these rules.")
@click.option(
    "--examples",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Labelled items as JSON lines.  [default: the .examples.jsonl file beside the configuration]",
)
@click.option("--all", "show_all", is_flag=True, help="Show every commitment, not only those with something amiss.")
def test(config_path: Path, as_json: bool, new_path: Path | None, examples: Path | None, show_all: bool) -> int:
    """Run the rules over labelled examples: precision and recall per commitment and language, and what is wrong.

    \b
    pactwatch rules test
    pactwatch rules test --new changed.yaml       which examples fare differently

    Exit code 1: an example is not as its labels say.
    """
    file = examples or config_path.with_suffix(".examples.jsonl")
    if not file.exists():
        raise click.UsageError(f"{file} does not exist; name labelled items with --examples")
    try:
        labelled = read_examples(file.read_text(encoding="utf-8").splitlines())
    except ExampleError as exc:
        raise click.UsageError(f"{file}: {exc}") from exc
    before = score(load(config_path).rules[0], labelled)
    after = score(load(new_path).rules[0], labelled) if new_path else before
    if as_json:
        print_json(_as_object(after, labelled))
    else:
        _print(after, labelled, show_all)
        if new_path:
            _print_changes(before, after, labelled)
    return 0 if after.total.wrong == after.total.missing == 0 else 1


@command.command(name="lint")
@config_option
@json_option
def lint_(config_path: Path, as_json: bool) -> int:
    """Look for terms that can never match or are written twice, terms so broad that they alone decide, and terms that
    are missing in a language of the plan.

    Exit code 1: something was found.
    """
    (rules,) = load(config_path).rules
    found: list[Finding] = lint(rules)
    for one in found:
        if as_json:
            print_json({"commitment": one.commitment, "rule": one.rule, "kind": one.kind, "said": one.said})
        else:
            click.echo(f"{one.commitment} / {one.rule}: {one.said}")
    if not found and not as_json:
        click.echo("Nothing amiss.")
    return 1 if found else 0


def _as_object(result: Score, examples: list[Example]) -> dict[str, object]:
    def plain(tally: Tally) -> dict[str, object]:
        counts = {"right": tally.right, "wrong": tally.wrong, "missing": tally.missing}
        return {**counts, "precision": tally.precision, "recall": tally.recall}

    return {
        "examples": len(examples),
        "total": plain(result.total),
        "commitments": {name: plain(tally) for name, tally in result.commitments.items()},
        "languages": {name: plain(tally) for name, tally in result.languages.items()},
        "false_friends": result.friends,
        "false_friends_matched": result.pushed,
    }


def _print(result: Score, examples: list[Example], show_all: bool) -> None:
    table = Table(box=None, header_style="bold")
    for name in ("", "right", "wrong", "missing", "precision", "recall"):
        table.add_column(name, justify="left" if not name else "right")
    for name, tally in sorted(result.commitments.items()):
        if show_all or tally.wrong or tally.missing:
            table.add_row(name, *_row(tally))
    for name, tally in sorted(result.languages.items()):
        table.add_row(name, *_row(tally))
    table.add_row("all", *_row(result.total), style="bold")
    Console().print(table)
    click.echo(f"\n{len(examples)} examples; something was found in {result.pushed} of {result.friends} false friends.")
    for example in examples:
        if result.found[example.id] != example.commitments:
            found = ", ".join(sorted(result.found[example.id])) or "nothing"
            wanted = ", ".join(sorted(example.commitments)) or "nothing"
            click.echo(f"  {example.id} {example.title[:70]}\n      found {found}; wanted {wanted}")


def _print_changes(before: Score, after: Score, examples: list[Example]) -> None:
    titles = {example.id: example.title for example in examples}
    moved = changed(before.found, after.found)
    click.echo(f"\n{len(moved)} examples fare differently:")
    for name in moved:
        was, now = (", ".join(sorted(found)) or "nothing" for found in (before.found[name], after.found[name]))
        click.echo(f"  {name} {titles[name][:70]}\n      was {was}; now {now}")


def _row(tally: Tally) -> tuple[str, ...]:
    shares = (f"{share:.2f}" if share is not None else "–" for share in (tally.precision, tally.recall))
    return (str(tally.right), str(tally.wrong), str(tally.missing), *shares)
