"""`/whatif`: what another term would change, tried on the log by `pactwatch whatif` in a process of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import yamlfile
from bot.aside import PROGRAM, run_aside
from bot.rules.trying import alone, with_term, without_term
from bot.settings import FeedSettings
from bot.telegram import staffwords, words
from bot.telegram.answers import Reader, note, signed
from bot.telegram.catalogue import Catalogue
from bot.telegram.markup import Html, fill, html, join, link
from bot.telegram.message import Message
from bot.telegram.text import clean, cut, safe_url
from bot.telegram.words import say

_log = logging.getLogger("pactwatch.chat")

SINCE = "90d"
SHOWN = 6
_TIMEOUT_S = 900.0
_TITLE_UNITS, _WHY_UNITS, _TERM_UNITS = 120, 160, 60


class Trials:
    """Tries terms on the log at `store`, one at a time. `files` has the file of each plan by its id, `feeds` are
    those of all plans."""

    def __init__(
        self,
        catalogue: Catalogue,
        files: Mapping[str, Path],
        feeds: Sequence[FeedSettings],
        store: str,
        *,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._catalogue, self._files, self._store, self._program = catalogue, files, store, program
        self._feeds = [{"id": one.id, "url": one.url, "lang": one.lang, "context": one.context} for one in feeds]
        self._trying = asyncio.Lock()

    async def whatif(self, text: str, reader: Reader) -> Message:
        """`/whatif defence-roadmap frigate`: with the term; `/whatif defence-roadmap -navy`: without it."""
        name, _, said = text.strip().partition(" ")
        term = cut(clean(said).lstrip("-+ "), _TERM_UNITS)
        named = self._catalogue.find(name)
        if len(named) != 1 or not term:
            return note(staffwords.WHATIF_ASK, reader, example=next(iter(self._catalogue.commitments), ""))
        if self._trying.locked():
            return note(staffwords.WHATIF_BUSY, reader)
        async with self._trying:
            return await self._tried(named[0].id, term, reader, remove=said.strip().startswith("-"))

    async def _tried(self, commitment: str, term: str, reader: Reader, *, remove: bool) -> Message:
        path = self._files[self._catalogue.plan_of[commitment]]
        document = await asyncio.to_thread(lambda: yamlfile.load(path.read_text(encoding="utf-8")).data)
        tried = alone(document, self._feeds, store=self._store)
        changed = (without_term if remove else with_term)(tried, commitment, term)
        if changed is None:
            return note(staffwords.WHATIF_NONE, reader, term=term)
        with tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
            file = Path(folder) / "config.yaml"
            # JSON is YAML, too; dates are the only values in it that JSON does not know.
            await asyncio.to_thread(file.write_text, json.dumps(changed, ensure_ascii=False, default=str), "utf-8")
            ended = await run_aside(
                "whatif", "--config", str(file), "--json", "--since", SINCE, timeout_s=_TIMEOUT_S, program=self._program
            )
        lines = [] if ended.failed else [json.loads(line) for line in ended.output.splitlines() if line]
        if not any("counts" in one for one in lines):
            _log.warning("trying a term failed commitment=%s reason=%r", commitment, ended.said)
            return note(staffwords.WHATIF_FAILED, reader, reason=cut(clean(ended.said), 300))
        title = self._catalogue.title(commitment, reader.lang)
        return _told(lines, title, term, reader, remove)


def _told(lines: Sequence[dict[str, Any]], title: str, term: str, reader: Reader, remove: bool) -> Message:
    """The totals, and some of what would change."""
    lang = reader.lang
    report = next(one for one in lines if "counts" in one)
    shown = [one for one in lines if "change" in one][:SHOWN]
    heading = fill(
        say(staffwords.WHATIF_WITHOUT if remove else staffwords.WHATIF_WITH, lang),
        title=title,
        term=term,
        gained=words.number(report["gained"], lang),
        lost=words.number(report["lost"], lang),
    )
    blocks = [heading, *(_changed(one) for one in shown), fill(say(staffwords.WHATIF_END, lang))]
    return signed(join("\n\n", blocks), reader)


def _changed(one: dict[str, Any]) -> Html:
    sign = "+" if one["change"] == "gained" else "–"
    title = link(cut(clean(one["title"] or one["item"]), _TITLE_UNITS), safe_url(one.get("url")))
    return Html(f"{sign} {title}\n<i>{html(cut(clean(one['why']), _WHY_UNITS))}</i>")
