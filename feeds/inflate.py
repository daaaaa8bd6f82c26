"""Undoing gzip, deflate and brotli without ever holding more than was allowed."""

from __future__ import annotations

import zlib

import brotli

from feeds.outcome import FeedError

ACCEPT_ENCODING = "gzip, deflate, br"


class BodyTooLarge(FeedError):
    """The body grows beyond the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit / 1_000_000:g} MB")


class BodyUnreadable(FeedError):
    """The body is not in the coding it claims, or ends too early."""


def inflate(raw: bytes, coding: str, *, limit: int) -> bytes:
    """The body behind a Content-Encoding value, at most `limit` bytes of it.

    A body that does not look like the gzip it claims to be is taken as it is (servers forget to compress), and a
    gzip file served as such (`feed.xml.gz`) is unpacked. Raises BodyTooLarge and BodyUnreadable.
    """
    codings = [name for part in coding.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if len(codings) > _MAX_CODINGS:
        raise BodyUnreadable(f"the body is wrapped in {len(codings)} codings: {coding[:80]}")
    for name in reversed(codings):
        raw = _undo(raw, name, limit)
    if raw.startswith(_GZIP_MAGIC):
        raw = _gunzip(raw, limit)
    if len(raw) > limit:
        raise BodyTooLarge(limit)
    return raw


def _undo(raw: bytes, name: str, limit: int) -> bytes:
    match name:
        case "gzip" | "x-gzip":
            return _gunzip(raw, limit) if raw.startswith(_GZIP_MAGIC) else raw
        case "deflate":
            return _undeflate(raw, limit)
        case "br":
            return _unbrotli(raw, limit)
        case _:
            raise BodyUnreadable(f"the body is in a coding that was not asked for: {name[:40]}")


def _gunzip(raw: bytes, limit: int) -> bytes:
    """Every member of a gzip stream; what follows the last one is ignored, as gzip itself does."""
    parts: list[bytes] = []
    for _ in range(_MAX_MEMBERS):
        part, rest = _unzlib(raw, limit, wbits=zlib.MAX_WBITS | 16, have=sum(map(len, parts)))
        parts.append(part)
        if not rest.startswith(_GZIP_MAGIC):
            return b"".join(parts)
        raw = rest
    # Each member copies what follows it: many thousand empty ones would cost the square of the body's length.
    raise BodyUnreadable("the gzip body has too many parts")


def _undeflate(raw: bytes, limit: int) -> bytes:
    """RFC 9110 means zlib by "deflate"; some servers send it bare."""
    wrapped = len(raw) >= 2 and raw[0] & 0x0F == 8 and int.from_bytes(raw[:2]) % 31 == 0
    return _unzlib(raw, limit, wbits=zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)[0]


def _unzlib(raw: bytes, limit: int, *, wbits: int, have: int = 0) -> tuple[bytes, bytes]:
    """One stream, and what follows it; `have` bytes count against the limit already."""
    stream = zlib.decompressobj(wbits)
    try:
        body = stream.decompress(raw, limit - have + 1)
    except zlib.error as exc:
        raise BodyUnreadable(f"the compressed body is damaged: {exc}") from exc
    if have + len(body) > limit:
        raise BodyTooLarge(limit)
    if not stream.eof:
        raise BodyUnreadable("the compressed body ends too early")
    return body, stream.unused_data


def _unbrotli(raw: bytes, limit: int) -> bytes:
    stream = brotli.Decompressor()
    body = bytearray()
    try:
        body += stream.process(raw, output_buffer_limit=_BROTLI_STEP)
        while not stream.is_finished():
            if len(body) > limit:
                raise BodyTooLarge(limit)
            if stream.can_accept_more_data():
                raise BodyUnreadable("the compressed body ends too early")
            body += stream.process(b"", output_buffer_limit=_BROTLI_STEP)
    except brotli.error as exc:
        raise BodyUnreadable(f"the compressed body is damaged: {exc}") from exc
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return bytes(body)


_GZIP_MAGIC = b"\x1f\x8b"
_MAX_CODINGS = 2
_MAX_MEMBERS = 64
_BROTLI_STEP = 262_144
