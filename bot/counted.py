"""A number with its word, as a person would say it."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`1 event`, `2 events`; `many` is the plural where it is more than an s behind `one`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
