"""What all tests share: asyncio is the event loop they run in, and a property draws the same examples every time.

A check that fails must fail again, and none is judged by the clock of a busy machine; `make chaos` draws anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("the same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("anew", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("the same")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What configurations were found to say is kept for these tests alone, not in the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
