"""One polite conditional GET: redirects, limits, and every way it can fail told in one line. The home of httpx here."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from feeds import caching, failure
from feeds.failure import Unusable
from feeds.guard import Lookup, Resolver, why_private
from feeds.inflate import ACCEPT_ENCODING, BodyTooLarge, inflate
from feeds.outcome import Answer, Failed, FeedError, Fetched, NotModified, Outcome, Validators
from feeds.transport import DirectTransport

_NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How far one fetch may go. `deadline` is for all of it: names, redirects, body. `max_body_bytes` holds
    for the body as transferred and again for what it inflates to."""

    deadline: timedelta = timedelta(seconds=30)
    max_body_bytes: int = 10_000_000
    max_redirects: int = 5


def make_client(
    *,
    user_agent: str,
    allow_private_addresses: bool = False,
    max_header_bytes: int = 65_536,
    lookup: Lookup | None = None,
    tls: ssl.SSLContext | None = None,
) -> httpx.AsyncClient:
    """The one client for all feeds; close it with `aclose()`.

    `user_agent` should name the program and where to complain. `lookup` replaces the system's name resolution,
    `tls` the public certificate authorities.
    """
    resolver = Resolver(refuse=None if allow_private_addresses else why_private, lookup=lookup)
    transport = DirectTransport(resolver, tls=tls or httpx.create_ssl_context(), max_header_bytes=max_header_bytes)
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    # No timeout of httpx's: `fetch` sets one deadline around the whole, and the transport knows no other.
    return httpx.AsyncClient(transport=transport, headers=headers, cookies=no_cookies, trust_env=False)


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    *,
    validators: Validators = _NO_VALIDATORS,
    now: datetime,
    limits: FetchLimits = FetchLimits(),
) -> Outcome:
    """Ask for a feed once, conditionally where `validators` allow. Never raises for what the other side does.

    A body equal to the last one is NotModified even where the server sent it anew. `now` serves to read
    Retry-After and Expires where the server names no date of its own.
    """
    seconds = limits.deadline.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await _follow(client, url, validators=validators, now=now, limits=limits)
    except TimeoutError:
        return Failed("temporary", f"no complete answer within {seconds:g} s")
    except FeedError as exc:
        return failure.of_error(exc)
    except httpx.ProtocolError as exc:
        return failure.of_protocol(str(exc), host=exc.request.url.host)
    except httpx.TransportError as exc:
        return failure.of_connection(exc.__cause__, host=exc.request.url.host, text=str(exc))
    except httpx.InvalidURL as exc:
        return Failed("hard", f"not an address that can be asked: {exc}")


# --- hops -------------------------------------------------------------------------------------------------


async def _follow(
    client: httpx.AsyncClient, url: str, *, validators: Validators, now: datetime, limits: FetchLimits
) -> Outcome:
    here = _web_address(url)
    moved_to: str | None = None
    only_permanent = True
    seen = {str(here)}
    for _ in range(limits.max_redirects + 1):
        async with _asked(client, here, validators) as response:
            target = _redirect_target(response)
            if target is None:
                return await _read(response, moved_to=moved_to, validators=validators, now=now, limits=limits)
            # A move from https to http is followed but not for good: anyone on the way could have ordered it.
            only_permanent &= response.status_code in _PERMANENT and (target.scheme, here.scheme) != ("http", "https")
        here = target
        if only_permanent:
            moved_to = str(here)
        if str(here) in seen:
            raise Unusable("hard", f"the redirects go round in a circle at {_shown(here)}")
        seen.add(str(here))
    raise Unusable("hard", f"more than {limits.max_redirects} redirects, the last one to {_shown(here)}")


@contextlib.asynccontextmanager
async def _asked(client: httpx.AsyncClient, url: httpx.URL, validators: Validators) -> AsyncIterator[httpx.Response]:
    request = client.build_request("GET", url, headers=_conditions(url, validators))
    response = await client.send(request, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


def _conditions(url: httpx.URL, validators: Validators) -> dict[str, str]:
    """What makes the request conditional. Validators are sent to the address that gave them and to no other:
    another may answer "not modified" about a body that we never had."""
    if validators.url != str(url):
        return {}
    pairs = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return {name: value for name, value in pairs if value}


def _redirect_target(response: httpx.Response) -> httpx.URL | None:
    status = response.status_code
    if status not in _REDIRECTS:
        return None
    location = response.headers.get("location")
    if not location:
        raise Unusable("hard", f"HTTP {status}: a redirect that does not say where to", status=status)
    try:
        target = response.request.url.join(location)
    except httpx.InvalidURL as exc:
        raise Unusable("hard", f"HTTP {status}: redirected to what is no address: {exc}", status=status) from exc
    return _web_address(str(target.copy_with(fragment=None)))


def _web_address(url: str) -> httpx.URL:
    address = httpx.URL(url)
    if address.scheme not in {"http", "https"} or not address.host:
        raise Unusable("hard", f"only http and https can be asked, not {url[:200]!r}")
    return address


# --- the answer -------------------------------------------------------------------------------------------


async def _read(
    response: httpx.Response, *, moved_to: str | None, validators: Validators, now: datetime, limits: FetchLimits
) -> Outcome:
    answer = Answer(
        url=str(response.request.url),
        status=response.status_code,
        validators=validators,
        moved_to=moved_to,
        conditional=_is_conditional(response.request),
        fresh_for=caching.fresh_for(response.headers, now=now),
        retry_after=caching.retry_after(response.headers, now=now),
    )
    match response.status_code:
        case HTTPStatus.OK | HTTPStatus.NON_AUTHORITATIVE_INFORMATION:
            return await _read_body(response, answer, limits)
        case HTTPStatus.NOT_MODIFIED if answer.conditional:
            return NotModified(answer)
        case status:
            return failure.of_status(status, retry_after=answer.retry_after)


async def _read_body(response: httpx.Response, answer: Answer, limits: FetchLimits) -> Fetched | NotModified:
    last = answer.validators
    wire = await _wire_body(response, limits.max_body_bytes)
    coding = response.headers.get("content-encoding", "")
    found = Validators(
        url=answer.url,
        etag=_kept(response.headers.get("etag")),
        last_modified=_kept(response.headers.get("last-modified")),
        wire_hash=_digest(wire),
    )
    if found.wire_hash == last.wire_hash:
        found = replace(found, body_hash=last.body_hash)
        return NotModified(replace(answer, validators=found), by_hash=True)
    body, body_hash = await _inflated(wire, coding, limits.max_body_bytes)
    answer = replace(answer, validators=replace(found, body_hash=body_hash))
    if body_hash == last.body_hash:
        return NotModified(answer, by_hash=True)
    return Fetched(answer, body, response.headers.get("content-type", ""))


async def _wire_body(response: httpx.Response, limit: int) -> bytes:
    """The body as transferred; stops reading as soon as it is known to be too large."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLarge(limit)
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(limit)
        pieces.append(piece)
    if not size:
        raise Unusable("soft", "the answer is empty", status=response.status_code)
    return b"".join(pieces)


async def _inflated(wire: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    def work() -> tuple[bytes, str]:
        body = inflate(wire, coding, limit=limit)
        return body, _digest(body)

    # A thread costs more than a small body does; a large one would hold up every other feed.
    return work() if len(wire) <= _SMALL_BODY_BYTES else await asyncio.to_thread(work)


def _shown(url: httpx.URL) -> str:
    """The address for a person: without a password, not too long."""
    return str(url.copy_with(username=None, password=None))[:200]


def _is_conditional(request: httpx.Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def _kept(validator: str | None) -> str | None:
    return validator if validator and len(validator) <= _MAX_VALIDATOR_CHARS else None


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.5"
)
_MAX_VALIDATOR_CHARS = 1024
_PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
_REDIRECTS = {*_PERMANENT, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_SMALL_BODY_BYTES = 131_072
