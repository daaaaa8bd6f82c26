"""Terms: what a configured word means, checked, numbered and grouped for the automaton."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from matchers import query
from matchers.text import BREAK, STAR, exact, fold

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """Something wrong in the rules: where it stands, what stands there, what was wanted."""

    path: Path
    value: str
    wanted: str

    def __str__(self) -> str:
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")
        return f"{place}: {self.value!r}: {self.wanted}"


class Term(NamedTuple):
    """A word or phrase to look for. `folded` holds its words, a stem ends in STAR; `exact` is set where case and
    accents count; `lang` is the language of the items it is looked for in, or "any"; `is_plain` where finding its
    pattern is enough."""

    text: str
    folded: str
    length: int
    exact: str | None
    lang: str
    is_plain: bool


def read_term(text: str, lang: str = "any", folded: str | None = None) -> tuple[Term | None, str]:
    """A term as configured, read; or None and what is wrong with it. `folded` spares folding it again."""
    asked = text.removeprefix("=")
    if folded is None:
        folded = fold(asked.replace("*", STAR))
    length = folded.count(" ") + 1
    if STAR not in folded and folded:
        written = exact(asked) if text.startswith("=") else None
        return Term(text, folded, length, written, lang, written is None), ""
    words = folded.split()
    wanted = _wrong_with(words)
    if wanted:
        return None, wanted
    written = exact(asked.replace("*", STAR)) if text.startswith("=") else None
    is_plain = written is None and not any(word.endswith(STAR) for word in words[:-1])
    return Term(text, folded, length, written, lang, is_plain), ""


def _wrong_with(words: Sequence[str]) -> str:
    if not any(word.strip(STAR) for word in words):
        return "at least one letter or digit: this can never match"
    if any(STAR in word[:-1] for word in words):
        return "a * only at the end of a word"
    if words[0].endswith(STAR) and len("".join(words)) < 4 and words[0][0].isascii():
        return "at least three letters before a *: shorter stems are found everywhere"
    return ""


class Table:
    """All terms of a plan and the groups they form, each known once, and the problems met on the way."""

    def __init__(self, languages: Iterable[str]) -> None:
        self.problems: list[Problem] = []
        self.terms: list[Term] = []
        self.groups_of_term: list[tuple[int, ...]] = []
        self._languages = frozenset(("any", *languages))
        self._lists: dict[str, frozenset[int]] = {}
        self._folded: dict[str, str] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._groups: dict[frozenset[int], int] = {}

    def fold_ahead(self, terms: Iterable[str]) -> None:
        """Folds many terms at once, several times faster than one by one."""
        asked = [text for text in terms if BREAK not in text]
        if not asked:
            return
        joined = BREAK.join(f" {text.removeprefix('=').replace('*', STAR)} " for text in asked)
        self._folded |= {text: folded.strip() for text, folded in zip(asked, fold(joined).split(BREAK), strict=True)}

    def define(self, name: str, leaf: query.Terms) -> None:
        """Makes a list known as @name."""
        self._lists[name] = self._numbered(leaf)

    def group(self, leaf: query.Terms | query.ListOf, path: Path = ()) -> int:
        """The number of the group of these terms; equal groups are one."""
        members = self._numbered(leaf) if isinstance(leaf, query.Terms) else self._named(leaf.name, path)
        if members not in self._groups:
            self._groups[members] = number = len(self._groups)
            alone = (number,)  # one object for most members: 100,000 terms would otherwise make as many
            for member in members:
                before = self.groups_of_term[member]
                self.groups_of_term[member] = (*before, number) if before else alone
        return self._groups[members]

    def patterns(self) -> Mapping[str, tuple[int, ...]]:
        """What the automaton looks for, and the terms each may turn out to be: their words up to the first stem."""
        patterns: dict[str, tuple[int, ...]] = {}
        for number, term in enumerate(self.terms):
            head, star, _ = term.folded.partition(STAR)
            pattern = f" {head}" if star else f" {head} "
            patterns[pattern] = (*patterns[pattern], number) if pattern in patterns else (number,)
        return patterns

    def problem(self, path: Path, value: str, wanted: str) -> None:
        self.problems.append(Problem(path, value, wanted))

    def _numbered(self, leaf: query.Terms) -> frozenset[int]:
        places: dict[str, int] = defaultdict(int)
        members: set[int] = set()
        for text, lang in leaf.terms:
            number = self._numbers.get((text, lang))
            if number is not None:
                members.add(number)
            elif text.startswith("@"):
                members |= self._named(text[1:], (*leaf.path, lang, places[lang]))
            else:
                members.update(self._new(text, lang, leaf.path, places[lang]))
            places[lang] += 1
        return frozenset(members)

    def _named(self, name: str, path: Path) -> frozenset[int]:
        if name not in self._lists:
            known = ", ".join(f"@{known}" for known in sorted(self._lists)) or "there is none"
            self.problem(path, "@" + name, f"a list of plan.words, and none that names itself ({known})")
        return self._lists.get(name, frozenset())

    def _new(self, text: str, lang: str, path: Path, place: int) -> tuple[int, ...]:
        term, wanted = read_term(text, lang, self._folded.get(text))
        if lang not in self._languages:
            term, wanted = None, f"a language of the plan ({', '.join(sorted(self._languages))}), not {lang}"
        if term is None:
            self.problem((*path, lang, place), text, wanted)
            return ()
        number = self._numbers[text, lang] = len(self.terms)
        self.terms.append(term)
        self.groups_of_term.append(())
        return (number,)
