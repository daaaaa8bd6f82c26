"""Boolean queries: the expression every rule becomes, and the text form professionals may write it in.

("green hydrogen" OR biofuel*) AND NOT title:football
ONEAR/3(defence, roadmap*) · 2 OF (port, ships, cargo) · en:(talks) · @vessels · =ISRO
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SCOPES = ("title", "lead", "text")


class QueryError(Exception):
    """A query that cannot be read; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Any of these terms, each with its language. `path` is where they stand in the configuration."""

    terms: tuple[tuple[str, str], ...]
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf:
    """Any term of a named list."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """What a leaf becomes when rules are compiled: any term of a numbered group."""

    number: int


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Every part within `distance` words of the first; with `ordered`, one after the other in this order."""

    distance: int
    ordered: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """At least `least` different terms of the parts."""

    least: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Scoped:
    """The part, found in the title, or in the lead (title and first sentence), only."""

    scope: str
    part: Node


Leaf = Terms | ListOf | Group
Node = Leaf | And | Or | Not | Near | Count | Scoped


def parse(query: str) -> Node:
    """The expression a query stands for. Raises QueryError where it cannot be read."""
    if len(query) > 20_000:
        raise QueryError("longer than 20,000 characters")
    if _depth(query) > 50:
        raise QueryError("brackets nested deeper than 50")
    from matchers.querytext import read  # noqa: PLC0415 - lark takes longer to import than most rules to compile

    return read(query)


def write(node: Node) -> str:
    """The query text of an expression; reading it gives the same meaning again."""
    match node:
        case Terms(terms):
            text = _write_terms(terms)
        case ListOf(name):
            text = "@" + name
        case Group(number):
            text = f"#{number}"
        case And(parts) | Or(parts):
            joined = f" {type(node).__name__.upper()} ".join(map(write, parts))
            text = f"({joined})"
        case Not(part):
            text = "NOT " + write(part)
        case Near(distance, ordered, parts):
            text = f"{'O' if ordered else ''}NEAR/{distance}({', '.join(map(write, parts))})"
        case Count(least, parts):
            text = f"{least} OF ({', '.join(map(write, parts))})"
        case Scoped(scope, part):
            text = f"{scope}:({write(part)})" if isinstance(part, Not) else f"{scope}:{write(part)}"
    return text


def rebuild(node: Node, leaf: Callable[[Leaf], Node]) -> Node:
    """The same expression with every leaf replaced."""
    match node:
        case Terms() | ListOf() | Group():
            built = leaf(node)
        case Not(part):
            built = Not(rebuild(part, leaf))
        case Scoped(scope, part):
            built = Scoped(scope, rebuild(part, leaf))
        case And(parts):
            built = And(tuple(rebuild(part, leaf) for part in parts))
        case Or(parts):
            built = Or(tuple(rebuild(part, leaf) for part in parts))
        case Near(distance, ordered, parts):
            built = Near(distance, ordered, tuple(rebuild(part, leaf) for part in parts))
        case Count(least, parts):
            built = Count(least, tuple(rebuild(part, leaf) for part in parts))
    return built


def groups(node: Node) -> list[int]:
    """The groups of a compiled expression that speak for it."""
    match node:
        case Group(number):
            return [number]
        case Scoped(_, part):
            return groups(part)
        case And(parts) | Or(parts) | Near(_, _, parts) | Count(_, parts):
            return [number for part in parts for number in groups(part)]
        case _:
            return []


def first(node: Node) -> Node:
    """The part of an expression that stands first in everything it asks for together."""
    while isinstance(node, And | Near):
        node = node.parts[0]
    return node


def _write_terms(terms: Sequence[tuple[str, str]]) -> str:
    written = [("" if lang == "any" else lang + ":") + _write_term(term) for term, lang in terms]
    return written[0] if len(written) == 1 else "(" + " OR ".join(written) + ")"


def _write_term(term: str) -> str:
    if term.startswith("@"):
        return term
    body = term.removeprefix("=").replace('"', " ")
    return ("=" if term.startswith("=") else "") + f'"{body}"'


def _depth(query: str) -> int:
    depth = deepest = 0
    for char in query:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return max(deepest, query.count("NOT "))
