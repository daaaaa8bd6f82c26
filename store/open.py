"""Which engine a store's address names."""

from __future__ import annotations

from pathlib import Path

from store.log import LogError, Store
from store.sqlite import SqliteStore


def open_store(url: str, *, create: bool = True) -> Store:
    """The store at `sqlite:///relative`, `sqlite:////absolute`, `sqlite:///:memory:` or `postgresql://…`.

    With `create=False` a store that does not exist yet is StoreUnavailable. LogError for any other address.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return SqliteStore(None if rest == "/:memory:" else Path(rest[1:]), create=create)
    if scheme in {"postgresql", "postgres"}:
        raise LogError("PostgreSQL is not supported by this version yet; use store: sqlite:///pactwatch.db")
    raise LogError(f"cannot open the store {scheme or url}://…: write sqlite:///pactwatch.db or postgresql://…")
