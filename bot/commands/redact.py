"""`pactwatch redact`: take an event's content out of the log for good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bot.commands.events import as_line
from bot.commands.options import config_option, load, now, open_log
from bot.counted import counted
from bot.questions.links import related
from store.codec import data_digest
from store.events.deliveries import UpdateEdited, UpdateSent
from store.events.items import ItemRevised, ItemSeen
from store.events.plan import StatusSet
from store.events.trust import EventRedacted
from store.log import Event, EventLog, Recorded

_REDACTABLE = (ItemSeen.TYPE, ItemRevised.TYPE, StatusSet.TYPE)


@click.command()
@config_option
@click.option("--because", required=True, metavar="REASON", help="Why; it stays in the log for everybody to read.")
@click.option("--by", default="", help="Who decided it.")
@click.option("--yes", is_flag=True, help="Do not ask; there is no way back.")
@click.argument("what")
def command(config_path: Path, because: str, by: str, yes: bool, what: str) -> int:
    """Take the content of an item (by its key: its title, summary and link, with all later versions
    and translations) or of a status
    (by position or key) out of the log for good: a takedown, a name. A digest stays in its place, so every seal stays
    true and `pactwatch verify` accepts it; the redaction is itself an event. The item stays known: it will not come
    back as new, and what it matched stays. The views are made anew at once.

    \b
    pactwatch redact 3f9a2c41d07be8815c20 --because "takedown request of 1 March"

    Posts in a channel, backups, dossiers and exports are not changed; posts that tell of it are named, to be deleted by
    hand. Exit code 1: there is no such event, or nothing left in it to take out.
    """
    with open_log(load(config_path)) as log:
        chosen = _chosen(log, what)
        if not chosen:
            click.echo(f"There is no item and no status {what!r} whose content could be taken out.", err=True)
            return 1
        for recorded in chosen:
            click.echo(as_line(recorded))
        posts = _posts(log, chosen)
        if not yes and not click.confirm("Take the content of these events out for good?"):
            return 1
        count = _redact(log, chosen, because, by)
    click.echo(f"{counted(count, 'event')} redacted.")
    for post in posts:
        click.echo(f"A post tells of it: {post}")
    return 0 if count else 1


def _chosen(log: EventLog, what: str) -> list[Recorded]:
    """The events that hold the content: of an item its sighting, all revisions and translations, and
    the text of its page."""
    found = log.find([what, f"item/{what}"])
    recorded = found.get(what) or found.get(f"item/{what}")
    if recorded is None and what.isdecimal() and 0 < len(what) < 19 and int(what):
        recorded = next((one for one in log.read(int(what) - 1, 1) if one.pos == int(what)), None)
    if recorded is None or recorded.type not in _REDACTABLE:
        return []
    if recorded.type == StatusSet.TYPE:
        return [recorded]
    item = recorded.key.split("/")[1]
    links = [one for one, _ in related(log, recorded)]
    own, further = (f"item/{item}", f"text/{item}"), (f"revised/{item}/", f"translated/{item}/")
    return [one for one in links if one.key in own or one.key.startswith(further)]


def _redact(log: EventLog, chosen: Sequence[Recorded], because: str, by: str) -> int:
    facts = [EventRedacted(target=one.key, digest=data_digest(one.data), reason=because, by=by) for one in chosen]
    events = [Event(fact, {"by": by} if by else {}) for fact in facts]
    return log.redact([one.key for one in chosen], reason=because, record=events, at=now())


def _posts(log: EventLog, chosen: Sequence[Recorded]) -> list[str]:
    facts = [fact for _, fact in related(log, chosen[0])]
    sent = [fact for fact in facts if isinstance(fact, UpdateSent | UpdateEdited)]
    items = {one.key.split("/")[1] for one in chosen}
    return sorted({f"message {one.message} in {one.channel}" for one in sent if items.intersection(one.items)})
