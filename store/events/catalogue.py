"""Every event type there is."""

from __future__ import annotations

from store.events.deliveries import (
    ChannelOpened,
    UpdateEdited,
    UpdateFailed,
    UpdateQueued,
    UpdateSent,
    UpdateSuppressed,
    UpdateUncertain,
)
from store.events.fact import Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, StoryJoined, TextFetched, TextMissing
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
from store.events.plan import MatchJudged, RulesActivated, StatusSet
from store.events.trust import EventRedacted, LogSealed

EVENT_TYPES: tuple[type[Fact], ...] = (
    RulesActivated,
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
    ItemSeen,
    ItemRevised,
    TextFetched,
    TextMissing,
    ItemMatched,
    StoryJoined,
    ChannelOpened,
    UpdateQueued,
    UpdateSent,
    UpdateEdited,
    UpdateUncertain,
    UpdateSuppressed,
    UpdateFailed,
    MatchJudged,
    StatusSet,
    EventRedacted,
    LogSealed,
)
