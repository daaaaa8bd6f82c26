"""An id for a feed that has none, from its address or its title. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

_MAX = 40


def id_for(text: str, *, taken: Collection[str]) -> str:
    """An id that none of `taken` is: from the host of an address (`paper-example`), else from the words of a title."""
    host = urlsplit(text).hostname if "://" in text else None
    plain = (
        unicodedata.normalize("NFKD", (host or text).removeprefix("www.").lower()).encode("ascii", "ignore").decode()
    )
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX].strip("-") or "feed"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
