"""What a dossier holds and tells of a commitment, gathered from the log and the views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from bot.questions.concern import Concern, about, fact_of
from bot.questions.coverage import Coverage
from bot.questions.dossierpage import Content
from bot.questions.lineage import descent_of, revisions
from bot.questions.narrate import line
from bot.questions.precision import Rate, rate, verdicts
from bot.questions.reading import Question, onwards
from bot.questions.status import judgements
from bot.rules.activation import activations
from matchers.plan import Commitment
from store.events.deliveries import UpdateEdited, UpdateSent
from store.events.items import ItemMatched
from store.events.plan import PlanRevised, RulesActivated, StatusSet
from store.log import EventLog, Recorded
from store.seal import last_seal
from store.views.views import Views

# What tells how the period was watched: the events that the coverage follows from.
_WATCH = (
    "MonitorStarted.v1", "MonitorStopped.v1", "FeedFailing.v1", "FeedGone.v1", "FeedRecovered.v1", "FeedStale.v1",
    "FeedAwoke.v1", "FeedDistrusted.v1", "GapDetected.v1",
)  # fmt: skip


def events_of(log: EventLog, plan: str, one: Commitment, after: int, to: int) -> list[Recorded]:
    """What concerns the commitment, how the period was watched, and the rules its matches were found by."""
    found = list(onwards(log, Question(concern=Concern(one.names)), after=after, to=to))
    found += onwards(log, Question(types=_WATCH), after=after, to=to)
    rules = {fact.rules for fact in map(fact_of, found) if isinstance(fact, ItemMatched)}
    found += [recorded for recorded, fact in activations(log) if fact.rules in rules]
    found += [recorded for recorded, fact in revisions(log, plan) if _tells_of(fact, one)]
    chosen = {recorded.pos: recorded for recorded in found if not _is_private(recorded)}
    return sorted(chosen.values(), key=lambda each: each.pos)


def _tells_of(fact: PlanRevised, one: Commitment) -> bool:
    return any(one.id in (each.commitment, *each.formerly) for each in fact.descents)


def _is_private(recorded: Recorded) -> bool:
    """What single readers were sent is nobody's evidence, even under a random id."""
    fact = fact_of(recorded)
    return fact is not None and about(fact).channel.startswith("reader/")


def content_of(
    log: EventLog,
    views: Views,
    one: Commitment,
    events: Sequence[Recorded],
    watched: Coverage | None,
    *,
    since: datetime,
    until: datetime,
    made: datetime,
) -> Content:
    """What the page of a dossier tells. `events` are those of the period."""
    facts = [(recorded, fact) for recorded in events if (fact := fact_of(recorded)) is not None]
    names = one.names
    keys = dict.fromkeys(fact.item for _, fact in facts if isinstance(fact, ItemMatched) and fact.commitment in names)
    found = [item for item in map(views.item, keys) if item is not None]
    items = [item for item in found if any(match.commitment == one.id for match in item.matches)]
    posts = {fact.story: _address(fact) for _, fact in facts if isinstance(fact, UpdateSent | UpdateEdited)}
    sealed = last_seal(log)
    return Content(
        commitment=one,
        since=since,
        until=until,
        made=made,
        position=log.head(),
        events=len(events),
        items=sorted(items, key=lambda item: (item.published or item.seen_at, item.pos), reverse=True),
        posts=posts,
        coverage=watched,
        rules=[(recorded, line(fact)) for recorded, fact in facts if isinstance(fact, RulesActivated)],
        notes=[(r, line(f)) for r, f in facts if about(f).commitment in names and not isinstance(f, ItemMatched)],
        sealed=sealed.to if sealed else 0,
        root=sealed.root if sealed else "",
    )


class Judged(TypedDict):
    """What people say of a commitment, as the page takes it."""

    status: StatusSet | None
    precision: Rate
    lineage: Sequence[str]


def judged_of(log: EventLog, views: Views, plan: str, one: Commitment) -> Judged:
    """What people say of it, and what became of the plan."""
    standing = judgements(log, [plan]).get(one.id, ())
    decided = verdicts(views.voices(), lambda name: views.heirs(plan, name))
    mine = ((views.story(name), is_right) for (name, each), is_right in decided.items() if each == one.id)
    shown = [is_right for story, is_right in mine if story and one.id in story.commitments]
    return Judged(
        status=standing[-1][1] if standing else None,
        precision=rate(shown),
        lineage=descent_of(one.id, revisions(log, plan)),
    )


def _address(fact: UpdateSent | UpdateEdited) -> str:
    """Where the post can be opened: by its members, or by everybody where the channel has a name."""
    if fact.channel.startswith("-100"):
        return f"https://t.me/c/{fact.channel.removeprefix('-100')}/{fact.message}"
    if fact.channel.startswith("@"):
        return f"https://t.me/{fact.channel.removeprefix('@')}/{fact.message}"
    return f"message {fact.message} in {fact.channel}"
