"""Which engine a store's address names."""

from __future__ import annotations

from pathlib import Path

from store.log import LogError, Store, StoreUnavailable
from store.sqlite import SqliteStore


def open_store(url: str, *, create: bool = True) -> Store:
    """The store at `sqlite:///relative`, `sqlite:////absolute`, `sqlite:///:memory:` or `postgresql://…`.

    With `create=False` a store that does not exist yet is StoreUnavailable. LogError for any other address.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return SqliteStore(None if rest == "/:memory:" else Path(rest[1:]), create=create)
    if scheme in {"postgresql", "postgres"}:
        return _postgres(url, create=create)
    raise LogError(f"cannot open the store {scheme or url}://…: write sqlite:///pactwatch.db or postgresql://…")


def _postgres(url: str, *, create: bool) -> Store:
    try:
        from store.postgres import PostgresStore  # noqa: PLC0415 - an extra that most installations do without
    except ImportError as exc:
        raise StoreUnavailable(f"PostgreSQL needs psycopg ({exc}); run: pip install 'psycopg[binary]>=3.2'") from exc
    return PostgresStore(url, create=create)
