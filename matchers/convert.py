"""A rule of lists as a query, and a query as a rule of lists where lists can say it: both mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from matchers import query
from matchers.compiling import expression
from matchers.plan import Rule
from matchers.shape import ShapeError, read, told

Words = dict[str, list[str]]


class NotConvertible(Exception):
    """What a query says that lists cannot; the message names it."""


def as_queries(rule: Rule) -> tuple[Rule, ...]:
    """The rule written with `query`. A rule that is also something outside its scope becomes two."""
    if rule.query and not (rule.unless or rule.unless_title):
        return (rule,)
    if not rule.outside:
        return (_as_query(rule),)
    inside = rule if rule.yields else replace(rule, beside=())  # in its scope it needs no leave to speak
    outside = replace(rule.elsewhere(), id=f"{rule.id}-outside")
    return _as_query(inside), _as_query(outside)


def as_lists(rule: Rule) -> Rule:
    """The rule written with `any`, `with`, `unless` and so on. Raises NotConvertible where its query says more than
    these can, and QueryError where it cannot be read."""
    if not rule.query:
        return rule
    said = _lists(query.parse(rule.query))
    for key, words in (("unless", rule.unless), ("unless_title", rule.unless_title)):
        if words:
            said[key] = _merged([said.get(key, {}), {lang: list(terms) for lang, terms in words.items()}])
    kept = {key: value for key, value in told(rule).items() if key not in {"query", "unless", "unless_title"}}
    try:
        return read(Rule, {**kept, **said})
    except ShapeError as error:
        raise NotConvertible(f"{error.faults[0].wanted}, which lists ask for") from error


def _as_query(rule: Rule) -> Rule:
    kept = ("id", "listed", "needs", "lent", "others", "strength", "yields", "beside")
    said = {name: getattr(rule, name) for name in kept}
    node = expression(rule)
    text = " AND ".join(map(query.write, node.parts)) if isinstance(node, query.And) else query.write(node)
    return read(Rule, {**said, "query": text})


# --- from a query ----------------------------------------------------------------------------------------------


def _lists(node: query.Node) -> dict[str, Any]:
    """The keys of a rule that say what the expression says."""
    parts = list(_flat(node))
    said: dict[str, Any] = {}
    for key, scope in (("unless", "text"), ("unless_title", "title")):
        absent = [_words(part.part, scope) for part in parts if isinstance(part, query.Not)]
        if found := [words for words in absent if words is not None]:
            said[key] = _merged(found)
    if any(isinstance(part, query.Not) and not _is_plain_absence(part) for part in parts):
        raise NotConvertible("NOT before more than words, or words in the lead")
    wanted: list[query.Node] = [part for part in parts if not isinstance(part, query.Not)]
    if len(wanted) == 1 and isinstance(wanted[0], query.Near):
        near = wanted[0]
        said |= {"near": near.distance, "ordered": near.ordered}
        wanted = list(near.parts)
    if not wanted:
        raise NotConvertible("nothing but NOT")
    return said | _main(wanted[0]) | _beside(wanted[1:])


def _main(node: query.Node) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if isinstance(node, query.Scoped) and node.scope != "text":
        said["scope"], node = node.scope, node.part
    if isinstance(node, query.Count):
        said["at_least"] = node.least
        node = query.Or(node.parts)
    words = _words(node, "text")
    if words is None:
        raise NotConvertible(f"{query.write(node)[:60]} in the first place: lists want words there")
    return {**said, "any": words}


def _beside(nodes: Sequence[query.Node]) -> dict[str, Any]:
    groups = [_words(node, "text") for node in nodes]
    for node, words in zip(nodes, groups, strict=True):
        if words is None:
            raise NotConvertible(f"{query.write(node)[:60]} beside the first words: lists want words there")
    return {"with": groups} if groups else {}


def _flat(node: query.Node) -> Iterable[query.Node]:
    if isinstance(node, query.And):
        for part in node.parts:
            yield from _flat(part)
    else:
        yield node


def _is_plain_absence(node: query.Not) -> bool:
    return _words(node.part, "text") is not None or _words(node.part, "title") is not None


def _words(node: query.Node, scope: str) -> Words | None:
    """The words of an expression that is no more than "any of these" in that scope, else None."""
    match node:
        case query.Scoped(found, part) if scope != "text":
            return _words(part, "text") if found == scope else None
        case query.Terms(terms) if scope == "text":
            words: Words = {}
            for term, lang in terms:
                words.setdefault(lang, []).append(term)
            return words
        case query.ListOf(name) if scope == "text":
            return {"any": ["@" + name]}
        case query.Or(parts):
            found_words = [_words(part, scope) for part in parts]
            return None if None in found_words else _merged([one for one in found_words if one is not None])
        case _:
            return None


def _merged(several: Iterable[Words]) -> Words:
    together: Words = {}
    for words in several:
        for lang, terms in words.items():
            together.setdefault(lang, []).extend(term for term in terms if term not in together.get(lang, []))
    return together
