"""How a post is laid out: lines of placeholders for its blocks, in HTML of the Bot API. Pure."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.meant import meant

if TYPE_CHECKING:
    from bot.telegram.markup import Html

BLOCKS = ("tags", "headline", "byline", "excerpt", "why", "outlets", "title", "url")
"""What may stand in braces; `headline` is the bold link, `title` and `url` are its two halves as plain text."""

DEFAULT = "{tags}\n{headline}\n{byline}\n{excerpt}\n{why}\n{outlets}"


class TemplateError(ValueError):
    """The template cannot be used; says what was wanted."""


def laid_out(template: str, blocks: Mapping[str, Html]) -> Html:
    """The template with its blocks in place. A line of which no block has anything to say is left out."""
    from bot.telegram.markup import Html  # noqa: PLC0415 - the configuration checks templates without laying any out

    lines = []
    for line in template.split("\n"):
        names = _names(line)
        if not names or any(blocks[name] for name in names):
            lines.append(line.format_map(blocks))
    return Html("\n".join(lines).strip("\n"))


def checked(template: str) -> str:
    """The template itself, where every placeholder is a block and one of them tells what the post is about.

    Raises TemplateError.
    """
    try:
        names = _names(template)
    except ValueError as exc:
        raise TemplateError(f"cannot be read: {exc}; a brace of its own is written twice") from exc
    for name in names:
        if name not in BLOCKS:
            close = meant(name, BLOCKS)
            hint = (
                f"did you mean {{{close[0]}}}?" if close else "there are: " + " ".join(f"{{{one}}}" for one in BLOCKS)
            )
            raise TemplateError(f"{{{name}}} is no block of a post; {hint}")
    if not {"headline", "title"} & set(names):
        raise TemplateError("wanted {headline} or {title}: a post without them says nothing")
    return template


def _names(text: str) -> list[str]:
    found = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None:
            found.append(name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else ""))
    return found
