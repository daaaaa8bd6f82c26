"""Web addresses to ask: taken apart once, in the one form in which they are compared, asked and remembered. Pure."""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from feeds.outcome import FeedError

Origin = tuple[str, str, int]
"""Scheme, host and port: what one connection leads to."""


class AddressError(FeedError):
    """The text is no address that can be asked; says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address. `text` is all of it but the fragment, name and password, which belong into the
    configuration alone; `target` is what is asked of the host, `host` without brackets and in ASCII."""

    text: str
    origin: Origin
    target: bytes
    host_header: bytes
    userinfo: str = ""

    @property
    def scheme(self) -> str:
        return self.origin[0]

    @property
    def host(self) -> str:
        return self.origin[1]

    @property
    def credentials(self) -> bytes:
        """Name and password as HTTP Basic wants them; empty where the address carries none."""
        if not self.userinfo:
            return b""
        name, _, password = self.userinfo.partition(":")
        return f"{unquote(name)}:{unquote(password)}".encode()

    def join(self, reference: str) -> Address:
        """What a reference found at this address leads to. Name and password go along to the same host only."""
        _refuse_unprintable(reference)
        try:
            target = urljoin(self.text, reference)
        except ValueError as exc:
            raise AddressError(str(exc)) from exc
        found = address(target)
        if self.userinfo and not found.userinfo and found.origin == self.origin:
            return _address(urlsplit(found.text), self.userinfo)
        return found


@functools.lru_cache(maxsize=4096)
def address(url: str) -> Address:
    """The address that a text names. Raises AddressError."""
    _refuse_unprintable(url)
    try:
        parts = urlsplit(url.strip())
    except ValueError as exc:
        raise AddressError(f"not an address that can be asked: {exc}") from exc
    return _address(parts, parts.netloc.rpartition("@")[0])


def _address(parts: SplitResult, userinfo: str) -> Address:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise AddressError(f"not an address that can be asked: {exc}") from exc
    if parts.scheme not in _PORTS or not host:
        raise AddressError("only addresses that begin with http:// or https:// and a host can be asked")
    host = _ascii_host(host)
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        shown = f"{shown}:{port}"
    target = _quoted(_without_dots(parts.path or "/"), _PATH) + (
        f"?{_quoted(parts.query, _QUERY)}" if parts.query else ""
    )
    return Address(
        text=f"{parts.scheme}://{shown}{target}",
        origin=(parts.scheme, host, port if port is not None else _PORTS[parts.scheme]),
        target=target.encode("ascii"),
        host_header=shown.encode("ascii"),
        userinfo=userinfo,
    )


def _ascii_host(host: str) -> str:
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as exc:
            raise AddressError(f"not an address that can be asked: {exc}") from exc
    if not host.isascii():
        host = _internationalised(host)
    if not _HOST.fullmatch(host) or any(label == "xn--" for label in host.split(".")):
        raise AddressError(f"not an address that can be asked: {host[:80]!r} is no host")
    return host


def _internationalised(host: str) -> str:
    import idna  # noqa: PLC0415 - large tables, for the few hosts whose name is not ASCII

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as exc:
        raise AddressError(f"not an address that can be asked: {exc}") from exc


def _without_dots(path: str) -> str:
    """The path with `.` and `..` carried out (RFC 3986, 5.2.4)."""
    steps = path.split("/")
    if "." not in steps and ".." not in steps:
        return path
    kept: list[str] = []
    for step in steps:
        if step == "..":
            del kept[max(1, len(kept) - 1) :]
        elif step != ".":
            kept.append(step)
    return "/".join((*kept, "") if steps[-1] in {".", ".."} else kept)


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    if plain.fullmatch(text):
        return text
    return _LONE_PERCENT.sub("%25", quote(text, safe="!#$%&'()*+,/:;=?@[]~^|", errors="replace"))


def _refuse_unprintable(url: str) -> None:
    if len(url) > _MAX_CHARS:
        raise AddressError(f"not an address that can be asked: it has {len(url)} characters")
    if _UNPRINTABLE.search(url):
        raise AddressError("not an address that can be asked: it has characters that cannot be printed")


_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]{1,253}")
_PATH = re.compile(r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._-]|%[0-9A-Fa-f]{2})*")
_QUERY = re.compile(r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._?-]|%[0-9A-Fa-f]{2})*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f]")
_MAX_CHARS = 65_536
