"""What if: the difference other rules would make to everything stored, against what counts now.

Reads by position from a snapshot, never holding a lock or a transaction for longer than a page, so a running bot waits
for nothing. Memory does not grow with the log: of the changes only counts and some examples are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.questions.lineage import carried, descents, revisions
from bot.questions.precision import Rate, Verdicts, rate, verdicts
from bot.questions.stored import Contexts, Stored, stored
from bot.rules.judges import Found, Judge
from matchers.explain import RuleVerdict, explain
from matchers.match import Match
from matchers.nearmiss import with_text
from matchers.rules import RuleSet
from store.asof import LogAsOf
from store.events.plan import Descent
from store.log import EventLog
from store.views.views import Views

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Changed:
    """What other rules make of one text: matches gained, and commitments lost, each with the stage at which it fails
    now."""

    text: Stored
    gained: tuple[Match, ...]
    lost: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A match gained or lost, as people are told of it: `why` is its evidence, or what it lacks now."""

    change: str
    commitment: str
    lang: str
    item: str
    title: str
    url: str | None
    why: str


@dataclass(slots=True)
class Count:
    """Matches of a commitment in a language: as they are, gained and lost."""

    gained: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The difference. `texts` were judged, up to `position`, and `gone` more could not be, because they were dropped
    since (they never matched, but might under other rules); `counts` are by commitment and language; `before` and
    `after` are the precision of what people judged, under the rules in force and under the new ones; `descents` are
    the commitments that would be renamed, split or merged."""

    plan: str
    rules: str
    position: int
    texts: int
    gone: int
    counts: Mapping[tuple[str, str], Count]
    examples: tuple[Shown, ...]
    before: Rate
    after: Rate
    descents: tuple[Descent, ...] = ()

    @property
    def gained(self) -> int:
        return sum(count.gained for count in self.counts.values())

    @property
    def lost(self) -> int:
        return sum(count.lost for count in self.counts.values())


def what_if(
    log: EventLog,
    views: Views,
    rules: RuleSet,
    contexts: Contexts,
    *,
    judge: Judge,
    after: int = 0,
    each: Callable[[Shown], None] = lambda shown: None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """The difference `rules` would make to the texts recorded behind `after`. `views` have caught up with the log; what
    comes behind their position is left out. `each` hears of every change, `progress` of the position reached."""
    end = views.position()
    heirs = _heirs(log, rules)
    judged = _decided(views, rules, heirs)
    work = _Tally(frozenset(item for mine in judged[1].values() for item in mine))
    for page, changes in differences(LogAsOf(log, end), views, rules, contexts, judge=judge, after=after, to=end):
        gone = sum(one.is_gone for one in page)
        work.gone += gone
        work.texts += len(page) - gone
        for changed in changes:
            for shown in told(changed):
                work.count(shown)
                each(shown)
            work.note(changed)
        progress(page[-1].pos, end)
    now, then = _precision(views, rules, work, judged, heirs)
    return Report(
        plan=rules.plan.id,
        rules=rules.id,
        position=end,
        texts=work.texts,
        gone=work.gone,
        counts=dict(sorted(work.counts.items())),
        examples=tuple(work.shown),
        before=now,
        after=then,
        descents=_descents(log, rules),
    )


def differences(
    log: EventLog, views: Views, rules: RuleSet, contexts: Contexts, *, judge: Judge, after: int, to: int | None
) -> Iterator[tuple[list[Stored], list[Changed]]]:
    """Pages of texts, in order, with what would change in them."""
    heirs = _heirs(log, rules)
    for page, found in judge(stored(log, after=after, to=to)):
        present = views.matched(rules.plan.id, {one.item for one in page})
        changes = []
        for one, matches in zip(page, found, strict=True):
            names = present.get((one.item, one.digest), set())
            before = {heir for name in names for heir in heirs.get(name, (name,))}
            changed = _changed(rules, one, matches, before, contexts)
            if changed is not None:
                changes.append(changed)
        yield page, changes


def told(changed: Changed) -> Iterator[Shown]:
    """Each change of a text, in words."""
    one = changed.text
    shown = Shown("", "", one.lang, one.item, one.content.title or "", one.content.link, "")
    for match in changed.gained:
        yield replace(shown, change="gained", commitment=match.commitment, why=evidence_of(match))
    for commitment, why in changed.lost:
        yield replace(shown, change="lost", commitment=commitment, why=why)


def evidence_of(match: Match) -> str:
    """What made it match: `naval: defence roadmap + india, italy`."""
    terms = dict.fromkeys(found.term for found in match.evidence if found.role == "term")
    sides = dict.fromkeys(found.term for found in match.evidence if found.role != "term")
    return f"{match.rule}: " + " + ".join(", ".join(words) for words in (terms, sides) if words)


def why_lost(rules: RuleSet, one: Stored, commitment: str, context: Sequence[str]) -> str:
    """The stage at which the match fails now."""
    if all(each.id != commitment for each in rules.commitments):
        return "no longer a commitment of the plan"
    item = with_text(one.content, one.text)
    verdicts_ = explain(rules, item, context=context, commitment=commitment).verdicts
    return _stage(verdicts_[0]) if verdicts_ else "has no rule any more"


def _stage(verdict: RuleVerdict) -> str:
    said = verdict.said.partition("; wanted ")[0]
    return f"{verdict.verdict} at {verdict.rule}: {said if len(said) <= 160 else said[:159] + '…'}"


def _changed(rules: RuleSet, one: Stored, matches: Found, before: set[str], contexts: Contexts) -> Changed | None:
    gained = tuple(match for match in matches if match.commitment not in before)
    gone = before - {match.commitment for match in matches}
    if not gained and not gone:
        return None
    context = contexts.get(one.feed, ())
    return Changed(one, gained, tuple((name, why_lost(rules, one, name, context)) for name in sorted(gone)))


def _heirs(log: EventLog, rules: RuleSet) -> Mapping[str, tuple[str, ...]]:
    """Where evidence would go by what the new plan says of its lineage."""
    return carried(_descents(log, rules), (one.id for one in rules.commitments))


def _descents(log: EventLog, rules: RuleSet) -> tuple[Descent, ...]:
    return descents((fact for _, fact in revisions(log, rules.plan.id)), rules.commitments)


@dataclass(slots=True)
class _Tally:
    """`watched` are the items of stories that people judged: of these, what is gained and lost is kept by item."""

    watched: frozenset[str]
    texts: int = 0
    gone: int = 0
    counts: dict[tuple[str, str], Count] = field(default_factory=lambda: defaultdict(Count))
    shown: list[Shown] = field(default_factory=list)
    kept: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    gained: set[tuple[str, str]] = field(default_factory=set)
    lost: set[tuple[str, str, str]] = field(default_factory=set)

    def count(self, shown: Shown) -> None:
        count = self.counts[shown.commitment, shown.lang]
        count.gained += shown.change == "gained"
        count.lost += shown.change == "lost"
        self.kept[shown.commitment, shown.change] += 1
        if self.kept[shown.commitment, shown.change] <= EXAMPLES:
            self.shown.append(shown)

    def note(self, changed: Changed) -> None:
        one = changed.text
        if one.item in self.watched:
            self.gained |= {(one.item, match.commitment) for match in changed.gained}
            self.lost |= {(one.item, one.digest, name) for name, _ in changed.lost}


Heirs = Mapping[str, tuple[str, ...]]
Decided = tuple[Verdicts, Mapping[str, tuple[str, ...]]]


def _decided(views: Views, rules: RuleSet, heirs: Heirs) -> Decided:
    """What people decided, and the items of the stories they spoke of."""

    def heirs_of(name: str) -> list[str]:
        return [new for each in views.heirs(rules.plan.id, name) for new in heirs.get(each, (each,))]

    decided = verdicts(views.voices(), heirs_of)
    stories = {name: views.story(name) for name, _ in decided}
    return decided, {name: tuple(item.key for item in story.items) for name, story in stories.items() if story}


def _precision(views: Views, rules: RuleSet, work: _Tally, judged: Decided, heirs: Heirs) -> tuple[Rate, Rate]:
    """The precision of judged matches that count now, and of those that would count."""
    decided, items = judged
    now, then = [], []
    for (name, commitment), is_right in decided.items():
        mine = items.get(name, ())
        texts = {
            text
            for text, found in views.matched(rules.plan.id, mine).items()
            if any(commitment in heirs.get(each, (each,)) for each in found)
        }
        if texts:
            now.append(is_right)
        gained = any((item, commitment) in work.gained for item in mine)
        if gained or any((*text, commitment) not in work.lost for text in texts):
            then.append(is_right)
    return rate(now), rate(then)
