"""Which addresses may be asked: names are resolved here, and every address is judged before it is used."""

from __future__ import annotations

import asyncio
import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence

from feeds.outcome import FeedError

Lookup = Callable[[str], Sequence[str]]
"""From a host name to its addresses as text, blocking; raises OSError as `socket.getaddrinfo` does."""

Refuse = Callable[[str], str | None]
"""Why an address must not be used, in a word or two; None where it may."""


class AddressRefused(FeedError):
    """The host leads to addresses that are not on the public internet."""


class NameNotFound(FeedError):
    """The host has no address. `temporary` when the name service did not answer, so that asking again may help."""

    def __init__(self, message: str, *, temporary: bool) -> None:
        super().__init__(message)
        self.temporary = temporary


def why_private(address: str) -> str | None:
    """What keeps an address from being a public one ("loopback", "private" …), or None for a public one.

    After the IANA special-purpose registries (RFC 6890 and its updates). An IPv6 address that carries an IPv4
    address (mapped, NAT64, 6to4) is judged by what it carries.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an address"
    if isinstance(ip, ipaddress.IPv6Address):
        return _why_private_v6(ip)
    return next((why for network, why in _REFUSED_V4 if ip in network), None)


class Resolver:
    """Gives the addresses of a host that may be connected to: those that `refuse` has nothing against.

    Names are looked up in threads of its own, each answer remembered for a minute; concurrent questions for one
    name share one look-up. The threads are daemons: a name server that hangs must not hold up the end of the
    program, which the threads of an executor would.
    """

    def __init__(self, *, refuse: Refuse | None = None, lookup: Lookup | None = None) -> None:
        self._refuse = refuse
        self._lookup = lookup or system_lookup
        self._questions: queue.SimpleQueue[tuple[str, asyncio.Future[Sequence[str]]] | None] = queue.SimpleQueue()
        self._answers: dict[str, tuple[float, asyncio.Future[Sequence[str]]]] = {}
        self._started = 0
        self._open = 0

    async def addresses(self, host: str) -> Sequence[str]:
        """At least one address, best first. Raises NameNotFound, and AddressRefused where all were refused."""
        found = [host] if _is_literal(host) else await self._resolve(host)
        if self._refuse is None:
            return found
        allowed = [address for address in found if self._refuse(address) is None]
        if not allowed:
            why = f"{found[0]} is {self._refuse(found[0])}; allow_private_addresses would permit it"
            raise AddressRefused(f"{host} is not on the public internet ({why})")
        return allowed

    def close(self) -> None:
        """Let the threads end once they have finished what they are doing."""
        for _ in range(self._started):
            self._questions.put(None)
        self._started = 0

    async def _resolve(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        asked = self._answers.get(host)
        if asked is None or asked[0] < loop.time():
            asked = self._ask(host, loop)
        try:
            # Shielded: others may be waiting for the same answer when this one is cancelled.
            return await asyncio.shield(asked[1])
        except OSError as exc:
            self._answers.pop(host, None)
            raise _name_error(host, exc) from exc

    def _ask(self, host: str, loop: asyncio.AbstractEventLoop) -> tuple[float, asyncio.Future[Sequence[str]]]:
        if len(self._answers) >= _REMEMBERED_NAMES:
            self._answers.clear()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()
        answer.add_done_callback(self._answered)
        self._answers[host] = loop.time() + _REMEMBER_S, answer
        self._questions.put((host, answer))
        self._open += 1
        if self._started < min(self._open, _THREADS):
            self._started += 1
            threading.Thread(target=self._work, name="pactwatch-dns", daemon=True).start()
        return self._answers[host]

    def _answered(self, answer: asyncio.Future[Sequence[str]]) -> None:
        self._open -= 1
        if not answer.cancelled():
            answer.exception()  # looked at, so that asyncio does not report it where every asker was cancelled

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            host, answer = question
            try:
                addresses = self._lookup(host)
            except OSError as exc:
                _settle(answer, exc)
            except UnicodeError as exc:  # a label that is empty or longer than 63 bytes
                _settle(answer, socket.gaierror(socket.EAI_NONAME, str(exc)))
            else:
                _settle(answer, addresses or socket.gaierror(socket.EAI_NONAME, "no address"))


def system_lookup(host: str) -> list[str]:
    """The addresses the system's resolver gives, best first (RFC 6724)."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


_THREADS = 16
_REMEMBER_S = 60.0
_REMEMBERED_NAMES = 10_000

_REFUSED_V4 = [
    (ipaddress.IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),  # cloud metadata services live here
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "reserved"),
        ("203.0.113.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
]
_REFUSED_V6 = [
    (ipaddress.IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),  # IETF protocols; Teredo (2001::/32) hides an IPv4 address
        ("2001:db8::/32", "reserved"),
        ("3fff::/20", "reserved"),
    )
]
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is handed out today
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _why_private_v6(ip: ipaddress.IPv6Address) -> str | None:
    carried = ip.ipv4_mapped or ip.sixtofour
    if carried is None and ip in _NAT64:
        carried = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if carried is not None:
        return why_private(str(carried))
    refused = next((why for network, why in _REFUSED_V6 if ip in network), None)
    return refused or (None if ip in _GLOBAL_V6 else "reserved")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _name_error(host: str, exc: OSError) -> NameNotFound:
    if isinstance(exc, socket.gaierror) and exc.errno in {socket.EAI_NONAME, socket.EAI_NODATA}:
        return NameNotFound(f"the name {host} does not exist", temporary=False)
    return NameNotFound(f"the name {host} could not be looked up: {exc.strerror or exc}", temporary=True)


def _settle(answer: asyncio.Future[Sequence[str]], outcome: Sequence[str] | OSError) -> None:
    def settle() -> None:
        if answer.done():
            return
        if isinstance(outcome, OSError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    try:
        answer.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop ended meanwhile: nobody is waiting any more
