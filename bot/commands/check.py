"""`pactwatch check`: is the configuration right?"""

from __future__ import annotations

from pathlib import Path

import click

from bot import config, configfile
from bot.commands.options import config_option, json_option, load, print_json
from bot.counted import counted


@click.command()
@config_option
@json_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of config.yaml, for editors, and stop.")
@click.option("--posts", is_flag=True, help="Show what a post will look like in every channel.")
def command(config_path: Path, as_json: bool, schema: bool, posts: bool) -> int:
    """Check config.yaml whole and say every problem at once: file, line, key, value, and what was wanted.

    \b
    pactwatch check
    pactwatch check --config other-plan.yaml
    pactwatch check --posts
    pactwatch check --schema > config.schema.json
    """
    if schema:
        click.echo(configfile.schema(), nl=False)
        return 0
    try:
        loaded = load(config_path)
    except config.ConfigError as exc:
        return _refuse(exc, as_json)
    summary = _summary(loaded)
    if as_json:
        print_json({"ok": True, **summary})
    else:
        click.echo(f"{config_path} is right: " + ", ".join(map(_said, summary.items())))
    if posts and not as_json:
        _show_posts(loaded)
    return 0


def _show_posts(loaded: config.Loaded) -> None:
    from bot.samples import sample  # noqa: PLC0415 - only this option pays for rendering
    from bot.telegram.digest import message  # noqa: PLC0415
    from bot.telegram.markup import visible  # noqa: PLC0415

    for channel in loaded.config.telegram.served():
        post = message(sample(channel, loaded.plans))
        buttons = " · ".join(button.label for row in post.keyboard for button in row)
        click.secho(f"\n{channel.chat}", bold=True)
        click.echo(f"{visible(post.text)}\n[{buttons}]")
    if not loaded.config.telegram.served():
        click.echo("There is no channel yet: set telegram.channel.")


def _refuse(error: config.ConfigError, as_json: bool) -> int:
    if as_json:
        print_json({"ok": False, "problems": error.problems})
    else:
        for problem in error.problems:
            click.echo(problem, err=True)
        click.echo(f"{counted(len(error.problems), 'problem')}; nothing was started.", err=True)
    return 1


def _said(part: tuple[str, int]) -> str:
    name, number = part
    return f"{number} paused" if name == "paused" else counted(number, name.removesuffix("s"))


def _summary(loaded: config.Loaded) -> dict[str, int]:
    return {
        **({"plans": len(loaded.plans)} if len(loaded.plans) > 1 else {}),
        "commitments": len(loaded.commitments),
        "feeds": sum(not feed.paused for feed in loaded.config.feeds),
        "paused": sum(feed.paused for feed in loaded.config.feeds),
    }
