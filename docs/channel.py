"""Makes docs/channel.png: the demo's channel as a phone shows it. Needs chromium and Noto fonts; run from the root:

.venv/bin/python -m docs.channel
"""

from __future__ import annotations

import asyncio
import html
import subprocess
import tempfile
from pathlib import Path

from bot.demo.botapi.world import Message
from bot.demo.demo import play

# The look of a phone, near enough.
_STYLE = """
body { margin: 0; width: 1240px; background: #9db8a0; }
main { font: 16px/1.35 "Noto Sans", "Noto Sans Devanagari", sans-serif; }
main { columns: 2; column-gap: 20px; padding: 20px; }
article { break-inside: avoid; margin: 0 0 16px; }
.text { background: white; border-radius: 14px 14px 6px 6px; padding: 10px 14px; white-space: pre-wrap; }
.text a { color: #2678b6; text-decoration: none; }
blockquote { margin: 4px 0; padding: 4px 10px; border-left: 3px solid #3390d6; background: #eef5fb; }
.about { text-align: right; color: #92a0a8; font-size: 12px; margin-top: 4px; }
.row { display: flex; gap: 3px; margin-top: 3px; }
.row span { flex: 1; text-align: center; color: white; background: #6d8a70cc; }
.row span { border-radius: 6px; padding: 6px; font-size: 14px; }
"""
_TAGS = {"bold": ("<b>", "</b>"), "italic": ("<i>", "</i>"), "hashtag": ("<a>", "</a>"), "text_link": ("<a>", "</a>")}
_TAGS |= {"blockquote": ("<blockquote>", "</blockquote>"), "expandable_blockquote": ("<blockquote>", "</blockquote>")}


def page(messages: list[Message]) -> str:
    """The channel as a web page."""
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><main>{''.join(map(_bubble, messages))}</main>"


def _bubble(message: Message) -> str:
    rows = "".join(
        '<div class="row">' + "".join(f"<span>{html.escape(str(button['text']))}</span>" for button in row) + "</div>"
        for row in message.buttons
    )
    edited = "edited · " if message.edited else ""
    about = f'<div class="about">{edited}#{message.id}</div>'
    return f'<article><div class="text">{_marked(message)}{about}</div>{rows}</article>'


def _marked(message: Message) -> str:
    """The text with its entities as tags; offsets are code points."""
    opens: dict[int, str] = {}
    closes: dict[int, str] = {}
    for entity in sorted(message.body.entities, key=lambda one: -one.length):
        begin, end = _TAGS.get(entity.type, ("", ""))
        opens[entity.offset] = opens.get(entity.offset, "") + begin
        closes[entity.offset + entity.length] = end + closes.get(entity.offset + entity.length, "")
    text = message.body.text
    marked = "".join(closes.get(at, "") + opens.get(at, "") + html.escape(c) for at, c in enumerate(text))
    return (
        (marked + closes.get(len(text), ""))
        .replace("</blockquote>\n", "</blockquote>")
        .replace("\n<blockquote>", "<blockquote>")
    )


def main() -> None:
    """Play the demo and take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        messages = asyncio.run(play(Path("config.yaml"), state, say=lambda _: None, colour=False))
        shown = Path(folder) / "channel.html"
        shown.write_text(page(messages), encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1240,1330"]
        flags += ["--disable-background-networking", "--no-first-run", f"--user-data-dir={folder}/profile"]
        subprocess.run(["chromium", *flags, "--screenshot=docs/channel.png", shown.as_uri()], check=True)


if __name__ == "__main__":
    main()
