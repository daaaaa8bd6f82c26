"""Stories to render: made here, in three languages, with evidence where the words stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from matchers.plan import Commitment, Plan
from matchers.shape import read
from store.events.fact import Evidence
from store.views.values import ItemView, MatchView, StoryView

NOON = datetime(2026, 5, 21, 12, 0, tzinfo=UTC)

PLAN = read(
    Plan,
    {
        "id": "plan",
        "title": {"en": "Joint Plan", "it": "Piano congiunto", "hi": "संयुक्त योजना"},
        "languages": ["en", "it", "hi"],
        "pillars": [
            {
                "id": "VII",
                "title": {"en": "Defence", "it": "Difesa", "hi": "रक्षा सहयोग"},
                "clauses": [
                    {"id": "VII.e1", "text": "Negotiate a roadmap", "translations": {"hi": "रोडमैप पर बातचीत"}},
                    {"id": "VII.e2", "text": "Promote a memorandum"},
                ],
            },
            {"id": "III", "title": {"en": "Connectivity", "it": "Connettività", "hi": "संपर्क"}},
        ],
    },
)
COMMITMENTS = tuple(
    read(Commitment, entry)
    for entry in (
        {
            "id": "defence-roadmap",
            "pillar": "VII",
            "clauses": ["VII.e1"],
            "title": {"en": "Defence industrial roadmap", "it": "Roadmap della difesa", "hi": "रक्षा औद्योगिक रोडमैप"},
            "rules": [{"id": "r", "any": {"en": ["roadmap", "shipyard*"]}}],
        },
        {
            "id": "sidm-aiad-mou",
            "pillar": "VII",
            "clauses": ["VII.e2"],
            "title": {"en": "MoU of the associations", "it": "Intesa SIDM-AIAD", "hi": "समझौता ज्ञापन"},
        },
        {
            "id": "maritime-ports",
            "pillar": "III",
            "clauses": ["III.b"],
            "title": {"en": "Maritime and port sectors", "it": "Settore marittimo e portuale", "hi": "बंदरगाह"},
        },
    )
)


def item(title: str = "India and Italy agree", summary: str = "", **changes: Any) -> ItemView:
    """An item; `found` = (words, role) pairs are looked up in its summary, else its title; `about` its commitments."""
    found = changes.pop("found", ())
    about = changes.pop("about", ("defence-roadmap",))
    evidence = tuple(_evidence(title, summary, words, role) for words, role in found)
    values = {
        "key": "a" * 20,
        "pos": 3,
        "feed": "wire",
        "publisher": "The Wire",
        "url": "https://wire.example/1",
        "lang": "en",
        "published": NOON,
        "seen_at": NOON,
        "archive": False,
        "digest": "d1",
        "story": "a" * 20,
        **changes,
    }
    matches = tuple(MatchView(name, "plan", "r", "f" * 12, 0.9, evidence, 4, values["digest"]) for name in about)
    return ItemView(title=title, summary=summary, matches=matches, **values)


def story(*items: ItemView, pos: int = 3) -> StoryView:
    names = tuple(dict.fromkeys(match.commitment for entry in items for match in entry.matches))
    return StoryView(items[0].key, items, names, pos)


def _evidence(title: str, summary: str, words: str, role: str) -> Evidence:
    field, text = ("summary", summary) if words in summary else ("title", title)
    start = text.index(words)
    return Evidence(field=field, start=start, end=start + len(words), term=words.casefold(), role=role)
