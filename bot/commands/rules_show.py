"""`pactwatch rules show`: a rule as it stands, as a query, or as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from bot import yamlfile
from bot.commands.choose import commitments
from bot.commands.options import config_option, json_option, load, print_json
from matchers.convert import NotConvertible, as_lists, as_queries
from matchers.plan import Rule
from matchers.query import QueryError
from matchers.shape import told

_FORMS: dict[str, Callable[[Rule], Iterable[Rule]]] = {
    "query": as_queries,
    "rule": lambda rule: (as_lists(rule),),
    "it": lambda rule: (rule,),
}


@click.command(short_help="the rules of a commitment, as queries or as lists")
@config_option
@json_option
@click.option(
    "--as",
    "form",
    type=click.Choice(["query", "rule"]),
    help="Written as one query, or with lists (any, with, unless …); both mean the same.",
)
@click.argument("what", metavar="COMMITMENT[/RULE]")
def show(config_path: Path, as_json: bool, form: str | None, what: str) -> int:
    """Show the rules of a commitment, or one of them, ready to be put into the configuration.

    \b
    pactwatch rules show maritime-safety
    pactwatch rules show energy-transition/energy-deal --as rule
    pactwatch rules show maritime-safety/safety --as query

    Exit code 1: a query says what lists cannot say; it is shown as it stands.
    """
    commitment, _, name = what.partition("/")
    chosen = commitments(load(config_path), [commitment])
    wanted = [rule for one in chosen for rule in one.rules if name in ("", rule.id)]
    if not wanted:
        known = ", ".join(rule.id for one in chosen for rule in one.rules)
        raise click.UsageError(f"{commitment} has no rule {name!r}" + (f"; it has {known}" if known else ""))
    shown = [_converted(rule, form or "it") for rule in wanted]
    plain = [_plain(one) for rules, _ in shown for one in rules]
    if as_json:
        print_json(plain)
    else:
        click.echo(yamlfile.write(plain), nl=False)
    for _, why_not in shown:
        if why_not:
            click.echo(why_not, err=True)
    return 1 if any(why_not for _, why_not in shown) else 0


def _plain(rule: Rule) -> dict[str, object]:
    """The rule as one writes it: words for every language are a bare list."""
    said = told(rule)
    if "with" in said:
        said["with"] = [_bare(words) for words in said["with"]]
    return {key: _bare(value) if isinstance(value, dict) else value for key, value in said.items()}


def _bare(words: dict[str, list[str]]) -> object:
    return words["any"] if list(words) == ["any"] else words


def _converted(rule: Rule, form: str) -> tuple[list[Rule], str]:
    """The rule in the form asked for, and why not where it cannot be."""
    try:
        return list(_FORMS[form](rule)), ""
    except (NotConvertible, QueryError) as error:
        return [rule], f"{rule.id} stays a query: {error}"
