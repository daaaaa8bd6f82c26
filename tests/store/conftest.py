"""What most tests of views begin with: an empty log, and views of nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.sqlite import SqliteStore
from store.views.views import Views


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    yield store
    store.close()


@pytest.fixture
def views() -> Iterator[Views]:
    opened = Views.open(None)
    yield opened
    opened.close()
