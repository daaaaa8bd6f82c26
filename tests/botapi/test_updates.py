"""How updates reach a bot: long polling with confirmation, conflicts, the webhook."""

import asyncio
import json

import pytest

from bot.demo.botapi.http import HttpServer, Reply, Request
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat, User
from tests.botapi.client import Client

pytestmark = pytest.mark.anyio


async def test_updates_stay_until_a_higher_offset_confirms_them(
    server: BotApiServer, client: Client, asha: User
) -> None:
    for word in ("one", "two", "three"):
        server.user_sends(asha, None, word)
    first = await client.ok("getUpdates", limit=2)
    assert [u["message"]["text"] for u in first] == ["one", "two"]
    assert await client.ok("getUpdates", limit=2) == first
    rest = await client.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [u["message"]["text"] for u in rest] == ["three"]
    assert server.pending_updates == 1


async def test_a_negative_offset_forgets_all_but_the_last(server: BotApiServer, client: Client, asha: User) -> None:
    for word in ("one", "two", "three"):
        server.user_sends(asha, None, word)
    assert [u["message"]["text"] for u in await client.ok("getUpdates", offset=-1)] == ["three"]
    assert server.pending_updates == 1


async def test_a_long_poll_answers_when_something_happens(server: BotApiServer, client: Client, asha: User) -> None:
    poll = asyncio.create_task(client.ok("getUpdates", timeout=30))
    await server.wait_for(lambda: server.polling)
    server.user_starts(asha, "c_4_2")
    (update,) = await poll
    assert update["message"]["text"] == "/start c_4_2"
    assert update["message"]["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]
    assert update["message"]["from"]["language_code"] == "hi"


async def test_a_second_poller_ends_the_first_with_a_conflict(server: BotApiServer, client: Client) -> None:
    first = asyncio.create_task(client.raw("getUpdates", timeout=30))
    await server.wait_for(lambda: server.polling)
    assert await client.ok("getUpdates") == []
    answer = await first
    assert (answer["error_code"], answer["description"].split(";")[0]) == (
        409,
        "Conflict: terminated by other getUpdates request",
    )


async def test_a_poller_that_hung_up_does_not_count(server: BotApiServer, client: Client) -> None:
    poll = asyncio.create_task(client.raw("getUpdates", timeout=30))
    await server.wait_for(lambda: server.polling)
    poll.cancel()
    await server.wait_for(lambda: not server.polling)
    assert server.calls[-1].outcome == "gone"
    assert await client.ok("getUpdates") == []


async def test_only_the_kinds_asked_for_are_kept(
    server: BotApiServer, client: Client, channel: Chat, asha: User
) -> None:
    await client.ok("getUpdates", allowed_updates=["callback_query"])
    server.user_sends(asha, None, "hello")
    await client.ok(
        "sendMessage",
        chat_id=channel.id,
        text="a",
        reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "1"}]]},
    )
    server.user_presses(asha, server.messages(channel)[0], "1")
    (update,) = await client.ok("getUpdates")
    assert update["callback_query"]["data"] == "1"
    assert update["callback_query"]["message"]["text"] == "a"


async def test_the_bot_hears_nothing_of_its_own_posts_and_little_in_groups(
    server: BotApiServer, client: Client, channel: Chat, asha: User
) -> None:
    group = server.add_group(-9)
    await client.ok("sendMessage", chat_id=channel.id, text="mine")
    said = await client.ok("sendMessage", chat_id=group.id, text="question?")
    server.user_sends(asha, group, "chatter")
    server.user_sends(asha, group, "/latest")
    server.user_sends(asha, group, "answer", reply_to=group.message(said["message_id"]))
    server.user_sends(asha, channel, "another admin's post")
    updates = await client.ok("getUpdates")
    heard = [
        (next(k for k in u if k != "update_id"), next(v for k, v in u.items() if k != "update_id")) for u in updates
    ]
    assert [(kind, what["text"]) for kind, what in heard] == [
        ("message", "/latest"),
        ("message", "answer"),
        ("channel_post", "another admin's post"),
    ]


async def test_being_removed_or_blocked_is_an_update(
    server: BotApiServer, client: Client, channel: Chat, asha: User
) -> None:
    server.set_bot(channel, "kicked", by=asha)
    server.user_blocks(asha)
    first, second = (u["my_chat_member"] for u in await client.ok("getUpdates"))
    assert (first["old_chat_member"]["status"], first["new_chat_member"]["status"]) == ("administrator", "kicked")
    assert (second["chat"]["type"], second["new_chat_member"]["status"]) == ("private", "kicked")


async def test_an_edited_message_is_another_update(server: BotApiServer, client: Client, asha: User) -> None:
    message = server.user_sends(asha, None, "helo")
    server.user_edits(message, "hello")
    kinds = [set(u) - {"update_id"} for u in await client.ok("getUpdates")]
    assert kinds == [{"message"}, {"edited_message"}]


class Hook:
    """A bot's webhook: keeps what was posted, refuses the first so many."""

    def __init__(self, refuse: int = 0) -> None:
        self.got: list[tuple[str, dict[str, object]]] = []
        self.refuse = refuse

    async def __call__(self, request: Request) -> Reply:
        self.got.append((request.headers.get("x-telegram-bot-api-secret-token", ""), json.loads(request.body)))
        return Reply(500 if len(self.got) <= self.refuse else 200, b"")


async def test_a_webhook_gets_updates_in_order_with_its_secret(
    asha: User, server: BotApiServer, client: Client
) -> None:
    hook = Hook()
    web = HttpServer(hook)
    port = await web.start("127.0.0.1", 0)
    server.user_sends(asha, None, "before")
    assert await client.ok("setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
    server.user_sends(asha, None, "after")
    await server.wait_for(lambda: not server.pending_updates)
    await web.stop()
    assert [(secret, u["message"]["text"]) for secret, u in hook.got] == [("s3cret", "before"), ("s3cret", "after")]  # type: ignore[index]
    said = await client.error("getUpdates")
    assert said.startswith("Conflict: can't use getUpdates method while webhook is active")
    assert await client.ok("deleteWebhook")
    assert await client.ok("getUpdates") == []


async def test_a_webhook_that_refuses_gets_the_update_again_and_the_error_is_told(client: Client) -> None:
    hook = Hook(refuse=1)
    web = HttpServer(hook)
    port = await web.start("127.0.0.1", 0)
    async with BotApiServer(token="4:x", webhook_retry_s=0) as server:
        reader = server.add_user(5)
        base = f"{server.url}/bot4:x/"
        await client.http.post(f"{base}setWebhook", data={"url": f"http://127.0.0.1:{port}/"})
        server.user_sends(reader, None, "hello")
        await server.wait_for(lambda: not server.pending_updates)
        info = (await client.http.get(f"{base}getWebhookInfo")).json()["result"]
    await web.stop()
    assert len(hook.got) == 2
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_webhook_urls_and_secrets_are_checked(client: Client) -> None:
    said = await client.error("setWebhook", url="example.org")
    assert said == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    said = await client.error("setWebhook", url="https://example.org", secret_token="é")
    assert said == "Bad Request: secret token contains unallowed characters"
