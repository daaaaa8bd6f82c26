"""The reviewers' chat, served as a channel is: a card for each story that waits, edited when it is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.audience import Audience, told
from bot.channels.collecting import corrected
from bot.channels.holding import Decision
from bot.channels.ledger import PAGE, Account, Call, Lease
from bot.channels.publish import Dress
from bot.telegram import cards
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import Digest
from store.log import Store
from store.views.values import Delivery, Review
from store.views.views import Views


class CardAccount(Account):
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
        lease = Lease(store, call, f"publish/{name}", owner=owner)
        super().__init__(store, views, call, name, lease=lease, meta=meta)
        self._reviewed, self._audience = channel, audience
        self._reviews: dict[str, Review] = {}

    async def open(self, now: datetime) -> bool:
        return await super().open(now) and bool(self._reviewed())

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
        reviews = self._views.cards(self._reviewed(), self._channel)[:PAGE]
        self._reviews = {one.story: one for one in reviews}
        held = self._views.held(self._reviewed(), "review")
        return [self._entry(one, tuple(item.item for item in held if item.story == one.story)) for one in reviews]

    def _entry(self, review: Review, items: tuple[str, ...]) -> Delivery:
        entry = self._views.delivery(self._channel, review.story, items)
        shown = told(self._audience, replace(entry, review=review))
        return replace(corrected(shown), review=None)
