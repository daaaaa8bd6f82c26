"""A chat on a terminal."""

import pytest
from rich.cells import cell_len

from bot.demo.botapi.methods import formatted
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.show import render_chat, render_message
from bot.demo.botapi.world import Chat, Message

pytestmark = pytest.mark.anyio
POST = (
    '#JSAP_Defence <b><a href="https://example.org/a">India and Italy agree a defence industrial roadmap</a></b>\n'
    "<blockquote expandable>भारत और इटली ने रक्षा औद्योगिक रोडमैप पर सहमति जताई।</blockquote>"
)
KEYBOARD: dict[str, object] = {
    "inline_keyboard": [[{"text": "Open", "url": "https://example.org/a"}, {"text": "Why?", "callback_data": "1"}]]
}


def _post(server: BotApiServer, channel: Chat, html: str = POST) -> Message:
    post = server.world.put(channel, None, formatted(html, "HTML"), markup=KEYBOARD, silent=True)
    post.date = 36_000
    return post


async def test_a_post_shows_text_links_quotations_and_buttons(server: BotApiServer, channel: Chat) -> None:
    first = _post(server, channel)
    reply = server.world.put(channel, None, formatted("more", ""), reply_to=first, edited=1)
    reply.date = 36_060
    assert render_chat(channel, [first, reply], width=60) == [
        "── Pact watch · @pactwatch " + "─" * 33,
        "#1 10:00 · silent",
        "  #JSAP_Defence India and Italy agree a defence industrial",
        "  roadmap ‹example.org/a›",
        "  ▎ भारत और इटली ने रक्षा औद्योगिक रोडमैप पर सहमति जताई।",
        "  [ Open ↗ ] [ Why? ]",
        "",
        "#2 10:01 · edited",
        "  ↪ #1 #JSAP_Defence India and Italy agree a d…",
        "  more",
        "",
    ]


async def test_no_line_is_wider_than_asked(server: BotApiServer, channel: Chat) -> None:
    post = _post(server, channel, POST + "\n" + "x" * 100 + "\n<blockquote>" + "word " * 30 + "</blockquote>")
    lines = render_message(post, width=40)
    assert max(map(cell_len, lines)) <= 40
    assert sum(line.startswith("  ▎ word") for line in lines) == 5


async def test_colour_changes_nothing_but_the_colour(server: BotApiServer, channel: Chat) -> None:
    post = _post(server, channel)
    plain, coloured = (render_message(post, colour=colour) for colour in (False, True))
    assert "\x1b[1;4;34mIndia" in "\n".join(coloured)
    assert [_bare(line).rstrip() for line in coloured] == plain


def _bare(line: str) -> str:
    parts = line.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])
