"""Finding or making the post that a row names, and letting the person hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.errors import Invalid
from eoffice.imports.reading import Taking
from eoffice.thai import thai_date
from eoffice.users.models import Group, Holding, Office, Person, Post, PostRole
from eoffice.users.rules import HoldingKind
from eoffice.users.services import organisation, people, roles

SUBSTANTIVE = HoldingKind.SUBSTANTIVE.value


class RolesMissing(Invalid):
    """A post that does not exist yet is made with the roles that it carries."""

    message = "ตำแหน่ง “{title}” ยังไม่มีในหน่วยงานนี้ กรุณากรอกช่องบทบาท เพื่อสร้างตำแหน่งใหม่"


class ActingEndMoved(Invalid):
    """To act longer than ordered is a new appointment by a new order (App. 3)."""

    message = "ขยายวันสิ้นสุดของการดำรงตำแหน่งเดิมไม่ได้ กรุณาเพิ่มเป็นแถวใหม่ด้วยเลขที่คำสั่งใหม่ เริ่มวันถัดจากวันสิ้นสุดเดิม"


@dataclass(frozen=True)
class PostWanted:
    """What a row says about the post and how it is held."""

    title: str
    group: str
    roles: tuple[str, ...]
    kind: str
    starts_on: date | None
    ends_on: date | None
    order_no: str

    @property
    def is_acting(self) -> bool:
        """Whether the holder acts for somebody or in a vacant post."""
        return self.kind != SUBSTANTIVE


class Posts:
    """Posts and holdings of one row."""

    def __init__(self, session: Session, actor: Actor, taking: Taking) -> None:
        self._session, self._actor, self._taking = session, actor, taking

    def hold(self, person: Person, office: Office, wanted: PostWanted, *, is_main: bool) -> None:
        """Let the person hold the post, unless it is so already.

        A post is known by office, group and title; of several alike the person's own comes first,
        then one that is free, else a new one is made. Raises ``RolesMissing``,
        ``ActingEndMoved`` and what ``assign_post`` raises.
        """
        group = self._group(office, wanted.group)
        held = self._held(person, office, group, wanted)
        if held is not None:
            holding, post = held
            self._add_roles(post, wanted)
            self._end(person, holding, post, wanted)
            return
        post = self._free(office, group, wanted) or self._make(office, group, wanted)
        people.assign_post(
            self._session,
            self._actor,
            person,
            post,
            kind=wanted.kind,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            order_no=wanted.order_no,
            is_main=is_main,
        )
        self._taking.added(f"{person.full_name} {HoldingKind(wanted.kind).label} {post.title}")

    def _group(self, office: Office, name: str) -> Group | None:
        if not name:
            return None
        query = select(Group).where(Group.office_id == office.id, Group.name == name)
        known = self._session.scalars(query).one_or_none()
        if known is None:
            known = organisation.add_group(self._session, self._actor, office, name=name)
            self._taking.added(f"กลุ่ม “{name}” ใน{office.display_name}")
        return known

    def _held(
        self, person: Person, office: Office, group: Group | None, wanted: PostWanted
    ) -> tuple[Holding, Post] | None:
        """The same holding of the same person, still running or ended on the day
        that the row names; an acting one by its order."""
        running = _runs_on(clock.today())
        if wanted.ends_on is not None:
            running = or_(running, Holding.ends_on == wanted.ends_on)
        query = (
            select(Holding, Post)
            .join(Post, Post.id == Holding.post_id)
            .where(
                Holding.person_id == person.id,
                Holding.kind == wanted.kind,
                running,
                *_alike(office, group, wanted.title),
            )
        )
        if wanted.is_acting:
            query = query.where(Holding.order_no == wanted.order_no)
        row = self._session.execute(query.order_by(Holding.id).limit(1)).first()
        return (row[0], row[1]) if row else None

    def _free(self, office: Office, group: Group | None, wanted: PostWanted) -> Post | None:
        day = wanted.starts_on or clock.today()
        same_way = Holding.kind != SUBSTANTIVE if wanted.is_acting else Holding.kind == SUBSTANTIVE
        taken = exists().where(Holding.post_id == Post.id, same_way, _runs_on(day))
        query: Select[Post] = (
            select(Post).where(*_alike(office, group, wanted.title)).order_by(Post.id).limit(1)
        )
        post = self._session.scalars(query.where(~taken)).first()
        if post is None and wanted.is_acting:
            post = self._session.scalars(query).first()
        if post is not None:
            self._add_roles(post, wanted)
        return post

    def _make(self, office: Office, group: Group | None, wanted: PostWanted) -> Post:
        if not wanted.roles:
            raise RolesMissing(title=wanted.title)
        return organisation.add_post(
            self._session,
            self._actor,
            office,
            title=wanted.title,
            roles=wanted.roles,
            group_id=group.id if group else None,
            order_no=wanted.order_no,
            starts_on=min(wanted.starts_on or clock.today(), clock.today()),
        )

    def _add_roles(self, post: Post, wanted: PostWanted) -> None:
        """Roles are only added: to take one away is an act of its own, not of a missing word."""
        today = clock.today()
        present = set(
            self._session.scalars(
                select(PostRole.role).where(
                    PostRole.post_id == post.id,
                    or_(PostRole.ends_on.is_(None), PostRole.ends_on >= today),
                )
            )
        )
        for role in wanted.roles:
            if role not in present:
                roles.set_role(
                    self._session,
                    self._actor,
                    post,
                    role=role,
                    starts_on=today,
                    order_no=wanted.order_no,
                )
                self._taking.changed(f"{post.title}: เพิ่มบทบาท {role}")

    def _end(self, person: Person, holding: Holding, post: Post, wanted: PostWanted) -> None:
        if wanted.ends_on is None or wanted.ends_on == holding.ends_on:
            return
        if holding.ends_on is not None and wanted.ends_on > holding.ends_on:
            raise ActingEndMoved
        people.end_holding(self._session, self._actor, holding, ends_on=wanted.ends_on)
        self._taking.changed(f"{person.full_name} พ้นจาก{post.title} {thai_date(wanted.ends_on)}")


def _alike(office: Office, group: Group | None, title: str) -> Sequence[ColumnElement[bool]]:
    same_group = Post.group_id == group.id if group else Post.group_id.is_(None)
    is_open = or_(Post.closed_on.is_(None), Post.closed_on > clock.today())
    return (Post.office_id == office.id, same_group, Post.title == title, is_open)


def _runs_on(day: date) -> ColumnElement[bool]:
    return or_(Holding.ends_on.is_(None), Holding.ends_on >= day)
