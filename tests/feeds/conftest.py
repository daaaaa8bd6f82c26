"""A loopback feed server and a client that may ask it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from feeds.fetch import make_client
from tests.feeds.feed_server import FeedServer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """May ask private addresses; every name leads to loopback; trusts no certificate."""
    made = make_client(
        user_agent="pactwatch/test (+https://example.org/contact)",
        allow_private_addresses=True,
        lookup=lambda _name: ["127.0.0.1"],
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    async with made:
        yield made
