"""The plan as readers ask for it: commitments by id, title, clause or pillar, and what they may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.questions.lineage import heirs_of
from bot.telegram.text import fold
from matchers.plan import Commitment, Pillar, Plan, Watched

_TERM = 0.8  # what a word of the rules is worth beside a word of the title
_LONG = 7
_NEAR = 70  # of 100: below this two words are hardly the same, mistyped (cricket, critical: 67)


class Catalogue:
    """The commitments of all plans, looked up by what people type.

    `prefixes` is how the hashtag of each commitment begins: as its plan says.
    """

    def __init__(self, plans: Sequence[Watched]) -> None:
        self.plans = tuple(each.plan for each in plans)
        self.plan_ids = frozenset(plan.id for plan in self.plans)
        self.plan_of = {entry.id: each.plan.id for each in plans for entry in each.commitments}
        self.commitments = {entry.id: entry for each in plans for entry in each.commitments}
        self.pillars = tuple(pillar for plan in self.plans for pillar in plan.pillars)
        self.prefixes = {entry.id: each.plan.tag for each in plans for entry in each.commitments}
        self._pillars = {pillar.id.casefold(): pillar for pillar in self.pillars}
        self._by_name = {name: entry.id for entry in self.commitments.values() for name in _names(entry)}
        self._sayings = {entry.id: (*_names(entry), *self._pillar_titles(entry)) for entry in self.commitments.values()}
        # Who takes part says nothing of what is meant.
        self._parties = frozenset(word for each in plans for word in _party_words(each.plan))
        self._terms = {entry.id: _term_words(entry, each.plan) for each in plans for entry in each.commitments}

    def find(self, text: str) -> tuple[Commitment, ...]:
        """The commitments that the text names: by id (one it had before, too), by title in any language, or by clause
        (`II.c`; `VII.e` is all that begins so). () where it names none."""
        wanted = _plain(text)
        if text.strip().startswith("#") and wanted not in self._by_name:
            wanted = wanted.partition(" ")[2]  # a hashtag may begin with the plan's name
        if wanted in self._by_name:
            return (self.commitments[self._by_name[wanted]],)
        heirs = self.heirs(wanted.replace(" ", "-"))
        if heirs:
            return tuple(self.commitments[name] for name in heirs)
        clause = text.strip(" #").rstrip(".").casefold()
        return tuple(entry for entry in self.commitments.values() if _has_clause(entry, clause))

    def heirs(self, former: str) -> tuple[str, ...]:
        """The commitments in which this one lives on: itself where it is one still, or those it was renamed to, split
        or merged into."""
        return heirs_of(self.commitments.values(), former)

    def names(self, commitment: str) -> tuple[str, ...]:
        """The commitment's id and those it had before."""
        entry = self.commitments.get(commitment)
        return entry.names if entry else (commitment,)

    def plan(self, commitment: str) -> Plan:
        """The plan that has the commitment."""
        return next(plan for plan in self.plans if plan.id == self.plan_of[commitment])

    def pillar(self, text: str) -> Pillar | None:
        """The pillar of that number (`IV`)."""
        return self._pillars.get(text.strip(" .").casefold())

    def of_pillar(self, pillar: str) -> tuple[Commitment, ...]:
        """The pillar's commitments, in the plan's order."""
        return tuple(entry for entry in self.commitments.values() if entry.pillar == pillar)

    def nearest(self, text: str, *, limit: int = 3) -> tuple[Commitment, ...]:
        """The commitments whose id, title or pillar sound most like the text, best first; () if none comes near."""
        said = _plain(text).split()[:8]
        wanted = [word for word in said if word not in self._parties] or said
        scores = {name: self._score(name, wanted) for name in self.commitments}
        near = sorted((name for name, score in scores.items() if score >= 0.6), key=lambda name: -scores[name])
        return tuple(self.commitments[name] for name in near[:limit])

    def title(self, commitment: str, lang: str) -> str:
        """The commitment's title in the language; the id of one that the plan no longer has."""
        names = (commitment,) if commitment in self.commitments else self.heirs(commitment)
        return ", ".join(titled(self.commitments[name].title, lang) for name in names) or commitment

    def titles(self, commitments: Iterable[str], lang: str) -> Mapping[str, str]:
        """The titles of these commitments in the language, by their ids."""
        return {name: self.title(name, lang) for name in commitments}

    def _score(self, name: str, wanted: Sequence[str]) -> float:
        """How near the words come to what the commitment is called, or, a little less, to what it is found by."""
        if not wanted:
            return 0.0
        found_by = [_TERM if any(_meets(word, term) for term in self._terms[name]) else 0.0 for word in wanted]
        return max(_likeness(wanted, said.split(), found_by) for said in self._sayings[name])

    def _pillar_titles(self, entry: Commitment) -> tuple[str, ...]:
        pillar = self.pillar(entry.pillar or "")
        return tuple(_plain(said) for said in pillar.title.values()) if pillar else ()


def names_of(plans: Sequence[Plan], lang: str) -> str:
    """What is watched, as people say it: the title of the plan, or those of several."""
    return " · ".join(titled(plan.title, lang) for plan in plans)


def titled(titles: Mapping[str, str], lang: str) -> str:
    """The title in the language, else in English, else in whichever there is."""
    return titles.get(lang) or titles.get("en") or next(iter(titles.values()), "")


def nearest_of(asked: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """Those of the names that come nearest to what was typed; [] if none comes near."""
    wanted = _plain(asked)
    found = process.extract(wanted, list(names), scorer=fuzz.WRatio, processor=_plain, limit=limit, score_cutoff=_NEAR)
    return [name for name, _, _ in found]


def _names(entry: Commitment) -> tuple[str, ...]:
    return tuple(_plain(name) for name in (entry.id, *entry.title.values()))


def _party_words(plan: Plan) -> Iterable[str]:
    """The single words that show a side of the plan by themselves."""
    terms = (term for side in plan.sides.values() for group in side.strong.values() for term in group)
    return (fold(term.lstrip("=").rstrip("*")) for term in terms if " " not in term and not term.startswith("@"))


def _term_words(entry: Commitment, plan: Plan) -> frozenset[str]:
    """The single words among the terms of the commitment's rules; a prefix keeps its `*`."""
    terms = [term for rule in entry.rules for group in rule.any.values() for term in group]
    lists = [plan.words[term[1:]] for term in terms if term.startswith("@") and term[1:] in plan.words]
    terms += [term for words in lists for group in words.values() for term in group]
    said = (word for term in terms if not term.startswith("@") for word in _telling(fold(term.lstrip("="))))
    return frozenset(said)


def _telling(term: str) -> list[str]:
    """The words of a term that say something of it alone: all of a single word, the long ones of a phrase."""
    words = term.split()
    return words if len(words) == 1 else [word for word in words if len(word.rstrip("*")) >= _LONG]


def _meets(word: str, term: str) -> bool:
    """Whether a word is the term, begins as a prefix term does, or is another number of it (nurse, nurses)."""
    stem = term.rstrip("*")
    if word == stem or (term.endswith("*") and word.startswith(stem)):
        return True
    return len(word) >= 5 and len(stem) >= 5 and word[:-1] in {stem, stem[:-1]}


def _plain(text: str) -> str:
    """How a name is compared: `#Defence_Roadmap`, `defence-roadmap` and `Defence roadmap` are one."""
    return fold(text.replace("-", " ").replace("_", " ").strip(" #."))


def _has_clause(entry: Commitment, wanted: str) -> bool:
    """A clause is named whole or without the number that splits it: `VII.e` means VII.e1 and VII.e2."""
    known = [clause.casefold() for clause in entry.clauses]
    return wanted in known or any("." in wanted and clause.rstrip("0123456789") == wanted for clause in known)


def _likeness(wanted: Sequence[str], said: Sequence[str], at_least: Sequence[float]) -> float:
    """How well each wanted word is met by some word of the saying, 0 to 1 on average; each counts `at_least` that."""
    found = (process.extractOne(word, said, scorer=fuzz.ratio, score_cutoff=_NEAR) for word in wanted)
    met = (max(best[1] / 100 if best else 0.0, least) for best, least in zip(found, at_least, strict=True))
    return sum(met) / len(wanted)
