"""Offices and people of the sample district."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from eoffice import clock
from eoffice.registers.models import OfficeYear
from eoffice.sample.cast import GROUP_NAMES, PILOT_ROUNDS, PILOT_SCHOOLS
from eoffice.sample.names import MEN, SURNAMES, WOMEN, school_name
from eoffice.users.desks import desks_of
from eoffice.users.models import Group, Holding, Network, Office, Person, Post, PostRole
from tests.unit.sample.conftest import SCHOOLS, Made


def test_district_schools_groups_and_networks(made: Made) -> None:
    with made.reading() as session:
        kinds = Counter(session.scalars(select(Office.kind)))
        codes = session.scalars(select(Office.code).where(Office.kind == "school")).all()
        groups = session.scalars(select(Group.name).order_by(Group.position)).all()
        sizes = session.execute(
            select(Network.name, func.count(Office.id))
            .join(Office, Office.network_id == Network.id)
            .group_by(Network.name)
        ).all()
    assert kinds["district"] == 1 and kinds["school"] == SCHOOLS and kinds["agency"] >= 3
    assert sorted(codes) == [f"{number:03d}" for number in range(1, SCHOOLS + 1)]
    assert tuple(groups) == GROUP_NAMES and len(groups) == 10
    assert sum(row[1] for row in sizes) == SCHOOLS


def test_the_pilot_network_of_the_whole_district_has_seven_clerks_for_twelve_schools() -> None:
    assert (PILOT_SCHOOLS, len(PILOT_ROUNDS), sum(PILOT_ROUNDS), PILOT_ROUNDS[0]) == (12, 7, 12, 3)


def test_every_office_has_registrar_director_and_prefix(made: Made) -> None:
    with made.reading() as session:
        offices = session.scalars(select(Office).where(Office.kind != "agency")).all()
        for office in offices:
            roles = session.scalars(
                select(PostRole.role)
                .join(Post, Post.id == PostRole.post_id)
                .where(Post.office_id == office.id)
            )
            assert {"registrar", "director"} <= set(roles), office.code
            prefixes = session.scalars(
                select(OfficeYear.prefix).where(OfficeYear.office_id == office.id)
            )
            expected = "ศธ 04999" if office.kind == "district" else f"ศธ 04999.{office.code}"
            assert set(prefixes) == {expected}


def test_every_name_is_invented(made: Made) -> None:
    with made.reading() as session:
        people = session.scalars(select(Person)).all()
    assert {person.first_name for person in people} <= {*MEN, *WOMEN}
    assert {person.last_name for person in people} <= set(SURNAMES)
    assert len({(p.first_name, p.last_name) for p in people}) == len(people)
    assert all(person.email.endswith(".example") for person in people)


def test_some_schools_have_long_names() -> None:
    assert len(school_name(13)) >= 60
    assert school_name(12) == "โรงเรียนบ้านตัวอย่าง 12"


def test_today_somebody_acts_for_the_director_by_an_order(made: Made) -> None:
    with made.reading() as session:
        rows = session.scalars(select(Holding).where(Holding.kind == "acting_for")).all()
        today = clock.today()
        valid = [row for row in rows if row.starts_on <= today <= (row.ends_on or today)]
        titles = {session.get_one(Post, row.post_id).title for row in valid}
    assert all(row.order_no for row in rows)
    assert any("สำนักงานเขตพื้นที่" in title for title in titles)


def test_clerks_of_several_schools_have_a_desk_in_each(made: Made) -> None:
    people = {login.key: login.username for login in made.record.logins}
    with made.reading() as session:
        for key, expected in (("clerk_pilot", 3), ("clerk_ab", 2)):
            email = f"{people[key]}@people.example"
            person = session.scalars(select(Person).where(Person.email == email)).one()
            assert len({desk.office_id for desk in desks_of(session, person.id)}) == expected
