"""What was known at an earlier position of the log: matches as they stood, items as they read, without replaying it.

The views know only the present: matches may have been withdrawn since, and items revised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.questions.concern import fact_of, facts
from store.events.items import ItemMatched, ItemRevised, ItemSeen, MatchWithdrawn
from store.events.plan import PlanRevised
from store.log import EventLog
from store.views.values import ItemView, MatchView

_STEP = 20_000  # positions looked through at a time: some ten milliseconds


@dataclass(slots=True)
class Walk:
    """A way back through the log, from behind position `reached`: what it has found, the newest match first."""

    commitments: frozenset[str]
    reached: int
    withdrawn: Mapping[tuple[str, str], int]
    found: dict[str, list[tuple[int, ItemMatched]]] = field(default_factory=dict)

    def is_over(self, enough: int) -> bool:
        """Whether there are enough items, or nothing is left to look through."""
        return self.reached <= 0 or len(self.found) >= enough


def set_out(log: EventLog, commitments: Collection[str], *, upto: int, before: int | None = None) -> Walk:
    """Begin at the position `upto`, or right before the match at `before`. Evidence counts for the heirs of the
    commitment it was found for."""
    known = set(commitments)
    for _, revision in facts(log, PlanRevised):
        known |= {name for one in revision.descents if one.commitment in known for name in one.formerly}
    withdrawn: dict[tuple[str, str], int] = {}
    for recorded, fact in facts(log, MatchWithdrawn):
        if recorded.pos <= upto and fact.commitment in known:
            withdrawn[fact.item, fact.commitment] = recorded.pos
    return Walk(frozenset(known), min(upto, before - 1) if before else upto, withdrawn)


def go_on(log: EventLog, walk: Walk) -> None:
    """Look through the next stretch of the log."""
    start = max(0, walk.reached - _STEP)
    for recorded in reversed(log.read(start, walk.reached - start, (ItemMatched.TYPE,))):
        if recorded.pos > walk.reached or not any(f'"{name}"' in recorded.data for name in walk.commitments):
            continue  # most are of others, and need not be read
        fact = fact_of(recorded)
        if isinstance(fact, ItemMatched) and fact.commitment in walk.commitments and _stood(walk, recorded.pos, fact):
            walk.found.setdefault(fact.item, []).append((recorded.pos, fact))
    walk.reached = start


def as_then(log: EventLog, item: str, matched: Sequence[tuple[int, ItemMatched]]) -> ItemView | None:
    """The item with the text that was judged last, and what was found in it by then, best first; its `pos` is that of
    its newest match. None where its content was taken out of the log."""
    pos, judged = matched[0]
    rows = log.find([f"item/{item}", f"revised/{item}/{judged.digest}"])
    facts = {name: fact_of(recorded) for name, recorded in rows.items()}
    seen, revised = facts.get(f"item/{item}"), facts.get(f"revised/{item}/{judged.digest}")
    if not isinstance(seen, ItemSeen):
        return None
    text: ItemSeen | ItemRevised = revised if isinstance(revised, ItemRevised) else seen
    matches: dict[str, MatchView] = {}
    for at, fact in matched:
        matches.setdefault(
            fact.commitment,
            MatchView(fact.commitment, fact.plan, fact.rule, fact.rules, fact.score, fact.evidence, at, fact.digest),
        )
    return ItemView(
        key=item,
        pos=pos,
        feed=seen.feed,
        publisher=seen.publisher,
        title=text.title,
        summary=text.summary,
        url=text.url,
        lang=seen.lang,
        published=seen.published,
        seen_at=rows[f"item/{item}"].at,
        archive=seen.archive,
        digest=text.digest,
        story=None,
        matches=tuple(sorted(matches.values(), key=lambda match: -match.score)),
    )


def _stood(walk: Walk, pos: int, fact: ItemMatched) -> bool:
    return walk.withdrawn.get((fact.item, fact.commitment), 0) < pos
