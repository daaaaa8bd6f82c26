"""Which addresses may be asked, and how names become addresses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feeds.guard import AddressRefused, NameNotFound, Resolver, why_private

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("169.254.169.254", "link-local"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "reserved"),
        ("192.0.2.1", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "reserved"),
        ("2001:0:7f00:1::", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b:1::1", "reserved"),
        ("2002:7f00:1::", "loopback"),
        ("::127.0.0.1", "reserved"),
        ("fec0::1", "reserved"),
        ("not an address", "not an address"),
    ],
)
def test_special_addresses_are_refused(address: str, why: str) -> None:
    assert why_private(address) == why


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert why_private(address) is None


@given(st.ip_addresses())
def test_nothing_that_python_calls_special_is_allowed(ip: IPv4Address | IPv6Address) -> None:
    assume(not isinstance(ip, IPv6Address) or (ip.ipv4_mapped is None and ip not in IPv6Network("64:ff9b::/96")))
    if ip.is_private or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        assert why_private(str(ip)) is not None


@given(st.ip_addresses(v=4))
def test_an_address_within_an_address_is_judged_alike(ip: IPv4Address) -> None:
    for carrier in (f"::ffff:{ip}", f"64:ff9b::{ip}"):
        assert why_private(carrier) == why_private(str(ip))


async def test_only_the_public_addresses_of_a_name_are_given() -> None:
    mixed = ["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1111"]
    resolver = Resolver(refuse=why_private, lookup=lambda _name: mixed)
    assert await resolver.addresses("mixed.test") == ["1.1.1.1", "2606:4700::1111"]
    resolver.close()


async def test_a_name_with_none_but_private_addresses_is_refused() -> None:
    resolver = Resolver(refuse=why_private, lookup=lambda _name: ["10.0.0.1", "::1"])
    with pytest.raises(AddressRefused, match=r"intranet\.test is not on the public internet \(10\.0\.0\.1 is private"):
        await resolver.addresses("intranet.test")
    resolver.close()


async def test_an_address_is_not_looked_up() -> None:
    resolver = Resolver(lookup=lambda name: pytest.fail(f"looked up {name}"))
    assert list(await resolver.addresses("192.0.2.7")) == ["192.0.2.7"]
    assert list(await resolver.addresses("::1")) == ["::1"]


async def test_askers_of_one_name_share_one_look_up() -> None:
    asked: list[str] = []

    def lookup(name: str) -> list[str]:
        asked.append(name)
        return ["192.0.2.7"]

    resolver = Resolver(lookup=lookup)
    await asyncio.gather(*(resolver.addresses("a.test") for _ in range(5)), resolver.addresses("b.test"))
    await resolver.addresses("a.test")
    assert sorted(asked) == ["a.test", "b.test"]
    resolver.close()


async def test_a_failed_look_up_is_not_remembered() -> None:
    outcomes: Iterator[OSError | list[str]] = iter([OSError("name server down"), ["192.0.2.7"]])

    def lookup(_name: str) -> list[str]:
        outcome = next(outcomes)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    resolver = Resolver(lookup=lookup)
    with pytest.raises(NameNotFound) as caught:
        await resolver.addresses("a.test")
    assert caught.value.temporary
    assert await resolver.addresses("a.test") == ["192.0.2.7"]
    resolver.close()


async def test_a_name_that_hangs_holds_up_no_other() -> None:
    release = threading.Event()

    def lookup(name: str) -> list[str]:
        if name == "hanging.test":
            release.wait(timeout=30)
        return ["192.0.2.7"]

    resolver = Resolver(lookup=lookup)
    hanging = asyncio.create_task(resolver.addresses("hanging.test"))
    assert await resolver.addresses("quick.test") == ["192.0.2.7"]
    assert not hanging.done()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    release.set()
    resolver.close()


@pytest.mark.parametrize("name", ["a..test", "x" * 64 + ".test", ""])
async def test_a_name_that_cannot_be_one_does_not_exist(name: str) -> None:
    resolver = Resolver()
    with pytest.raises(NameNotFound) as caught:
        await resolver.addresses(name)
    assert not caught.value.temporary
    resolver.close()
