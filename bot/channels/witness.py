"""The day's root, posted to a channel: whoever keeps the channel can vouch that the log was not rewritten since.

It is accounted for like a digest: an intent, an ending, one name for one day, and a lost answer is cleared up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.channels import rhythm
from bot.channels.holding import PREFIX, Habits
from bot.questions.reading import Question, onwards, position_before
from store import codec
from store.events.trust import LogSealed
from store.log import EventLog
from store.views.values import Delivery, StoryView
from store.views.views import Views

ROOT = f"{PREFIX}root/"
_DAY = timedelta(days=1)


def sealed_on(log: EventLog, day: date) -> LogSealed | None:
    """The last seal of a day, in UTC; None where nothing was sealed then."""
    begin = datetime.combine(day, time(), UTC)
    after, end = position_before(log, begin), position_before(log, begin + _DAY)
    seals = onwards(log, Question(types=(LogSealed.TYPE,)), after=after, to=end)
    fact = next((codec.fact(recorded) for recorded in deque(seals, maxlen=1)), None)
    return fact if isinstance(fact, LogSealed) else None


def owed_root(log: EventLog, views: Views, channel: str, habits: Habits, now: datetime) -> list[Delivery]:
    """The root of the day before, where the channel is to be told of it and was not."""
    if not habits.witness or (habits.quiet is not None and rhythm.is_within(habits.quiet, now)):
        return []
    day = (now.astimezone(UTC) - _DAY).date()
    entry = views.delivery(channel, f"{ROOT}{day}")
    if entry.state in {"sent", "failed"} or sealed_on(log, day) is None:
        return []
    return [replace(entry, story=StoryView(entry.story.id, (), ()))]


def seal_for(log: EventLog, name: str) -> LogSealed | None:
    """The seal that a root's name stands for."""
    return sealed_on(log, day_of(name))


def day_of(name: str) -> date:
    """The day in a root's name."""
    return date.fromisoformat(name.removeprefix(ROOT))
