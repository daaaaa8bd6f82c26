"""The corpus's own expectations, judged by the corpus's own runner."""

from __future__ import annotations

from collections import Counter

import pytest

from feeds.parse import parse
from feeds.records import records
from tests.feeds.corpus import cases, needs_corpus, runner

# What of each source has to hold, in per cent: the best parser known, or better.
FLOORS = {
    "fastfeedparser": 100.0, "feed-rs": 98.0, "feedjira": 98.1, "feedparser": 99.7, "feedsmith": 100.0,
    "feedvalidator": 100.0, "gofeed": 97.6, "hostile": 100.0, "miniflux": 96.9, "multilingual": 100.0,
    "netnewswire": 96.9, "newsboat": 97.2, "reader": 89.2, "rss-parser": 100.0, "simplepie": 95.3,
}  # fmt: skip


@needs_corpus
@pytest.mark.slow
def test_every_source_is_met_as_well_as_by_the_best_parser() -> None:
    asked, met = Counter[str](), Counter[str]()
    judge = runner().judge
    for _, body, case in cases():
        if case.get("policy"):
            continue
        about = {"content_type": case.get("content_type", ""), "url": case.get("url", "")}
        out = records(parse(body, **about))
        status = "reject" if "_error" in out[0] else "ok"
        answers = judge(case, {"out": out, "status": status, "seconds": 0.0, "rss_mb": 0.0})
        verdicts = [lenient for _, _, lenient, _, _ in answers if lenient is not None]
        asked[case["source"]] += len(verdicts)
        met[case["source"]] += sum(verdicts)
    scores = {source: round(100 * met[source] / asked[source], 2) for source in asked}
    assert {source: score for source, score in scores.items() if score < FLOORS.get(source, 99.0)} == {}
    assert met.total() >= 0.99 * asked.total()
