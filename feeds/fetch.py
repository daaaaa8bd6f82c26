"""One polite conditional GET: redirects, limits, and every way it can fail told in one line. The home of httpx here."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from feeds import caching, failure
from feeds.failure import Unusable
from feeds.guard import Lookup, Resolver, why_private
from feeds.http import httpx
from feeds.http1 import BadAnswer, Head, Wanted
from feeds.inflate import ACCEPT_ENCODING, inflate
from feeds.outcome import Answer, Failed, FeedError, Fetched, NotModified, Outcome, Validators
from feeds.transport import ConnectionFailed, DirectClient, DirectTransport, wanting

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
    said = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
    return DirectClient(DirectTransport(resolver, said=said, tls=tls, max_header_bytes=max_header_bytes))


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
    except Unusable as exc:
        return exc.failed
    except FeedError as exc:
        return failure.of_error(exc)


async def post_form(
    client: httpx.AsyncClient, url: str, form: bytes, *, limits: FetchLimits = FetchLimits()
) -> Failed | None:
    """Send a form once; None where it was accepted (2xx). Redirects are not followed: a form is for who is named."""
    seconds = limits.deadline.total_seconds()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        async with asyncio.timeout(seconds):
            extensions = wanting(_refusal, cuts=True)
            request = httpx.Request("POST", _web_address(url), headers=headers, content=form, extensions=extensions)
            response = await _answered(client, request)
    except TimeoutError:
        return Failed("temporary", f"no complete answer within {seconds:g} s")
    except Unusable as exc:
        return exc.failed
    except FeedError as exc:
        return failure.of_error(exc)
    if response.is_success:
        return None
    failed = failure.of_status(response.status_code, retry_after=None)
    body = await _wire_body(response)
    said = " ".join(body[:_SHORT_TEXT_BYTES].decode("utf-8", "replace").split())
    return replace(failed, reason=f"{failed.reason} {said!r}") if said else failed


def _refusal(head: Head) -> int:
    """The beginning of what a refusal says."""
    return 0 if 200 <= head.status < 300 else _SHORT_TEXT_BYTES


# --- hops -------------------------------------------------------------------------------------------------


async def _follow(
    client: httpx.AsyncClient, url: str, *, validators: Validators, now: datetime, limits: FetchLimits
) -> Outcome:
    here = _web_address(url)
    moved_to: str | None = None
    only_permanent = True
    seen = {here}
    extensions = wanting(_feed_of(limits.max_body_bytes))
    for _ in range(limits.max_redirects + 1):
        conditions = _conditions(here, validators)
        headers = [(b"Host", here.netloc), *conditions, *_credentials(here)]
        # With a stream httpx adds nothing: there is nothing to add to a request without a body.
        request = httpx.Request("GET", here, headers=headers, stream=_NO_BODY, extensions=extensions)
        response = await _answered(client, request)
        target = _redirect_target(response)
        if target is None:
            return await _read(
                response,
                moved_to=moved_to,
                conditional=bool(conditions),
                validators=validators,
                now=now,
                limits=limits,
            )
        # A move from https to http is followed but not for good: anyone on the way could have ordered it.
        only_permanent &= response.status_code in _PERMANENT and (here.scheme, target.scheme) != ("https", "http")
        if only_permanent:
            moved_to = _plain(target)
        if target in seen:
            raise Unusable(Failed("hard", f"the redirects go round in a circle at {_plain(target)[:200]}"))
        seen.add(target)
        here = target
    raise Unusable(Failed("hard", f"more than {limits.max_redirects} redirects, the last one to {_plain(here)[:200]}"))


def _feed_of(max_bytes: int) -> Wanted:
    """What is wanted of a feed's answer. A short body that nobody needs is read as well, so that the connection can
    serve the next hop."""

    def wanted(head: Head) -> int:
        if head.status in _WHOLE:
            return max_bytes
        is_short = head.status in _REDIRECTS and head.length is not None and head.length <= _SHORT_BODY_BYTES
        return _SHORT_BODY_BYTES if is_short else 0

    return wanted


async def _answered(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """The answer of one hop; what breaks on the way is raised as Unusable."""
    try:
        return await client.send(request)
    except BadAnswer as exc:
        raise Unusable(failure.of_protocol(exc, host=request.url.host)) from exc
    except ConnectionFailed as exc:
        raise Unusable(failure.of_connection(exc.__cause__, host=request.url.host, text=str(exc))) from exc


def _conditions(url: httpx.URL, validators: Validators) -> list[tuple[bytes, bytes]]:
    """What makes the request conditional. Validators are sent to the address that gave them and to no other:
    another may answer "not modified" about a body that we never had."""
    if validators.url != _plain(url):
        return []
    pairs = ((_IF_NONE_MATCH, validators.etag), (_IF_MODIFIED_SINCE, validators.last_modified))
    return [(name, value.encode("latin-1", "replace")) for name, value in pairs if value]


def _credentials(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    """HTTP Basic for an address that carries a name and a password."""
    if not url.userinfo:
        return []
    pair = f"{url.username}:{url.password}".encode()
    return [(b"Authorization", b"Basic " + base64.b64encode(pair))]


def _redirect_target(response: httpx.Response) -> httpx.URL | None:
    status = response.status_code
    if status not in _REDIRECTS:
        return None
    location = response.headers.get("location")
    if not location:
        raise Unusable(Failed("hard", f"HTTP {status}: a redirect that does not say where to", status))
    try:
        return _web_address(str(response.request.url.join(location).copy_with(fragment=None)))
    except (httpx.InvalidURL, ValueError) as exc:
        raise Unusable(Failed("hard", f"HTTP {status}: redirected to what is no address: {exc}", status)) from exc


@functools.lru_cache(maxsize=4096)
def _web_address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
        host = address.host  # decoded here, where a malformed international name still means an unusable address
    except (httpx.InvalidURL, ValueError) as exc:
        raise Unusable(Failed("hard", f"not an address that can be asked: {exc}")) from exc
    if address.scheme not in {"http", "https"} or not host:
        raise Unusable(Failed("hard", "only addresses that begin with http:// or https:// and a host can be asked"))
    return address


def _plain(url: httpx.URL) -> str:
    """The address without name and password: those belong into the configuration alone."""
    return str(url.copy_with(username=None, password=None) if url.userinfo else url)


# --- the answer -------------------------------------------------------------------------------------------


async def _read(
    response: httpx.Response,
    *,
    moved_to: str | None,
    conditional: bool,
    validators: Validators,
    now: datetime,
    limits: FetchLimits,
) -> Outcome:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers.raw}
    answer = Answer(
        url=_plain(response.request.url),
        status=response.status_code,
        validators=validators,
        moved_to=moved_to,
        conditional=conditional,
        fresh_for=caching.fresh_for(headers, now=now),
        retry_after=caching.retry_after(headers, now=now),
        **_websub(response, headers),
    )
    match response.status_code:
        case 200 | 203:
            return await _read_body(response, answer, headers, limits.max_body_bytes)
        case 304 if answer.conditional:
            return NotModified(replace(answer, validators=_freshened(validators, headers)))
        case status:
            return failure.of_status(status, retry_after=answer.retry_after)


def _websub(response: httpx.Response, headers: Mapping[str, str]) -> dict[str, str | None]:
    """Who tells of news at once, and under which name: WebSub, section 4, wants Link headers looked at first."""
    if "link" not in headers:
        return {}
    hub, topic = (response.links.get(relation, {}).get("url") for relation in ("hub", "self"))
    return {"hub": hub, "topic": topic} if hub and topic else {}


def _freshened(known: Validators, headers: Mapping[str, str]) -> Validators:
    """The validators after a 304: new ones replace ours (RFC 9111, 3.2), or a server that judges by date alone
    would be shown an outdated ETag for ever."""
    etag, modified = _kept(headers.get("etag")), _kept(headers.get("last-modified"))
    return replace(known, etag=etag or known.etag, last_modified=modified or known.last_modified)


async def _read_body(
    response: httpx.Response, answer: Answer, headers: Mapping[str, str], limit: int
) -> Fetched | NotModified:
    last = answer.validators
    wire = await _wire_body(response)
    if not wire:
        raise Unusable(Failed("soft", "the answer is empty", response.status_code))
    found = Validators(
        url=answer.url,
        etag=_kept(headers.get("etag")),
        last_modified=_kept(headers.get("last-modified")),
        wire_hash=_digest(wire),
    )
    if found.wire_hash == last.wire_hash:
        found = replace(found, body_hash=last.body_hash)
        return NotModified(replace(answer, validators=found), by_hash=True)
    body, body_hash = await _inflated(wire, headers.get("content-encoding", ""), limit)
    answer = replace(answer, validators=replace(found, body_hash=body_hash))
    if body_hash == last.body_hash:
        return NotModified(answer, by_hash=True)
    return Fetched(answer, body, headers.get("content-type", ""))


async def _wire_body(response: httpx.Response) -> bytes:
    """The body as transferred, nothing unpacked."""
    return b"".join([piece async for piece in response.aiter_raw()])


async def _inflated(wire: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    def work() -> tuple[bytes, str]:
        body = inflate(wire, coding, limit=limit)
        return body, _digest(body)

    # A thread costs more than a small body does; a large one would hold up every other feed.
    return work() if len(wire) <= _SMALL_BODY_BYTES else await asyncio.to_thread(work)


def _kept(validator: str | None) -> str | None:
    return validator if validator and len(validator) <= _MAX_VALIDATOR_CHARS else None


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.5"
)
_NO_BODY = httpx.ByteStream(b"")
_IF_NONE_MATCH = b"If-None-Match"
_IF_MODIFIED_SINCE = b"If-Modified-Since"
_MAX_VALIDATOR_CHARS = 1024
_WHOLE = {200, 203}
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_SHORT_BODY_BYTES = 16_384
_SMALL_BODY_BYTES = 131_072
_SHORT_TEXT_BYTES = 300
