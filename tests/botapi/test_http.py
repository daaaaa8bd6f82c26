"""The socket: bodies of every kind a client sends, and every way an answer can fail to come."""

import asyncio
import json
from collections.abc import Coroutine

import httpx
import pytest

from bot.demo.botapi.faults import Fault, Kind
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.world import Chat
from tests.botapi.client import Client

pytestmark = pytest.mark.anyio


async def test_bodies_may_be_urlencoded_json_or_multipart_or_a_query(client: Client, channel: Chat) -> None:
    text = "a & b = é 😀\r\n--c"
    params = {"chat_id": str(channel.id), "text": text}
    answers = [
        await client.http.post("sendMessage", data=params),
        await client.http.post("sendMessage", json={"chat_id": channel.id, "text": text}),
        await client.http.post("sendMessage", data=params, files={"unused": ("x.bin", b"\r\n--\r\n\x00\xff")}),
        await client.http.get("sendmessage", params=params),
    ]
    assert [a.json()["result"]["text"] for a in answers] == ["a & b = é 😀\n--c"] * 4


async def test_a_file_arrives_byte_for_byte(server: BotApiServer, client: Client, channel: Chat) -> None:
    body = b"\x89PNG\r\n\x1a\n--x\r\n\r\n" + bytes(range(256)) * 20
    files = {"photo": ("week.png", body, "image/png")}
    answer = await client.http.post("sendPhoto", data={"chat_id": str(channel.id), "caption": "The week"}, files=files)
    assert answer.json()["result"]["photo"][0]["file_size"] == len(body)
    media = server.messages(channel)[0].media
    assert media is not None
    assert (media.upload.name, media.upload.body) == ("week.png", body)


async def test_a_body_that_cannot_be_read_is_a_bad_request(client: Client) -> None:
    answer = await client.http.post("getMe", content=b"{no", headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_a_wrong_token_and_an_unknown_method_are_refused(server: BotApiServer, client: Client) -> None:
    async with httpx.AsyncClient() as other:
        wrong = await other.get(f"{server.url}/bot1:wrong/getMe")
        nowhere = await other.get(f"{server.url}/")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert nowhere.status_code == 404
    assert await client.raw("getNothing") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }


FAILURES: list[tuple[Kind, type[Exception]]] = [("reset", httpx.ReadError), ("cut", httpx.RemoteProtocolError)]


@pytest.mark.parametrize(("kind", "error"), FAILURES)
@pytest.mark.parametrize("effect", [False, True])
async def test_an_answer_can_be_lost_before_or_after_the_effect(
    server: BotApiServer, client: Client, channel: Chat, kind: Kind, error: type[Exception], effect: bool
) -> None:
    server.faults.add(kind, method="sendMessage", effect=effect)
    with pytest.raises(error):
        await client.raw("sendMessage", chat_id=channel.id, text="x")
    assert len(server.messages(channel)) == (1 if effect else 0)
    assert await client.ok("sendMessage", chat_id=channel.id, text="y")


async def _give_up(server: BotApiServer, fault: Fault, request: Coroutine[None, None, object]) -> None:
    """The client hangs up once the server has the request."""
    waiting = asyncio.create_task(request)
    await server.wait_for(lambda: fault.fired)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("effect", [False, True])
async def test_an_answer_may_never_come(server: BotApiServer, client: Client, channel: Chat, effect: bool) -> None:
    fault = server.faults.add("timeout", method="sendMessage", effect=effect)
    await _give_up(server, fault, client.raw("sendMessage", chat_id=channel.id, text="x"))
    assert len(server.messages(channel)) == (1 if effect else 0)
    assert [call.outcome for call in server.calls] == ["timeout"]


@pytest.mark.parametrize(("code", "kind"), [(500, "application/json"), (502, "text/html"), (503, "application/json")])
@pytest.mark.parametrize("effect", [False, True])
async def test_a_server_error_says_nothing_about_the_effect(
    server: BotApiServer, client: Client, channel: Chat, code: int, kind: str, effect: bool
) -> None:
    server.faults.add("status", code=code, effect=effect)
    answer = await client.http.post("sendMessage", data={"chat_id": str(channel.id), "text": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (code, kind)
    assert len(server.messages(channel)) == (1 if effect else 0)


async def test_an_answer_may_be_no_json(server: BotApiServer, client: Client) -> None:
    server.faults.add("not_json", method="getMe")
    answer = await client.http.get("getMe")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_fault_strikes_the_calls_it_was_ordered_for(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    other = server.add_channel(-1009)
    server.faults.add("error", method="sendMessage", chat=channel.id, skip=1, times=2, code=400, description="no")
    sent = [await client.raw("sendMessage", chat_id=chat.id, text="x") for chat in (channel, other) for _ in range(4)]
    assert [answer["ok"] for answer in sent] == [True, False, False, True, True, True, True, True]
    assert [call.outcome for call in server.calls_of("sendMessage", channel)] == ["ok", "error", "error", "ok"]


async def test_a_slow_call_takes_effect_when_released_even_if_nobody_waits(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    slow = server.faults.add("slow", method="sendMessage")
    await _give_up(server, slow, client.raw("sendMessage", chat_id=channel.id, text="late"))
    assert server.messages(channel) == []
    slow.release()
    assert (await server.wait_for(lambda: server.messages(channel)))[0].text == "late"


async def test_a_storm_of_429_names_the_wait_and_counts_those_who_ignore_it(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    server.faults.add("flood", method="sendMessage", retry_after=7, times=2)
    answers = [await client.raw("sendMessage", chat_id="@pactwatch", text="x") for _ in range(3)]
    assert answers[0] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert [a["error_code"] for a in answers] == [429, 429, 429]
    assert [v.chat for v in server.violations] == [channel.id, channel.id]


async def test_stopping_ends_what_is_still_waiting(client: Client) -> None:
    async with BotApiServer(token="2:x") as other:
        held = other.faults.add("slow", method="getMe")
        waiting = asyncio.create_task(client.http.get(f"{other.url}/bot2:x/getMe"))
        await other.wait_for(lambda: held.fired)
    with pytest.raises(httpx.RemoteProtocolError):
        await waiting
    with pytest.raises(httpx.ConnectError):
        await client.http.get(f"{other.url}/bot2:x/getMe")


async def test_waiting_for_something_that_never_comes_names_the_last_calls(
    server: BotApiServer, client: Client
) -> None:
    await client.ok("getMe")
    with pytest.raises(TimeoutError, match="getMe ok"):
        await server.wait_for(lambda: False, timeout=0.01)


async def test_a_server_that_is_down_refuses_and_comes_back_with_everything(
    server: BotApiServer, client: Client, channel: Chat
) -> None:
    await client.ok("sendMessage", chat_id=channel.id, text="before")
    await server.go_down()
    with pytest.raises(httpx.ConnectError):
        await client.raw("sendMessage", chat_id=channel.id, text="lost")
    await server.come_back()
    await client.ok("sendMessage", chat_id=channel.id, text="after")
    assert [m.text for m in server.messages(channel)] == ["before", "after"]


@pytest.mark.parametrize(
    "noise", [b"\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x16\x03"]
)
async def test_what_is_no_http_harms_nobody(server: BotApiServer, client: Client, noise: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(noise)
    writer.write_eof()
    assert b"200 OK" not in await reader.read()
    writer.close()
    await writer.wait_closed()
    assert await client.ok("getMe")
