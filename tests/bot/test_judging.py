"""Judging again: labelled examples, read from lines."""

from __future__ import annotations

import json

import pytest

from bot.rules.judging import ExampleError, read_examples


def test_an_example_is_an_item_with_its_labels() -> None:
    line = json.dumps({"id": 1, "lang": "en", "title": "The bridge", "commitments": ["bridge"]})
    (example,) = read_examples(["", line])
    assert (example.id, example.lang, example.item.title) == ("1", "en", "The bridge")
    assert example.commitments == {"bridge"}


@pytest.mark.parametrize("line", ["no json", "[]", '{"id": 1}', '{"id": 1, "title": "x", "commitments": 3}'])
def test_a_line_that_is_no_example_is_named(line: str) -> None:
    with pytest.raises(ExampleError, match="line 2: wanted"):
        read_examples(["", line])
