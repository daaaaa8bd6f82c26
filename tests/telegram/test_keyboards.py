"""Callback data: written within 64 bytes, read as if a stranger had written it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.actions import (
    Action,
    HoldChannel,
    HoldFeed,
    JudgeMiss,
    MakeDossier,
    ShowCommitment,
    ShowDigest,
    ShowFeeds,
    ShowFound,
    ShowLatest,
    ShowMiss,
    ShowMonths,
    ShowPast,
    ShowPillar,
    ShowPillars,
    ShowSeen,
    ShowSilence,
    ShowStatus,
    ShowTimeline,
    ShowWhy,
    Vote,
)
from bot.telegram.callbacks import action, data, from_start, start_payload

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True)
POSITIONS = st.none() | st.integers(min_value=1, max_value=10**12)
TIMES = st.none() | st.integers(min_value=10**8, max_value=10**10 - 1)
WORDS = st.text("अकर abcè-'", min_size=1, max_size=40).map(str.strip).filter(bool)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(ShowLatest, st.none() | NAMES.filter(lambda name: len(name) < 30), POSITIONS, TIMES),
    st.builds(ShowFound, WORDS, POSITIONS, TIMES),
    st.builds(ShowSeen, WORDS, POSITIONS),
    st.builds(ShowPast, TIMES.filter(bool), st.none() | NAMES.filter(lambda name: len(name) < 30), POSITIONS),
    st.builds(ShowMonths, NAMES),
    st.builds(ShowSilence, st.none() | NAMES),
    st.builds(ShowStatus, st.none() | NAMES),
    st.builds(ShowDigest, st.sampled_from(["day", "week"])),
    st.builds(MakeDossier, NAMES),
    st.builds(ShowFeeds, st.none() | NAMES),
    st.builds(HoldFeed, NAMES, st.booleans()),
    st.builds(ShowMiss, st.just("2026-W09"), st.integers(min_value=0, max_value=999)),
    st.builds(JudgeMiss, st.just("2026-W09"), st.just("3f9a2c41d07be8815c20"), st.sampled_from(["right", "wrong"])),
    st.builds(HoldChannel, st.sampled_from(["-1001234567890", "terminal"]), st.booleans()),
    st.builds(ShowPillars),
    st.builds(ShowPillar, st.sampled_from(["I", "IV", "X"])),
    st.builds(ShowCommitment, NAMES),
    st.builds(Vote, st.text("0123456789abcdef", min_size=20, max_size=20), st.sampled_from(["right", "wrong"])),
    st.builds(ShowTimeline, st.text("0123456789abcdef", min_size=20, max_size=20)),
    st.builds(ShowWhy, st.text("0123456789abcdef", min_size=20, max_size=20)),
)


@given(ACTIONS)
def test_what_is_written_is_read_back_and_fits(wanted: Action) -> None:
    text = data(wanted)
    if text is None:
        assert isinstance(wanted, ShowFound | ShowSeen)
    else:
        assert len(text.encode()) <= 64
        assert action(text) == wanted


@given(st.text(max_size=70))
def test_no_data_crashes_the_reader(text: str) -> None:
    wanted = action(text)
    assert wanted is None or data(wanted) is not None or isinstance(wanted, ShowFound | ShowSeen)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "l:",
        "l:A:",
        "l::0",
        "l::-1",
        "l::9" + "9" * 30,
        "c:",
        "c:../etc",
        "w:",
        "w:<b>",
        "f::",
        "p:I II",
        "l::5\n",
    ],
)
def test_forged_data_asks_for_nothing(text: str) -> None:
    assert action(text) is None


def test_a_deep_link_names_a_commitment_and_nothing_else() -> None:
    assert from_start(start_payload("defence-roadmap")) == ShowCommitment("defence-roadmap")
    assert from_start("c_<b>") is None
    assert from_start("") is None
