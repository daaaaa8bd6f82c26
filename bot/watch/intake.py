"""What the items of a body mean for the log: which are new, which were revised, what they match. Runs in the store's
lane."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.rules.activation import Standing
from bot.watch import decide
from bot.watch.decide import Judged
from bot.watch.offers import Offer, Offered
from bot.watch.stories import Stories
from feeds.item import Feed
from matchers.match import match
from matchers.rules import RuleSet
from store import codec
from store.codec import Encoded
from store.events.fact import Fact
from store.events.items import ItemSeen
from store.log import Event, Store

if TYPE_CHECKING:
    from bot.watch.record import Tally


@dataclass(frozen=True, slots=True)
class Known:
    """What the log holds of some items: the digest each was first seen with, None where its text was taken out, and the
    keys of what became of them."""

    digests: Mapping[str, str | None]
    keys: Collection[str]


class Intake:
    """Decides what is recorded of items. Not safe for two threads."""

    def __init__(
        self, store: Store, stories: Callable[[], Stories], standing: Standing, meta: Mapping[str, str]
    ) -> None:
        self._store, self._stories, self._standing, self._meta = store, stories, standing, meta

    def known(self, found: Iterable[Offered]) -> Known:
        """What the log holds of all that is offered, found in one look: each costs as much as a feed's items do. Only
        of items that are there can anything else be, and of those of a new feed hardly any is."""
        offers = [offer for each in found for offer in each.offers]
        seen = self._store.known([f"item/{one.key}" for one in offers])
        there = [one for one in offers if f"item/{one.key}" in seen]
        if not there:
            return _NOTHING
        keys = self._store.known([key for one in there for key in (_revision(one), f"story/{one.key}")])
        facts = map(codec.fact, self._store.find(seen).values())
        digests: dict[str, str | None] = dict.fromkeys(one.key for one in there)
        digests.update((fact.item, fact.digest) for fact in facts if isinstance(fact, ItemSeen))
        return Known(digests, keys)

    def events(self, found: Offered, feed: Feed, known: Known, *, now: datetime, tally: Tally) -> list[Event]:
        """The events of what a body offers, counted in the tally."""
        tally.items = len(found.digests)
        newer = self._newer(found)
        events: list[Event] = []
        for offer in found.offers:
            appeared = _appeared(offer, feed, known)
            if appeared is None:
                continue
            if isinstance(appeared, Encoded):
                tally.new += 1
            else:
                tally.revised += 1
            judged = _present(offer, found, newer, feed) if newer else offer.judged
            if judged:
                events += self._matched(offer, appeared, judged, known, now, tally)
            else:
                events.append(Event(appeared, self._meta))
        return events

    def _newer(self, found: Offered) -> dict[str, RuleSet]:
        """By plan, the rules that came into force after the items were judged."""
        present = {plan: self._standing.of(plan) for plan in found.rules}
        return {plan: rules for plan, rules in present.items() if rules and rules.id != found.rules[plan]}

    def _matched(
        self, offer: Offer, appeared: Fact, judged: Sequence[Judged], known: Known, now: datetime, tally: Tally
    ) -> list[Event]:
        one = offer.sighting
        matched = decide.findings(one, judged)
        tally.matches += len(matched)
        joined = None
        if matched and f"story/{one.key}" not in known.keys:
            joined = self._stories().join(one, matched, lang=offer.lang, now=now)
        return decide.chain(appeared, matched, joined, self._meta)


_NOTHING = Known({}, frozenset())


def _revision(offer: Offer) -> str:
    return f"revised/{offer.key}/{offer.digest}"


def _appeared(offer: Offer, feed: Feed, known: Known) -> Fact | None:
    """A new item, a revised one, or None where the log has this text already."""
    if offer.key not in known.digests:
        return Encoded(type=ItemSeen.TYPE, name=f"item/{offer.key}", data=offer.seen)
    # A redacted item keeps its key and stays known; its text must not come back through the feed.
    if known.digests[offer.key] in (None, offer.digest) or _revision(offer) in known.keys:
        return None
    return decide.revised(offer.sighting, feed=feed, lang=offer.lang)


def _present(offer: Offer, found: Offered, newer: Mapping[str, RuleSet], feed: Feed) -> list[Judged]:
    """What the rules in force say, where those of some plans are newer than those that judged."""
    said = {each.plan: each for each in offer.judged}
    for plan, rules in newer.items():
        said[plan] = Judged(plan, rules.id, match(rules, offer.sighting.item, context=feed.context))
    return [said[plan] for plan in found.rules if plan in said]
