"""Why a fetch failed, in one line for a person, and how little hope that leaves."""

from __future__ import annotations

import errno
import ssl
from datetime import timedelta

from feeds.guard import AddressRefused, NameNotFound
from feeds.http1 import BadAnswer, CutShort, NoAnswer
from feeds.outcome import Failed, FeedError, Kind


class Unusable(FeedError):
    """An answer that leads nowhere; carries the failure it means."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


def of_status(status: int, *, retry_after: timedelta | None) -> Failed:
    """The failure that an HTTP status other than 200 and 304 means."""
    kind: Kind = _KINDS.get(status) or ("soft" if status < 300 or status >= 500 else "hard")
    reason = f"HTTP {status}: {_MEANINGS.get(status) or _phrase(status)}"
    if retry_after is not None:
        reason += f" (asks us to wait {retry_after.total_seconds():.0f} s)"
    return Failed(kind, reason, status, retry_after)


def of_error(exc: FeedError) -> Failed:
    """The failure behind an error of this package."""
    match exc:
        case NameNotFound(temporary=True):
            return Failed("temporary", str(exc))
        case NameNotFound() | AddressRefused():
            return Failed("hard", str(exc))
        case _:
            return Failed("soft", str(exc))


def of_connection(cause: BaseException | None, *, host: str, text: str) -> Failed:
    """The failure behind a connection that was not made or broke; `text` where the cause says nothing."""
    kind: Kind = "temporary"
    match cause:
        case ssl.SSLCertVerificationError():
            kind, reason = "soft", f"the TLS certificate of {host} is not valid: {cause.verify_message}"
        case ssl.SSLError():
            kind, reason = "soft", f"no TLS connection to {host}: {cause.reason or text}"
        case ConnectionRefusedError():
            kind, reason = "soft", f"{host} refuses connections"
        case ConnectionResetError() | BrokenPipeError() | ConnectionAbortedError():
            reason = f"{host} broke the connection off"
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH):
            reason = f"no way to {host}"
        case TimeoutError():
            reason = f"{host} does not answer"
        case _:
            reason = f"the connection to {host} failed: {text}"
    return Failed(kind, reason)


def of_protocol(error: BadAnswer, *, host: str) -> Failed:
    """The failure behind an answer that is not proper HTTP."""
    match error:
        case CutShort():
            return Failed("temporary", f"{host} cut its answer short")
        case NoAnswer():
            return Failed("temporary", f"{host} closed the connection without an answer")
        case _:
            return Failed("soft", f"{host} does not answer in proper HTTP: {error}")


def _phrase(status: int) -> str:
    from http import HTTPStatus  # noqa: PLC0415 - for the few that have no words of ours

    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return "a status that HTTP does not know"


_KINDS: dict[int, Kind] = {
    304: "soft",
    403: "soft",  # outlets refuse agents for a while and let them in again
    406: "soft",
    408: "temporary",
    421: "temporary",
    425: "temporary",
    429: "temporary",
    500: "temporary",
    502: "temporary",
    503: "temporary",
    504: "temporary",
    520: "temporary",
    521: "temporary",
    522: "temporary",
    523: "temporary",
    524: "temporary",
}

_MEANINGS = {
    204: "an answer without a body",
    206: "a part of the body, unasked",
    304: "not modified, though nothing was said of an earlier body",
    401: "the address asks for a password",
    403: "the server refuses us",
    404: "the address is gone or was never there",
    410: "the publisher has ended this feed",
    429: "we ask too often for this server",
    451: "withheld for legal reasons",
    500: "the server has an error of its own",
    502: "the server's back end does not answer",
    503: "the server is out of service for now",
    504: "the server's back end is too slow",
}
