"""Stories of the last days, kept in memory so that a new item can join the one it tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.questions.reading import position_before
from bot.watch.decide import Sighting
from matchers.follow import FOLLOWED
from matchers.story import COMPARED, WINDOW, Recent
from matchers.traits import StoryItem
from store import codec
from store.events.items import ItemMatched, ItemRevised, ItemSeen, StoryJoined
from store.log import EventLog, each

# What a story is made of may be older than what a new item is compared with, and what it follows is older still.
_REACH = max(2 * WINDOW, FOLLOWED)
_FORGET_EVERY = timedelta(hours=1)
_PAGE = 5_000


class Stories:
    """Which stories are being told now. Not safe for two threads: it lives in the store's lane.

    `recall` gives the items that came to a story since a moment, in their order; it is asked when the first item
    needs one, because most polls bring nothing that matches, and so is `words`: those that every item of the plan
    holds, and those that tie no story to an earlier one.
    """

    def __init__(
        self,
        recall: Callable[[datetime], Iterable[StoryItem]],
        words: Callable[[], tuple[Collection[str], Collection[str]]],
    ) -> None:
        self._recall = recall
        self._words = words
        self._recent: Recent | None = None
        self._forgot_at: datetime | None = None

    def join(
        self, sighting: Sighting, matched: Sequence[ItemMatched], *, lang: str | None, now: datetime
    ) -> StoryJoined:
        """The story the item belongs to: one that is being told, or one that it founds."""
        joined = self._known(now).join(_story_item(sighting, matched, lang, now))
        return StoryJoined(item=sighting.key, story=joined.story, reason=joined.reason, follows=joined.follows)

    def _known(self, now: datetime) -> Recent:
        if self._recent is None or self._forgot_at is None:
            context, proves_nothing = self._words()
            self._recent, self._forgot_at = Recent(context, known=proves_nothing), now
            for item in self._recall(now - _REACH):
                self._recent.add(item)
        elif now - self._forgot_at > _FORGET_EVERY:
            self._recent.forget(now - _REACH)
            self._forgot_at = now
        return self._recent


def recall(log: EventLog, since: datetime) -> Iterator[StoryItem]:
    """The items that came to a story since that moment, with the text by which they did, in the order of the log.

    Read from the log itself: the views may be far behind it, and catching them up takes longer than all else.
    """
    after = position_before(log, since)
    members: dict[str, int] = defaultdict(int)
    joined: dict[str, StoryJoined] = {}
    for recorded in each(log, (StoryJoined.TYPE,), after=after):
        fact = codec.fact(recorded)
        if isinstance(fact, StoryJoined) and members[fact.story] < COMPARED:
            members[fact.story] += 1
            joined[fact.item] = fact
    matched: dict[str, list[ItemMatched]] = defaultdict(list)
    for recorded in each(log, (ItemMatched.TYPE,), after=after):
        if recorded.key.split("/")[3] in joined:  # of a flood of items, most need not be read
            found = codec.fact(recorded)
            if isinstance(found, ItemMatched):
                matched[found.item].append(found)
    texts = _texts(log, matched)
    for item, joining in joined.items():
        if item in texts:
            yield _recalled(joining, texts[item], matched[item])


def _texts(log: EventLog, matched: dict[str, list[ItemMatched]]) -> dict[str, _Text]:
    """The text that was judged first, of every item: as it was seen or, where it matched only later, revised."""
    keys = [key for item, found in matched.items() for key in (f"item/{item}", f"revised/{item}/{found[0].digest}")]
    texts: dict[str, _Text] = {}
    for start in range(0, len(keys), _PAGE):  # even, so that both keys of an item are in one page
        for recorded in log.find(keys[start : start + _PAGE]).values():
            match codec.fact(recorded):
                case ItemSeen() as seen:
                    texts[seen.item] = _Text(
                        seen.title, seen.summary, seen.url, seen.lang, seen.published or recorded.at
                    )
                case ItemRevised() as revised if revised.item in texts:
                    texts[revised.item] = replace(
                        texts[revised.item],
                        title=revised.title,
                        summary=revised.summary,
                        url=revised.url,
                        lang=revised.lang,
                    )
                case _:  # its content was taken out
                    pass
    return texts


def _story_item(sighting: Sighting, matched: Sequence[ItemMatched], lang: str | None, now: datetime) -> StoryItem:
    item = sighting.item
    return StoryItem(
        key=sighting.key,
        title=item.title or "",
        summary=item.summary or "",
        lang=lang,
        link=item.link,
        published=item.published or item.updated or now,
        commitments=tuple(dict.fromkeys(found.commitment for found in matched)),
    )


def _recalled(joined: StoryJoined, text: _Text, matched: Sequence[ItemMatched]) -> StoryItem:
    first = (found.commitment for found in matched if found.digest == matched[0].digest)
    return StoryItem(
        key=joined.item,
        title=text.title,
        summary=text.summary,
        lang=text.lang,
        link=text.url,
        published=text.published,
        commitments=tuple(dict.fromkeys(first)),
        story=joined.story,
    )


@dataclass(frozen=True, slots=True)
class _Text:
    title: str
    summary: str
    url: str | None
    lang: str | None
    published: datetime
