"""`/audit`: a week's near misses, judged one by one in the chat, and the recall that follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.aside import PROGRAM, run_aside
from bot.questions.audit import Miss, Recall, audit_of, decided, judge, last_week, misses, recall, said
from bot.questions.coverage import percent
from bot.questions.precision import rate, verdicts
from bot.questions.stored import Contexts
from bot.telegram import staffwords, words
from bot.telegram.actions import JudgeMiss, ShowMiss
from bot.telegram.answers import Reader, note, signed
from bot.telegram.cards import key
from bot.telegram.catalogue import titled
from bot.telegram.keyboards import button, rows
from bot.telegram.markup import Html, bold, fill, join, link
from bot.telegram.message import Message
from bot.telegram.pages import Library
from bot.telegram.text import clean, cut, safe_url
from bot.telegram.words import say
from matchers.rules import RuleSet
from store.events.plan import AuditDrawn

_TIMEOUT_S = 600.0
_TITLE_UNITS, _SUMMARY_UNITS, _WHY_UNITS = 200, 400, 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """An audit as it stands. `plan` is the audited plan's key; empty where it is the only one."""

    audit: AuditDrawn
    sample: tuple[Miss, ...]
    missed: dict[str, bool]
    estimate: Recall
    plan: str

    @property
    def left(self) -> list[int]:
        """The places in the sample of what nobody judged."""
        return [place for place, one in enumerate(self.sample) if one.item not in self.missed]


class Auditing:
    """Shows audits and takes what operators say of them; `by` gives an operator's random id. The samples of a week are
    drawn by `pactwatch audit` in a process of its own, on the configuration at `path`; `rules` are those of all its
    plans."""

    def __init__(
        self,
        library: Library,
        rules: Sequence[RuleSet],
        contexts: Contexts,
        *,
        path: Path,
        by: Callable[[Reader], Awaitable[str]],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._log, self._views, self._call = library.log, library.views, library.call
        self._rules, self._contexts, self._now = rules, contexts, library.now
        self._path, self._by, self._program = path, by, program

    async def audit(self, text: str, reader: Reader) -> Message:
        """The last week that is over, drawn now where it was not yet, and its first item that nobody judged; where
        several plans are watched, of the one named, else the choice."""
        week = last_week(self._now()).name
        sheets = await self._call(self._sheets, week)
        if len(sheets) < len(self._rules):
            arguments = ("audit", "--config", str(self._path), "--list", "--json")
            ended = await run_aside(*arguments, timeout_s=_TIMEOUT_S, program=self._program)
            sheets = {} if ended.failed else await self._call(self._sheets, week)
            if not sheets:
                return note(staffwords.AUDIT_FAILED, reader, reason=cut(clean(ended.said), 300) or "–")
        named = text.strip() if len(sheets) > 1 else next(iter(sheets))
        if named not in sheets:
            return self._choice(week, sheets, reader)
        return _page(self._title(named), sheets[named], 0, reader)

    async def press(self, wanted: ShowMiss | JudgeMiss, reader: Reader) -> Message | None:
        """Turn to the next item from there on, or judge one and turn; None where that was never drawn."""
        rules = next((one for one in self._rules if wanted.plan in {"", key(one.plan.id)}), None)
        if rules is None:
            return None
        if isinstance(wanted, JudgeMiss):
            by = await self._by(reader)
            if not await self._call(self._judge, rules, wanted, by):
                return None
        sheet = await self._call(self._sheet, rules, wanted.week)
        number = wanted.number if isinstance(wanted, ShowMiss) else 0
        return _page(self._title(rules.plan.id), sheet, number, reader) if sheet else None

    def _choice(self, week: str, sheets: Mapping[str, Sheet], reader: Reader) -> Message:
        """The audits of several plans, to choose from."""
        lang = reader.lang
        listed = [
            (button(f"{cut(titled(self._title(name), lang), 45)} · {len(one.left)}", ShowMiss(week, 0, one.plan)),)
            for name, one in sheets.items()
        ]
        return replace(note(staffwords.AUDIT_WHICH, reader, week=week), keyboard=rows(*listed))

    def _title(self, plan: str) -> Mapping[str, str]:
        return next(one.plan.title for one in self._rules if one.plan.id == plan)

    def _sheets(self, week: str) -> dict[str, Sheet]:
        """The audits that were drawn, by their plans' ids."""
        found = {rules.plan.id: self._sheet(rules, week) for rules in self._rules}
        return {name: sheet for name, sheet in found.items() if sheet}

    def _sheet(self, rules: RuleSet, week: str) -> Sheet | None:
        plan = rules.plan.id
        audit = audit_of(self._log, plan, week)
        if audit is None:
            return None
        self._views.catch_up(self._log)
        missed = decided(said(self._log, audit))
        mine = {one.id for one in rules.commitments}
        voiced = verdicts(self._views.voices(), lambda name: self._views.heirs(plan, name))
        precision = rate(is_right for (_, commitment), is_right in voiced.items() if commitment in mine)
        sample = tuple(misses(self._log, audit, rules, self._contexts))
        return Sheet(audit, sample, missed, recall(audit, missed, precision), key(plan) if len(self._rules) > 1 else "")

    def _judge(self, rules: RuleSet, wanted: JudgeMiss, by: str) -> bool:
        audit = audit_of(self._log, rules.plan.id, wanted.week)
        if audit is None or all(wanted.item not in one.items for one in audit.strata):
            return False
        judge(self._log, audit, wanted.item, wanted.verdict, by=by, at=self._now())
        return True


def _page(plan: Mapping[str, str], sheet: Sheet, number: int, reader: Reader) -> Message:
    """How the audit of the plan stands, and the next item that is not judged, from the one of that number on."""
    lang, audit, left = reader.lang, sheet.audit, sheet.left
    text = fill(
        say(staffwords.AUDIT, lang),
        week=f"{audit.audit} · {cut(titled(plan, lang), 80)}" if sheet.plan else audit.audit,
        matched=words.number(audit.matched, lang),
        near=words.number(sum(one.size for one in audit.strata), lang),
        drawn=words.number(len(sheet.sample), lang),
        judged=words.number(len(sheet.sample) - len(left), lang),
    )
    blocks = [text, _estimate(sheet.estimate, lang)]
    if not left:
        done = say(staffwords.AUDIT_DONE if sheet.sample else staffwords.AUDIT_NONE, lang)
        return signed(join("\n\n", [*(blocks if sheet.sample else [text]), fill(done)]), reader)
    place = next((one for one in left if one >= number), left[0])
    miss = sheet.sample[place]
    blocks += [fill(say(staffwords.AUDIT_ASK, lang)), _item(miss, lang)]
    answers = (
        button(say(staffwords.AUDIT_MISSED, lang), JudgeMiss(audit.audit, miss.item, "wrong", sheet.plan)),
        button(say(staffwords.AUDIT_RIGHT, lang), JudgeMiss(audit.audit, miss.item, "right", sheet.plan)),
        button(say(staffwords.NEXT, lang), ShowMiss(audit.audit, place + 1, sheet.plan)) if len(left) > 1 else None,
    )
    return signed(join("\n\n", blocks), reader, rows(answers))


def _estimate(estimate: Recall, lang: str) -> Html:
    if estimate.share is None:
        return fill(say(staffwords.AUDIT_UNKNOWN, lang))
    return fill(
        say(staffwords.AUDIT_RECALL, lang),
        share=f"{percent(estimate.share, lang)}%",
        low=f"{percent(estimate.low, lang)}%",
        high=f"{percent(estimate.high, lang)}%",
        missed=words.number(round(estimate.missed), lang),
    )


def _item(miss: Miss, lang: str) -> Html:
    if miss.text is None:
        return fill(say(staffwords.AUDIT_GONE, lang))
    item = miss.text.content
    title = bold(link(cut(clean(item.title or miss.item), _TITLE_UNITS), safe_url(item.link)))
    summary = cut(clean(item.summary or ""), _SUMMARY_UNITS)
    why = Html(f"<i>{fill('{why}', why=cut(clean(miss.why), _WHY_UNITS))}</i>")
    return join("\n", [title, *([summary] if summary else []), why])
