"""The reviewers' chat, served as a channel is: a card for each story that waits, edited when it is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.audience import Audience, told
from bot.channels.collecting import corrected
from bot.channels.holding import Decision
from bot.channels.ledger import PAGE, Call, Lease, digests
from bot.channels.publish import Dress
from bot.telegram import cards
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import Digest
from store.events.deliveries import ChannelMoved
from store.events.fact import Fact
from store.log import Event, Store
from store.views.values import Delivery, Review
from store.views.views import Views


class CardAccount:
    """What the reviewers of one channel are owed. `channel` gives its name in the log, empty until that is known;
    `name` is that of the cards."""

    def __init__(
        self,
        store: Store,
        views: Views,
        call: Call,
        *,
        name: str,
        channel: Callable[[], str],
        audience: Audience,
        owner: str,
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._views, self._call, self._meta = store, views, call, meta
        self._name, self._channel, self._audience = name, channel, audience
        self._lease = Lease(store, call, f"publish/{name}", owner=owner)
        self._reached = 0
        self._reviews: dict[str, Review] = {}

    @property
    def token(self) -> int:
        return self._lease.token

    async def lead(self, now: datetime) -> bool:
        return await self._lease.lead(now)

    async def resign(self) -> None:
        await self._lease.resign()

    def lost(self) -> None:
        self._lease.lost()

    async def open(self, now: datetime) -> bool:
        del now
        self._reached = await self._call(self._views.catch_up, self._store)
        return self._views.coming is None and bool(self._channel())

    async def silence(self, now: datetime) -> None:
        """Nothing is said of what reviewers are not owed."""

    async def unpinned(self, now: datetime) -> None:
        """Nothing is pinned here."""

    async def last_message(self) -> int | None:
        return await self._call(self._views.last_message, self._name)

    async def moved_to(self) -> None:
        """A chat that was upgraded says so anew after each start."""

    async def moved(self, now: datetime, chat: int) -> None:
        """The reviewers' group has become another chat."""
        await self.record(now, ChannelMoved(channel=self._name, chat=chat))

    async def digests(self, story: str, attempts: int) -> frozenset[str]:
        return await self._call(digests, self._store, self._name, story, attempts)

    async def record(self, now: datetime, *facts: Fact, cause: str = "") -> None:
        meta = {**self._meta, "cause": cause} if cause else self._meta
        if facts:
            events = [Event(fact, meta) for fact in facts]
            await self._call(self._store.append, events, at=now, fence=self._lease.fence)

    async def owed(self) -> Sequence[Delivery]:
        """Cards to send, and those to bring up to date."""
        return await self._call(self._owed)

    def card(self, catalogue: Catalogue, lang: str, silence: Decision) -> Dress:
        """Makes the card of a delivery."""

        async def made(entry: Delivery) -> Digest | None:
            review = self._reviews.get(entry.story.id)
            if review is None:
                return None
            return Digest(entry.story.id, cards.card(entry.story, review, catalogue, lang, silence=silence))

        return made

    def _owed(self) -> list[Delivery]:
        if self._views.position() < self._reached:
            return []  # the views were thrown away meanwhile: they do not know yet what was sent
        reviews = self._views.cards(self._channel(), self._name)[:PAGE]
        self._reviews = {one.story: one for one in reviews}
        held = self._views.held(self._channel(), "review")
        return [self._entry(one, tuple(item.item for item in held if item.story == one.story)) for one in reviews]

    def _entry(self, review: Review, items: tuple[str, ...]) -> Delivery:
        entry = self._views.delivery(self._name, review.story, items)
        shown = told(self._audience, replace(entry, review=review))
        return replace(corrected(shown), review=None)
