"""`pactwatch match`: items in, their commitments out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.options import config_option, load
from matchers.filter import FilterError, judge


@click.command()
@config_option
def command(config_path: Path) -> int:
    """Read items as JSON lines from stdin and print what the rules of the plans find in them, in the same order.

    \b
    in   {"id", "title", "summary", "lang"?, "source"?, "date"?, "url"?}
    out  {"id", "commitments": […], "story": …, "evidence": [{"commitment", "field", "start", "end", "term"}]}

    Offsets are code points into the item's own title or summary.
    """
    rules = load(config_path).rules
    try:
        for line in judge(rules, (raw.decode("utf-8", "replace") for raw in sys.stdin.buffer)):
            click.echo(line)
    except FilterError as exc:
        raise click.UsageError(str(exc)) from exc
    return 0
