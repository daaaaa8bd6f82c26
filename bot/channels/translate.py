"""Headlines in another language: a program of the operator's, asked with a time limit, its answers kept in the log."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.channels.ledger import Call
from bot.questions.concern import fact_of
from bot.telegram.text import clean, cut
from feeds.child import ended
from store.events.items import TitleTranslated
from store.log import Event, Store
from store.views.values import ItemView

_log = logging.getLogger(__name__)

MAX_UNITS = 600
MAX_ANSWER_BYTES = 200_000
REST = timedelta(minutes=5)

Translate = Callable[[Sequence[str], str, str], Awaitable[Sequence[str] | None]]
"""Texts, the language they are in, the one wanted → the texts in that, in the same order; None where that failed."""


def by_command(command: Sequence[str], *, seconds: float) -> Translate:
    """A program that reads {"texts": […], "from": "it", "to": "en"} and writes the list of the translated texts."""

    async def translate(texts: Sequence[str], source: str, to: str) -> Sequence[str] | None:
        asked = json.dumps({"texts": list(texts), "from": source, "to": to}, ensure_ascii=False)
        try:
            answer = await _answer(command, asked.encode("utf-8", "replace"), seconds=seconds)
            translated = json.loads(answer)
        except (OSError, ValueError, TimeoutError) as exc:
            _log.warning("no translation: %s: %s", command[0], exc or f"no answer within {seconds:g} s")
            return None
        if not isinstance(translated, list) or [type(one) for one in translated] != [str] * len(texts):
            _log.warning("no translation: %s: wanted a JSON list of %d texts", command[0], len(texts))
            return None
        return translated

    return translate


class Translations:
    """Gives a headline's translation, from the log where it was translated before. A translator that fails is left
    alone for five minutes, so that it never holds up more than one post."""

    def __init__(
        self,
        store: Store,
        call: Call,
        translate: Translate,
        now: Callable[[], datetime],
        *,
        name: str,
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._call, self._translate, self._now = store, call, translate, now
        self._name, self._meta = name, meta
        self._rests_until: datetime | None = None

    async def title(self, item: ItemView, to: str) -> str:
        """The item's headline in the language; empty where it is in it already, or there is none to be had."""
        source, text = item.lang or "", clean(item.title)
        if not text or not source or source == to:
            return ""
        fact = TitleTranslated(item=item.key, lang=to, digest=_digest(text), title="", by=self._name)
        known = (await self._call(self._store.find, [fact.key])).get(fact.key)
        kept = fact_of(known) if known else None
        if known is not None:
            return kept.title if isinstance(kept, TitleTranslated) else ""
        said = await self._said(text, source, to)
        if not said:
            return ""
        fact = TitleTranslated(item=item.key, lang=to, digest=_digest(text), title=said, by=self._name)
        await self._call(self._store.append, [Event(fact, self._meta)], at=self._now())
        return said

    async def _said(self, text: str, source: str, to: str) -> str:
        if self._rests_until is not None and self._now() < self._rests_until:
            return ""
        done = await self._translate([text], source, to)
        self._rests_until = self._now() + REST if done is None else None
        return cut(clean(done[0]), MAX_UNITS) if done else ""


async def _answer(command: Sequence[str], asked: bytes, *, seconds: float) -> bytes:
    """What the program writes. Raises OSError, ValueError and TimeoutError."""
    done = await ended(command, given=asked, timeout_s=seconds)
    if done.code:
        raise OSError(f"ended with {done.code}" + (f": {done.said}" if done.said else ""))
    if len(done.output) > MAX_ANSWER_BYTES:
        raise ValueError("the answer is far too long")
    return done.output


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
