"""A hub that tells of news: asked for it, believed when it signs, and read at once."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import pytest

from bot.demo.botapi.http import HttpServer, Reply, Request
from tests.end_to_end.place import SOON_S, Place, open_place, rss

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@dataclass(slots=True)
class Hub:
    """A hub: it takes subscriptions, asks back whether they were meant, and can tell of news."""

    asked: dict[str, str] = field(default_factory=dict)
    confirmed: anyio.Event = field(default_factory=anyio.Event)
    answers: list[tuple[int, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request) -> Reply:
        self.asked, _ = request.form()
        query = {name: self.asked[name] for name in ("hub.mode", "hub.topic", "hub.lease_seconds")}
        async with httpx.AsyncClient() as client:
            for topic in (self.asked["hub.topic"], "https://stranger.example/"):
                answer = await client.get(
                    self.asked["hub.callback"], params={**query, "hub.topic": topic, "hub.challenge": "meant?"}
                )
                self.answers.append((answer.status_code, answer.text))
        self.confirmed.set()
        return Reply(202, b"", "text/plain")

    async def tell(self, body: bytes, *, secret: str) -> int:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                self.asked["hub.callback"], content=body, headers={"X-Hub-Signature": f"sha256={signature}"}
            )
        return answer.status_code


@asynccontextmanager
async def open_hub() -> AsyncIterator[Hub]:
    hub = Hub()
    server = HttpServer(hub.answer)
    hub.url = f"http://127.0.0.1:{await server.start('127.0.0.1', 0)}/"
    try:
        yield hub
    finally:
        await server.stop()


def announce(place: Place, hub: Hub, port: int, *items: tuple[str, str]) -> None:
    """Let the feed name its hub, and the program listen for it."""
    links = (
        f"<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='hub' href='{hub.url}'/>"
        f"<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='{place.feeds_url}/times'/>"
    )
    body = rss(items).replace(b"<title>T</title>", f"<title>T</title>{links}".encode())
    place.replies["times"] = Reply(200, body, "application/rss+xml")
    place.write_config(websub={"url": f"http://127.0.0.1:{port}/", "port": port, "secret": "file:secret"})
    (place.folder / "secret").write_text("sixteen letters and more\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_what_a_hub_tells_of_is_read_at_once_and_only_when_it_signs(tmp_path: Path) -> None:
    port = free_port()
    async with open_hub() as hub, open_place(tmp_path, times=[]) as place:
        announce(place, hub, port, ("a", "The bridge"))
        await place.command("poll")
        async with place.running():
            with anyio.fail_after(SOON_S):
                await hub.confirmed.wait()
            await place.polled(2)
            forged = await hub.tell(b"<rss/>", secret="not the secret")
            announce(place, hub, port, ("a", "The bridge"), ("b", "The school is open"))
            told = await hub.tell(b"<rss/>", secret=hub.asked["hub.secret"])
            posts = await place.posts(1)
            async with httpx.AsyncClient() as client:
                stranger = await client.post(f"http://127.0.0.1:{port}/times/guessed", content=b"")
        polls = len(place.asked)
    assert hub.answers == [(200, "meant?"), (404, "")]
    assert (forged, told, stranger.status_code) == (202, 202, 404)
    assert "The school is open" in posts[0]
    assert polls == 3


async def test_without_its_secret_no_hub_is_asked_and_the_run_says_so(tmp_path: Path) -> None:
    async with open_place(tmp_path, times=[("a", "The bridge")]) as place:
        place.write_config(websub={"url": "https://us.example/hook", "port": 0})
        async with place.running() as process:
            await place.polled(1)
            process.terminate()
            _, err = await process.communicate()
    assert "set PACTWATCH_WEBSUB_SECRET" in err.decode()


async def test_a_port_that_is_taken_ends_the_run_with_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with open_place(tmp_path, times=[]) as place:
            port = taken.getsockname()[1]
            place.write_config(websub={"url": "https://us.example/hook", "port": port, "secret": "x" * 16})
            ended = await place.command("run")
    assert ended.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in ended.err
    assert "Traceback" not in ended.err
