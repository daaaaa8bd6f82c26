"""Which items tell the same story, within and across languages: one item at a time, against those seen lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor

from matchers.follow import followed
from matchers.names import names
from matchers.traits import StoryItem, Traits, overlap, traits

WINDOW = timedelta(days=8)
"""Items further apart than this are never one story, whatever they share; so much of the past is needed."""
COMPARED = 12
"""So many members of a story stand for all."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The story an item belongs to, and why: "new" for the first of its story, which may follow an earlier one."""

    story: str
    reason: str
    follows: str | None = None


def assign(
    item: StoryItem, recent: Sequence[StoryItem], *, context: Collection[str] = (), known: Collection[str] = ()
) -> Joined:
    """The story of an item, given the items of the last days with their stories.

    `context` are folded words that every item of the plan holds, such as its parties' names, and commitments that
    catch what has no other: they prove nothing. `known` are folded words that tie no new story to an earlier one.
    `recent` reaches back at least twice the window, and as far as a story is followed.
    A story is joined on the average of its members, so that one odd member cannot draw others in; of a story with
    very many, the first stand for all. The order of `recent` does not matter. A new story is named after its first
    item.
    """
    told = Recent(context, known=known)
    for other in sorted(recent, key=lambda other: (other.published is None, other.published or _EPOCH, other.key)):
        told.add(other)
    return told.assign(item)


class Recent:
    """The stories of the last days, ready to be compared with one new item after the other.

    `context` and `known` as for `assign`. Of each story the first `COMPARED` members that were added are compared: a
    flood of items that are all alike then costs no more than as many different ones.
    """

    def __init__(self, context: Collection[str], *, known: Collection[str] = ()) -> None:
        self._context = frozenset(context)
        self._known = names(" ".join(word.capitalize() for word in known))
        self._stories: dict[str, list[Traits]] = {}

    def add(self, item: StoryItem) -> None:
        """An item that is in a story by now. One that is in none is passed over."""
        if item.story is not None and len(self._stories.get(item.story, ())) < COMPARED:
            self._add(item.story, traits(item, self._context))

    def join(self, item: StoryItem) -> Joined:
        """The story the item belongs to, or a new one, to which it is added."""
        mine = traits(item, self._context)
        joined = self._assign(mine)
        self._add(joined.story, mine)
        return joined

    def _add(self, story: str, mine: Traits) -> None:
        members = self._stories.setdefault(story, [])
        if len(members) < COMPARED:
            members.append(mine)

    def forget(self, before: datetime) -> None:
        """Drop the items published before that moment, and those of which it is not known."""
        for story, members in list(self._stories.items()):
            kept = [one for one in members if one.published is not None and one.published >= before]
            if kept:
                self._stories[story] = kept
            else:
                del self._stories[story]

    def assign(self, item: StoryItem) -> Joined:
        """The story the item belongs to, or a new one. The item is not added."""
        return self._assign(traits(item, self._context))

    def _assign(self, mine: Traits) -> Joined:
        best, reason = (_ENOUGH, ""), ""
        # Where the headline has been told already there is little for others to reach.
        for story, members in sorted(self._stories.items(), key=lambda told: told[1][0].title != mine.title):
            average, why = self._average(mine, members, least=best[0])
            if (average, story) >= best:
                best, reason = (average, story), why
        if best[1]:
            return Joined(best[1], reason)
        is_catch_all = mine.best in self._context
        return Joined(mine.key, "new", None if is_catch_all else followed(mine, self._stories, self._known))

    def _average(self, mine: Traits, members: Sequence[Traits], *, least: float) -> tuple[float, str]:
        """How alike the item is to the members, and what speaks most for it; given up where it comes to less than
        `least`, whatever the rest says."""
        others = [one for one in members if one.key != mine.key]
        found: list[tuple[float, str]] = []
        total = 0.0
        for left, other in zip(range(len(others), 0, -1), others, strict=True):
            if total + left * _MOST < least * len(others):
                return -_CERTAIN, ""
            found.append(_compare(mine, other, self._context))
            total += found[-1][0]
        return (total / len(found), max(found)[1]) if found else (-_CERTAIN, "")


_ENOUGH = 0.3
_MOST = 12.0  # more than any two items come to
_BASE = -1.85
_ABROAD = 0.1  # two languages that share nothing but day and topic
_WORDS = 3  # so many common words stand for a name or a figure
_CERTAIN = 9.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def likeness(one: StoryItem, other: StoryItem, context: frozenset[str]) -> tuple[float, str]:
    """How much speaks for one story (above 0) or against it, and what speaks most. Symmetric.

    The weights follow a logistic regression over the pairs of a labelled set.
    """
    return _compare(traits(one, context), traits(other, context), context)


def _compare(a: Traits, b: Traits, context: frozenset[str]) -> tuple[float, str]:
    if a.link and a.link == b.link:
        return _CERTAIN, "same link"
    days = _days_apart(a, b)
    if days is not None and days > WINDOW.days:
        return -_CERTAIN, ""
    if a.title == b.title and len(a.title_words) >= 4:
        return _CERTAIN, "same title"
    score = _BASE + (_UNKNOWN[_is_lost(a) or _is_lost(b)] if days is None else _near(days)) + _topic(a, b, context)
    abroad = _is_abroad(a, b)
    if a.phase != b.phase and (days or "view" in (a.phase, b.phase)):
        score -= _TRANSLATED if _is_translated(a, b, abroad, context) else _phases(a, b, days)
    conflict = _CONFLICT[abroad] if a.title_names and b.title_names else 0.0
    if a.marks.isdisjoint(b.marks):  # most pairs: nothing else needs to be looked at
        if not abroad:
            return min(score - conflict, 0.0), ""
        return score + _ABROAD - conflict, _reason(0.0, 0, 0)
    shared = len(a.names & b.names)
    figures = len(a.numbers & b.numbers)
    score += 0.8 * min(2, figures) + _TITLES[abroad] * _named_alike(a.title_names, b.title_names) * (days is not None)
    alike = 0.0
    if not abroad:
        alike = overlap(a.words, b.words)
        score += 3.0 * alike + 2.0 * overlap(a.title_words, b.title_words) + 0.7 * min(3, shared)
    else:
        # Another language shares no words, so that names and figures tell more.
        score += (0.9 if shared or figures else _ABROAD) + 0.5 * min(4, shared)
    if conflict and a.title_names.isdisjoint(b.names) and b.title_names.isdisjoint(a.names):
        score -= conflict
    if not abroad and not shared and not figures and len(a.words & b.words) < _WORDS:
        score = min(score, 0.0)  # one everyday word of the topic is no story
    return score, _reason(alike, shared, figures)


# Names in two titles of which none is shared. Across languages many are no names (a script without capitals, words that
# one of them writes large), so that it says less.
_CONFLICT = (1.4, 0.9)
_TITLES = (1.8, 0.3)
_TRANSLATED = 0.6
_PHASES = (1.2, 1.8)  # announced on the eve; announced days before, or what came of it
_NEAR = (1.5, 1.2, -0.5, -0.5)
_UNKNOWN = (-1.8, -2.6)  # known to the month; known to the year at best
_MONTH = 31 * 86400


def _is_abroad(a: Traits, b: Traits) -> bool:
    """Whether the items are known to be in two languages. One of an unknown language may be in any."""
    return a.language != b.language and "und" not in (a.language, b.language)


def _named_alike(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """How much of the title with fewer names is named in the other one, 0 to 1."""
    fewer = min(len(ours), len(theirs))
    return len(ours & theirs) / fewer if fewer else 0.0


def _is_translated(a: Traits, b: Traits, abroad: bool, context: frozenset[str]) -> bool:
    """Whether two languages tell of one topic, whose tenses differ although they say the same."""
    return abroad and a.best == b.best and a.best not in context and {a.phase, b.phase} <= {"", "ahead"}


def _phases(a: Traits, b: Traits, days: int | None) -> float:
    return _PHASES["after" in (a.phase, b.phase) or (days is not None and days > 1)]


def _near(days: int) -> float:
    return _NEAR[days] if days < len(_NEAR) else -1.2


def _is_lost(one: Traits) -> bool:
    return one.begins is None or one.ends - one.begins > _MONTH


def _reason(alike: float, shared: int, figures: int) -> str:
    if alike >= 0.5:
        return "nearly the same text"
    return _REASONS[shared > 0, figures > 0]


_REASONS = {
    (False, False): "the same days and topic",
    (True, False): "the same days and topic, shared names",
    (False, True): "the same days and topic, shared figures",
    (True, True): "the same days and topic, shared names, shared figures",
}


def _topic(a: Traits, b: Traits, context: frozenset[str]) -> float:
    """What the matched commitments say: the same ones speak for, disjoint ones against, a shared catch-all hardly."""
    if not a.commitments or not b.commitments:
        return -1.4 if a.commitments or b.commitments else _NO_TOPIC[_is_abroad(a, b)]
    shared = a.commitments & b.commitments
    if not shared:
        return -1.2
    if shared <= context:
        return _CATCH_ALL
    return 0.8 * len(shared) / len(a.commitments | b.commitments) + 0.8 * (a.best == b.best)


_CATCH_ALL = 0.0
_NO_TOPIC = (-2.6, -1.2)  # two languages that share names say more than one that shares words


def _days_apart(one: Traits, other: Traits) -> int | None:
    """Whole days between two items; None where a date is missing or is known only to a month or a year."""
    if one.begins is None or other.begins is None:
        return None
    apart = (max(one.begins, other.begins) - min(one.ends, other.ends)) / 86400
    if floor(apart) > WINDOW.days:
        return floor(apart)
    return None if one.is_vague or other.is_vague else max(0, round(apart))
