"""Editing the feeds of config.yaml by lines: comments, order and layout stay, byte for byte, everywhere else.

Each function takes the text of the file and gives the edited one. What comes out is read again and compared with what
the edit was to mean; where the two differ, the layout is one we do not understand, and nothing is changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import config, yamlfile
from bot.meant import meant

Entry = Mapping[str, Any]


class EditRefused(config.ConfigError):
    """The edit cannot be made; the file is as it was."""


def add(text: str, entries: Sequence[Entry]) -> str:
    """The text with these feeds behind the last one."""
    sheet = _Sheet(text)
    if not entries:
        return text
    if sheet.feeds:
        indent, at = sheet.dash(len(sheet.feeds) - 1)[0], sheet.last_line(len(sheet.feeds) - 1) + 1
    else:
        indent, at = "  ", sheet.open_empty_list() + 1
    new = [f"{indent}{line}{sheet.newline}" for entry in entries for line in _written(entry)]
    sheet.insert(at, new)
    return sheet.done([*sheet.feeds, *({**entry} for entry in entries)])


def remove(text: str, feed: str) -> str:
    """The text without the feed: its own lines go, comments above it stay."""
    sheet = _Sheet(text)
    index = sheet.find(feed)
    if len(sheet.feeds) == 1:
        sheet.empty_list()
    first, last = sheet.dash(index)[1], sheet.last_line(index)
    del sheet.lines[first : last + 1]
    return sheet.done([one for number, one in enumerate(sheet.feeds) if number != index])


def pause(text: str, feed: str) -> str:
    """The text with `paused: true` for the feed; the same text where it is paused already."""
    sheet = _Sheet(text)
    index = sheet.find(feed)
    if sheet.feeds[index].get("paused") is True:
        return text
    if "paused" in sheet.feeds[index]:
        sheet.rewrite(("feeds", index, "paused"), "true")
    else:
        sheet.append_key(index, "paused: true")
    return sheet.done(_with(sheet.feeds, index, paused=True))


def resume(text: str, feed: str) -> str:
    """The text without the feed's pause; the same text where it is not paused. A line that says nothing else goes."""
    sheet = _Sheet(text)
    index = sheet.find(feed)
    if not sheet.feeds[index].get("paused"):
        return text
    line = sheet.document.places["feeds", index, "paused"].start[0]
    if re.fullmatch(r"\s+paused:\s*true\s*", sheet.lines[line]):
        del sheet.lines[line]
        left = {name: value for name, value in sheet.feeds[index].items() if name != "paused"}
        return sheet.done([left if number == index else one for number, one in enumerate(sheet.feeds)])
    sheet.rewrite(("feeds", index, "paused"), "false")
    return sheet.done(_with(sheet.feeds, index, paused=False))


def edit(path: Path, change: Callable[[str], str], environ: Mapping[str, str]) -> bool:
    """Change the file at `path`, if what comes out is a configuration that can be used; False where nothing was to
    change. The file is replaced whole, so that nobody ever reads half of it.

    Raises ConfigError, the file untouched, for an edit that cannot be made and for a result that is not right.
    """
    target = path.resolve()
    before = _bytes(target, path)
    with _spoken_of_as(path):
        after = change(_decoded(before)).encode("utf-8")
    if after == before:
        return False
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(target.stat().st_mode & 0o7777)
        _checked(draft, path, environ)
        if target.read_bytes() != before:
            raise EditRefused([f"{path}: somebody else changed the file meanwhile; nothing was changed, try again"])
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _checked(draft: Path, path: Path, environ: Mapping[str, str]) -> None:
    try:
        config.load(draft, environ)
    except config.ConfigError as exc:
        problems = [problem.replace(str(draft), str(path)) for problem in exc.problems]
        raise EditRefused([*problems, f"{path}: nothing was changed"]) from exc


@contextlib.contextmanager
def _spoken_of_as(path: Path) -> Any:
    try:
        yield
    except yamlfile.YamlError as exc:
        raise EditRefused([f"{path}:{exc.line}: {exc.reason}; nothing was changed"]) from exc
    except EditRefused as exc:
        raise EditRefused([f"{path}: {problem}; nothing was changed" for problem in exc.problems]) from exc


def _bytes(target: Path, path: Path) -> bytes:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        raise EditRefused([f"{path}: no such file; name yours with --config"]) from None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise EditRefused([f"not UTF-8 text (byte {exc.start})"]) from exc


# --- the lines --------------------------------------------------------------------------------------------

# What YAML takes for the end of a line, so that our lines are numbered as its are.
_LINE = re.compile(r"[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029])|[^\r\n\x85\u2028\u2029]+")
_PLAIN = re.compile(r"[^\W_][\w .()/-]*")


class _Sheet:
    """The lines of the file beside what they mean."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = _LINE.findall(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.document = yamlfile.load(text)
        found = self.document.data.get("feeds") if isinstance(self.document.data, dict) else None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise EditRefused(["feeds: is no list of feeds"])
        self.feeds: list[dict[str, Any]] = found
        if found and self.document.places["feeds",].is_flow:
            raise EditRefused(["feeds: is written in brackets; write one feed below the other, or edit it by hand"])

    def find(self, feed: str) -> int:
        """The index of the feed of that id."""
        ids = [str(one.get("id")) for one in self.feeds]
        if feed not in ids:
            raise EditRefused([f"there is no feed {feed!r}" + _nearest(feed, ids)])
        return ids.index(feed)

    def dash(self, index: int) -> tuple[str, int]:
        """What stands before the dash of a feed, and its line."""
        line = self.document.places["feeds", index].start[0]
        while line >= 0 and not (found := re.match(r"(\s*)-(\s|$)", self.lines[line])):
            if self.lines[line].strip() and line != self.document.places["feeds", index].start[0]:
                break
            line -= 1
        if line < 0 or not found:
            raise EditRefused([f"line {self.document.line(('feeds', index))} is laid out in a way I cannot edit"])
        return found[1], line

    def last_line(self, index: int) -> int:
        """The last line of a feed."""
        prefix = ("feeds", index)
        ends = [
            line if column else line - 1
            for path, place in self.document.places.items()
            if path[:2] == prefix and (place.is_flow or place.is_scalar)
            for line, column in (place.end,)
        ]
        return max(ends)

    def insert(self, at: int, new: Sequence[str]) -> None:
        """Put lines before the line `at`; one that had no end gets one."""
        if at and at <= len(self.lines) and not self.lines[at - 1].endswith(("\n", "\r")):
            self.lines[at - 1] += self.newline
        self.lines[at:at] = new

    def rewrite(self, path: yamlfile.Path, value: str) -> None:
        """Put another value in the place of one that stands in a single line."""
        place = self.document.places[path]
        line = place.start[0]
        written = self.lines[line]
        self.lines[line] = written[: place.start[1]] + value + written[place.end[1] :]

    def append_key(self, index: int, pair: str) -> None:
        """Add a key to a feed."""
        place = self.document.places["feeds", index]
        if place.is_flow:
            line, column = place.end
            head, tail = self.lines[line][: column - 1], self.lines[line][column - 1 :]
            self.lines[line] = head.rstrip().rstrip(",") + f", {pair}" + tail
        else:
            self.insert(self.last_line(index) + 1, [" " * place.start[1] + pair + self.newline])

    def open_empty_list(self) -> int:
        """Take the brackets from `feeds: []`; gives its line."""
        line = self.document.line(("feeds",)) - 1
        self.lines[line] = re.sub(r"\s*\[\s*\]", "", self.lines[line], count=1)
        return line

    def empty_list(self) -> None:
        """Put brackets behind `feeds:`, because a list without entries needs them."""
        line = self.document.lines["feeds",] - 1
        self.lines[line] = re.sub(r"^(\W*feeds\W*?:)", r"\1 []", self.lines[line], count=1)

    def done(self, wanted: Sequence[Mapping[str, Any]]) -> str:
        """The text, if it means what was wanted and nothing else has changed its meaning."""
        text = "".join(self.lines)
        try:
            meant = yamlfile.load(text).data
        except yamlfile.YamlError as exc:
            raise EditRefused([f"line {exc.line} is laid out in a way I cannot edit; edit it by hand"]) from exc
        if meant != {**self.document.data, "feeds": [dict(one) for one in wanted]}:
            raise EditRefused(["feeds: is laid out in a way I cannot edit; edit it by hand"])
        return text


def _with(feeds: Sequence[Mapping[str, Any]], index: int, **values: Any) -> list[Mapping[str, Any]]:
    return [{**one, **values} if number == index else one for number, one in enumerate(feeds)]


def _written(entry: Entry) -> list[str]:
    """A feed as lines, its indentation aside."""
    pairs = [f"{name}: {_value(value)}" for name, value in entry.items()]
    return [f"- {pairs[0]}", *(f"  {pair}" for pair in pairs[1:])]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and _reads_as(value) else _quoted(value)
    return json.dumps(value)


def _reads_as(value: str) -> bool:
    """Whether the bare words mean themselves: `no` is a truth value and `1e3` a number."""
    try:
        return bool(yamlfile.load(value).data == value)
    except yamlfile.YamlError:
        return False


def _quoted(value: str) -> str:
    """A double-quoted scalar, which escapes as JSON does; what cannot be seen is escaped, too."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = meant(name, known)
    return f" (did you mean {close[0]!r}?)" if close else ""
