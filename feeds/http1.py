"""Reading an answer in HTTP/1.1 (RFC 9112), as strictly as is safe and as kindly as browsers are. Pure: bytes in.

Strict is all that says where an answer ends: lengths that contradict each other, codings that nobody asked for, chunks
that are none. Lines of the head that are no header fields, and a Transfer-Encoding said twice, are passed over, as
browsers and curl do (python-hyper/h11#96, encode/httpx#1363 and #1862); such an answer is the connection's last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from feeds.inflate import BodyTooLarge
from feeds.outcome import FeedError


class BadAnswer(FeedError):
    """What came is no proper HTTP; says what is wrong, and quotes nothing of it."""


class NoAnswer(BadAnswer):
    """The connection ended before the answer began."""


class CutShort(BadAnswer):
    """The connection ended before the answer did."""


class Head(NamedTuple):
    """Status and header fields, names in small letters, in their order, of an answer. `length` is None where the body
    says itself where it ends, or ends with the connection."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    length: int | None


Wanted = Callable[[Head], int]
"""How many bytes of the body are wanted at most, once the head is known; 0 for none of it."""


class AnswerReader:
    """Takes the bytes of one answer as they come. `done` when it has ended, or nothing more of it is wanted; the
    connection can be asked again where `is_reusable` then. With `cuts`, a body longer than wanted is cut there."""

    def __init__(self, wanted: Wanted, *, max_head_bytes: int, cuts: bool = False) -> None:
        self._wanted = wanted
        self._cuts = cuts
        self._max_head = max_head_bytes
        self._rest = b""
        self._state: _State = "head"
        self._interim = 0
        self._keeps = False
        self._left = 0
        self._limit = self._size = 0
        self._chunk = 0
        self.head: Head | None = None
        self.body: list[bytes] = []
        self.done = False
        self.is_reusable = False

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer has come."""
        return self.head is not None or bool(self._rest) or self._interim > 0

    def feed(self, data: bytes) -> None:
        """Take in what came. Raises BadAnswer, and BodyTooLarge as soon as the body is known to be."""
        data, self._rest = self._rest + data if self._rest else data, b""
        if self._state == "head":
            data = self._heads(data)
        match self._state:
            case "head":
                self._rest = data
                return
            case "length":
                self._measured(data)
            case "chunks":
                self._rest = self._chunks(data)
            case "close":
                self._keep(data)

    def end(self) -> None:
        """The connection ended. Raises BadAnswer where the answer did not."""
        if self._state == "close":
            self.done = True
        elif not self.has_begun:
            raise NoAnswer("the connection was closed")
        elif not self.done:
            raise CutShort("the connection was closed in the middle of the answer")

    # --- the head -----------------------------------------------------------------------------------------

    def _heads(self, data: bytes) -> bytes:
        """Past every head that is whole; gives what is left."""
        while (end := _END_OF_HEAD.search(data)) is not None and end.start() <= self._max_head:
            head, framing, is_proper = _read_head(data[: end.start()])
            data = data[end.end() :]
            if head.status >= 200:
                self._begin(head, framing, is_proper)
                return data
            self._interim += 1
            if self._interim > _MAX_INTERIM:
                raise BadAnswer(_TOO_LARGE)
        if end is not None or len(data) > self._max_head:
            raise BadAnswer(_TOO_LARGE)
        return data

    def _begin(self, head: Head, framing: _State, is_proper: bool) -> None:
        self.head = head
        self._keeps = is_proper and framing != "close"
        self._limit = self._wanted(head)
        self._left = head.length or 0
        self._state = framing
        if framing == "length" and self._left > self._limit > 0 and not self._cuts:
            raise BodyTooLarge(self._limit)
        if self._limit <= 0 and not (framing == "length" and self._left == 0):
            self._state, self.done = "unread", True  # and the connection with it, as nobody reads to its end

    # --- the body -----------------------------------------------------------------------------------------

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            if not self._cuts:
                raise BodyTooLarge(self._limit)
            self._state, self.done = "unread", True
        if piece:
            self.body.append(piece)

    def _measured(self, data: bytes) -> None:
        self._keep(data[: self._left])
        self._finish(surplus=len(data) - self._left)
        self._left = max(0, self._left - len(data))

    def _finish(self, *, surplus: int) -> None:
        """At the end of the body, unless bytes are still missing. What stands behind it nobody asked for."""
        if surplus >= 0 and not self.done:
            self.done = True
            self.is_reusable = self._keeps and not surplus

    def _chunks(self, data: bytes) -> bytes:
        """Past every chunk that is whole, and the beginning of the next; gives what cannot be told yet."""
        at = 0
        while not self.done:
            if self._left:
                piece = data[at : at + self._left]
                self._keep(piece)
                self._left -= len(piece)
                at += len(piece)
                if self._left or at == len(data):
                    return b""
            line_end = data.find(b"\n", at)
            if line_end < 0:
                if len(data) - at > _MAX_LINE:
                    raise BadAnswer("a chunk whose size does not end")
                return data[at:]
            self._chunk_line(data[at : line_end + 1])
            at = line_end + 1
            if self._chunk == _ENDED:
                self._finish(surplus=len(data) - at)
        return b""

    def _chunk_line(self, line: bytes) -> None:
        """The line behind a chunk, that with the size of the next, or one of the trailer, which tells us nothing."""
        if self._chunk == _BEHIND:
            if line != b"\r\n":
                raise BadAnswer("a chunk longer than it says")
            self._chunk = _BEFORE
        elif self._chunk == _BEFORE:
            found = _CHUNK_SIZE.fullmatch(line)
            if found is None:
                raise BadAnswer("a chunk without a size")
            self._left = int(found[1], 16)
            self._chunk = _BEHIND if self._left else _TRAILER
        else:
            self._interim += len(line)
            if self._interim > self._max_head:
                raise BadAnswer(_TOO_LARGE)
            if line in {b"\r\n", b"\n"}:
                self._chunk = _ENDED


def _read_head(head: bytes) -> tuple[Head, _State, bool]:
    """Status and fields, where the body ends, and whether the head is so proper that the connection may go on."""
    first, *lines = head.replace(b"\r\n", b"\n").rstrip(b"\r").split(b"\n")
    status_line = _STATUS_LINE.fullmatch(first)
    if status_line is None:
        raise BadAnswer("no status line")
    status = int(status_line[2])
    if not 100 <= status <= 999 or status == 101:
        raise BadAnswer("a status that makes no sense here")
    fields, is_proper = _fields(lines)
    codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
    framing, length = _framing(status, codings, [value for name, value in fields if name == b"content-length"])
    keeps = status_line[1] == b"1.1" and len(codings) < 2 and not _says_close(fields)
    return Head(status, tuple(fields), length), framing, is_proper and keeps


def _fields(lines: Iterable[bytes]) -> tuple[list[tuple[bytes, bytes]], bool]:
    fields: list[tuple[bytes, bytes]] = []
    is_proper = True
    for line in lines:
        if line[:1] in {b" ", b"\t"} and fields and _VALUE.fullmatch(line):  # RFC 9112, 5.2: folded lines
            name, value = fields[-1]
            fields[-1] = name, (value + b" " + line.strip(_BLANKS)).strip(_BLANKS)
        elif (found := _FIELD.fullmatch(line)) is not None:
            fields.append((found[1].lower(), found[2].strip(_BLANKS)))
        else:
            is_proper = False
    return fields, is_proper


def _framing(status: int, codings: list[bytes], lengths: list[bytes]) -> tuple[_State, int | None]:
    """How the end of the body is told (RFC 9112, 6.3)."""
    if status < 200 or status in {204, 304}:
        return "length", 0
    if codings:
        if codings[0] != b"chunked":
            raise BadAnswer("a transfer coding that was not asked for")
        return "chunks", None
    if lengths:
        said = {part.strip(_BLANKS) for value in lengths for part in value.split(b",")}
        length = said.pop()
        if said:
            raise BadAnswer("lengths that contradict each other")
        if not _LENGTH.fullmatch(length):
            raise BadAnswer("a length that is no number")
        return "length", int(length)
    return "close", None


def _says_close(fields: list[tuple[bytes, bytes]]) -> bool:
    return any(b"close" in value.lower() for name, value in fields if name == b"connection")


_State = Literal["head", "length", "chunks", "close", "unread"]
_BEFORE, _BEHIND, _TRAILER, _ENDED = range(4)  # where in the chunks: at a size, behind a chunk, in the trailer, past it

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/([0-9]\.[0-9]) ([0-9]{3})(?: [^\0\r\n]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\0\r\n]*)")
_VALUE = re.compile(rb"[^\0\r\n]*")
_LENGTH = re.compile(rb"[0-9]{1,20}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\0\r\n]*)?\r?\n")
_BLANKS = b" \t"
_TOO_LARGE = "the headers are too large"
_MAX_INTERIM = 8  # 1xx answers before the real one
_MAX_LINE = 4096
