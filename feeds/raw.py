"""What a document says before anything is made of it: the common form of every format and of both ways to read XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Text(NamedTuple):
    """Text as published, and whether it is markup."""

    value: str
    markup: bool = False


@dataclass(slots=True)
class Entry:
    """One item as published: dates as written, addresses relative to `base`, text with its markup."""

    guid: str | None = None
    link: str | None = None
    base: str = ""
    title: Text | None = None
    summary: Text | None = None
    content: Text | None = None
    published: str | None = None
    updated: str | None = None
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()
    language: str | None = None
    enclosures: Sequence[tuple[str, str | None, str | None]] = ()
    comments: str | None = None
    source: Text | None = None


@dataclass(slots=True)
class Document:
    """A whole feed as published; `hints` holds what it says about polling, by element name."""

    format: str
    version: str = ""
    guid: str | None = None
    link: str | None = None
    base: str = ""
    title: Text | None = None
    description: Text | None = None
    updated: str | None = None
    language: str | None = None
    authors: Sequence[str] = ()
    hints: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
