"""What a press on a button asks for.

A cursor is a position in the log, so that an old page's buttons stay true whatever was added since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from store.readers import Pace

Step = Literal["approve", "reject", "wrong", "toggle", "confirm", "open"]


@dataclass(frozen=True, slots=True)
class ShowLatest:
    """Reports on a commitment (all where None), older than the position `before`; not older than `since`, in seconds
    since 1970."""

    commitment: str | None = None
    before: int | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class ShowFound:
    """Reports with these words, older than the position `before`; `since` as in ShowLatest."""

    words: str
    before: int | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class ShowPillars:
    """The list of pillars."""


@dataclass(frozen=True, slots=True)
class ShowPillar:
    """The commitments of one pillar."""

    no: str


@dataclass(frozen=True, slots=True)
class ShowCommitment:
    """One commitment."""

    commitment: str


@dataclass(frozen=True, slots=True)
class ShowWhy:
    """Why a story was shown."""

    story: str


@dataclass(frozen=True, slots=True)
class ShowSeen:
    """All items with these words, also those that match nothing, older than the position `before`."""

    words: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ShowPast:
    """What was known of a commitment (of all where None) before `until`, in seconds since 1970."""

    until: int
    commitment: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ShowMonths:
    """How much was reported on a commitment month by month, as a picture."""

    commitment: str


@dataclass(frozen=True, slots=True)
class ShowSilence:
    """For how long nothing was seen of each commitment, or of one."""

    commitment: str | None = None


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """What people judged of all commitments, or of one."""

    commitment: str | None = None


@dataclass(frozen=True, slots=True)
class ShowDigest:
    """The reports of the last day or week."""

    span: Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class MakeDossier:
    """The dossier of a commitment, as a file."""

    commitment: str


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Answer the reader in this language."""

    lang: str


@dataclass(frozen=True, slots=True)
class ShowFollows:
    """What the reader follows."""


@dataclass(frozen=True, slots=True)
class AddFollow:
    """Follow a commitment or a pillar."""

    kind: Literal["commitment", "pillar"]
    what: str


@dataclass(frozen=True, slots=True)
class ShowFollow:
    """One thing the reader follows, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class SetPace:
    """Tell of it at once, daily or weekly."""

    key: str
    pace: Pace


@dataclass(frozen=True, slots=True)
class EndFollow:
    """Follow it no longer."""

    key: str


@dataclass(frozen=True, slots=True)
class ShowTimeline:
    """How much was reported, month by month, on what a story is about."""

    story: str


@dataclass(frozen=True, slots=True)
class Vote:
    """Say whether a story belongs to what it was shown for."""

    story: str
    verdict: Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class ShowFeeds:
    """How the feeds fare, to operators; or one of them."""

    feed: str | None = None


@dataclass(frozen=True, slots=True)
class HoldFeed:
    """Ask a feed no more, or again."""

    feed: str
    pause: bool


@dataclass(frozen=True, slots=True)
class HoldChannel:
    """Publish nothing in a channel for now, or go on."""

    channel: str
    pause: bool


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """What a reviewer does with a story that waits, by the review's name; `key` is a commitment's."""

    ref: str
    step: Step
    key: str = ""


@dataclass(frozen=True, slots=True)
class ShowMiss:
    """The next item of a week's audit that nobody judged, from the one of that number on; `plan` is the key of the
    audited plan, empty for the first."""

    week: str
    number: int
    plan: str = ""


@dataclass(frozen=True, slots=True)
class JudgeMiss:
    """Say of a drawn item that it was left out rightly, or wrongly."""

    week: str
    item: str
    verdict: Literal["right", "wrong"]
    plan: str = ""


Page = ShowLatest | ShowFound | ShowPillars | ShowPillar | ShowCommitment | ShowWhy
Preference = ChooseLanguage | ShowFollows | AddFollow | ShowFollow | SetPace | EndFollow
Inquiry = ShowSeen | ShowPast | ShowMonths | ShowSilence | ShowStatus | ShowDigest | MakeDossier
Operation = ShowFeeds | HoldFeed | HoldChannel | ShowMiss | JudgeMiss
Action = Page | Inquiry | Operation | Preference | ShowTimeline | Vote | ReviewStep
