"""Events about the plan: its rules, and what people judge of matches and commitments."""

from __future__ import annotations

from typing import ClassVar, Literal

from store.events.fact import Fact


class RulesActivated(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A rule set came into force. `ordinal` counts the activations of the plan, so that returning to an
    earlier set is an event too; `content` is the whole rule set as JSON text."""

    TYPE: ClassVar[str] = "RulesActivated.v1"
    plan: str
    rules: str
    ordinal: int
    content: str
    reason: str = ""

    @property
    def key(self) -> str:
        return f"rules/{self.plan}/{self.ordinal}/{self.rules}"


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
