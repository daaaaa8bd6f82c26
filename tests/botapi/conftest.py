"""The stand-in, running, for the tests in this folder."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat, User
from tests.botapi.client import Client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(limits=None) as running:
        yield running


@pytest.fixture
async def client(server: BotApiServer) -> AsyncIterator[Client]:
    # verify=False: no certificates are read for what is plain http.
    base = f"{server.url}/bot{server.token}/"
    async with httpx.AsyncClient(base_url=base, timeout=10, verify=False) as http:
        yield Client(http)


@pytest.fixture
def channel(server: BotApiServer) -> Chat:
    return server.add_channel(-1001, title="Pact watch", username="pactwatch")


@pytest.fixture
def group(server: BotApiServer) -> Chat:
    return server.add_group(-1002, title="Desk", is_forum=True, bot_rights=("manage_topics", "pin_messages"))


@pytest.fixture
def asha(server: BotApiServer) -> User:
    return server.add_user(42, first_name="Asha", language_code="hi", started=True)
