"""Status: every judgement stays, the last one stands, and repeating it adds nothing."""

from __future__ import annotations

from bot.questions.status import judge, judgements
from store.sqlite import SqliteStore
from tests.store.facts import DAY, NOON


def judged(log: SqliteStore, step: str, days: int = 0, *, plan: str = "p", cite: str = "https://a.example") -> bool:
    at = NOON + days * DAY
    return judge(log, plan, "bridge", step=step, cite=cite, note="", by="r", at=at) is not None


def test_the_history_is_kept_in_order() -> None:
    log = SqliteStore(None)
    assert judged(log, "limited")
    assert judged(log, "substantial", 1)
    assert judged(log, "limited", 2)
    assert judged(log, "complete", 2, plan="other")
    history = judgements(log, "p")["bridge"]
    assert [(fact.ordinal, fact.step) for _, fact in history] == [(1, "limited"), (2, "substantial"), (3, "limited")]
    assert judgements(log, "p").keys() == {"bridge"}


def test_a_judgement_that_was_redacted_keeps_its_number() -> None:
    log = SqliteStore(None)
    judged(log, "limited")
    log.redact(["status/p/bridge/1"], reason="a name", record=[], at=NOON)
    assert judged(log, "limited", 1)
    assert [fact.ordinal for _, fact in judgements(log, "p")["bridge"]] == [2]


def test_the_same_judgement_twice_is_one() -> None:
    log = SqliteStore(None)
    assert judged(log, "limited")
    assert not judged(log, "limited", 1)
    assert judged(log, "limited", 1, cite="https://b.example")
    assert log.head() == 2
