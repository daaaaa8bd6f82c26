"""Events about the plan: its rules, and what people judge of matches and commitments."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from store.events.fact import Fact, Time


class RulesActivated(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A rule set came into force. `ordinal` counts the activations of the plan, so that returning to an
    earlier set is an event too; `content` is the whole rule set as JSON text. `reason` says why, `by` who decided it;
    `report` is what the change would do to past items, as JSON text, where somebody looked before."""

    TYPE: ClassVar[str] = "RulesActivated.v1"
    plan: str
    rules: str
    ordinal: int
    content: str
    reason: str = ""
    by: str = ""
    report: str = ""

    @property
    def key(self) -> str:
        return f"rules/{self.plan}/{self.ordinal}/{self.rules}"


class ItemsRematched(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """All items up to `position` were matched anew under the rules of an activation, with so many matches added and
    withdrawn."""

    TYPE: ClassVar[str] = "ItemsRematched.v1"
    plan: str
    rules: str
    ordinal: int
    position: int
    gained: int = 0
    lost: int = 0

    @property
    def key(self) -> str:
        return f"rematched/{self.plan}/{self.ordinal}/{self.rules}"


class Descent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A commitment and what it was called before: one other id where it was renamed, several where they were merged;
    where several commitments name the same id, that one was split. None where a former commitment is one again."""

    commitment: str
    formerly: tuple[str, ...]


class PlanRevised(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Commitments were renamed, split or merged, when the rules of that `ordinal` came into force: from now on the
    evidence of the former ones counts for their heirs. `ended` are those that are no commitments any more."""

    TYPE: ClassVar[str] = "PlanRevised.v1"
    plan: str
    rules: str
    ordinal: int
    descents: tuple[Descent, ...]
    ended: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"revision/{self.plan}/{self.ordinal}/{self.rules}"


class Stratum(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many items of one kind, and those drawn from them."""

    name: str
    size: int
    items: tuple[str, ...]


class AuditDrawn(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A sample of what was seen in a period and nearly matched, for people to judge. `audit` names it; `matched` is how
    many items matched in the period. The draw follows from name and items alone, so it can be drawn again."""

    TYPE: ClassVar[str] = "AuditDrawn.v1"
    plan: str
    audit: str
    rules: str
    since: Time
    until: Time
    matched: int
    strata: tuple[Stratum, ...]

    @property
    def key(self) -> str:
        return f"audit/{self.plan}/{self.audit}"


class MissJudged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody said of an item of an audit whether it was left out rightly, or wrongly: then it belonged to
    `commitment`, where they named one. `ordinal` counts that person's words on the item; the last one counts."""

    TYPE: ClassVar[str] = "MissJudged.v1"
    plan: str
    audit: str
    item: str
    verdict: Literal["right", "wrong"]
    by: str
    ordinal: int = 1
    commitment: str = ""

    @property
    def key(self) -> str:
        return f"audited/{self.plan}/{self.audit}/{self.item}/{self.by}/{self.ordinal}"


class MatchJudged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody said whether a story belongs to the commitments it was shown for. `by` is a reader's random id, `press`
    Telegram's of the press; of a person's words on a story the last one counts. `role` is `reviewer` for those the
    configuration names."""

    TYPE: ClassVar[str] = "MatchJudged.v1"
    story: str
    commitments: tuple[str, ...]
    verdict: Literal["right", "wrong"]
    by: str
    press: str
    role: Literal["reader", "reviewer"] = "reader"

    @property
    def key(self) -> str:
        return f"judged/{self.story}/{self.by}/{self.press}"


class StatusSet(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A person's judgement on a commitment: `step` is one of no-evidence, not-started, limited, substantial, complete;
    `cite` is the address of what it rests on. `ordinal` counts the judgements on the commitment, from 1; the last one
    stands."""

    TYPE: ClassVar[str] = "StatusSet.v1"
    plan: str
    commitment: str
    ordinal: int
    step: str
    cite: str
    note: str = ""
    by: str = ""

    @property
    def key(self) -> str:
        return f"status/{self.plan}/{self.commitment}/{self.ordinal}"
