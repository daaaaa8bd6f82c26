"""The text form of a query: the only importer of lark."""

from __future__ import annotations

from functools import cache

import lark

from matchers.query import SCOPES, And, Count, Leaf, ListOf, Near, Node, Not, Or, QueryError, Scoped, Terms, rebuild


def read(query: str) -> Node:
    """The expression a query stands for. Raises QueryError where it cannot be read."""
    try:
        tree = _parser().parse(query)
    except lark.exceptions.UnexpectedInput as unexpected:
        place = query[max(0, unexpected.column - 1) :][:20] if unexpected.column > 0 else ""
        raise QueryError(f"cannot be read at {place!r}" if place else "ends too early") from unexpected
    return _Build().transform(tree)


_GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: unary (_AND? unary)*
?unary: _NOT unary -> negation
      | atom
?atom: "(" either ")"
     | NEAR "(" either ("," either)+ ")" -> near
     | COUNT "(" either ("," either)* ")" -> count
     | PREFIX atom -> scoped
     | QUOTED -> quoted
     | LIST -> named
     | WORD -> word

_OR.3: /OR(?![^\s()",])/
_AND.3: /AND(?![^\s()",])/
_NOT.3: /NOT(?![^\s()",])/
NEAR.3: /O?NEAR\/\d{1,3}(?=\s*\()/
COUNT.3: /\d{1,2}\s+OF(?=\s*\()/
PREFIX.2: /(title|lead|text|[a-z]{2,3}|any):(?=\S)/
QUOTED.2: /=?"[^"]+"/
LIST.2: /@[a-z0-9][a-z0-9-]*/
WORD: /(?!(AND|OR|NOT)(?![^\s()",]))[^\s()",:@]+/
%ignore /\s+/
"""


@cache
def _parser() -> lark.Lark:
    # No token needs to know where it stands, and one lexer for all places is made in a third of the time.
    return lark.Lark(_GRAMMAR, parser="lalr", lexer="basic", propagate_positions=False)


class _Build(lark.Transformer[lark.Token, Node]):
    """Turns lark's tree into ours; a term keeps the language its prefix names."""

    def either(self, parts: list[Node]) -> Node:
        return Or(tuple(parts))

    def both(self, parts: list[Node]) -> Node:
        return And(tuple(parts))

    def negation(self, parts: list[Node]) -> Node:
        return Not(parts[0])

    def near(self, parts: list[Node]) -> Node:
        kind, distance = str(parts[0]).split("/")
        return Near(int(distance), kind == "ONEAR", tuple(parts[1:]))

    def count(self, parts: list[Node]) -> Node:
        return Count(int(str(parts[0]).split()[0]), tuple(parts[1:]))

    def scoped(self, parts: list[Node]) -> Node:
        prefix = str(parts[0]).removesuffix(":")
        return Scoped(prefix, parts[1]) if prefix in SCOPES else _in_language(parts[1], prefix)

    def quoted(self, parts: list[lark.Token]) -> Node:
        return Terms(((str(parts[0]).replace('"', ""), "any"),))

    def named(self, parts: list[lark.Token]) -> Node:
        return ListOf(str(parts[0])[1:])

    def word(self, parts: list[lark.Token]) -> Node:
        return Terms(((str(parts[0]), "any"),))


def _in_language(node: Node, lang: str) -> Node:
    def leaf(found: Leaf) -> Node:
        if not isinstance(found, Terms):
            return found
        return Terms(tuple((term, lang if had == "any" else had) for term, had in found.terms), found.path)

    return rebuild(node, leaf)
