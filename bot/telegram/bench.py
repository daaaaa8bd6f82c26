"""Reviewers at work: what waits for them, and what they decide, by buttons and by commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.collecting import corrected
from bot.channels.holding import Decision
from bot.channels.ledger import Call
from bot.telegram import cards, staffwords, words
from bot.telegram.actions import ReviewStep
from bot.telegram.answers import Reader, note
from bot.telegram.catalogue import Catalogue
from bot.telegram.desk import at_first
from bot.telegram.message import Message
from bot.telegram.text import clean, cut
from bot.telegram.words import say
from store.events.deliveries import UpdateReviewed
from store.events.plan import MatchJudged
from store.log import Conflict, Event, Store
from store.views.values import Review, StoryView
from store.views.views import Views


@dataclass(frozen=True, slots=True)
class Pressed:
    """What to say to whoever pressed, and what takes the place of the message, if anything."""

    notice: str
    page: Message | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Takes reviewers' decisions; the first on a story stands. Who may decide is seen to before it is called. Reviewers
    are known to the log by the random id they have as readers (`new_id`, where they have none yet); `changed` is called
    when something was decided."""

    store: Store
    views: Views
    call: Call
    catalogue: Catalogue
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    changed: Callable[[], None]
    meta: Mapping[str, str]

    def commands(self) -> Mapping[str, Callable[[str, Reader], Awaitable[Message]]]:
        """The commands by their names."""
        return {"review": self.review, "approve": self.approve, "reject": self.reject}

    async def review(self, text: str, reader: Reader) -> Message:
        """`/review`: what waits; `/review ref`: one of them."""
        asked = text.strip()
        if not asked:
            return cards.listed(await self.call(self._waiting), reader)
        found = await self.call(self._find, asked)
        return self._card(found, reader) if found else note(staffwords.REVIEW_GONE, reader)

    async def approve(self, text: str, reader: Reader) -> Message:
        """`/approve ref`, `/approve ref II.c`: post it, for the commitments named, where some are."""
        ref, _, rest = text.strip().partition(" ")
        named = self.catalogue.find(rest) if rest.strip() else ()
        if rest.strip() and not named:
            return note(words.NO_SUCH, reader, words=cut(clean(rest), 100))
        return await self._said(ref, "approve", tuple(one.id for one in named), reader)

    async def reject(self, text: str, reader: Reader) -> Message:
        """`/reject ref`: do not post it."""
        return await self._said(text.strip(), "reject", (), reader)

    async def press(
        self, wanted: ReviewStep, chosen: Collection[str], press: str, reader: Reader, *, is_card: bool
    ) -> Pressed:
        """What a button does. `chosen` are the ticks below the message; a card in the reviewers' chat is brought up to
        date by who sent it."""
        found = await self.call(self._find, wanted.ref)
        if found is None:
            return Pressed(say(staffwords.REVIEW_GONE, reader.lang))
        review, story = found
        if review.decision is not None:
            page = None if is_card else self._card(found, reader)
            return Pressed(self._already(review, reader), page)
        match wanted.step:
            case "wrong":
                ticked = {cards.key(name) for name in story.commitments}
                return Pressed("", cards.choice(story, review, self.catalogue, reader.lang, ticked))
            case "toggle":
                ticked = set(chosen) ^ {wanted.key}
                return Pressed("", cards.choice(story, review, self.catalogue, reader.lang, ticked))
            case "open":
                return Pressed("", self._card(found, reader))
            case "confirm":
                named = tuple(name for name in self._names(story) if cards.key(name) in chosen)
                if not named:
                    return Pressed(say(staffwords.REVIEW_CHOOSE_ONE, reader.lang))
                return await self._pressed(review, "approve", named, press, reader, is_card=is_card)
            case "approve" | "reject":
                return await self._pressed(review, wanted.step, (), press, reader, is_card=is_card)

    # --- deciding -----------------------------------------------------------------------------------------

    async def _pressed(
        self,
        review: Review,
        decision: Decision,
        named: Sequence[str],
        press: str,
        reader: Reader,
        *,
        is_card: bool,
    ) -> Pressed:
        notice = await self._decided(review, decision, tuple(named), press, reader)
        found = None if is_card else await self.call(self._find, review.ref)
        return Pressed(notice, self._card(found, reader) if found else None)

    async def _said(self, ref: str, decision: Decision, named: tuple[str, ...], reader: Reader) -> Message:
        waiting = await self.call(self._waiting)
        if not ref and len(waiting) == 1:
            ref = waiting[0][0].ref
        if not ref:
            return note(staffwords.REVIEW_ASK, reader)
        found = await self.call(self._find, ref)
        if found is None:
            return note(staffwords.REVIEW_GONE, reader)
        return note(await self._decided(found[0], decision, named, f"/{ref}", reader), reader)

    async def _decided(
        self, review: Review, decision: Decision, named: tuple[str, ...], press: str, reader: Reader
    ) -> str:
        """Record it, unless somebody did before; what to answer."""
        if review.decision is None and await self.call(self._record, review, decision, named, press, reader):
            self.changed()
            return say(staffwords.REVIEW_DONE[decision], reader.lang)
        found = await self.call(self._find, review.ref)
        return self._already(found[0], reader) if found else say(staffwords.REVIEW_GONE, reader.lang)

    def _card(self, found: tuple[Review, StoryView], reader: Reader) -> Message:
        return cards.card(found[1], found[0], self.catalogue, reader.lang)

    def _already(self, review: Review, reader: Reader) -> str:
        return say(staffwords.REVIEW_ALREADY[review.decision or "reject"], reader.lang)

    # --- in the lane --------------------------------------------------------------------------------------

    def _record(self, review: Review, decision: Decision, named: tuple[str, ...], press: str, reader: Reader) -> bool:
        readers = self.store.readers
        known = readers.find(reader.person)
        by = (known or readers.keep(reader.person, at_first(reader.lang), new_id=self.new_id())).id
        shown = self.views.delivery(review.channel, review.story).story.commitments
        other = named if set(named) != set(shown) else ()
        reviewed = UpdateReviewed(
            channel=review.channel, story=review.story, decision=decision, commitments=other, by=by, press=press
        )
        facts = [reviewed, *(_judged(review.story, shown, other, by, press) if other else ())]
        try:
            self.store.append([Event(fact, self.meta) for fact in facts], at=self.now(), strict=True)
        except Conflict:
            return False
        return True

    def _waiting(self) -> list[tuple[Review, StoryView]]:
        self.views.catch_up(self.store)
        return [(one, self._story(one)) for one in self.views.unreviewed()]

    def _find(self, ref: str) -> tuple[Review, StoryView] | None:
        self.views.catch_up(self.store)
        review = self.views.review_of(ref)
        story = self._story(review) if review else None
        return (review, story) if review and story and story.items else None

    def _story(self, review: Review) -> StoryView:
        return corrected(self.views.delivery(review.channel, review.story)).story

    def _names(self, story: StoryView) -> list[str]:
        return list(dict.fromkeys([*story.commitments, *self.catalogue.commitments]))


def _judged(story: str, shown: Sequence[str], named: Sequence[str], by: str, press: str) -> list[MatchJudged]:
    """What naming other commitments says of those that were found."""
    wrong = tuple(name for name in shown if name not in named)
    verdict_of = wrong or tuple(shown)
    return [
        MatchJudged(
            story=story,
            commitments=verdict_of,
            verdict="wrong" if wrong else "right",
            by=by,
            press=press,
            role="reviewer",
        )
    ]
