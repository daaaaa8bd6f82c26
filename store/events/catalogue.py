"""Every event type there is."""

from __future__ import annotations

from store.events.deliveries import (
    ChannelOpened,
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

EVENT_TYPES: tuple[type[Fact], ...] = (
    RulesActivated,
    PlanRevised,
    ItemsRematched,
    MonitorStarted,
    MonitorStopped,
    FeedFailing,
    FeedGone,
    FeedRecovered,
    FeedStale,
    FeedAwoke,
    FeedMoved,
    FeedDistrusted,
    GapDetected,
    FeedPaused,
    FeedResumed,
    ItemSeen,
    ItemRevised,
    TextFetched,
    TextMissing,
    ItemMatched,
    MatchWithdrawn,
    StoryJoined,
    ChannelOpened,
    TopicOpened,
    UpdateQueued,
    UpdateSent,
    UpdateEdited,
    UpdateUncertain,
    UpdateHeld,
    UpdateReviewed,
    UpdateSuppressed,
    UpdateFailed,
    PublishingPaused,
    PublishingResumed,
    MatchJudged,
    AuditDrawn,
    MissJudged,
    StatusSet,
    EventRedacted,
    ItemsCompacted,
    LogSealed,
)
