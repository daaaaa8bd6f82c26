"""A small plan whose rules change, and a log of items that were judged by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.rules.activation import activate
from bot.rules.judges import judge_here
from bot.rules.rematch import Done, Wanted, activate_and_rematch
from bot.watch.decide import Judged, Sighting, chain, findings
from feeds.item import Item
from matchers.match import match
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules
from matchers.shape import read
from store.events.items import ItemSeen, StoryJoined
from store.log import EventLog, Store
from store.views.views import Views
from tests.store.facts import MINUTE, NOON


def rules(*, formerly: dict[str, list[str]] | None = None, **terms: list[str]) -> RuleSet:
    """A plan with these commitments, each found by any of its terms."""
    plan = read(Plan, {"id": "p", "title": {"en": "Plan"}, "languages": ["en"]})
    commitments: list[dict[str, Any]] = [
        {
            "id": name.replace("_", "-"),
            "title": {"en": name},
            "formerly": (formerly or {}).get(name, []),
            "rules": [{"id": "words", "any": words}],
        }
        for name, words in terms.items()
    ]
    return compile_rules(plan, [read(Commitment, one) for one in commitments])


def start(log: EventLog, first: RuleSet, *titles: str) -> None:
    """A log in which these rules came into force with the configuration, and items came with these titles."""
    activate(log, first, reason="the configuration at start", meta={}, at=NOON)
    for number, title in enumerate(titles):
        see(log, first, f"i{number}", title)


def see(log: EventLog, judging: RuleSet, key: str, title: str, *, at: datetime = NOON) -> None:
    """An item came and was judged."""
    item = Item(title=title)
    seen = ItemSeen(item=key, feed="times", digest=f"d{key}", title=title, lang="en", published=at)
    found = findings(Sighting(key, f"d{key}", item), [Judged("p", judging.id, match(judging, item))])
    story = StoryJoined(item=key, story=key, reason="new") if found else None
    log.append(chain(seen, found, story, {}), at=at)


def change(
    store: Store, views: Views, new: RuleSet, *, post: bool = False, owner: str = "me", progress: Any = None
) -> Done | None:
    """Put these rules into force."""
    return activate_and_rematch(
        store,
        views,
        Wanted(new, {}, reason="better", by="somebody", post=post),
        judge=judge_here(new, {}),
        owner=owner,
        now=lambda: NOON + MINUTE,
        meta={},
        progress=progress or (lambda done, of: None),
    )


def kinds(log: EventLog, after: int, kinds_: Sequence[str] = ()) -> list[str]:
    """The events behind a position, in short."""
    return [recorded.key.partition("/")[0] for recorded in log.read(after) if not kinds_ or recorded.type in kinds_]
