"""Buttons, and what a press asks for: a callback is at most 64 bytes, and is read as if a stranger had written it.

A cursor in a callback is a position in the log, so that an old page's buttons stay true whatever was added since.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.telegram import words
from store.readers import Pace

MAX_DATA_BYTES = 64
Step = Literal["approve", "reject", "wrong", "toggle", "confirm", "open"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button: it opens an address or, with `data`, calls back."""

    label: str
    url: str | None = None
    data: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


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


def data(action: Action) -> str | None:
    """The callback data that asks for the action; None where it does not fit (very long words)."""
    match action:
        case ShowLatest(commitment, before, since):
            text = f"l:{commitment or ''}:{before or ''}{_since(since)}"
        case ShowFound(wanted, before, since):
            text = f"f:{before or ''}{_since(since)}:{wanted}"
        case ShowPillars():
            text = "p:"
        case ShowPillar(no):
            text = f"p:{no}"
        case ShowCommitment(commitment):
            text = f"c:{commitment}"
        case ShowWhy(story):
            text = f"w:{story}"
        case ShowTimeline(story):
            text = f"t:{story}"
        case Vote(story, verdict):
            text = f"v:{verdict}:{story}"
        case ReviewStep(ref, step, key):
            text = f"u:{step}:{ref}" + (f":{key}" if key else "")
        case _:
            text = _further(action)
    return text if len(text.encode()) <= MAX_DATA_BYTES else None


def _further(action: Inquiry | Operation | Preference) -> str:
    if isinstance(action, Operation):
        return _operation(action)
    return _inquiry(action) if isinstance(action, Inquiry) else _preference(action)


def _operation(action: Operation) -> str:
    match action:
        case ShowFeeds(feed):
            return f"o:f:{feed or ''}"
        case HoldFeed(feed, pause):
            return f"o:{'p' if pause else 'r'}:{feed}"
        case HoldChannel(channel, pause):
            return f"o:{'P' if pause else 'R'}:{channel}"
        case ShowMiss(week, number, plan):
            return f"o:n:{week}:{number}{plan and f':{plan}'}"
        case JudgeMiss(week, item, verdict, plan):
            return f"o:{'+' if verdict == 'wrong' else '-'}:{week}:{item}{plan and f':{plan}'}"


def _since(seconds: int | None) -> str:
    return f",{seconds}" if seconds else ""


def _inquiry(action: Inquiry) -> str:
    match action:
        case ShowSeen(wanted, before):
            return f"s:{before or ''}:{wanted}"
        case ShowPast(until, commitment, before):
            return f"a:{until}:{commitment or ''}:{before or ''}"
        case ShowMonths(commitment):
            return f"g:{commitment}"
        case ShowSilence(commitment):
            return f"z:{commitment or ''}"
        case ShowStatus(commitment):
            return f"j:{commitment or ''}"
        case ShowDigest(span):
            return f"d:{span}"
        case MakeDossier(commitment):
            return f"e:{commitment}"


def _preference(action: Preference) -> str:
    match action:
        case ChooseLanguage(lang):
            return f"y:{lang}"
        case ShowFollows():
            return "m:"
        case AddFollow(kind, what):
            return f"+{kind[0]}:{what}"
        case ShowFollow(key):
            return f"m:{key}"
        case SetPace(key, pace):
            return f"m:{key}:{pace}"
        case EndFollow(key):
            return f"m:{key}:end"


def action(text: str) -> Action | None:
    """What callback data asks for; None for anything we would not have written."""
    for pattern, build in _FORMS:
        found = pattern.fullmatch(text)
        if found:
            return build(found)
    return None


def button(label: str, wanted: Action) -> Button | None:
    text = data(wanted)
    return Button(label, data=text) if text else None


def rows(*candidates: tuple[Button | None, ...]) -> Keyboard:
    """The rows without what could not be made."""
    made = (tuple(entry for entry in row if entry is not None) for row in candidates)
    return tuple(row for row in made if row)


def post(story: str, url: str | None, lang: str) -> Keyboard:
    """The buttons below a post."""
    opening = Button(words.say(words.OPEN, lang), url=url) if url else None
    return rows(
        (opening, button(words.say(words.WHY_BUTTON, lang), ShowWhy(story))),
        (
            button("👍", Vote(story, "right")),
            button("👎", Vote(story, "wrong")),
            button(words.say(words.TIMELINE_BUTTON, lang), ShowTimeline(story)),
        ),
    )


START_LATEST = "latest"


def start_payload(commitment: str) -> str:
    """What stands behind `?start=` in a deep link to a commitment (A-Z a-z 0-9 _ - only, 64 at most)."""
    return f"c_{commitment}"


def from_start(payload: str) -> ShowCommitment | ShowLatest | None:
    """What a deep link asks for: a commitment, or the newest reports."""
    if payload == START_LATEST:
        return ShowLatest()
    found = re.fullmatch(rf"c_({_NAME})", payload)
    return ShowCommitment(found[1]) if found else None


_NAME = "[a-z0-9][a-z0-9-]{0,60}"
_WEEK = "[0-9]{4}-W[0-9]{2}"
_FEED = "[a-z0-9][a-z0-9-]{0,58}"
_POSITION = "[1-9][0-9]{0,17}"
_VERDICTS: dict[str, Literal["right", "wrong"]] = {"right": "right", "wrong": "wrong"}
_STEPS: dict[str, Step] = {
    "approve": "approve",
    "reject": "reject",
    "wrong": "wrong",
    "open": "open",
    "confirm": "confirm",
}
_PACES: dict[str, Pace] = {"now": "now", "daily": "daily", "weekly": "weekly"}
_TIME = "[1-9][0-9]{8,9}"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Action]], ...] = (
    (
        re.compile(rf"l:({_NAME})?:({_POSITION})?(?:,({_TIME}))?"),
        lambda found: ShowLatest(found[1], _number(found[2]), _number(found[3])),
    ),
    (
        re.compile(rf"f:({_POSITION})?(?:,({_TIME}))?:(\S.{{0,62}})"),
        lambda found: ShowFound(found[3], _number(found[1]), _number(found[2])),
    ),
    (re.compile(r"p:"), lambda found: ShowPillars()),
    (re.compile(r"p:([A-Za-z0-9]{1,10})"), lambda found: ShowPillar(found[1])),
    (re.compile(rf"c:({_NAME})"), lambda found: ShowCommitment(found[1])),
    (re.compile(r"w:([A-Za-z0-9_.-]{1,62})"), lambda found: ShowWhy(found[1])),
    (re.compile(r"t:([A-Za-z0-9_.-]{1,62})"), lambda found: ShowTimeline(found[1])),
    (re.compile(r"v:(right|wrong):([A-Za-z0-9_.-]{1,56})"), lambda found: Vote(found[2], _VERDICTS[found[1]])),
    (re.compile(rf"s:({_POSITION})?:(\S.{{0,62}})"), lambda found: ShowSeen(found[2], _number(found[1]))),
    (
        re.compile(rf"a:({_TIME}):({_NAME})?:({_POSITION})?"),
        lambda found: ShowPast(int(found[1]), found[2], _number(found[3])),
    ),
    (re.compile(rf"g:({_NAME})"), lambda found: ShowMonths(found[1])),
    (re.compile(rf"z:({_NAME})?"), lambda found: ShowSilence(found[1])),
    (re.compile(rf"j:({_NAME})?"), lambda found: ShowStatus(found[1])),
    (re.compile(r"d:day"), lambda found: ShowDigest("day")),
    (re.compile(r"d:week"), lambda found: ShowDigest("week")),
    (re.compile(rf"e:({_NAME})"), lambda found: MakeDossier(found[1])),
    (re.compile(rf"o:f:({_FEED})?"), lambda found: ShowFeeds(found[1])),
    (re.compile(rf"o:([pr]):({_FEED})"), lambda found: HoldFeed(found[2], found[1] == "p")),
    (re.compile(r"o:([PR]):([A-Za-z0-9@_-]{1,40})"), lambda found: HoldChannel(found[2], found[1] == "P")),
    (
        re.compile(r"u:(approve|reject|wrong|open|confirm):([0-9a-f]{12})"),
        lambda found: ReviewStep(found[2], _STEPS[found[1]]),
    ),
    (re.compile(r"u:toggle:([0-9a-f]{12}):([0-9a-f]{8})"), lambda found: ReviewStep(found[1], "toggle", found[2])),
    (
        re.compile(rf"o:n:({_WEEK}):([0-9]{{1,3}})(?::([0-9a-f]{{8}}))?"),
        lambda found: ShowMiss(found[1], int(found[2]), found[3] or ""),
    ),
    (
        re.compile(rf"o:([+-]):({_WEEK}):([A-Za-z0-9_.-]{{1,45}})(?::([0-9a-f]{{8}}))?"),
        lambda found: JudgeMiss(found[2], found[3], "wrong" if found[1] == "+" else "right", found[4] or ""),
    ),
    (re.compile(r"y:(en|it|hi)"), lambda found: ChooseLanguage(found[1])),
    (re.compile(r"m:"), lambda found: ShowFollows()),
    (re.compile(rf"\+c:({_NAME})"), lambda found: AddFollow("commitment", found[1])),
    (re.compile(r"\+p:([A-Za-z0-9]{1,10})"), lambda found: AddFollow("pillar", found[1])),
    (re.compile(r"m:([0-9a-f]{8})"), lambda found: ShowFollow(found[1])),
    (re.compile(r"m:([0-9a-f]{8}):(now|daily|weekly)"), lambda found: SetPace(found[1], _PACES[found[2]])),
    (re.compile(r"m:([0-9a-f]{8}):end"), lambda found: EndFollow(found[1])),
)


def _number(text: str | None) -> int | None:
    return int(text) if text else None
