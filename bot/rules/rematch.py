"""Matching past items anew under activated rules: what changes becomes events, page by page.

Every page is one append, and the events name the text they are about: a run that died goes on behind the last text that
changed. A match that old and new rules both find stays as it was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from bot.questions.concern import fact_of
from bot.questions.reading import position_before
from bot.questions.stored import Contexts, Stored, stored
from bot.rules.activation import activate, in_force, is_rematched
from bot.rules.judges import Judge
from bot.rules.whatif import Changed, differences
from bot.watch.decide import Judged, Sighting, findings
from matchers.rules import RuleSet, known_words, story_context
from matchers.story import WINDOW, Recent
from matchers.traits import StoryItem
from store.events.fact import Fact
from store.events.items import ItemMatched, ItemRevised, ItemSeen, MatchWithdrawn, StoryJoined
from store.events.plan import ItemsRematched, RulesActivated
from store.log import Event, EventLog, Recorded, Store, StoreBusy, each
from store.views.values import ItemView
from store.views.views import Views

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An activation as a person wants it: the rules, with the sides that feeds lend, why, who, the report they saw, and
    whether what is found now is posted."""

    rules: RuleSet
    contexts: Contexts
    reason: str
    by: str = ""
    report: str = "{}"
    post: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `is_new` where this call brought the rules into force; else they were, and past items were
    matched anew where that was not finished."""

    activation: RulesActivated
    is_new: bool
    gained: int
    lost: int


def activate_and_rematch(
    store: Store,
    views: Views,
    wanted: Wanted,
    *,
    judge: Judge,
    owner: str,
    now: Callable[[], datetime],
    meta: Mapping[str, str],
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Done | None:
    """Bring the rules into force, unless a person did already, and match past items anew; None where both was done.

    StoreBusy while another process does the same, and LeaseLost where it took over.
    """
    rules = wanted.rules
    lease = _Lease(store, f"activate/{rules.plan.id}", owner, now)
    lease.renew()
    try:
        known = in_force(store, rules.plan.id).now
        is_new = known is None or known.rules != rules.id or not known.report
        if known is not None and not is_new and is_rematched(store, known):
            return None
        if is_new or known is None:
            known = _activated(store, wanted, meta, now(), lease)
        work = _Rematch(store, views, rules, known, wanted, judge, lease, now, meta)
        gained, lost = work.run(progress)
        return Done(known, is_new, gained, lost)
    finally:
        store.resign(lease.name, owner)


def _activated(store: Store, wanted: Wanted, meta: Mapping[str, str], at: datetime, lease: _Lease) -> RulesActivated:
    said = {"reason": wanted.reason, "by": wanted.by, "report": wanted.report}
    return activate(store, wanted.rules, **said, meta=meta, at=at, fence=lease.fence)


class _Lease:
    def __init__(self, store: Store, name: str, owner: str, now: Callable[[], datetime]) -> None:
        self.name, self._store, self._owner, self._now = name, store, owner, now
        self._token = 0

    @property
    def fence(self) -> tuple[str, int]:
        return self.name, self._token

    def renew(self) -> None:
        token = self._store.lead(self.name, self._owner, LEASE, now=self._now())
        if token is None:
            raise StoreBusy("another process is activating rules; when it has ended or died, try again in two minutes")
        self._token = token


@dataclass(slots=True)
class _Rematch:
    store: Store
    views: Views
    rules: RuleSet
    fact: RulesActivated
    wanted: Wanted
    judge: Judge
    lease: _Lease
    now: Callable[[], datetime]
    meta: Mapping[str, str]

    def run(self, progress: Callable[[int, int], None]) -> tuple[int, int]:
        """Match anew until the end of the log, which may grow meanwhile; gives the matches gained and lost."""
        telling = _Telling(self.views, self.rules)
        after = self._resumed()
        telling.recall(self.store, after)
        while self.store.read(after, 1, (ItemSeen.TYPE, ItemRevised.TYPE)):
            after = self._until(self.store.head(), after, telling, progress)
        gained, lost = self._tally()
        done = ItemsRematched(
            plan=self.fact.plan,
            rules=self.fact.rules,
            ordinal=self.fact.ordinal,
            position=after,
            gained=gained,
            lost=lost,
        )
        self._write([Event(done, {**self.meta, "cause": self.fact.key})])
        self.views.catch_up(self.store)
        return gained, lost

    def _until(self, head: int, after: int, telling: _Telling, progress: Callable[[int, int], None]) -> int:
        if self.views.catch_up(self.store) < head:
            raise StoreBusy("another process is making the views anew; activate the same file again when it has ended")
        pages = differences(
            self.store, self.views, self.rules, self.wanted.contexts, judge=self.judge, after=after, to=head
        )
        for page, changes in pages:
            self._write(telling.events(page, [(one.text, self._facts(one)) for one in changes], self.meta))
            self.lease.renew()
            progress(page[-1].pos, head)
        return head

    def _facts(self, changed: Changed) -> list[ItemMatched | MatchWithdrawn]:
        one = changed.text
        sighting = Sighting(one.item, one.digest, one.content)
        found = findings(sighting, [Judged(self.fact.plan, self.fact.rules, changed.gained)])
        quiet = not self.wanted.post
        lost = [
            MatchWithdrawn(
                item=one.item,
                plan=self.fact.plan,
                commitment=commitment,
                rules=self.fact.rules,
                ordinal=self.fact.ordinal,
                digest=one.digest,
                reason=why,
            )
            for commitment, why in changed.lost
        ]
        return [*(structs.replace(each, ordinal=self.fact.ordinal, quiet=quiet) for each in found), *lost]

    def _write(self, events: Sequence[Event]) -> None:
        if events:
            self.store.append(events, at=self.now(), fence=self.lease.fence)

    def _resumed(self) -> int:
        """Behind which position there is still something to do: an earlier run got as far as its last change."""
        causes = [recorded.meta.get("cause", "") for recorded, _ in self._mine()]
        found = self.store.find(causes[-1:])
        return max((recorded.pos - 1 for recorded in found.values()), default=0)

    def _tally(self) -> tuple[int, int]:
        gained = [isinstance(fact, ItemMatched) for _, fact in self._mine()]
        return sum(gained), len(gained) - sum(gained)

    def _mine(self) -> Iterator[tuple[Recorded, Fact]]:
        """The changes recorded under this activation."""
        after = next((one.pos for one in self.store.find([self.fact.key]).values()), 0)
        for recorded in each(self.store, (ItemMatched.TYPE, MatchWithdrawn.TYPE), after=after):
            fact = fact_of(recorded)
            if isinstance(fact, ItemMatched | MatchWithdrawn) and self._is_mine(fact):
                yield recorded, fact

    def _is_mine(self, fact: ItemMatched | MatchWithdrawn) -> bool:
        return (fact.plan, fact.rules, fact.ordinal) == (self.fact.plan, self.fact.rules, self.fact.ordinal)


class _Telling:
    """Puts items that match now into stories, beside those that were told when they came."""

    def __init__(self, views: Views, rules: RuleSet) -> None:
        self._views = views
        self._plan = rules.plan.id
        self._recent = Recent(story_context(rules), known=known_words(rules))

    def recall(self, log: EventLog, after: int) -> None:
        """Take in the stories that were being told at a position."""
        for recorded in log.read(after - 1, 1) if after else ():
            for page in stored(log, after=position_before(log, recorded.at - 2 * WINDOW), to=after):
                self._add(self._views.items({item for item, _ in self._matched(page)}))

    def events(
        self,
        page: Sequence[Stored],
        changes: Sequence[tuple[Stored, Sequence[ItemMatched | MatchWithdrawn]]],
        meta: Mapping[str, str],
    ) -> list[Event]:
        """The events of a page: each change follows from its text, a story from the first match."""
        changed = {one.item for one, _ in changes}
        known = {each.key: each for each in self._views.items({*changed, *(item for item, _ in self._matched(page))})}
        fading = {one.item for one, facts in changes if any(isinstance(fact, MatchWithdrawn) for fact in facts)}
        self._add(item for key, item in known.items() if key not in fading)
        events = []
        for one, facts in changes:
            events += [Event(fact, {**meta, "cause": one.key}) for fact in facts]
            matched = [fact for fact in facts if isinstance(fact, ItemMatched)]
            if matched and known[one.item].story is None:
                joined = self._join(one, known[one.item], [fact.commitment for fact in matched])
                events.append(Event(joined, {**meta, "cause": matched[0].key}))
                known[one.item] = replace(known[one.item], story=joined.story)
        self._recent.forget(page[0].at - 2 * WINDOW)
        return events

    def _join(self, one: Stored, item: ItemView, commitments: Sequence[str]) -> StoryJoined:
        found = self._recent.join(_story_item(item, commitments, None))
        return StoryJoined(item=one.item, story=found.story, reason=found.reason)

    def _add(self, items: Iterable[ItemView]) -> None:
        for item in items:
            if item.story is not None and item.matches:
                self._recent.add(_story_item(item, [match.commitment for match in item.matches], item.story))

    def _matched(self, page: Sequence[Stored]) -> Iterable[tuple[str, str]]:
        return self._views.matched(self._plan, {one.item for one in page})


def _story_item(item: ItemView, commitments: Sequence[str], story: str | None) -> StoryItem:
    return StoryItem(
        key=item.key,
        title=item.title,
        summary=item.summary,
        lang=item.lang,
        link=item.url,
        published=item.published or item.seen_at,
        commitments=tuple(commitments),
        story=story,
    )
