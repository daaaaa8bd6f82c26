"""`pactwatch compact`: drop the text of old items that never matched."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.options import config_option, json_option, load, now, open_log, print_json
from bot.compacting import older_than
from bot.counted import counted
from store.retention import compact


@click.command()
@config_option
@json_option
@click.option("--older-than", "months", type=click.IntRange(min=1), metavar="MONTHS", help="Only what is older.")
@click.option("--dry-run", is_flag=True, help="Drop nothing; say what would be.")
@click.option("--yes", is_flag=True, help="Do not ask; there is no way back.")
def command(config_path: Path, as_json: bool, months: int | None, dry_run: bool, yes: bool) -> int:
    """Drop the title and summary of items that never matched, once they are old enough, and the page texts read for
    them. Their keys stay, so they do not come back as new; address, dates, feed and a digest stay, so seals stay true
    and coverage is what it was. What matched, was judged, drawn for an audit or posted is never touched. Works while
    the bot runs; with retention.unmatched_months in the configuration the bot does it by itself every day.

    \b
    pactwatch compact --older-than 24 --dry-run

    The file does not shrink: new events fill the room. To give it back to the disk, stop the bot and run
    `sqlite3 pactwatch.db VACUUM`. Exit code 1: there was nothing to drop.
    """
    loaded = load(config_path)
    months = months or loaded.config.retention.unmatched_months
    if months is None:
        raise click.UsageError("say how old with --older-than MONTHS, or set retention.unmatched_months")
    before = older_than(months, now())
    if not dry_run and not yes:
        click.confirm(f"Drop for good the text of unmatched items from before {before:%Y-%m-%d}?", abort=True)
    with open_log(loaded) as log:
        steps = list(compact(log, before, at=now(), is_trial=dry_run))
    events, freed = sum(step.events for step in steps), sum(step.freed for step in steps)
    if as_json:
        print_json({"events": events, "bytes": freed, "before": before, "dropped": not dry_run})
    elif not events:
        click.echo(f"Nothing to drop: no text of an unmatched item from before {before:%Y-%m-%d} is left.")
    else:
        said = "Text that would be dropped" if dry_run else "Text dropped"
        click.echo(f"{said}: of {counted(events, 'event')}, {freed:,} bytes.")
    return 0 if events else 1
