"""Trying a term: the configuration of a plan as it would be with it or without it. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

_TRIED = "tried-term"


def alone(document: Mapping[str, Any], feeds: Sequence[Mapping[str, Any]], *, store: str) -> dict[str, Any]:
    """The configuration of one plan by itself, on the log at `store`: with the feeds of all that are watched, each
    lending what sides this plan has, and without what only a running monitor needs: a copy must neither hold secrets
    nor look for files beside it."""
    sides = document.get("plan", {}).get("sides") or {}
    lent = [{**feed, "context": [side for side in feed.get("context", ()) if side in sides]} for feed in feeds]
    kept = {key: value for key, value in document.items() if key not in {"telegram", "websub", "review", "plans"}}
    return {**kept, "feeds": lent, "store": store}


def with_term(document: Mapping[str, Any], commitment: str, term: str) -> dict[str, Any] | None:
    """The configuration in which the term alone, beside the sides of the plan, makes a match of the commitment. None
    where the commitment is not in it."""
    return _changed(document, commitment, lambda rules: [*rules, {"id": _TRIED, "any": [term]}])


def without_term(document: Mapping[str, Any], commitment: str, term: str) -> dict[str, Any] | None:
    """The configuration in which no rule of the commitment has the term; None where none has it now."""

    def left(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [{**rule, "any": _without(rule["any"], term)} if "any" in rule else rule for rule in rules]
        return [rule for rule in kept if rule.get("any") or rule.get("query")]

    changed = _changed(document, commitment, left)
    return None if changed is None or changed["commitments"] == document["commitments"] else changed


def _changed(document: Mapping[str, Any], commitment: str, change: Any) -> dict[str, Any] | None:
    copied = copy.deepcopy(dict(document))
    for entry in copied["commitments"]:
        if entry["id"] == commitment:
            entry["rules"] = change(list(entry.get("rules", [])))
            return copied
    return None


def _without(words: Any, term: str) -> Any:
    if isinstance(words, Mapping):
        kept = {lang: _without(group, term) for lang, group in words.items()}
        return {lang: group for lang, group in kept.items() if group}
    if isinstance(words, list):
        return [word for word in words if str(word).casefold() != term.casefold()]
    return [] if str(words).casefold() == term.casefold() else words
