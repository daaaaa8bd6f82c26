"""What all tests share: asyncio is the event loop they run in, and a property draws the same examples every time.

A check that fails must fail again, and none is judged by the clock of a busy machine; `make chaos` draws anew.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("the same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("anew", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("the same")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
