"""Setting up the sample district: offices, groups, networks, agencies, numbering."""

from __future__ import annotations

from random import Random

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.registers.rules import CircularSeries
from eoffice.registers.services.settings import set_numbering
from eoffice.sample.cast import AGENCIES, DISTRICT, GROUP_NAMES, Cast, pilot_size
from eoffice.sample.names import school_name
from eoffice.users.models import Network, Office
from eoffice.users.rules import OfficeKind
from eoffice.users.services import organisation

DISTRICT_CODE = "04999"
PREFIX = "ศธ 04999"
PER_NETWORK = 12
DISTRICT_FIRST = {"receive": 3118, "send": 1284, "order": 245, "announcement": 17}
KNOWN_FIRST = {"007": 102, "012": 86, "031": 54}
"""Schools whose next letter number the sample letters of the reference quote."""


def set_up_offices(session: Session, cast: Cast, *, schools: int, random: Random) -> None:
    """Add the district office, its groups, the networks with their schools, and the agencies."""
    district = organisation.add_office(
        session,
        SYSTEM,
        kind=OfficeKind.DISTRICT.value,
        code=DISTRICT_CODE,
        name="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 2",
        short_name="สพป.ตัวอย่าง เขต 2",
        address="เลขที่ 999 หมู่ 9 ตำบลตัวอย่าง อำเภอเมืองตัวอย่าง จังหวัดตัวอย่าง 00000",
        phone="0 0000 0999",
        saraban_email="saraban@district.example",
    )
    cast.offices[DISTRICT] = district
    for position, name in enumerate(GROUP_NAMES):
        cast.groups.append(
            organisation.add_group(session, SYSTEM, district, name=name, position=position)
        )
    _add_networks(session, cast, schools)
    for number in range(1, schools + 1):
        _add_school(session, cast, number, _network_of(cast, number, schools))
    for number, name in enumerate(AGENCIES, 1):
        code = f"EXT{number:02d}"
        cast.agencies.append(
            organisation.add_office(
                session, SYSTEM, kind=OfficeKind.AGENCY.value, code=code, name=name
            )
        )
    _set_numbers(session, cast, random)


def _add_networks(session: Session, cast: Cast, schools: int) -> None:
    count = max(2, round(schools / PER_NETWORK))
    names = ["เครือข่ายนำร่องตัวอย่าง"] + [f"เครือข่ายตัวอย่างที่ {n}" for n in range(2, count + 1)]
    cast.networks = [organisation.add_network(session, SYSTEM, name=name) for name in names]


def _network_of(cast: Cast, number: int, schools: int) -> Network:
    """The pilot network takes the first schools; the others share the rest evenly."""
    pilot = pilot_size(schools)
    if number <= pilot:
        return cast.networks[0]
    others = cast.networks[1:]
    return others[(number - pilot - 1) * len(others) // (schools - pilot)]


def _add_school(session: Session, cast: Cast, number: int, network: Network) -> None:
    code = f"{number:03d}"
    cast.offices[code] = organisation.add_office(
        session,
        SYSTEM,
        kind=OfficeKind.SCHOOL.value,
        code=code,
        name=school_name(number),
        network_id=network.id,
        address=f"หมู่ {number % 9 + 1} ตำบลตัวอย่าง อำเภอเมืองตัวอย่าง จังหวัดตัวอย่าง 00000",
        phone=f"0 0000 {number:04d}",
        saraban_email=f"saraban_{code}@school.example",
    )


def _set_numbers(session: Session, cast: Cast, random: Random) -> None:
    year = clock.this_year()
    for code, office in cast.offices.items():
        is_district = code == DISTRICT
        shared, own = CircularSeries.SHARED.value, CircularSeries.OWN.value
        set_numbering(
            session,
            SYSTEM,
            office,
            year=year,
            prefix=PREFIX if is_district else f"{PREFIX}.{code}",
            circular_series=shared if is_district else own,
            numbers_announcements=is_district,
            first_numbers=DISTRICT_FIRST if is_district else _school_first(office, random),
        )


def _school_first(office: Office, random: Random) -> dict[str, int]:
    """A school that moves over in mid-year goes on where its paper registers stand."""
    return {
        "receive": random.randint(310, 960),
        "send": KNOWN_FIRST.get(office.code, random.randint(38, 190)),
        "order": random.randint(12, 60),
    }
