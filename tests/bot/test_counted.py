"""Numbers with their words."""

from __future__ import annotations

import pytest

from bot.counted import counted


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("event",), "0 events"),
        (1, ("event",), "1 event"),
        (2, ("match", "matches"), "2 matches"),
        (1, ("seal holds", "seals hold"), "1 seal holds"),
    ],
)
def test_one_is_said_otherwise_than_many(number: int, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said
