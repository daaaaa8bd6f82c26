"""Actions as text, in the data of a button and behind a deep link: at most 64 bytes, and read as if a stranger had
written them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from bot.telegram.actions import (
    Action,
    AddFollow,
    ChooseLanguage,
    EndFollow,
    HoldChannel,
    HoldFeed,
    Inquiry,
    JudgeMiss,
    MakeDossier,
    Operation,
    Preference,
    ReviewStep,
    SetPace,
    ShowCommitment,
    ShowDigest,
    ShowFeeds,
    ShowFollow,
    ShowFollows,
    ShowFound,
    ShowLatest,
    ShowMiss,
    ShowMonths,
    ShowPast,
    ShowPillar,
    ShowPillars,
    ShowSeen,
    ShowSilence,
    ShowStatus,
    ShowTimeline,
    ShowWhy,
    Step,
    Vote,
)
from store.readers import Pace

MAX_DATA_BYTES = 64


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
