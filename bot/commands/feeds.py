"""`pactwatch feeds`: the feeds as they fare, and the commands that look at one and change which there are."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from bot.commands.options import config_option, json_option, load

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "show": ("feeds_show", "one feed in full; `feeds NAME` does it too"),
    "test": ("feeds_look", "what would be read there? finds the feeds of a web page, too"),
    "add": ("feeds_edit", "put a feed into config.yaml"),
    "remove": ("feeds_edit", "take a feed out of config.yaml"),
    "pause": ("feeds_edit", "ask a feed no more for now"),
    "resume": ("feeds_edit", "ask it again"),
    "import": ("feeds_lists", "put the feeds of an OPML file into config.yaml"),
    "export": ("feeds_lists", "print the feeds as OPML"),
}


class _Feeds(click.Group):
    """Commands are imported when they are called. What is no command is taken for a feed to be shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        is_feed = bool(args) and args[0] not in _COMMANDS and not args[0].startswith("-")
        return super().resolve_command(ctx, ["show", *args] if is_feed else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"bot.commands.{_COMMANDS[cmd_name][0]}")
        found = getattr(module, f"{cmd_name}_")
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Feeds, invoke_without_command=True)
@config_option
@json_option
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="The period of the coverage.")
@click.pass_context
def command(ctx: click.Context, config_path: Path, as_json: bool, days: int) -> int:
    """The feeds as they fare: state, rhythm, newest item, how well each was watched in the last days, and when it is
    asked next. With a command, one of them is looked at, or config.yaml is changed.

    \b
    pactwatch feeds
    pactwatch feeds pib-en
    pactwatch feeds test https://example.org/news
    pactwatch feeds add https://example.org/feed.xml --lang en --context india
    pactwatch feeds pause pib-en

    Changes keep the comments and the layout of the file. A running monitor takes them up at its next start.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from bot.commands.feeds_table import show  # noqa: PLC0415 - the other commands do without tables and the store

    return show(load(config_path), timedelta(days=days), as_json=as_json)
