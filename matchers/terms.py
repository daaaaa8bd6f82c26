"""Terms: what a configured word means, checked, numbered and grouped for the automaton."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import count
from typing import NamedTuple

import msgspec

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


class Term(msgspec.Struct, frozen=True, gc=False):
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
    if folded is None:
        folded = fold(_starred(text))
    length = folded.count(" ") + 1
    if STAR not in folded and folded:
        written = exact(text[1:]) if text.startswith("=") else None
        return Term(text, folded, length, written, lang, written is None), ""
    words = folded.split()
    wanted = _wrong_with(words)
    if wanted:
        return None, wanted
    written = exact(_starred(text)) if text.startswith("=") else None
    is_plain = written is None and words[-1] != STAR and not any(word.endswith(STAR) for word in words[:-1])
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
        self._numbers: dict[tuple[str, str], int] = {}
        self._groups: dict[frozenset[int], int] = {}

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

    def members(self, groups: Iterable[int]) -> frozenset[int]:
        """The terms of any of these groups."""
        wanted = frozenset(groups)
        return frozenset().union(*(members for members, number in self._groups.items() if number in wanted))

    def patterns(self) -> tuple[dict[str, int], list[tuple[int, ...]]]:
        """What is looked for, numbered, as `Search` takes it; and the terms each may turn out to be."""
        numbers: dict[str, int] = {}
        terms: list[tuple[int, ...]] = []
        for number, pattern in enumerate(map(pattern_of, self.terms)):
            known = numbers.setdefault(pattern, len(terms))
            if known == len(terms):
                terms.append((number,))
            else:
                terms[known] = (*terms[known], number)
        return numbers, terms

    def problem(self, path: Path, value: str, wanted: str) -> None:
        self.problems.append(Problem(path, value, wanted))

    def _numbered(self, leaf: query.Terms) -> frozenset[int]:
        self._learn(leaf.terms)
        members = {number for number in map(self._numbers.get, leaf.terms) if number is not None}
        if len(members) < len(leaf.terms):
            for index, asked in enumerate(leaf.terms):
                if asked not in self._numbers:
                    members |= self._no_term(leaf, index)
        return frozenset(members)

    def _learn(self, asked: Iterable[tuple[str, str]]) -> None:
        """Numbers the terms that are met first."""
        numbers = self._numbers
        new = dict.fromkeys(one for one in asked if one not in numbers and not one[0].startswith("@"))
        read = zip(new, _read_each(new), strict=True)
        terms = {one: term for one, term in read if term is not None and one[1] in self._languages}
        numbers.update(zip(terms, count(len(self.terms))))
        self.terms += terms.values()
        self.groups_of_term += [()] * len(terms)

    def _named(self, name: str, path: Path) -> frozenset[int]:
        if name not in self._lists:
            known = ", ".join(f"@{known}" for known in sorted(self._lists)) or "there is none"
            self.problem(path, "@" + name, f"a list of plan.words, and none that names itself ({known})")
        return self._lists.get(name, frozenset())

    def _no_term(self, leaf: query.Terms, index: int) -> frozenset[int]:
        """The terms of a list, where that is what stands there; none where it is a mistake."""
        text, lang = leaf.terms[index]
        # Languages have lists of their own in the configuration.
        path = (*leaf.path, lang, sum(lang == other for _, other in leaf.terms[:index]))
        if text.startswith("@"):
            return self._named(text[1:], path)
        _, wanted = read_term(text, lang)
        if lang not in self._languages:
            wanted = f"a language of the plan ({', '.join(sorted(self._languages))}), not {lang}"
        self.problem(path, text, wanted)
        return frozenset()


def _read_each(asked: Collection[tuple[str, str]]) -> Iterable[Term | None]:
    """The terms, read all at once: several times faster than one by one, most of all where all are just words."""
    joined = "".join(BREAK + text for text, _ in asked)
    if joined.count(BREAK) != len(asked):
        return [read_term(text, lang)[0] for text, lang in asked]
    folded = fold(joined.replace(f"{BREAK}=", BREAK).replace("*", STAR))
    each = folded.replace(f" {BREAK}", BREAK).replace(f"{BREAK} ", BREAK).split(BREAK)[1:]
    if "=" in joined or "*" in joined or "" in each:
        return [read_term(*one, words)[0] for one, words in zip(asked, each, strict=True)]
    return [
        Term(text, words, words.count(" ") + 1, None, lang, is_plain=True)
        for (text, lang), words in zip(asked, each, strict=True)
    ]


def pattern_of(term: Term) -> str:
    """What finds a term: its words up to the first stem, whose beginning follows a space."""
    if STAR not in term.folded:
        return term.folded
    head = term.folded.partition(STAR)[0]
    return head.rstrip() if head.endswith(" ") else f" {head}"


def _starred(text: str) -> str:
    return text.removeprefix("=").replace("*", STAR)
