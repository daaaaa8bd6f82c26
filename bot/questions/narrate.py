"""Narrating: one readable line for every event, the same in the log command, the demo and `show`."""

from __future__ import annotations

from datetime import datetime

from bot.counted import counted
from store.codec import Redacted, Unknown
from store.events.deliveries import (
    ChannelMoved,
    ChannelOpened,
    IndexPinned,
    TopicOpened,
    UpdateEdited,
    UpdateFailed,
    UpdateHeld,
    UpdateQueued,
    UpdateReviewed,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.fact import Fact
from store.events.items import (
    ItemMatched,
    ItemRevised,
    ItemSeen,
    MatchWithdrawn,
    StoryJoined,
    TextFetched,
    TextMissing,
    TitleTranslated,
)
from store.events.monitor import (
    FeedAwoke,
    FeedDistrusted,
    FeedFailing,
    FeedGone,
    FeedMoved,
    FeedRecovered,
    FeedStale,
    GapDetected,
    MonitorStarted,
    MonitorStopped,
)
from store.events.pauses import FeedPaused, FeedResumed, PublishingPaused, PublishingResumed
from store.events.plan import (
    AuditDrawn,
    ItemsRematched,
    MatchJudged,
    MissJudged,
    PlanRevised,
    RulesActivated,
    StatusSet,
)
from store.events.trust import EventRedacted, ItemsCompacted, LogSealed


def line(fact: Fact) -> str:
    """What happened, in one line of plain text."""
    match fact:
        case ItemSeen() | ItemRevised() | ItemMatched() | MatchWithdrawn() | StoryJoined():
            return _of_item(fact)
        case TextFetched() | TextMissing() | TitleTranslated():
            return _of_text(fact)
        case FeedFailing() | FeedGone() | FeedRecovered() | FeedMoved() | FeedDistrusted():
            return _of_feed(fact)
        case FeedStale() | FeedAwoke() | GapDetected():
            return _of_news(fact)
        case FeedPaused() | FeedResumed() | PublishingPaused() | PublishingResumed():
            return _of_pause(fact)
        case Unknown(type=name):
            return f"{name}, an event of a newer version of this program"
        case Redacted(type=name, reason=reason):
            return f"{name}, content taken out: {reason}"
        case _:
            return _of_channel(fact) or _of_program(fact)


def _of_item(fact: Fact) -> str:
    match fact:
        case ItemSeen():
            mark = " (archive)" if fact.archive else ""
            return f"{fact.feed}: {_title(fact.title)}{mark}"
        case ItemRevised():
            return f"{fact.feed} changed it to: {_title(fact.title)}"
        case ItemMatched():
            terms = dict.fromkeys(found.term for found in fact.evidence)
            again = " by the new rules" if fact.ordinal else ""
            return f"{fact.item} speaks of {fact.commitment}{again} (score {fact.score:.2f}): {', '.join(terms)}"
        case MatchWithdrawn():
            return f"{fact.item} no longer counts for {fact.commitment}: {fact.reason}"
        case StoryJoined() if fact.story == fact.item:
            return f"{fact.item} opens a story"
        case StoryJoined():
            return f"{fact.item} joins the story {fact.story}: {fact.reason}"
    return ""


def _of_text(fact: TextFetched | TextMissing | TitleTranslated) -> str:
    match fact:
        case TextFetched():
            return f"{fact.item}: read {len(fact.text)} characters at {fact.url} ({fact.why})"
        case TitleTranslated():
            return f"{fact.item}: {fact.by} puts its headline into {fact.lang}: {_title(fact.title)}"
        case TextMissing():
            return f"{fact.item}: no text from {fact.url}: {fact.reason}"


def _of_feed(fact: Fact) -> str:
    match fact:
        case FeedFailing():
            return f"{fact.feed} has been failing since {_time(fact.since)}: {fact.reason}"
        case FeedGone():
            return f"{fact.feed} is gone for good, it seems: {fact.reason}; failing since {_time(fact.since)}"
        case FeedRecovered():
            return f"{fact.feed} answers again; it was failing since {_time(fact.failing_since)}"
        case FeedMoved():
            return f"{fact.feed} has moved for good to {fact.new_url}; change its url in config.yaml"
        case FeedDistrusted():
            return f"{fact.feed}: {fact.reason}; read without conditions from now on"
    return ""


def _of_news(fact: Fact) -> str:
    match fact:
        case FeedStale():
            usual = f"it is seldom silent for more than {fact.usual_hours:g} h"
            return f"{fact.feed} has had nothing new since {_time(fact.since)}; {usual}"
        case FeedAwoke():
            return f"{fact.feed} has something new, for the first time since {_time(fact.stale_since)}"
        case GapDetected():
            return f"{fact.feed}: items may have passed unseen between {_time(fact.since)} and {_time(fact.until)}"
    return ""


def _of_pause(fact: FeedPaused | FeedResumed | PublishingPaused | PublishingResumed) -> str:
    match fact:
        case FeedPaused():
            return f"{fact.feed} is asked no more, says {fact.by}"
        case FeedResumed():
            return f"{fact.feed} is asked again, says {fact.by}"
        case PublishingPaused():
            return f"{fact.channel}: nothing is posted until further notice, says {fact.by}"
        case PublishingResumed():
            return f"{fact.channel}: posting goes on, says {fact.by}"


def _of_channel(fact: Fact) -> str:
    match fact:
        case ChannelOpened():
            return f"{fact.channel} is open; it is owed every match behind position {fact.after}"
        case TopicOpened():
            return f"{fact.channel}: posts of pillar {fact.pillar} go to topic {fact.thread}"
        case IndexPinned():
            return f"{fact.channel}: pinned the list of commitments, message {fact.message}"
        case ChannelMoved():
            return f"{fact.channel} has become a supergroup; posts go to {fact.chat} from now on"
        case _:
            return _of_update(fact)


def _of_update(fact: Fact) -> str:
    match fact:
        case UpdateQueued():
            return f"{fact.channel}: about to post the story {fact.story}"
        case UpdateSent():
            again = ", perhaps for the second time" if fact.repeated else ""
            return f"{fact.channel}: posted the story {fact.story} as message {fact.message}{again}"
        case UpdateEdited():
            return f"{fact.channel}: brought message {fact.message} up to date (story {fact.story})"
        case UpdateUncertain():
            return f"{fact.channel}: no answer for the story {fact.story}, it may be posted or not: {fact.reason}"
        case UpdateHeld():
            return (
                f"{fact.channel}: the story {fact.story} is held for {_HOLDS[fact.reason]}, until {_time(fact.until)}"
            )
        case UpdateReviewed():
            by = f"reviewer {fact.by}" if fact.by else "silence"
            named = f" for {', '.join(fact.commitments)}" if fact.commitments else ""
            return f"{fact.channel}: {by} says of the story {fact.story}: {fact.decision}{named}"
        case UpdateSuppressed():
            return f"{fact.channel}: {fact.item} is not posted: {fact.reason}"
        case UpdateFailed():
            return f"{fact.channel}: the story {fact.story} cannot be posted: {fact.reason}"
    return ""


_HOLDS = {"quiet": "the end of the quiet hours", "digest": "the next digest", "review": "review"}


def _of_program(fact: Fact) -> str:
    match fact:
        case RulesActivated() | PlanRevised() | ItemsRematched():
            return _of_rules(fact)
        case MonitorStarted(last_alive=None):
            return f"began to watch {counted(fact.feeds, 'feed')}"
        case MonitorStarted():
            return f"watches {counted(fact.feeds, 'feed')} again; last known to be alive {_time(fact.last_alive)}"
        case MonitorStopped():
            return "stopped watching, in good order"
        case EventRedacted() | ItemsCompacted() | LogSealed():
            return _of_trust(fact)
        case MatchJudged():
            return (
                f"the {fact.role} {fact.by} calls the story {fact.story} {fact.verdict}: {', '.join(fact.commitments)}"
            )
        case AuditDrawn() | MissJudged():
            return _of_audit(fact)
        case StatusSet():
            return f"{fact.commitment} is {fact.step}{f', says {fact.by}' if fact.by else ''}: {fact.note or fact.cite}"
    return fact.key


def _of_trust(fact: EventRedacted | ItemsCompacted | LogSealed) -> str:
    match fact:
        case EventRedacted():
            return f"the content of {fact.target} was taken out: {fact.reason}"
        case ItemsCompacted():
            events = counted(len(fact.positions), "event")
            return f"the text of {events} was dropped that never matched: {fact.freed:,} bytes"
        case LogSealed():
            return f"positions {fact.from_} to {fact.to} sealed with {fact.root[:16]}…"


def _of_rules(fact: RulesActivated | PlanRevised | ItemsRematched) -> str:
    match fact:
        case RulesActivated():
            by = f", says {fact.by}" if fact.by else ""
            return f"rules {fact.rules} of {fact.plan} are in force: {fact.reason}{by}"
        case PlanRevised():
            said = (
                f"{one.commitment} was formerly {', '.join(one.formerly)}"
                if one.formerly
                else f"{one.commitment} is one again"
                for one in fact.descents
            )
            return f"{fact.plan} was revised: {'; '.join(said)}"
        case ItemsRematched():
            what = f"{counted(fact.gained, 'match', 'matches')} gained, {fact.lost} withdrawn"
            return f"all items up to {fact.position} were matched anew under rules {fact.rules}: {what}"


def _of_audit(fact: AuditDrawn | MissJudged) -> str:
    match fact:
        case AuditDrawn():
            drawn, of = sum(len(one.items) for one in fact.strata), sum(one.size for one in fact.strata)
            return f"audit {fact.audit}: {drawn} of {counted(of, 'near miss', 'near misses')} drawn, to be judged"
        case MissJudged(verdict="right"):
            return f"{fact.by} finds {fact.item} left out rightly (audit {fact.audit})"
        case MissJudged():
            named = f" for {fact.commitment}" if fact.commitment else ""
            return f"{fact.by} finds {fact.item} missed{named} (audit {fact.audit})"


def _title(title: str) -> str:
    return title if len(title) <= 100 else title[:99] + "…"


def _time(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "never"
