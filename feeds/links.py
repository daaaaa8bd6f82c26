"""Link header fields (RFC 8288): which address stands in which relation to the answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin


def links(value: str, *, base: str) -> dict[str, str]:
    """The first address of every relation, in small letters; several fields joined by commas. Relative addresses are
    meant from `base`. What cannot be read is passed over."""
    found: dict[str, str] = {}
    for target, relations in _links(value):
        try:
            whole = urljoin(base, target)
        except ValueError:
            continue
        for relation in relations.lower().split():
            found.setdefault(relation, whole)
    return found


def _links(value: str) -> Iterator[tuple[str, str]]:
    """Each target with its relations: in angle brackets, with parameters behind it up to the next one's bracket."""
    for part in _LINK.finditer(value):
        relation = _REL.search(part[2])
        if relation is not None:
            yield part[1].strip(), relation[1] or relation[2]


_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
