"""One polite conditional GET: redirects, limits, and every way it can fail told in one line."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds import caching, failure
from feeds.address import Address, AddressError, address
from feeds.failure import Unusable
from feeds.guard import Lookup, Resolver, why_private
from feeds.http1 import BadAnswer, Head
from feeds.inflate import ACCEPT_ENCODING, inflate
from feeds.links import links
from feeds.outcome import Answer, Failed, FeedError, Fetched, NotModified, Outcome, Validators
from feeds.transport import Client, ConnectionFailed, Field, Question, Reply

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
) -> Client:
    """The one client for all feeds; close it with `aclose()`.

    `user_agent` should name the program and where to complain. `lookup` replaces the system's name resolution,
    `tls` the public certificate authorities.
    """
    resolver = Resolver(refuse=None if allow_private_addresses else why_private, lookup=lookup)
    fields = (
        (b"User-Agent", user_agent.encode("latin-1", "replace")),
        (b"Accept", _ACCEPT),
        (b"Accept-Encoding", ACCEPT_ENCODING.encode()),
    )
    return Client(resolver, fields=fields, tls=tls, max_header_bytes=max_header_bytes)


async def fetch(
    client: Client,
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


async def post_form(client: Client, url: str, form: bytes, *, limits: FetchLimits = FetchLimits()) -> Failed | None:
    """Send a form once; None where it was accepted (2xx). Redirects are not followed: a form is for who is named."""
    seconds = limits.deadline.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            question = Question(_web_address(url), _refusal, fields=(_FORM,), form=form, cuts=True)
            reply = await _asked(client, question)
    except TimeoutError:
        return Failed("temporary", f"no complete answer within {seconds:g} s")
    except Unusable as exc:
        return exc.failed
    except FeedError as exc:
        return failure.of_error(exc)
    if 200 <= reply.status < 300:
        return None
    failed = failure.of_status(reply.status, retry_after=None)
    said = " ".join(reply.body[:_SHORT_TEXT_BYTES].decode("utf-8", "replace").split())
    return replace(failed, reason=f"{failed.reason} {said!r}") if said else failed


def _refusal(head: Head) -> int:
    """The beginning of what a refusal says."""
    return 0 if 200 <= head.status < 300 else _SHORT_TEXT_BYTES


# --- hops -------------------------------------------------------------------------------------------------


async def _follow(client: Client, url: str, *, validators: Validators, now: datetime, limits: FetchLimits) -> Outcome:
    here = _web_address(url)
    moved_to: str | None = None
    only_permanent = True
    seen = {here}

    def wanted(head: Head) -> int:
        if head.status in _WHOLE:
            return limits.max_body_bytes
        # A short body that nobody needs is read, so that the connection can serve the next hop.
        is_short = head.status in _REDIRECTS and head.length is not None and head.length <= _SHORT_BODY_BYTES
        return _SHORT_BODY_BYTES if is_short else 0

    for _ in range(limits.max_redirects + 1):
        conditions = _conditions(here, validators)
        reply = await _asked(client, Question(here, wanted, fields=(*conditions, *_credentials(here))))
        target = _redirect_target(reply, here)
        if target is None:
            asked = _Asked(here, bool(conditions), moved_to, validators)
            return await _read(reply, asked, now=now, limit=limits.max_body_bytes)
        # A move from https to http is followed but not for good: anyone on the way could have ordered it.
        only_permanent &= reply.status in _PERMANENT and (here.scheme, target.scheme) != ("https", "http")
        if only_permanent:
            moved_to = target.text
        if target in seen:
            raise Unusable(Failed("hard", f"the redirects go round in a circle at {target.text[:200]}"))
        seen.add(target)
        here = target
    raise Unusable(Failed("hard", f"more than {limits.max_redirects} redirects, the last one to {here.text[:200]}"))


async def _asked(client: Client, question: Question) -> Reply:
    """The answer of one hop; what breaks on the way is raised as Unusable."""
    host = question.address.host
    try:
        return await client.ask(question)
    except BadAnswer as exc:
        raise Unusable(failure.of_protocol(exc, host=host)) from exc
    except ConnectionFailed as exc:
        raise Unusable(failure.of_connection(exc.__cause__, host=host, text=str(exc))) from exc


def _conditions(where: Address, validators: Validators) -> tuple[Field, ...]:
    """What makes the request conditional. Validators are sent to the address that gave them and to no other:
    another may answer "not modified" about a body that we never had."""
    if validators.url != where.text:
        return ()
    pairs = ((b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified))
    return tuple((name, value.encode("latin-1", "replace")) for name, value in pairs if value)


def _credentials(where: Address) -> tuple[Field, ...]:
    """HTTP Basic for an address that carries a name and a password."""
    return ((b"Authorization", b"Basic " + base64.b64encode(where.credentials)),) if where.userinfo else ()


def _redirect_target(reply: Reply, here: Address) -> Address | None:
    status = reply.status
    if status not in _REDIRECTS:
        return None
    location = next((value for name, value in reply.fields if name == "location"), "")
    if not location:
        raise Unusable(Failed("hard", f"HTTP {status}: a redirect that does not say where to", status))
    try:
        return here.join(_as_sent(location))
    except AddressError as exc:
        raise Unusable(Failed("hard", f"HTTP {status}: redirected to what is no address: {exc}", status)) from exc


def _as_sent(location: str) -> str:
    """The address as its server means it: what is not ASCII is UTF-8 nearly everywhere."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeDecodeError:
        return location


def _web_address(url: str) -> Address:
    try:
        return address(url)
    except AddressError as exc:
        raise Unusable(Failed("hard", str(exc))) from exc


# --- the answer -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the last hop was asked with: where, whether on conditions, and how we came there."""

    address: Address
    conditional: bool
    moved_to: str | None
    validators: Validators


async def _read(reply: Reply, asked: _Asked, *, now: datetime, limit: int) -> Outcome:
    headers = dict(reply.fields)
    hub, topic = _websub(asked.address, reply.fields) if "link" in headers else (None, None)
    answer = Answer(
        url=asked.address.text,
        status=reply.status,
        validators=asked.validators,
        moved_to=asked.moved_to,
        conditional=asked.conditional,
        fresh_for=caching.fresh_for(headers, now=now),
        retry_after=caching.retry_after(headers, now=now),
        hub=hub,
        topic=topic,
    )
    match reply.status:
        case 200 | 203:
            return await _read_body(reply.body, answer, headers, limit)
        case 304 if asked.conditional:
            return NotModified(replace(answer, validators=_freshened(asked.validators, headers)))
        case status:
            return failure.of_status(status, retry_after=answer.retry_after)


def _websub(where: Address, fields: tuple[tuple[str, str], ...]) -> tuple[str | None, str | None]:
    """Who tells of news at once, and under which name: WebSub, section 4, wants Link headers looked at first."""
    found = links(", ".join(value for name, value in fields if name == "link"), base=where.text)
    hub, topic = found.get("hub"), found.get("self")
    return (hub, topic) if hub and topic else (None, None)


def _freshened(known: Validators, headers: Mapping[str, str]) -> Validators:
    """The validators after a 304: new ones replace ours (RFC 9111, 3.2), or a server that judges by date alone
    would be shown an outdated ETag for ever."""
    etag, modified = _kept(headers.get("etag")), _kept(headers.get("last-modified"))
    return replace(known, etag=etag or known.etag, last_modified=modified or known.last_modified)


async def _read_body(wire: bytes, answer: Answer, headers: Mapping[str, str], limit: int) -> Fetched | NotModified:
    last = answer.validators
    if not wire:
        raise Unusable(Failed("soft", "the answer is empty", answer.status))
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
    b"application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    b"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.5"
)
_FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
_MAX_VALIDATOR_CHARS = 1024
_WHOLE = {200, 203}
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_SHORT_BODY_BYTES = 16_384
_SMALL_BODY_BYTES = 131_072
_SHORT_TEXT_BYTES = 300
