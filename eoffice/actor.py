"""Who acts: a person at one chosen desk, in one session, in one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Desk:
    """A holding that is valid today: the seat from which a person acts."""

    holding_id: int
    public_id: str
    kind: str
    order_no: str
    ends_on: date | None
    post_id: int
    post_title: str
    office_id: int
    office_public_id: str
    office_kind: str
    office_name: str
    group_id: int | None
    group_name: str | None
    roles: frozenset[str]
    is_acting: bool = False
    scope: str = ""
    parts: frozenset[str] = frozenset()
    letter_kinds: frozenset[str] = frozenset()
    """Of a delegation: the parts of the work and kinds of letters it is limited to; none: all."""

    @property
    def hue(self) -> int:
        """One of four colours, so that two offices of one person rarely share theirs."""
        return self.office_id % 4 + 1


@dataclass(frozen=True)
class Actor:
    """A person (none for the system itself) with today's desks and the one in use.

    ``principals`` are the ids of everything the person reads through today: registries, groups,
    posts of all desks, and the person; ``visible_to`` is a predicate over them.
    """

    person_id: int | None
    name: str
    desk: Desk | None = None
    desks: tuple[Desk, ...] = ()
    principals: tuple[int, ...] = ()
    session_id: int | None = None
    request_id: str = ""
    address: str = ""
    account_id: int | None = None

    def has_role(self, *roles: str) -> bool:
        """Whether the chosen desk carries one of the roles."""
        return self.desk is not None and not self.desk.roles.isdisjoint(roles)

    def at(self, desk: Desk) -> Actor:
        """The same person at another desk."""
        return replace(self, desk=desk)


SYSTEM = Actor(person_id=None, name="ระบบ")
"""The installation itself: the worker and the command line."""
