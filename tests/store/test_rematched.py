"""Views after rules changed: withdrawn matches are forgotten, quiet ones posted nowhere, evidence has heirs."""

from __future__ import annotations

from store.asof import LogAsOf
from store.sqlite import SqliteStore
from store.views.values import ItemView
from store.views.views import Views
from tests.store.facts import (
    joined,
    matched,
    opened,
    plan_revised,
    queued,
    record,
    rematched,
    revised,
    seen,
    sent,
    suppressed,
    uncertain,
    withdrawn,
)


def commitments(item: ItemView | None) -> list[str]:
    assert item is not None
    return sorted(match.commitment for match in item.matches)


def test_a_withdrawn_match_is_forgotten_and_was_known_before(log: SqliteStore, views: Views) -> None:
    before = record(log, seen("a"), matched("a"), joined("a", "a"))
    record(log, withdrawn("a"))
    views.catch_up(log)
    then = Views.open(None)
    then.catch_up(LogAsOf(log, before))
    assert (commitments(views.item("a")), commitments(then.item("a"))) == ([], ["defence"])
    assert (views.latest(["defence"], limit=9), len(then.latest(["defence"], limit=9))) == ([], 1)
    assert (views.latest([], limit=9), views.counts().matches, then.counts().matches) == ([], 0, 1)
    then.close()


def test_only_the_match_of_that_text_and_commitment_is_withdrawn(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a"), matched("a", "trade"), revised("a"), matched("a", digest="d1"))
    record(log, withdrawn("a", "trade"), withdrawn("a"))
    views.catch_up(log)
    assert commitments(views.item("a")) == ["defence"]


def test_a_rematched_item_is_posted_nowhere_and_accounted_for(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), opened(), rematched("a"))
    views.catch_up(log)
    (silent,) = views.silent("ch", 9)
    assert (silent.item, silent.reason, views.owed("ch", 9), views.news(0, 9)) == ("a", "rematched", [], [])
    record(log, suppressed("a", "rematched"))
    views.catch_up(log)
    counts = views.deliveries("ch")
    assert (counts.suppressed, counts.waiting, counts.unaccounted) == ({"rematched": 1}, 0, 0)


def test_a_rematched_item_that_matches_by_a_new_text_is_news(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), opened(), rematched("a"), revised("a"), matched("a", digest="d1"))
    views.catch_up(log)
    assert [delivery.new_items for delivery in views.owed("ch", 9)] == [("a",)]
    assert [one.item for one in views.news(4, 9)] == ["a"]
    assert views.silent("ch", 9) == []


def test_what_is_withdrawn_before_it_was_posted_is_owed_no_more(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), opened(), matched("a"), withdrawn("a"))
    views.catch_up(log)
    counts = views.deliveries("ch")
    assert (views.owed("ch", 9), views.silent("ch", 9), counts.waiting, counts.unaccounted) == ([], [], 0, 0)


def test_a_post_in_doubt_stays_owed_until_it_is_settled(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), opened(), matched("a"), queued("a", "a"), uncertain("a"), withdrawn("a"))
    views.catch_up(log)
    assert [(delivery.state, delivery.story.id) for delivery in views.owed("ch", 9)] == [("uncertain", "a")]
    record(log, sent("a", "a"))
    views.catch_up(log)
    assert [delivery.revised for delivery in views.owed("ch", 9)] == [True]


def test_a_posted_story_whose_match_is_withdrawn_is_owed_an_edit(log: SqliteStore, views: Views) -> None:
    position = record(log, seen("a"), opened(), matched("a"), matched("a", "trade"), queued("a", "a"), sent("a", "a"))
    record(log, withdrawn("a"))
    views.catch_up(log)
    (delivery,) = views.owed("ch", 9)
    assert (delivery.state, delivery.revised, delivery.story.commitments) == ("sent", True, ("trade",))
    assert position < views.position()


def test_what_was_withdrawn_may_match_again(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), opened(), matched("a"), suppressed("a"), withdrawn("a"), rematched("a", ordinal=3))
    views.catch_up(log)
    assert commitments(views.item("a")) == ["defence"]
    assert views.deliveries("ch").suppressed == {"archive": 1}


# --- heirs ----------------------------------------------------------------------------------------------------


def test_the_evidence_of_a_renamed_commitment_is_that_of_the_new_one(log: SqliteStore, views: Views) -> None:
    before = record(log, seen("a"), matched("a"), joined("a", "a"))
    record(log, plan_revised(("roadmap", "defence"), ended=("defence",)))
    views.catch_up(log)
    then = Views.open(None)
    then.catch_up(LogAsOf(log, before))
    assert (commitments(views.item("a")), commitments(then.item("a"))) == (["roadmap"], ["defence"])
    assert [story.id for story in views.latest(["roadmap"], limit=9)] == ["a"]
    assert views.latest(["defence"], limit=9) == []
    then.close()


def test_of_a_split_commitment_both_heirs_have_the_evidence_until_rules_tell_otherwise(
    log: SqliteStore, views: Views
) -> None:
    record(log, seen("a"), matched("a"))
    record(log, plan_revised(("naval", "defence"), ("air", "defence"), ended=("defence",)))
    views.catch_up(log)
    assert commitments(views.item("a")) == ["air", "naval"]
    record(log, withdrawn("a", "air"))
    views.catch_up(log)
    assert commitments(views.item("a")) == ["naval"]


def test_a_commitment_that_stays_keeps_its_evidence_beside_what_was_split_off(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a"), plan_revised(("naval", "defence")), seen("b"), matched("b"))
    views.catch_up(log)
    assert (commitments(views.item("a")), commitments(views.item("b"))) == (["defence", "naval"], ["defence"])


def test_merged_commitments_count_an_item_once(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a"), matched("a", "trade"))
    record(log, plan_revised(("both", "defence trade"), ended=("defence", "trade")))
    views.catch_up(log)
    assert [(one.commitment, one.items) for one in views.counts().commitments] == [("both", 1)]
    assert views.deliveries("ch").unaccounted == 0


def test_a_match_by_rules_of_before_goes_to_the_heirs_of_the_heirs(log: SqliteStore, views: Views) -> None:
    record(log, plan_revised(("one", "defence"), ended=("defence",)))
    record(log, plan_revised(("two", "one"), ended=("one",), ordinal=3), seen("a"), matched("a"))
    views.catch_up(log)
    assert (commitments(views.item("a")), views.heirs("p", "defence")) == (["two"], ("two",))


def test_a_renaming_can_be_taken_back(log: SqliteStore, views: Views) -> None:
    record(log, seen("a"), matched("a"), plan_revised(("new", "defence"), ended=("defence",)))
    record(log, plan_revised(("defence", "new"), ended=("new",), ordinal=3), seen("b"), matched("b"))
    views.catch_up(log)
    assert (commitments(views.item("a")), commitments(views.item("b"))) == (["defence"], ["defence"])
