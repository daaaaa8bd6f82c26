"""The children of a feed element by short name."""

from __future__ import annotations

from collections.abc import Iterable

from feeds.constructs import Element, payload, person, text_of
from feeds.entries import page_rank, relation
from feeds.names import Names
from feeds.raw import Text


class Fields:
    """What stands directly in a channel or feed element."""

    __slots__ = ("_children", "_home")

    def __init__(self, element: Element, names: Names) -> None:
        self._home = names.home
        self._children: dict[str, list[Element]] = {}
        for child in element:
            self._children.setdefault(names[child.tag], []).append(child)

    def all(self, *names: str) -> list[Element]:
        """Every child of these names, by name, then in the order of the document."""
        return [child for name in names for child in self._children.get(name, ())]

    def pick(self, *names: str) -> tuple[str, Element] | None:
        """The first child that says something, by the rank of its name."""
        for name in names:
            for child in self._children.get(name, ()):
                if (child.text and not child.text.isspace()) or len(child):
                    return name, child
        return None

    def text(self, *names: str) -> str | None:
        """Its text without markup, stripped."""
        found = self.pick(*names)
        return payload(found[1]).strip() if found else None

    def construct(self, *names: str) -> Text | None:
        """Its text as the format means it."""
        found = self.pick(*names)
        if found is None:
            return None
        return text_of(
            found[1],
            found[1].text or "",
            atom=found[0].startswith("atom:") or (self._home == "atom" and ":" not in found[0]),
        )

    def authors(self, names: Iterable[str]) -> list[str]:
        """Everybody who is named as an author, once each."""
        return list(dict.fromkeys(filter(None, map(person, self.all(*names)))))

    def page(self) -> str | None:
        """The page that the feed belongs to; of several equal ones the last."""
        best, rank = None, 1
        for link in self.all("atom:link", "link"):
            address = (link.get("href") or link.text or "").strip()
            if address and relation(link) == "alternate" and page_rank(link) >= rank:
                best, rank = address, page_rank(link)
        return best

    def links(self) -> dict[str, str]:
        """The first address of every other link relation."""
        found: dict[str, str] = {}
        for link in self.all("atom:link", "link"):
            if link.get("href"):
                found.setdefault(relation(link), link.get("href").strip())
        return found
