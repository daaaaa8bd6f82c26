"""Owns how a chat looks on a terminal: messages, their entities and buttons as lines of text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from rich.cells import cell_len

from bot.demo.botapi.entities import QUOTES, Text
from bot.demo.botapi.world import Chat, Json, Message

# SGR codes of a terminal.
_LOOK = {"bold": "1", "italic": "3", "underline": "4", "strikethrough": "9", "spoiler": "2", "code": "36", "pre": "36"}
_LOOK |= {"text_link": "4;34", "url": "4;34", "email": "34", "hashtag": "34", "cashtag": "34", "mention": "34"}
_LOOK |= {"bot_command": "34", "aside": "2", "button": "7"}
_QUOTE = "▎"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One character with its looks."""

    character: str
    looks: frozenset[str] = frozenset()


def render_chat(chat: Chat, messages: Iterable[Message], *, width: int = 78, colour: bool = False) -> list[str]:
    """The chat as lines at most `width` columns wide: a heading, then each message, oldest first.

    Without `colour` (ANSI codes) a link still shows its address, a quotation its bar, a button its brackets.
    """
    name = f" {chat.title or (chat.peer.first_name if chat.peer else '')} "
    name += f"· @{chat.username} " if chat.username else ""
    lines = ["──" + name + "─" * max(0, width - 2 - cell_len(name))]
    for message in messages:
        lines += [*render_message(message, width=width, colour=colour), ""]
    return lines


def render_message(message: Message, *, width: int = 78, colour: bool = False) -> list[str]:
    """One message: a line about it, what it replies to, its text, its buttons."""
    body = [_cells(_about(message), "aside")]
    if message.reply_to:
        body.append(_cells(f"  ↪ #{message.reply_to.id} {_first_words(message.reply_to)}", "aside"))
    if message.media:
        body.append(_cells(f"  [{message.media.kind}: {message.media.upload.name}]", "aside"))
    for line in _lines(message.body):
        body += [_cells("  ") + part for part in _wrapped(line, width - 2)]
    body += [_cells("  ") + row for row in _buttons(message.buttons, width - 2)]
    return [_painted(line, colour=colour) for line in body]


def _about(message: Message) -> str:
    at = datetime.fromtimestamp(message.date, UTC).strftime("%H:%M")
    who = "" if message.sender is None else f" · {message.sender.first_name}"
    marks = [("edited", message.edited), ("silent", message.silent), ("deleted", message.deleted)]
    return f"#{message.id} {at}{who}" + "".join(f" · {name}" for name, is_so in marks if is_so)


def _first_words(message: Message) -> str:
    line = message.text.partition("\n")[0] or (message.media.kind if message.media else "")
    return line if len(line) <= 40 else line[:39] + "…"


def _cells(text: str, look: str = "") -> list[_Cell]:
    looks = frozenset({look}) if look else frozenset[str]()
    return [_Cell(c, looks) for c in text]


def _lines(body: Text) -> Iterator[list[_Cell]]:
    """The text line by line, links followed by their address, quotations behind a bar."""
    line: list[_Cell] = []
    for at, c in enumerate(body.text):
        looks = frozenset(e.type for e in body.entities if e.offset <= at < e.end)
        if not line and looks & QUOTES:
            line = _cells(f"{_QUOTE} ", "aside")
        if c == "\n":
            yield line
            line = []
        else:
            line.append(_Cell(c, looks))
        for link in (e for e in body.entities if e.type == "text_link" and e.end == at + 1):
            line += _cells(f" ‹{_short(link.argument)}›", "aside")
    if line:
        yield line


def _short(url: str) -> str:
    address = url.removeprefix("https://").removeprefix("http://").removesuffix("/")
    return address if len(address) <= 40 else address[:39] + "…"


def _wrapped(line: Sequence[_Cell], width: int) -> Iterator[list[_Cell]]:
    """Broken at blanks; a word wider than a line is broken where the line ends."""
    bar = _cells(f"{_QUOTE} ", "aside") if line and line[0].character == _QUOTE else []
    out: list[_Cell] = []
    for word in _words(line):
        if out and _width(out) + _width(word) > width:
            yield out
            out = bar + (word[1:] if word[0].character == " " else word)
        else:
            out = out + word
        while _width(out) > width:
            fits = next(n for n in range(len(out), 0, -1) if _width(out[:n]) <= width)
            yield out[:fits]
            out = bar + out[fits:]
    yield out


def _words(line: Sequence[_Cell]) -> list[list[_Cell]]:
    words: list[list[_Cell]] = []
    for cell in line:
        if not words or (cell.character == " " and words[-1][-1].character != " "):
            words.append([])
        words[-1].append(cell)
    return words


def _width(cells: Iterable[_Cell]) -> int:
    return cell_len("".join(cell.character for cell in cells))


def _buttons(rows: Sequence[Sequence[Json]], width: int) -> Iterator[list[_Cell]]:
    for row in rows:
        out: list[_Cell] = []
        for button in row:
            label = f"[ {button.get('text', '')}{' ↗' if 'url' in button else ''} ]"
            if out and _width(out) + 1 + cell_len(label) > width:
                yield out
                out = []
            out = out + (_cells(" ") if out else []) + _cells(label, "button")
        yield out


def _painted(line: Sequence[_Cell], *, colour: bool) -> str:
    if not colour:
        return "".join(cell.character for cell in line).rstrip()
    return "".join(_paint("".join(c.character for c in run), looks) for looks, run in groupby(line, lambda c: c.looks))


def _paint(text: str, looks: frozenset[str]) -> str:
    codes = ";".join(sorted(_LOOK[look] for look in looks if look in _LOOK))
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text
