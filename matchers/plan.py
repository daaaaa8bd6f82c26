"""The `plan:` and `commitments:` keys of the configuration: their shape, and everything wrong with them at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Host = Annotated[str, StringConstraints(pattern=r"^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$", max_length=100)]
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _as_words(value: object) -> object:
    """A bare string or list is meant for every language."""
    if isinstance(value, str):
        return {"any": [value]}
    return {"any": value} if isinstance(value, list | tuple) else value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


Words = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}|any)$")], tuple[Term, ...]], BeforeValidator(_as_words)
]
"""Terms per language; `any` holds what is looked for in every language. A bare list means `any`."""
Title = dict[Lang, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]]


class _Part(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)


class Clause(_Part):
    """A clause of the plan's text, in our words."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    text: str
    # Excluded as the tag is: in which languages it can be read changes no decision.
    translations: Title = Field(default_factory=dict, exclude=True, description="the same in other languages")
    provenance: Literal["seen", "recalled"] = "seen"


class Pillar(_Part):
    """A chapter of the plan."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    title: Title
    clauses: tuple[Clause, ...] = ()


class Side(_Part):
    """A context group: what shows that an item is about this party. One `strong` term does, or two different
    `weak` ones; one `weak` term alone only supports a strong rule."""

    strong: Words = Field(default_factory=dict)
    weak: Words = Field(default_factory=dict)
    languages: tuple[Lang, ...] = Field(
        default=(), description="an item in one of these lends the side, as a feed does"
    )
    hosts: tuple[Host, ...] = Field(
        default=(), description="an item published at one of these, or below, lends the side; `.it` is all that end so"
    )


class Pair(_Part):
    """Terms that show several sides at once."""

    sides: tuple[Id, ...]
    words: Words


class Person(_Part):
    """Somebody whose name shows a side while in office."""

    name: str
    side: Id
    role: str = ""
    words: Words
    strength: Literal["strong", "weak"] = "strong"
    valid_from: date | None = None
    valid_to: date | None = None


class Plan(_Part):
    """A government action plan, and the words that show an item is about its parties."""

    id: Id
    title: Title
    languages: tuple[Lang, ...] = Field(min_length=1)
    # Excluded from what a rule set's id is taken of: how posts are marked changes no decision.
    tag: str = Field(
        default="", exclude=True, pattern="^([A-Za-z][A-Za-z0-9]{0,19})?$", description="begins every hashtag of a post"
    )
    announced: date | None = None
    sources: tuple[str, ...] = ()
    pillars: tuple[Pillar, ...] = ()
    sides: dict[Id, Side] = Field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    people: tuple[Person, ...] = ()
    others: Words = Field(
        default_factory=dict, description="third parties: in a title they need every side beside them"
    )
    masks: Words = Field(default_factory=dict, description="false friends: no term is found inside them")
    noise: Words = Field(
        default_factory=dict, description="topics that raise the bar: only strong rules match that do not yield"
    )
    noise_title: Words = Field(default_factory=dict, description="what raises the bar as noise does, in a title only")
    never: Words = Field(default_factory=dict, description="topics that are never about the plan")
    words: dict[Id, Words] = Field(default_factory=dict, description="word lists for use in rules as @name")
    limit: int = Field(default=3, ge=1, description="commitments per item at most")


class Rule(_Part):
    """One way to recognise a commitment: a term of `any` and one of each group of `with`, or a `query`."""

    id: Id
    any: Words = Field(default_factory=dict)
    with_: Annotated[tuple[Words, ...], BeforeValidator(_one_or_many)] = Field(default=(), alias="with")
    unless: Words = Field(default_factory=dict)
    unless_title: Words = Field(default_factory=dict)
    query: str | None = None
    scope: Literal["title", "lead", "text"] = "text"
    outside: Literal["weak", "fallback"] | None = Field(
        default=None, description="what the rule still is where its terms stand outside its scope"
    )
    near: int | None = Field(default=None, ge=0, le=200)
    ordered: bool = False
    at_least: int = Field(default=1, ge=1)
    listed: bool = Field(default=False, description="count a term that is only one of a list of four")
    needs: tuple[Id, ...] | None = Field(default=None, description="sides needed; all of the plan's unless given")
    lent: bool | tuple[Id, ...] = Field(
        default=True,
        description="let a side count that only the feed, the outlet or the language lends; or which sides",
    )
    others: bool = Field(default=False, description="match although the title speaks of a third party")
    strength: Literal["strong", "weak", "fallback"] = "strong"
    yields: bool = Field(default=False, description="a strong rule that speaks only where no other strong one does")
    beside: tuple[Id, ...] = Field(
        default=(), description="commitments that do not silence a rule which yields or is weak: it speaks beside them"
    )

    def may_be_lent(self, side: str) -> bool:
        """Whether the side counts where nothing in the text shows it."""
        return self.lent if isinstance(self.lent, bool) else side in self.lent

    @model_validator(mode="after")
    def _means_something(self) -> Rule:
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
        return self


class Commitment(_Part):
    """A line of the plan that is watched: readers follow it by its id."""

    id: Id
    pillar: str | None = None
    clauses: tuple[str, ...] = ()
    title: Title
    formerly: tuple[Id, ...] = Field(
        default=(), description="what it was called before: one id where renamed, several where merged from them"
    )
    due: date | None = Field(default=None, description="by when the plan wants it; shown by `pactwatch silence`")
    named_by_seed: bool = False
    silence_months: int = Field(default=9, ge=1, le=120, description="months without evidence that are worth a look")
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
