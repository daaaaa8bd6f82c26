"""The `plan:` and `commitments:` keys of the configuration: their shape, and everything wrong with them at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Literal

from matchers.shape import Before, Shape, Text, about

Lang = Annotated[str, Text(pattern=r"^[a-z]{2,3}$")]
Id = Annotated[str, Text(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Host = Annotated[str, Text(pattern=r"^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$", max_length=100)]
Term = Annotated[str, Text(strips=True, min_length=1, max_length=200)]


def _as_words(value: object) -> object:
    """A bare string or list is meant for every language."""
    if isinstance(value, str):
        return {"any": [value]}
    return {"any": value} if isinstance(value, list | tuple) else value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


Words = Annotated[dict[Annotated[str, Text(pattern=r"^([a-z]{2,3}|any)$")], tuple[Term, ...]], Before(_as_words)]
"""Terms per language; `any` holds what is looked for in every language. A bare list means `any`."""
Title = dict[Lang, Annotated[str, Text(strips=True, min_length=1)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Shape):
    """A clause of the plan's text, in our words."""

    id: Annotated[str, Text(min_length=1, max_length=20)]
    text: str
    # Excluded as the tag is: in which languages it can be read changes no decision.
    translations: Title = field(default_factory=dict, metadata=about("the same in other languages", exclude=True))
    provenance: Literal["seen", "recalled"] = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pillar(Shape):
    """A chapter of the plan."""

    id: Annotated[str, Text(min_length=1, max_length=20)]
    title: Title
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Shape):
    """A context group: what shows that an item is about this party. One `strong` term does, or two different
    `weak` ones; one `weak` term alone only supports a strong rule."""

    strong: Words = field(default_factory=dict)
    weak: Words = field(default_factory=dict)
    languages: tuple[Lang, ...] = field(
        default=(), metadata=about("an item in one of these lends the side, as a feed does")
    )
    hosts: tuple[Host, ...] = field(
        default=(),
        metadata=about("an item published at one of these, or below, lends the side; `.it` is all that end so"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Shape):
    """Terms that show several sides at once."""

    sides: tuple[Id, ...]
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Shape):
    """Somebody whose name shows a side while in office."""

    name: str
    side: Id
    role: str = ""
    words: Words
    strength: Literal["strong", "weak"] = "strong"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Shape):
    """A government action plan, and the words that show an item is about its parties."""

    id: Id
    title: Title
    languages: tuple[Lang, ...] = field(metadata=about(min_length=1))
    # Excluded from what a rule set's id is taken of: how posts are marked changes no decision.
    tag: str = field(
        default="",
        metadata=about("begins every hashtag of a post", exclude=True, pattern="^([A-Za-z][A-Za-z0-9]{0,19})?$"),
    )
    announced: date | None = None
    sources: tuple[str, ...] = ()
    pillars: tuple[Pillar, ...] = ()
    sides: dict[Id, Side] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    people: tuple[Person, ...] = ()
    others: Words = field(
        default_factory=dict, metadata=about("third parties: in a title they need every side beside them")
    )
    masks: Words = field(default_factory=dict, metadata=about("false friends: no term is found inside them"))
    noise: Words = field(
        default_factory=dict, metadata=about("topics that raise the bar: only strong rules match that do not yield")
    )
    noise_title: Words = field(
        default_factory=dict, metadata=about("what raises the bar as noise does, in a title only")
    )
    never: Words = field(default_factory=dict, metadata=about("topics that are never about the plan"))
    words: dict[Id, Words] = field(default_factory=dict, metadata=about("word lists for use in rules as @name"))
    limit: int = field(default=3, metadata=about("commitments per item at most", ge=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Shape):
    """One way to recognise a commitment: a term of `any` and one of each group of `with`, or a `query`."""

    id: Id
    any: Words = field(default_factory=dict)
    with_: Annotated[tuple[Words, ...], Before(_one_or_many)] = field(default=(), metadata=about(alias="with"))
    unless: Words = field(default_factory=dict)
    unless_title: Words = field(default_factory=dict)
    query: str | None = None
    scope: Literal["title", "lead", "text"] = "text"
    outside: Literal["weak", "fallback"] | None = field(
        default=None, metadata=about("what the rule still is where its terms stand outside its scope")
    )
    near: int | None = field(default=None, metadata=about(ge=0, le=200))
    ordered: bool = False
    at_least: int = field(default=1, metadata=about(ge=1))
    listed: bool = field(default=False, metadata=about("count a term that is only one of a list of four"))
    needs: tuple[Id, ...] | None = field(default=None, metadata=about("sides needed; all of the plan's unless given"))
    lent: bool | tuple[Id, ...] = field(
        default=True,
        metadata=about("let a side count that only the feed, the outlet or the language lends; or which sides"),
    )
    others: bool = field(default=False, metadata=about("match although the title speaks of a third party"))
    strength: Literal["strong", "weak", "fallback"] = "strong"
    yields: bool = field(default=False, metadata=about("a strong rule that speaks only where no other strong one does"))
    beside: tuple[Id, ...] = field(
        default=(),
        metadata=about("commitments that do not silence a rule which yields or is weak: it speaks beside them"),
    )

    def may_be_lent(self, side: str) -> bool:
        """Whether the side counts where nothing in the text shows it."""
        return self.lent if isinstance(self.lent, bool) else side in self.lent

    def __post_init__(self) -> None:
        """Raises ValueError for a rule that says too little or contradicts itself."""
        if bool(self.query) == bool(self.any):
            raise ValueError("a rule has either `any` (with `with`, `near` …) or a `query`")
        if self.query and (self.with_ or self.near is not None or self.at_least > 1 or self.scope != "text"):
            raise ValueError("a `query` says everything itself: no `with`, `near`, `at_least` or `scope` beside it")
        if self.near is not None and not self.with_:
            raise ValueError("`near` needs `with`: near what?")
        if self.yields and self.strength != "strong":
            raise ValueError("`yields` is for a strong rule: weak ones and fallbacks yield anyway")
        if self.beside and self.strength == "strong" and not (self.yields or self.outside):
            raise ValueError("`beside` is for a rule that yields or is weak: a strong one speaks anyway")
        if self.outside and self.scope == "text":
            raise ValueError("`outside` needs a `scope`: outside of what?")

    def elsewhere(self) -> Rule:
        """What a rule with `outside` is there: a rule of its own, for the whole text."""
        at_least, strength = max(2, self.at_least), self.outside or self.strength
        return replace(self, scope="text", outside=None, yields=False, at_least=at_least, strength=strength)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Shape):
    """A line of the plan that is watched: readers follow it by its id."""

    id: Id
    pillar: str | None = None
    clauses: tuple[str, ...] = ()
    title: Title
    formerly: tuple[Id, ...] = field(
        default=(), metadata=about("what it was called before: one id where renamed, several where merged from them")
    )
    due: date | None = field(default=None, metadata=about("by when the plan wants it; shown by `pactwatch silence`"))
    named_by_seed: bool = False
    silence_months: int = field(
        default=9, metadata=about("months without evidence that are worth a look", ge=1, le=120)
    )
    rules: tuple[Rule, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id and those it had before: what the log may call it."""
        return (self.id, *self.formerly)


@dataclass(frozen=True, slots=True)
class Watched:
    """A plan and its commitments, as they are watched."""

    plan: Plan
    commitments: tuple[Commitment, ...]
