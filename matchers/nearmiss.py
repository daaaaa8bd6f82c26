"""What the text of an item's page adds: when it is worth asking for, and matches on it with evidence that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from feeds.item import Item
from matchers.match import Found, Judgement, Match, judge, match
from matchers.rules import RuleSet

# A word of its own that no term contains, so that no phrase runs from the summary into the text.
_BETWEEN = "\n\ue001\n"


def near_miss(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> str:
    """What an item that may have matched lacks, in a few words; empty where it matched or is far from it.

    Near are an item in which a rule holds and only signs of a side of the plan are missing or weak, and one that shows
    all sides, one of them plainly, and no topic. What keeps an item back for good (a topic that is never about
    the plan, a noisy one, a third party in the title) is no near miss: more text does not take it away.
    """
    judged = judge(rules, item, context=context)
    if judged.kept or judged.marks["never"]:
        return ""
    return _topic_without_context(judged) or _context_without_topic(judged)


def nearness(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> tuple[str, str]:
    """How near an item that matches nothing came, and what it lacks in a few words: "topic" (a rule holds, and only
    signs of a side are missing or weak), "context" (the sides are there, and no rule holds), "held" (a rule holds, and
    something else keeps it back), or empty where it is far from it or matches."""
    judged = judge(rules, item, context=context)
    if judged.kept:
        return "", ""
    if not judged.marks["never"]:
        for kind, said in (("topic", _topic_without_context(judged)), ("context", _context_without_topic(judged))):
            if said:
                return kind, said
    held = next((one for one in judged.fired if one.why_not), None)
    return ("held", f"{held.rule.commitment}: {held.why_not}") if held else ("", "")


def match_with_text(rules: RuleSet, item: Item, text: str, *, context: Sequence[str] = ()) -> tuple[Match, ...]:
    """As `match`, on title, summary and text together. Offsets of evidence with the field "text" are into `text`."""
    shift = len(item.summary or "") + len(_BETWEEN)
    return tuple(
        replace(one, evidence=tuple(_placed(found, shift) for found in one.evidence))
        for one in match(rules, with_text(item, text), context=context)
    )


def with_text(item: Item, text: str) -> Item:
    """The item with the text behind its summary; itself where there is no text."""
    return structs.replace(item, summary=(item.summary or "") + _BETWEEN + text) if text else item


def _placed(found: Found, shift: int) -> Found:
    if found.field != "summary" or found.start < shift:
        return found
    return replace(found, field="text", start=found.start - shift, end=found.end - shift)


def _topic_without_context(judged: Judgement) -> str:
    for fired in judged.fired:
        lacking = [side for side in fired.rule.sides if judged.sides.text[side] != "hard"]
        if fired.why_not and lacking and not judged.marks["noise"]:
            return f"{fired.rule.commitment} without {' and '.join(lacking)}"
    return ""


def _context_without_topic(judged: Judgement) -> str:
    shown = judged.sides.text
    if judged.fired or not shown or not all(shown.values()) or "hard" not in shown.values():
        return ""
    return f"{' and '.join(shown)} without a commitment"
