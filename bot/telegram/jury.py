"""What people say of a post: whether it belongs to what it was shown for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.ledger import Call
from bot.telegram import words
from bot.telegram.actions import Vote
from bot.telegram.answers import Reader
from bot.telegram.desk import at_first
from bot.telegram.roles import Roles
from bot.telegram.words import say
from store.events.plan import MatchJudged
from store.log import Event, Store
from store.views.views import Views


@dataclass(frozen=True, slots=True)
class Jury:
    """Takes votes: one per person and story, which they may change. The log knows them by a random id (`new_id`);
    the word of reviewers weighs more."""

    store: Store
    views: Views
    call: Call
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    roles: Roles
    meta: Mapping[str, str]

    async def vote(self, wanted: Vote, press: str, reader: Reader) -> str:
        """Record the vote, once for each `press` (Telegram's id of it); what to answer."""
        return say(await self.call(self._vote, wanted, press, reader), reader.lang)

    def _vote(self, wanted: Vote, press: str, reader: Reader) -> str:
        self.views.catch_up(self.store)
        story = self.views.story(wanted.story)
        if story is None or not story.commitments:
            return words.GONE if self.views.coming is None else words.LOOKED_NEVER
        readers = self.store.readers
        known = readers.find(reader.person)
        row = known or readers.keep(reader.person, at_first(reader.lang), new_id=self.new_id())
        if self.views.votes(story.id, by=row.id).mine != wanted.verdict:
            judged = MatchJudged(
                story=story.id,
                commitments=story.commitments,
                verdict=wanted.verdict,
                by=row.id,
                press=press,
                role="reviewer" if self.roles.may(reader.person, "reviewer") else "reader",
            )
            self.store.append([Event(judged, self.meta)], at=self.now())
        return words.VOTED[wanted.verdict]
