"""The command menus of Telegram: what is offered where, to whom, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.telegram import staffwords, words
from bot.telegram.client import Client
from bot.telegram.roles import Roles

_STAFF = {"reviewer": staffwords.REVIEWER_COMMANDS, "operator": staffwords.OPERATOR_COMMANDS}


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands offered in a scope: `default` (groups, and wherever no other menu is), `private`, or the private
    chat of one person, by its id. `lang` is None for readers of all languages that have no menu of their own."""

    scope: str | int
    lang: str | None
    commands: tuple[tuple[str, str], ...]


def menus(roles: Roles) -> Iterator[Menu]:
    """Every menu. Of several that fit, Telegram shows the one for the person, then that for private chats."""
    for lang in words.LANGUAGES:
        code = None if lang == "en" else lang
        yield Menu("default", code, words.commands(lang, words.COMMANDS))
        private = (*words.COMMANDS, *words.OWN_COMMANDS)
        yield Menu("private", code, words.commands(lang, private))
        for person in roles.people:
            staff = (entry for role in roles.of(person) for entry in _STAFF[role])
            yield Menu(person, code, words.commands(lang, (*private, *staff)))


async def set_menus(client: Client, roles: Roles) -> None:
    """Make Telegram's menus these, where they are not already. A person who never wrote to the bot gets theirs at a
    later start."""
    for menu in menus(roles):
        await client.set_commands(menu.commands, lang=menu.lang, scope=menu.scope)
