"""Trying a term: the configuration as it would be with it or without it. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

_TRIED = "tried-term"


def with_term(document: Mapping[str, Any], commitment: str, term: str, *, store: str) -> dict[str, Any] | None:
    """The configuration in which the term alone, beside the sides of the plan, makes a match of the commitment; on the
    log at `store`. None where the commitment is not in it."""
    return _changed(document, commitment, store, lambda rules: [*rules, {"id": _TRIED, "any": [term]}])


def without_term(document: Mapping[str, Any], commitment: str, term: str, *, store: str) -> dict[str, Any] | None:
    """The configuration in which no rule of the commitment has the term; None where none has it now."""

    def left(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [{**rule, "any": _without(rule["any"], term)} if "any" in rule else rule for rule in rules]
        return [rule for rule in kept if rule.get("any") or rule.get("query")]

    changed = _changed(document, commitment, store, left)
    return None if changed is None or changed["commitments"] == document["commitments"] else changed


def _changed(document: Mapping[str, Any], commitment: str, store: str, change: Any) -> dict[str, Any] | None:
    """Without what only a running monitor needs: a copy must neither hold secrets nor look for files beside it."""
    kept = {key: value for key, value in document.items() if key not in {"telegram", "websub", "review", "plans"}}
    copied = copy.deepcopy({**kept, "store": store})
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
