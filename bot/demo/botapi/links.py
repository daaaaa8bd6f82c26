"""Owns what Telegram takes for a link: http(s) with a dot in the host, tg: and ton:; everything else is dropped."""

import re
from ipaddress import IPv6Address

_PART = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=\x80-\U0010ffff]|%[0-9A-Fa-f]{2})*")
_USER_PART = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=:\x80-\U0010ffff]|%[0-9A-Fa-f]{2})*")
_MENTION = re.compile(r"tg:(?://)?user\?(?:[^#]*&)?id=(\d{1,18})(?:[&#]|\Z)", re.IGNORECASE | re.ASCII)
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class BadLink(Exception):
    """The link cannot be used; the message is Telegram's reason, as an error about a button carries it."""


def check_link(link: str) -> str:
    """The link as Telegram keeps it (host in lower case, a path at least "/"), or BadLink."""
    scheme = link[:4].lower()
    if scheme.startswith("tg:"):
        return _app_link("tg", link[3:].removeprefix("//"))
    if scheme == "ton:":
        return _app_link("ton", link[4:].removeprefix("//"))
    protocol, user, host, port, query = _parts(link)
    if "." not in host and not host.startswith("["):
        raise BadLink("Wrong HTTP URL")
    return f"{protocol or 'http'}://{user + '@' if user else ''}{host}{f':{port}' if port else ''}{query}"


def mentioned_user(link: str) -> int | None:
    """The user id of a `tg://user?id=…` link, which is a mention and not a link."""
    found = _MENTION.match(link)
    return int(found[1]) if found and int(found[1]) else None


def _app_link(scheme: str, rest: str) -> str:
    protocol, user, host, port, query = _parts(rest)
    if protocol or user or port:
        raise BadLink(f"Wrong {scheme} URL")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", host):
        raise BadLink("Unallowed characters in URL host")
    return f"{scheme}://{host}{query.removeprefix('/') if query.startswith('/?') else query}"


def _parts(url: str) -> tuple[str, str, str, int, str]:
    protocol = ""
    if scheme := re.match(r"([^:/?#@\[\]]*)://", url):
        protocol = scheme[1].translate(_ASCII_LOWER)
        if protocol not in ("http", "https"):
            raise BadLink("Unsupported URL protocol")
        url = url[scheme.end() :]
    authority = re.split(r"[/?#]", url, maxsplit=1)[0]
    query = url[len(authority) :].rstrip(" \t\r\n\x0b\0") or "/"
    query = query if query.startswith("/") else "/" + query
    query = "".join(f"%{ord(c):02X}" if c <= " " else c for c in query)
    user_host, port = _port(authority)
    user, _, host = user_host.rpartition("@")
    if not host:
        raise BadLink("URL host is empty")
    host = host.translate(_ASCII_LOWER)
    if host == ".":
        raise BadLink("Host is invalid")
    if host[0] == "[" and host[-1] == "]":
        _check_ipv6(host[1:-1])
    elif not _PART.fullmatch(host):
        raise BadLink("Disallowed character in URL host")
    elif not _USER_PART.fullmatch(user):
        raise BadLink("Disallowed character in URL userinfo")
    return protocol, user, host, port, query


def _check_ipv6(address: str) -> None:
    try:
        IPv6Address(address)
    except ValueError as exc:
        raise BadLink("Wrong IPv6 address specified in the URL") from exc


def _port(authority: str) -> tuple[str, int]:
    # The last of ":", "]", "@" decides, and a colon in front of everything is none.
    last = max(authority.rfind(c) for c in ":]@")
    if last <= 0 or authority[last] != ":":
        return authority, 0
    digits = authority[last + 1 :]
    if not re.fullmatch(r"[0-9]+", digits) or not 0 < int(digits[-9:]) <= 65535 or len(digits.lstrip("0")) > 5:
        raise BadLink("Wrong port number specified in the URL")
    return authority[:last], int(digits)
