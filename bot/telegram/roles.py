"""Who may do what: operators everything, reviewers what concerns posts; everybody else is a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["reviewer", "operator"]


@dataclass(frozen=True, slots=True)
class Roles:
    """The people the configuration names, by their Telegram user ids."""

    operators: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()

    def may(self, person: int, role: Role) -> bool:
        """Whether the person has this role; operators have every one."""
        return person in self.operators or (role == "reviewer" and person in self.reviewers)

    def of(self, person: int) -> tuple[Role, ...]:
        """All roles of the person; () for a reader."""
        return tuple(role for role in _ALL if self.may(person, role))

    @property
    def people(self) -> tuple[int, ...]:
        """Everybody who has a role, in order of their ids."""
        return tuple(sorted(self.operators | self.reviewers))


_ALL: tuple[Role, ...] = ("reviewer", "operator")
