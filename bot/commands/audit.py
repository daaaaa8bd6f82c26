"""`pactwatch audit`: a weekly sample of near misses, judged by a person, and the recall that follows."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click

from bot import __version__
from bot.commands.options import config_option, json_option, load, now, open_views, print_json, user
from bot.commands.whatif import contexts_of
from bot.counted import counted
from bot.questions.audit import (
    NEAR,
    Miss,
    Recall,
    Verdict,
    Week,
    audit_of,
    decided,
    draw,
    judge,
    last_week,
    misses,
    named_week,
    recall,
    said,
)
from bot.questions.precision import Rate, rate, verdicts
from bot.questions.stored import Contexts
from bot.telegram.text import clean, safe_url
from matchers.rules import RuleSet
from store.events.plan import AuditDrawn
from store.log import Event, Store
from store.views.views import Views


@click.command()
@config_option
@json_option
@click.option("--week", "name", metavar="2026-W09", help="An earlier week.  [default: the last one that is over]")
@click.option("--list", "only_list", is_flag=True, help="Show the sample and the estimate; ask nothing.")
@click.option(
    "--judge",
    "words",
    type=(str, click.Choice(["right", "wrong"])),
    multiple=True,
    metavar="KEY right|wrong",
    help="Judge one item without being asked: left out rightly, or wrongly.",
)
@click.option("--by", default="", help="Who judges.  [default: your user name on this machine]")
def command(
    config_path: Path,
    as_json: bool,
    name: str | None,
    only_list: bool,
    words: tuple[tuple[str, Literal["right", "wrong"]], ...],
    by: str,
) -> int:
    """Draw a sample of what nearly matched in a week, ask for each item whether it belonged to the plan, and estimate
    the recall: how much of what belonged to the plan, and was near it, was found.

    \b
    pactwatch audit
    pactwatch audit --list --json
    pactwatch audit --judge 3f9a2c41d07be8815c20 wrong

    The sample has up to ten items of each kind of near miss. It is drawn once a week and recorded; it follows from the
    log, so it can be drawn again. Every answer is an event; of a person's answers on an item the last one counts.
    Exit code 1: something of the sample is not judged yet.
    """
    loaded = load(config_path)
    asked = _Asked(words, is_asked=not (words or only_list or as_json) and sys.stdin.isatty(), by=by or user())
    with open_views(loaded) as (log, views):
        found = [_audit(log, views, rules, contexts_of(loaded), _week(name), asked) for rules in loaded.rules]
    unknown = [item for item, _ in words if item.removeprefix("item/") not in asked.done]
    if unknown:
        named = ", ".join(unknown)
        raise click.UsageError(f"{named} is not part of the audit; `pactwatch audit --list` shows what is")
    for one in found:
        _tell(one, show=not words and not asked.is_asked, as_json=as_json)
    return 0 if all(miss.item in one.known for one in found for miss in one.sample) else 1


@dataclass(slots=True)
class _Asked:
    """What the person wants: to judge these, or to be asked; `done` are the items judged."""

    words: Sequence[tuple[str, Verdict]]
    is_asked: bool
    by: str
    done: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Audit:
    """The audit of one plan as it stands."""

    drawn: AuditDrawn
    sample: list[Miss]
    known: Mapping[str, bool]
    estimate: Recall


def _audit(log: Store, views: Views, rules: RuleSet, contexts: Contexts, week: Week, asked: _Asked) -> _Audit:
    drawn = audit_of(log, rules.plan.id, week.name)
    if drawn is None:
        drawn = draw(log, views, rules, contexts, week)
        log.append([Event(drawn, {"version": __version__})], at=now())
    mine = {item for one in drawn.strata for item in one.items}
    for item, verdict in asked.words:
        key = item.removeprefix("item/")
        if key in mine:
            judge(log, drawn, key, verdict, by=asked.by, at=now())
            asked.done.append(key)
    sample = misses(log, drawn, rules, contexts)
    if asked.is_asked:
        _ask(log, drawn, sample, asked.by)
    known = decided(said(log, drawn))
    return _Audit(drawn, sample, known, recall(drawn, known, _precision(views, rules)))


def _week(name: str | None) -> Week:
    try:
        return named_week(name, now()) if name else last_week(now())
    except ValueError as exc:
        raise click.BadParameter(f"{name!r}: wanted a week that is over, as 2026-W09", param_hint="--week") from exc


def _ask(log: Store, audit: AuditDrawn, sample: list[Miss], by: str) -> None:
    """Ask for each item that this person has not judged yet."""
    done = {fact.item for fact in said(log, audit) if fact.by == by}
    left = [one for one in sample if one.item not in done]
    for number, one in enumerate(left, 1):
        click.echo(f"\n{number} of {len(left)}")
        _show(one, None)
        answer = click.prompt("Did it belong to the plan?", type=_ANSWERS, default="skip")
        if answer == "quit":
            return
        if answer != "skip":
            judge(log, audit, one.item, "wrong" if answer == "y" else "right", by=by, at=now())


_ANSWERS = click.Choice(["y", "n", "skip", "quit"])


def _precision(views: Views, rules: RuleSet) -> Rate:
    found = verdicts(views.voices(), lambda name: views.heirs(rules.plan.id, name))
    mine = {one.id for one in rules.commitments}
    return rate(is_right for (_, commitment), is_right in found.items() if commitment in mine)


def _show(one: Miss, missed: bool | None) -> None:
    if one.text is None:
        click.echo(f"{one.item}: its text was taken out of the log")
        return
    mark = {None: "", True: " [missed]", False: " [rightly left out]"}[missed]
    click.secho(f"{clean(one.text.content.title or '')}{mark}", bold=True)
    if one.text.content.summary:
        click.echo(f"  {clean(one.text.content.summary)[:400]}")
    click.echo(f"  {safe_url(one.text.content.link) or one.text.feed} · {one.text.lang} · {one.item}")
    click.secho(f"  {NEAR[one.stratum]}: {clean(one.why)}", dim=True)


def _as_object(one: Miss, missed: bool | None) -> dict[str, object]:
    text = one.text.content if one.text else None
    return {
        "item": one.item,
        "stratum": one.stratum,
        "why": one.why,
        "title": text.title if text else None,
        "summary": text.summary if text else None,
        "url": text.link if text else None,
        "missed": missed,
    }


def _tell(one: _Audit, *, show: bool, as_json: bool) -> None:
    for miss in one.sample if show else ():
        if as_json:
            print_json(_as_object(miss, one.known.get(miss.item)))
        else:
            _show(miss, one.known.get(miss.item))
    about = {"plan": one.drawn.plan, "audit": one.drawn.audit, "matched": one.drawn.matched}
    if as_json:
        print_json({**about, **dataclasses.asdict(one.estimate)})
    else:
        _tell_estimate(one.drawn, one.estimate)


def _tell_estimate(audit: AuditDrawn, estimate: Recall) -> None:
    click.echo(f"\nAudit {audit.audit} of {audit.plan}: {counted(audit.matched, 'item')} matched.")
    for one in estimate.layers:
        judged = f"{one.judged} of {one.drawn} drawn judged, {one.missed} missed"
        click.echo(f"  {one.size:>6} near {'miss' if one.size == 1 else 'misses'}: {NEAR[one.name]}; {judged}")
    if not any(one.size for one in estimate.layers):
        click.echo("Nothing nearly matched in that week: there is nothing to judge, and nothing to say of the recall.")
        return
    if estimate.share is None:
        click.echo("Nothing can be said of the recall before one of each kind is judged: `pactwatch audit` asks.")
        return
    click.echo(
        f"Recall near the plan: {estimate.share:.2f} (95 % interval {estimate.low:.2f} to {estimate.high:.2f}); about"
        f" {estimate.missed:.0f} missed beside {estimate.found:.0f} found."
    )
    click.echo("Items that are far from every rule are not drawn: nothing is said of them.")
