"""Every feed under tests/data/feeds is read as the file beside it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feeds.parse import parse
from feeds.records import records

FOLDER = Path(__file__).parents[1] / "data" / "feeds"
EXPECTATIONS = sorted(FOLDER.glob("*.expect.json"))


def body_of(expectation: Path) -> Path:
    stem = expectation.name.removesuffix(".expect.json")
    return next(path for path in FOLDER.glob(stem + ".*") if not path.name.endswith(".expect.json"))


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: path.name.removesuffix(".expect.json"))
def test_a_feed_is_read_as_expected(expectation: Path) -> None:
    expected: dict[str, Any] = json.loads(expectation.read_text(encoding="utf-8"))
    first, *items = records(parse(body_of(expectation).read_bytes()))
    assert {key: first["_feed"][key] for key in expected["feed"]} == expected["feed"]
    assert [{key: item[key] for key in want} for item, want in zip(items, expected["items"], strict=True)] == expected[
        "items"
    ]


def test_every_feed_has_an_expectation() -> None:
    bodies = {path.stem for path in FOLDER.iterdir() if not path.name.endswith(".expect.json")}
    assert bodies == {path.name.removesuffix(".expect.json") for path in EXPECTATIONS}
