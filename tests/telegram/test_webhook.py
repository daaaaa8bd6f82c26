"""Updates brought by Telegram, over a real socket; and the way back to fetching them."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.listener import PortTaken, can_listen
from bot.telegram.application import WebhookRefused
from bot.telegram.webhook import Webhook
from tests.bot.stage import Stage, staged
from tests.telegram.talk import ask, listening, person

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not can_listen(), reason="needs the extra `webhooks`")]
SECRET = "a-secret-of-the-webhook_0"


def webhook(*, url: str = "") -> Webhook:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Webhook(url or f"http://127.0.0.1:{port}/telegram", "127.0.0.1", port, SECRET)


@asynccontextmanager
async def called(path: Path, where: Webhook) -> AsyncIterator[Stage]:
    async with staged(path) as stage, listening(stage, webhook=where):
        yield stage


async def bring(where: Webhook, *, said: str = SECRET, body: str = "{}", method: str = "POST") -> int:
    async with httpx.AsyncClient() as client:
        headers = {b"X-Telegram-Bot-Api-Secret-Token": said.encode("latin-1")} if said else {}
        return (await client.request(method, where.url, content=body, headers=headers)).status_code


async def test_a_question_is_answered_without_any_polling(tmp_path: Path) -> None:
    async with called(tmp_path, webhook()) as stage:
        answer = await ask(stage, person(stage), "/list")
        assert answer.text.startswith("Joint Plan")
        await stage.server.wait_for(lambda: not stage.server.pending_updates)
        assert stage.server.calls_of("getUpdates") == []
        (asked,) = stage.server.calls_of("setWebhook")
        assert asked.text("secret_token") == SECRET
        assert asked.json("allowed_updates") == ["message", "callback_query", "inline_query"]


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"said": ""}, 403),
        ({"said": "a-secret-of-the-webhook_1"}, 403),
        ({"said": "é"}, 403),
        ({"method": "GET"}, 403),
        ({"body": "no json"}, 400),
        ({"body": "[]"}, 400),
        ({"body": "{}"}, 400),
        ({"body": '{"update_id": 7, "message": {"message_id": "x"}}'}, 400),
    ],
)
async def test_who_has_not_the_secret_or_brings_no_update_is_turned_away(
    tmp_path: Path, how: dict[str, str], status: int
) -> None:
    where = webhook()
    update = '{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}}}'
    async with called(tmp_path, where):
        assert await bring(where, **{"body": update, **how}) == status
        assert await bring(where, body=update) == 200


async def test_an_update_that_is_brought_twice_is_answered_once(tmp_path: Path) -> None:
    where = webhook()
    update = (
        '{"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"},'
        ' "text": "/list", "entities": [{"type": "bot_command", "offset": 0, "length": 5}],'
        ' "from": {"id": 42, "is_bot": false, "first_name": "R"}}}'
    )
    async with called(tmp_path, where) as stage:
        user = person(stage)
        assert [await bring(where, body=update) for _ in range(3)] == [200, 200, 200]
        await ask(stage, user, "/help")
        said = [message.text for message in stage.server.messages(user) if message.by_bot]
        assert [text.partition("\n")[0] for text in said] == ["Joint Plan", "Ask"]


async def test_what_comes_while_it_is_down_waits_for_the_next_start(tmp_path: Path) -> None:
    where = webhook()
    async with staged(tmp_path) as stage:
        user = person(stage)
        async with listening(stage, webhook=where):
            pass
        stage.server.user_sends(user, None, "/list")
        async with listening(stage, webhook=where):
            await stage.server.wait_for(lambda: len(stage.server.messages(user)) == 2)


async def test_back_to_polling_the_webhook_is_taken_down(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        user = person(stage)
        async with listening(stage, webhook=webhook()):
            await ask(stage, user, "/list")
        async with listening(stage):
            await ask(stage, user, "/list")
            assert len(stage.server.calls_of("deleteWebhook")) == 1
            assert stage.server.calls_of("getUpdates")


async def test_it_is_set_however_long_telegram_is_away(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.server.faults.add("status", method="setWebhook", code=502, times=2)
        async with listening(stage, webhook=webhook()):
            answer = await ask(stage, person(stage), "/list")
    assert answer.text.startswith("Joint Plan")


async def test_an_address_telegram_does_not_take_is_said_in_one_line_without_the_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pactwatch")
    async with staged(tmp_path) as stage:
        with pytest.raises(WebhookRefused, match=r"telegram\.webhook\.url: ftp://bot\.example: Telegram") as refused:
            async with listening(stage, webhook=webhook(url="ftp://bot.example")):
                raise AssertionError("came up")
    assert SECRET not in str(refused.value) + caplog.text
    assert SECRET not in repr(webhook())


async def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with staged(tmp_path) as stage:
            with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"):
                async with listening(stage, webhook=Webhook("https://bot.example", "127.0.0.1", port, SECRET)):
                    raise AssertionError("came up")
