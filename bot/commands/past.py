"""What was known on a day: the views folded from the log up to then."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from bot.commands.options import open_log, open_views
from bot.commands.when import when_option
from bot.config import Loaded
from bot.counted import counted
from bot.plans import distinguished
from bot.questions.coverage import Coverage, coverage, serving, with_present
from bot.questions.reading import position_before
from bot.rules.activation import compiled, in_force
from matchers.plan import Commitment, Watched
from store.asof import LogAsOf
from store.log import EventLog, FeedRow
from store.retention import dropped
from store.views.views import Views

as_of_option = when_option(
    "--as-of",
    "What was known then: as it was seen, not as it was corrected later. A date includes its day.",
    end=True,
    past=True,
)


def plan_as_of(loaded: Loaded, when: datetime | None) -> Loaded:
    """The configuration with the plans, commitments and rules that were in force at `when`; itself where that is None.
    A plan of which the log tells nothing is as it is configured."""
    if when is None:
        return loaded
    with open_log(loaded) as store:
        log = LogAsOf(store, position_before(store, when))
        activated = [in_force(log, rules.plan.id).now for rules in loaded.rules]
    then = [compiled(fact) if fact else rules for fact, rules in zip(activated, loaded.rules, strict=True)]
    tags = [each.plan.tag for each in loaded.plans]
    plans = [Watched(replace(rules.plan, tag=tag), rules.commitments) for rules, tag in zip(then, tags, strict=True)]
    return replace(loaded, plans=distinguished(plans), rules=tuple(then))


@contextlib.contextmanager
def views_as_of(loaded: Loaded, when: datetime | None) -> Iterator[tuple[EventLog, Views, Sequence[FeedRow]]]:
    """The log and its views as they were at `when`; as they are, with the schedule of the feeds, where that is None.

    The past is folded anew into a file that is thrown away: that takes as long as a first start of the program.
    """
    if when is None:
        with open_views(loaded) as (now, views):
            yield now, views, now.feeds()
        return
    with open_log(loaded) as store, tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
        log = LogAsOf(store, position_before(store, when))
        views = Views.open(Path(folder) / "views.db")
        try:
            views.catch_up(log)
            _say_what_is_gone(store, log.head())
            yield log, views, ()
        finally:
            views.close()


def _say_what_is_gone(store: EventLog, position: int) -> None:
    """On the error output, so that nobody takes for never said what was only dropped since."""
    gone = dropped(store, position)
    if gone:
        click.echo(
            f"Of {counted(gone, 'event')} recorded by then the text was dropped since (they never matched): it is not"
            " shown and not searched.",
            err=True,
        )


def watched_in(
    loaded: Loaded,
    views: Views,
    commitments: Sequence[Commitment],
    rows: Sequence[FeedRow],
    *,
    since: datetime,
    until: datetime,
) -> Coverage | None:
    """How well the feeds that serve these commitments, as they are configured now, were watched in a period. `rows` are
    those of the schedule, where the period reaches up to now: they tell whether somebody is looking."""
    feeds = [feed.as_feed() for feed in loaded.config.feeds if not feed.paused]
    chosen = serving(feeds, commitments, loaded.languages) if commitments else feeds
    ledger = with_present(views.ledger(since, until), rows, now=until) if rows else views.ledger(since, until)
    return coverage(ledger, chosen, since=since, until=until)
