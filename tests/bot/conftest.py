"""One event loop for the tests of this folder."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
