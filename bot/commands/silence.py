"""`pactwatch silence`: for how long no evidence was seen, commitment by commitment."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from bot.commands.choose import commitments
from bot.commands.options import config_option, json_option, load, now, print_json
from bot.commands.past import as_of_option, plan_as_of, views_as_of, watched_in
from bot.config import Loaded
from bot.questions.silence import Silence, begin, silence, told, told_due
from matchers.plan import Commitment


@click.command()
@config_option
@json_option
@as_of_option
@click.argument("names", nargs=-1)
def command(config_path: Path, as_json: bool, as_of: datetime | None, names: tuple[str, ...]) -> int:
    """For how long no evidence was seen of each commitment (or of those named), the longest first, and of how many
    of these days the feeds that could have brought some were watched. Only watched days count against the limit:
    `silence_months` of the commitment, 9 unless config.yaml says otherwise. A date by which the plan wants it (`due`)
    is told beside.

    \b
    pactwatch silence
    pactwatch silence II.c
    pactwatch silence --as-of 2026-03-01

    No evidence seen is not the same as nothing done. Exit code 1: some commitment is beyond its limit.
    """
    loaded = plan_as_of(load(config_path), as_of)
    chosen = commitments(loaded, names) if names else loaded.commitments
    found = _silences(loaded, chosen, as_of)
    months = {one.id: one.silence_months for one in chosen}
    due = {one.id: one.due for one in chosen}
    today = (as_of or now()).date()
    for each in sorted(found, key=lambda one: (-(one.watched_days or -1), one.commitment)):
        if as_json:
            print_json({**dataclasses.asdict(each), "due": due[each.commitment]})
            continue
        day = due[each.commitment]
        by = f"; {told_due(day, today)}" if day else ""
        is_worth_a_look = each.is_beyond or (day is not None and day < today)
        click.secho(f"{each.commitment:<28} {told(each, months[each.commitment])}{by}", bold=is_worth_a_look)
    return 1 if any(each.is_beyond for each in found) else 0


def _silences(loaded: Loaded, chosen: Sequence[Commitment], as_of: datetime | None) -> list[Silence]:
    at = as_of or now()
    with views_as_of(loaded, as_of) as (_, views, rows):
        newest = {(one.plan, one.commitment): one.newest for one in views.counts().commitments}
        begun = views.ledger(at, at).begun
        found = []
        for one in chosen:
            last = newest.get((loaded.plan_of(one.id), one.id))
            since = begin(last, begun)
            watched = watched_in(loaded, views, [one], rows, since=since, until=at) if since and since < at else None
            found.append(silence(one.id, last=last, begun=begun, watched=watched, months=one.silence_months, at=at))
    return found
