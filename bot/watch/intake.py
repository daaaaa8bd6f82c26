"""What the items of a body mean for the log: which are new, which were revised, what they match. Runs in the store's
lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.rules.activation import Standing
from bot.watch import decide
from bot.watch.decide import Judged, Sighting
from bot.watch.offers import Offer, Offered
from bot.watch.stories import Stories
from feeds.item import Feed
from matchers.match import match
from store import codec
from store.events.items import ItemSeen
from store.log import Event, Store

if TYPE_CHECKING:
    from bot.watch.record import Tally


class Intake:
    """Decides what is recorded of items. Not safe for two threads."""

    def __init__(
        self, store: Store, stories: Callable[[], Stories], standing: Standing, meta: Mapping[str, str]
    ) -> None:
        self._store, self._stories, self._standing, self._meta = store, stories, standing, meta

    def events(self, found: Offered, feed: Feed, *, archive: bool, now: datetime, tally: Tally) -> list[Event]:
        """The events of what a body offers, counted in the tally. `archive`: the feed was never read before."""
        tally.items = len(found.digests)
        events: list[Event] = []
        known, digests = self._known([offer.sighting for offer in found.offers])
        for offer in found.offers:
            events += self._item(offer, feed, archive, digests.get(offer.sighting.key), known, now, tally)
        return events

    def _present(self, judged: Judged, offer: Offer, feed: Feed) -> Judged:
        """What the rules in force say, which may have been activated after the item was judged."""
        rules = self._standing.of(judged.plan)
        if rules is None or rules.id == judged.rules:
            return judged
        return Judged(judged.plan, rules.id, match(rules, offer.sighting.item, context=feed.context))

    def _known(self, candidates: Sequence[Sighting]) -> tuple[set[str], dict[str, str]]:
        """What the log holds of these items: keys, and the digest each was first seen with."""
        known = self._store.known([key for one in candidates for key in decide.questions(one)])
        stored = self._store.find([f"item/{one.key}" for one in candidates if f"item/{one.key}" in known])
        facts = (codec.fact(recorded) for recorded in stored.values())
        # A redacted item keeps its key and stays known; its text must not come back through the feed.
        digests = {one.key: one.digest for one in candidates if f"item/{one.key}" in known}
        digests.update({fact.item: fact.digest for fact in facts if isinstance(fact, ItemSeen)})
        return known, digests

    def _item(
        self, offer: Offer, feed: Feed, archive: bool, digest: str | None, known: set[str], now: datetime, tally: Tally
    ) -> list[Event]:
        one = offer.sighting
        appeared = decide.appearance(
            one, feed=feed, lang=offer.lang, archive=archive, stored_digest=digest, known=known
        )
        if appeared is None:
            return []
        if isinstance(appeared, ItemSeen):
            tally.new += 1
        else:
            tally.revised += 1
        matched = decide.findings(one, [self._present(each, offer, feed) for each in offer.judged])
        tally.matches += len(matched)
        joined = None
        if matched and f"story/{one.key}" not in known:
            joined = self._stories().join(one, matched, lang=offer.lang, now=now)
        return decide.chain(appeared, matched, joined, self._meta)
