"""What all tests share: asyncio is the event loop they run in."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
