"""The views as the program asks them: what the log says of items, stories, deliveries and feeds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from store.log import EventLog
from store.sqlitefile import Connection
from store.views import commitments, deliveries, feeds, holds, items, judgements, news, stories
from store.views.runner import Answer
from store.views.values import (
    Counts,
    Coverage,
    Delivery,
    DeliveryCounts,
    FeedHealth,
    Held,
    ItemView,
    Ledger,
    MatchEnd,
    News,
    Review,
    Silent,
    StoryView,
    Voice,
    Votes,
)
from store.views.viewsfile import ViewsFile

STEP = 20_000  # events; about a second of folding


class Views:
    """What the log says, ready to be asked, from any thread and by any number of processes on one file.

    The file holds nothing of its own: one that is damaged or of another version is made anew, and where that is
    impossible the views live in memory.
    """

    def __init__(self, path: Path | None, *, is_patient: bool = True, step: int = STEP) -> None:
        self._rows = ViewsFile(path)
        self._is_patient, self._step = is_patient, step
        self._coming: float | None = None

    @classmethod
    def open(cls, path: Path | None, *, is_patient: bool = True, step: int = STEP) -> Views:
        """The views kept at `path`, made where there are none; None keeps them in memory.

        Without patience, `catch_up` leaves what is more than a `step` of events to whoever calls `fold_some`.
        """
        return cls(path, is_patient=is_patient, step=step)

    @property
    def hint(self) -> str:
        """Why they are not kept in a file, in one line; empty where they are."""
        return self._rows.hint

    @property
    def coming(self) -> float | None:
        """How far views that are being made have come, 0 to 1, as last looked; None where they know the whole log."""
        return self._coming

    def catch_up(self, log: EventLog, *, progress: Callable[[int, int], None] | None = None) -> int:
        """Fold every event that is new; gives the position reached. What is asked afterwards knows of all of them,
        unless `coming` says otherwise. `progress` gets positions done and in all."""
        if not self._is_patient and self.is_far_behind(log):
            self._look(log)
            return self.position()
        if progress and self.is_far_behind(log):
            self._catch_up_visibly(log, progress)
        reached = self._rows.catch_up(log, most=None if self._is_patient else self._step)
        self._look(log)
        return reached

    def fold_some(self, log: EventLog) -> bool:
        """Fold a step of the events that are new; gives whether there are many more."""
        self._rows.catch_up(log, most=self._step)
        return self._look(log)

    def is_far_behind(self, log: EventLog) -> bool:
        """Whether catching up takes more than a step."""
        return self._rows.is_old or log.head() - self.position() > self._step

    def _catch_up_visibly(self, log: EventLog, progress: Callable[[int, int], None]) -> None:
        while self.fold_some(log) and not self._rows.is_left_to_another():
            progress(self._rows.made(), log.head())

    def _look(self, log: EventLog) -> bool:
        """Whether something is still to be folded; notes how far it has come."""
        head = log.head()
        made = min(self._rows.made(), head)
        is_coming = self._rows.is_old or head - made > self._step
        self._coming = made / max(head, 1) if is_coming else None
        return is_coming

    def position(self) -> int:
        """The position these views have reached."""
        return self._ask(lambda _, position: position)

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self._rows.close()

    # --- items and stories --------------------------------------------------------------------------------

    def item(self, key: str) -> ItemView | None:
        """The item of that key."""
        return next(iter(self._ask(lambda db, _: items.by_keys(db, [_plain(key)]))), None)

    def item_by_url(self, url: str, *, canonical: Callable[[str], str] = str.strip) -> ItemView | None:
        """The newest item at that address, or at one that `canonical` takes for the same."""
        return self._ask(lambda db, _: items.by_url(db, _plain(url), canonical=canonical))

    def story(self, story: str) -> StoryView | None:
        """The story of that id with all its items."""
        found = self._ask(lambda db, _: stories.load(db, _plain(story)))
        return found if found.items else None

    def search(
        self,
        words: str,
        *,
        limit: int,
        commitment: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ItemView]:
        """Items with all the words (`"a phrase"`, `stem*`): first those with all in the title, newest first in each.

        Dates are of publication, or of the first sighting where that is unknown; `until` is not included.
        """
        wanted = (commitment,) if isinstance(commitment, str) else tuple(commitment or ())
        return self._ask(
            lambda db, _: items.search(db, _plain(words), limit=limit, commitments=wanted, since=since, until=until)
        )

    def latest(
        self,
        commitments: Sequence[str] = (),
        *,
        limit: int,
        before: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[StoryView]:
        """Stories that matched one of the commitments (any, where none is named), newest publication first.

        `before` is the `pos` of the last story of the page before. Dates as in `search`.
        """
        return self._ask(
            lambda db, _: stories.latest(db, commitments, limit=limit, before=before, since=since, until=until)
        )

    def recent_stories(self, since: datetime, until: datetime | None = None) -> list[StoryView]:
        """Every story whose newest item was published in that period, oldest first."""
        return self._ask(lambda db, _: stories.recent(db, since, until))

    def counts(self) -> Counts:
        """The size of what is known, and of each commitment."""
        return self._ask(lambda db, position: commitments.counts(db, events=position))

    def votes(self, story: str, *, by: str = "") -> Votes:
        """What people think of a story's matches, and what `by` said."""
        return self._ask(lambda db, _: judgements.votes(db, story, by))

    def voices(self) -> list[Voice]:
        """Every person's last word on every story."""
        return self._ask(lambda db, _: judgements.voices(db))

    def heirs(self, plan: str, commitment: str) -> tuple[str, ...]:
        """The commitments under which the evidence of this one counts now; itself where it was never revised."""
        return self._ask(lambda db, _: items.heirs(db, plan, commitment))

    def items(self, keys: Collection[str]) -> list[ItemView]:
        """The items of those keys, oldest sighting first; unknown keys are absent."""
        return self._ask(lambda db, _: items.by_keys(db, keys))

    def feeds_of(self, host: str) -> tuple[str, ...]:
        """The feeds that brought items from this host, by id."""
        return self._ask(lambda db, _: items.feeds_of(db, _plain(host)))

    def matched(self, plan: str, keys: Collection[str]) -> dict[tuple[str, str], set[str]]:
        """The commitments of the plan found in these items, by item and digest of the text that was judged."""
        return self._ask(lambda db, _: items.matched(db, plan, keys))

    def months(self, commitment: str, *, limit: int) -> list[tuple[str, int]]:
        """How many stories a commitment had in each of its newest months (`2026-11`), newest first."""
        return self._ask(lambda db, _: judgements.months(db, commitment, limit=limit))

    # --- deliveries ---------------------------------------------------------------------------------------

    def owed(self, channel: str, limit: int) -> list[Delivery]:
        """Stories with something left to do in the channel, in the order in which their matches came."""
        return self._ask(lambda db, position: deliveries.owed(db, channel, limit=limit, as_of=position))

    def silent(self, channel: str, limit: int) -> list[Silent]:
        """Matched items the channel will not be told of and that still lack their UpdateSuppressed, oldest first."""
        return self._ask(lambda db, _: deliveries.silent(db, channel, limit=limit))

    def news(self, after: int, limit: int) -> list[News]:
        """Matched items behind the position that were no archive, in the order of their matches."""
        return self._ask(lambda db, _: news.since(db, after, limit=limit))

    def with_words(self, words: str, items: Collection[str]) -> set[str]:
        """Those of the items that have all the words."""
        return self._ask(lambda db, _: news.with_words(db, _plain(words), items))

    def ended(self, channel: str, items: Collection[str]) -> set[str]:
        """Those of the items whose end in the channel is known."""
        return self._ask(lambda db, _: news.ended(db, channel, items))

    def unsettled(self, channel: str) -> list[str]:
        """Stories whose post in the channel is in doubt or out of date."""
        return self._ask(lambda db, _: news.unsettled(db, channel))

    def delivery(self, channel: str, story: str, new: tuple[str, ...] = ()) -> Delivery:
        """How far a story has come in a channel that is owed of it exactly `new`."""
        return self._ask(lambda db, position: deliveries.one(db, channel, story, new=new, as_of=position))

    def held(self, channel: str, reason: str) -> list[Held]:
        """What is kept back in the channel for that reason, oldest first."""
        return self._ask(lambda db, _: holds.held(db, channel, reason))

    def told(self, channel: str, since: datetime, until: datetime) -> list[ItemView]:
        """The items the channel was told of after `since` and up to `until`, oldest sighting first."""
        return self._ask(lambda db, _: items.by_keys(db, holds.told(db, channel, since, until)))

    def digests(self, channel: str, kind: str) -> tuple[datetime | None, datetime | None]:
        """When the channel was opened, and when a digest of that kind was sent to it last."""
        return self._ask(lambda db, _: holds.digests(db, channel, kind))

    def review_of(self, ref: str) -> Review | None:
        """The review of that name on a button."""
        return self._ask(lambda db, _: holds.review_of(db, ref))

    def unreviewed(self, channel: str = "") -> list[Review]:
        """What waits for a reviewer in the channel, or in any."""
        return self._ask(lambda db, _: holds.unreviewed(db, channel))

    def cards(self, channel: str, cards: str) -> list[Review]:
        """Reviews of the channel whose message in the reviewers' chat (`cards`) is to be sent or brought up to date."""
        return self._ask(lambda db, _: holds.cards(db, channel, cards))

    def moved_to(self, channel: str) -> int | None:
        """The id of the supergroup that the channel has become; None where it is what it was."""
        return self._ask(lambda db, _: deliveries.moved_to(db, channel))

    def last_message(self, channel: str) -> int | None:
        """The highest message id the log knows in the channel; None where it knows of none."""
        return self._ask(lambda db, _: deliveries.last_message(db, channel))

    def deliveries(self, channel: str) -> DeliveryCounts:
        """How every match ended in the channel, or that it waits."""
        return self._ask(lambda db, _: deliveries.counts(db, channel))

    def match_ends(self, channel: str, *, limit: int, before: int | None = None) -> list[MatchEnd]:
        """What became of each match, newest first; `before` is the `pos` of the last one of the page before."""
        return self._ask(lambda db, _: deliveries.ends(db, channel, limit=limit, before=before))

    # --- feeds --------------------------------------------------------------------------------------------

    def feed_health(self) -> list[FeedHealth]:
        """Every feed the log knows something of, by id."""
        return self._ask(lambda db, _: feeds.health(db))

    def coverage(self, since: datetime, until: datetime, *, feed: str | None = None) -> Coverage:
        """How much of the period was watched: by the monitor, and with `feed` without a hole in that feed."""
        return self._ask(lambda db, _: feeds.coverage(db, since, until, feed=feed))

    def ledger(self, since: datetime, until: datetime) -> Ledger:
        """All that is known of how the period was watched: what the coverage of any group of feeds follows from."""
        return self._ask(lambda db, _: feeds.ledger(db, since, until))

    def _ask(self, question: Callable[[Connection, int], Answer]) -> Answer:
        return self._rows.ask(question)


def _plain(text: str) -> str:
    """What a person typed, without what SQLite cannot take."""
    return text.encode("utf-8", "replace").decode()
