"""`pactwatch verify`: is the log what was written?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from bot.commands import progress
from bot.commands.options import config_option, json_option, load, open_log, print_json
from bot.config import views_path
from bot.counted import counted
from bot.questions import dossier
from store.events.trust import LogSealed
from store.log import EventLog
from store.seal import SHORTEST_ROOT, Verdict, is_root, seal_of, verify
from store.views.compare import Compared, compare


def _a_root(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    del ctx, param
    if value is None or is_root(value):
        return value
    raise click.BadParameter(
        f"{value!r} is no root. A root is 64 digits, 0-9 and a-f, as the bot posts it and `pactwatch verify` shows it;"
        f" its first {SHORTEST_ROOT} or more are enough."
    )


@click.command()
@config_option
@json_option
@click.option("--views/--no-views", default=True, help="Also fold the log anew and compare the views.  [default: yes]")
@click.option(
    "--root", metavar="HEX", callback=_a_root, help="Also say whether this root, kept elsewhere, is one of this log's."
)
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(config_path: Path, as_json: bool, views: bool, root: str | None, folder: Path | None) -> int:
    """Prove that the log is what was written: positions without gaps, keys once, every seal and their chain; and
    that the views (what answers come from) are what a replay makes of it. Or, with FOLDER, that a dossier is what the
    log sealed; that needs neither log nor configuration.

    \b
    pactwatch verify
    pactwatch verify dossier
    pactwatch verify --root 5f0c…    a root that was kept elsewhere: is it this log's, and up to where does it vouch?

    What stands behind the last seal is not covered by one yet; it is sealed within the hour while the bot runs.
    Exit code 1: something does not hold, with the first position and what that means.
    """
    if folder is not None:
        return _dossier(folder, as_json)
    loaded = load(config_path)
    with open_log(loaded) as log:
        verdict = verify(log)
        path = views_path(loaded) if views and verdict.holds else None
        compared = _compared(path, log) if path else Compared(None)
        witness = seal_of(log, root) if root else None
    # A seal behind what does not hold vouches for nothing any more.
    is_vouched = witness is not None and witness[1].to <= verdict.sealed
    holds = verdict.holds and not compared.problem and (is_vouched or not root)
    if as_json:
        told = {**dataclasses.asdict(verdict), "views": dataclasses.asdict(compared)}
        if root:
            told["vouched_to"] = witness[1].to if witness and is_vouched else None
        print_json({"holds": holds, "unsealed": verdict.unsealed, **told})
    else:
        for text in (*_told(verdict), *_told_of_views(compared)):
            click.echo(text)
        if root:
            click.echo(_told_of_root(root, witness if is_vouched else None))
    return 0 if holds else 1


def _compared(path: Path, log: EventLog) -> Compared:
    with progress.shown("folding the log anew") as tell:
        return compare(path, log, progress=tell)


def _dossier(folder: Path, as_json: bool) -> int:
    checked = dossier.check(folder)
    if as_json:
        print_json({"holds": checked.holds, **dataclasses.asdict(checked)})
    elif not checked.holds:
        click.echo(f"The dossier does not hold: {checked.problem}.")
    else:
        behind = checked.events - checked.proven
        click.echo(
            f"The dossier holds: {checked.proven} of {counted(checked.events, 'event')} under"
            f" {counted(checked.seals, 'seal')}."
        )
        if behind:
            click.echo(f"Not sealed when it was made: {behind}.")
        if checked.root:
            click.echo(f"The last root is {checked.root}; compare it with one that was published elsewhere.")
    return 0 if checked.holds else 1


def _told_of_root(root: str, witness: tuple[int, LogSealed] | None) -> str:
    if witness is None:
        return f"The root {root} is none of this log's seals that hold: it is another log, or this one was rewritten."
    pos, one = witness
    return f"The root {one.root} is that of the seal at {pos}: whoever kept it can vouch for positions 1 to {one.to}."


def _told_of_views(compared: Compared) -> list[str]:
    if compared.problem:
        return [f"The views are not what the log says: {compared.problem}. `pactwatch rebuild` makes them anew."]
    return [] if compared.position is None else [f"The views equal a replay up to position {compared.position}."]


def _told(verdict: Verdict) -> list[str]:
    if not verdict.holds:
        return [f"The log does not hold from position {verdict.broken_at}: {verdict.problem}"]
    lines = [
        f"The log holds: {counted(verdict.events, 'event')}, positions 1 to {verdict.events} without a gap,"
        " every key once."
    ]
    if verdict.seals:
        seals = counted(verdict.seals, "seal covers", "seals cover")
        lines.append(f"{seals} positions 1 to {verdict.sealed}; the last root is {verdict.root}.")
    if verdict.compacted:
        lines.append(
            f"Of {counted(verdict.compacted, 'event')} the text was dropped; what is left is what was left then."
        )
    if verdict.unsealed:
        lines.append(f"Not sealed yet: {verdict.unsealed}, from position {verdict.sealed + 1} on.")
    return lines
