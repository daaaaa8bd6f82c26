"""`pactwatch latest`: the newest news of a commitment, or of some words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import msgspec

from bot.commands.options import config_option, json_option, load, now, print_json
from bot.commands.past import as_of_option, plan_as_of, views_as_of, watched_in
from bot.questions.coverage import PERIOD, sentence
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.render import compose, terminal
from matchers.plan import Commitment
from store.views.values import ItemView, StoryView
from store.views.views import Views


@click.command()
@config_option
@json_option
@click.option("--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many stories at most.")
@as_of_option
@click.argument("words", nargs=-1)
def command(config_path: Path, as_json: bool, limit: int, as_of: datetime | None, words: tuple[str, ...]) -> int:
    """The newest stories of a commitment (its id, title, clause or pillar), of some words, or of the whole plan.

    \b
    pactwatch latest
    pactwatch latest defence-roadmap
    pactwatch latest II.c
    pactwatch latest green hydrogen
    pactwatch latest II.c --as-of 2026-03-01     what was known then

    The last line tells how well the feeds were watched in the last seven days. Exit code 1: nothing was seen. That
    is not the same as nothing having happened.
    """
    loaded = plan_as_of(load(config_path), as_of)
    catalogue = Catalogue(loaded.plans)
    asked = " ".join(words)
    meant = _meant(catalogue, asked)
    at = as_of or now()
    with views_as_of(loaded, as_of) as (_, views, rows):
        stories = _stories(views, asked, meant, limit)
        watched = watched_in(loaded, views, meant, rows, since=at - PERIOD, until=at)
    if as_json:
        for story in stories:
            print_json(as_object(story))
        return 0 if stories else 1
    if meant and asked:
        click.secho(" · ".join(f"{one.id}: {titled(one.title, 'en')}" for one in meant), bold=True)
        click.echo()
    for story in stories:
        click.echo(terminal(compose(story)) + "\n")
    if not stories:
        click.echo(_nothing(catalogue, asked, meant))
    click.secho(sentence(watched), dim=True)
    return 0 if stories else 1


def as_object(story: StoryView) -> dict[str, object]:
    """A story as plain JSON values."""
    plain = msgspec.to_builtins(dataclasses.asdict(story))
    assert isinstance(plain, dict)
    return plain


def _meant(catalogue: Catalogue, asked: str) -> tuple[Commitment, ...]:
    """The commitments that the words name; all of them where nothing was asked."""
    if not asked:
        return tuple(catalogue.commitments.values())
    pillar = catalogue.pillar(asked)
    return catalogue.find(asked) or (catalogue.of_pillar(pillar.id) if pillar else ())


def _stories(views: Views, asked: str, meant: Sequence[Commitment], limit: int) -> list[StoryView]:
    if meant:
        return views.latest([one.id for one in meant], limit=limit)
    found = views.search(asked, limit=10 * limit)
    stories: dict[str, StoryView] = {}
    for item in found:
        story = views.story(item.story) if item.story else _alone(item)
        if story is not None:
            stories.setdefault(story.id, story)
    return list(stories.values())[:limit]


def _alone(item: ItemView) -> StoryView:
    """An item that matched nothing, shown like a story of one."""
    return StoryView(id=item.key, items=(item,), commitments=())


def _nothing(catalogue: Catalogue, asked: str, meant: Sequence[Commitment]) -> str:
    if meant:
        return "No evidence seen so far."
    near = ", ".join(one.id for one in catalogue.nearest(asked))
    return f"Nothing seen with the words {asked!r}." + (f" Did you mean {near}?" if near else "")
