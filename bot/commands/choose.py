"""The commitments that words on the command line name."""

from __future__ import annotations

from collections.abc import Iterable

import click

from bot.config import Loaded
from bot.telegram.catalogue import Catalogue
from matchers.plan import Commitment


def commitments(loaded: Loaded, names: Iterable[str]) -> tuple[Commitment, ...]:
    """The commitments of these ids, titles, clauses or pillars, each once. UsageError for a name of none."""
    catalogue = Catalogue(loaded.plans)
    chosen: dict[str, Commitment] = {}
    for name in names:
        pillar = catalogue.pillar(name)
        found = catalogue.find(name) or (catalogue.of_pillar(pillar.id) if pillar else ())
        if not found:
            near = ", ".join(one.id for one in catalogue.nearest(name))
            raise click.UsageError(f"no commitment is called {name!r}" + (f"; did you mean {near}?" if near else ""))
        chosen |= {one.id: one for one in found}
    return tuple(chosen.values())
