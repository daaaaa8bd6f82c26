"""What was meant by a name that nothing has: the names most like it."""

from __future__ import annotations

from collections.abc import Iterable


def meant(name: str, known: Iterable[str], *, most: int = 1) -> list[str]:
    """The nearest of the known names, the most alike first; empty where none is near."""
    import difflib  # noqa: PLC0415 - only a name that is mistyped pays for this import

    return difflib.get_close_matches(name, list(known), n=most)
