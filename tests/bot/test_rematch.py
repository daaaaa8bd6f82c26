"""Activating rules: past items are matched anew as events, once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.questions.stored import PAGE
from bot.rules.activation import Standing, activate, at_start, in_force
from store.codec import fact
from store.events.items import ItemMatched, MatchWithdrawn, StoryJoined
from store.log import StoreBusy
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.bot.changed_rules import change, kinds, rules, see, start
from tests.store.facts import MINUTE, NOON, opened, queued, record, sent

OLD = rules(bridge=["bridge"], school=["school"])
NEW = rules(bridge=["ferry"], school=["school"])
TITLES = ("The bridge", "The ferry", "The school", "The bridge and the school", "The weather")


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    yield store
    store.close()


@pytest.fixture
def views() -> Iterator[Views]:
    opened_views = Views.open(None)
    yield opened_views
    opened_views.close()


def matches(views: Views) -> dict[str, list[str]]:
    items = views.items([f"i{number}" for number in range(9)])
    return {item.key: sorted(match.commitment for match in item.matches) for item in items if item.matches}


def test_what_changes_becomes_events_and_the_rest_stays_as_it_was(log: SqliteStore, views: Views) -> None:
    start(log, OLD, *TITLES)
    before = log.head()
    done = change(log, views, NEW)
    facts = [fact(recorded) for recorded in log.read(before)]
    assert done is not None
    assert (done.is_new, done.gained, done.lost) == (True, 1, 2)
    assert kinds(log, before) == ["rules", "withdrawn", "match", "story", "withdrawn", "rematched"]
    assert [one.item for one in facts if isinstance(one, MatchWithdrawn)] == ["i0", "i3"]
    assert [(one.item, one.ordinal, one.quiet) for one in facts if isinstance(one, ItemMatched)] == [("i1", 2, True)]
    assert [one.story for one in facts if isinstance(one, StoryJoined)] == ["i1"]
    assert matches(views) == {"i1": ["bridge"], "i2": ["school"], "i3": ["school"]}


def test_a_withdrawal_says_at_which_stage_the_match_fails(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge", "The school")
    change(log, views, rules(bridge=["ferry"]))
    found = [one for one in map(fact, log.read(types=("MatchWithdrawn.v1",))) if isinstance(one, MatchWithdrawn)]
    assert [one.reason for one in found] == [
        "missing at words: none of its terms is there",
        "no longer a commitment of the plan",
    ]


def test_the_activation_says_why_and_by_whom_with_the_report(log: SqliteStore, views: Views) -> None:
    start(log, OLD)
    change(log, views, NEW)
    now = in_force(log, "p").now
    assert now is not None
    assert (now.reason, now.by, now.report, now.ordinal) == ("better", "somebody", "{}", 2)


def test_the_same_rules_again_change_nothing(log: SqliteStore, views: Views) -> None:
    start(log, OLD, *TITLES)
    change(log, views, NEW)
    head = log.head()
    assert change(log, views, NEW) is None
    assert log.head() == head


def test_rules_of_the_configuration_can_be_activated_for_past_items(log: SqliteStore, views: Views) -> None:
    start(log, OLD, *TITLES)
    at_start(log, [NEW], meta={}, at=NOON)  # judges only what comes from now on
    done = change(log, views, NEW)
    assert done is not None
    assert (done.activation.ordinal, done.gained, done.lost) == (3, 1, 2)


def test_returning_to_earlier_rules_brings_back_what_they_found(log: SqliteStore, views: Views) -> None:
    start(log, OLD, *TITLES)
    views.catch_up(log)
    before = matches(views)
    for changed in (NEW, OLD, NEW, OLD):
        change(log, views, changed)
    assert matches(views) == before
    assert len(log.read(types=("ItemsRematched.v1",))) == 4


@pytest.mark.parametrize("page", [1, 2])
def test_a_run_that_died_goes_on_where_it_was(log: SqliteStore, views: Views, page: int) -> None:
    class Died(Exception):
        pass

    pages = 0

    def die(done: int, of: int) -> None:
        nonlocal pages
        pages += 1
        if pages == page:
            raise Died

    start(log, OLD, *("The weather",) * (PAGE - 1), "The ferry", "The bridge", *("The weather",) * PAGE, "The bridge")
    before = log.head()
    with pytest.raises(Died):
        change(log, views, NEW, progress=die)
    done = change(log, views, NEW)
    assert done is not None
    assert (done.is_new, done.gained, done.lost) == (False, 1, 2)
    assert kinds(log, before) == ["rules", "match", "story", "withdrawn", "withdrawn", "rematched"]


def test_two_processes_do_not_activate_at_once(log: SqliteStore, views: Views) -> None:
    start(log, OLD, *TITLES)
    log.lead("activate/p", "another", 2 * MINUTE, now=NOON + MINUTE)
    with pytest.raises(StoreBusy, match="another process is activating"):
        change(log, views, NEW)
    assert len(log.read(types=("RulesActivated.v1",))) == 1


def test_what_matches_now_is_posted_nowhere_unless_asked(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The ferry")
    record(log, opened())
    change(log, views, NEW)
    assert ([one.reason for one in views.silent("ch", 9)], views.owed("ch", 9)) == (["rematched"], [])


def test_what_matches_now_is_owed_where_asked(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The ferry")
    record(log, opened())
    change(log, views, NEW, post=True)
    assert [one.new_items for one in views.owed("ch", 9)] == [("i0",)]


def test_a_post_that_lost_its_match_is_owed_an_edit(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge and the school")
    record(log, opened(after=0), queued("i0", "i0"), sent("i0", "i0"))
    change(log, views, NEW)
    (owed,) = views.owed("ch", 9)
    assert (owed.revised, owed.story.commitments, views.deliveries("ch").unaccounted) == (True, ("school",), 0)


def test_items_that_come_meanwhile_are_matched_too(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge")

    def meanwhile(done: int, of: int) -> None:
        del of
        if done == 2:
            see(log, OLD, "i1", "The ferry")

    change(log, views, NEW, progress=meanwhile)
    assert matches(views) == {"i1": ["bridge"]}


# --- lineage --------------------------------------------------------------------------------------------------


def test_a_split_keeps_under_each_heir_what_its_rules_find(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge", "The bridge for trains", "The school")
    split = rules(
        formerly={"road": ["bridge"], "rail": ["bridge"]}, road=["bridge"], rail=["trains"], school=["school"]
    )
    change(log, views, split)
    assert matches(views) == {"i0": ["road"], "i1": ["rail", "road"], "i2": ["school"]}


def test_a_renaming_moves_the_evidence_without_matching_it_anew(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge")
    done = change(log, views, rules(formerly={"ferry": ["bridge"]}, ferry=["bridge"], school=["school"]))
    assert done is not None
    assert (done.gained, done.lost, matches(views)) == (0, 0, {"i0": ["ferry"]})


# --- a program that goes on -----------------------------------------------------------------------------------


def test_a_running_program_takes_up_the_rules_others_activate(log: SqliteStore, views: Views) -> None:
    start(log, OLD)
    standing = Standing(log, [OLD])
    assert standing.refresh() is False
    change(log, views, NEW)
    assert standing.refresh() is True
    assert [one.id for one in standing.rules] == [NEW.id]


def test_a_start_with_the_replaced_configuration_keeps_the_activated_rules(log: SqliteStore, views: Views) -> None:
    start(log, OLD)
    change(log, views, NEW)
    assert [one.id for one in at_start(log, [OLD], meta={}, at=NOON)] == [NEW.id]
    assert [one.id for one in at_start(log, [NEW], meta={}, at=NOON)] == [NEW.id]
    assert len(log.read(types=("RulesActivated.v1",))) == 2


def test_a_start_with_rules_of_its_own_brings_them_into_force(log: SqliteStore, views: Views) -> None:
    start(log, OLD)
    change(log, views, NEW)
    third = rules(bridge=["bridge", "ferry"])
    assert [one.id for one in at_start(log, [third], meta={}, at=NOON)] == [third.id]
    now = in_force(log, "p").now
    assert now is not None
    assert (now.rules, now.ordinal, now.reason) == (third.id, 3, "the configuration at start")


def test_a_lineage_comes_into_force_with_a_start_and_is_recorded_once(log: SqliteStore, views: Views) -> None:
    start(log, OLD, "The bridge")
    renamed = rules(formerly={"ferry": ["bridge"]}, ferry=["bridge"], school=["school"])
    for _ in range(2):
        at_start(log, [renamed], meta={}, at=NOON)
    activate(log, renamed, reason="again", meta={}, at=NOON)
    views.catch_up(log)
    assert (len(log.read(types=("PlanRevised.v1",))), matches(views)) == (1, {"i0": ["ferry"]})
