"""A district full of letters, with who may read each: written down here, not asked of the code.

Every letter carries a token in its subject, so that a page that shows it to a stranger is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.documents.models import Attachment, CaseFile, Letter
from eoffice.documents.services.attaching import DrawnPicture
from eoffice.documents.services.signatures import set_signature
from eoffice.documents.store import FileStore
from eoffice.notifications.announcements import announce
from eoffice.notifications.models import Notification
from eoffice.notifications.services import tell_receivers
from eoffice.registers.services.numbering import reserve_number
from eoffice.routing.models import Case, Delivery, Endorsement
from eoffice.routing.services.addressing import set_recipient_list
from eoffice.routing.services.approving import cancel
from eoffice.routing.services.authority import Delegation, set_authority
from eoffice.routing.services.ordering import Order, give_order
from eoffice.routing.services.receiving import receive, reject
from eoffice.routing.services.reporting import report
from eoffice.routing.services.sending import recall, record_delivered
from eoffice.search.saving import save_search
from eoffice.users.accounts import Account
from eoffice.users.models import Holding, Network, Office, Person, Post
from eoffice.users.services.accounts import add_account, disable_account
from eoffice.users.services.organisation import add_group, add_post
from eoffice.users.services.people import add_person, assign_post
from eoffice.verbs import Verb
from tests.casework import seat, task_of
from tests.world import World, stored_file

DISTRICT = frozenset({"registrar", "director"})
SCHOOL_A = frozenset({"a_registrar", "c_registrar", "a_director"})
SCHOOL_B = frozenset({"b_registrar", "b_director"})
SCHOOL_C = frozenset({"a_registrar", "c_registrar", "c_director"})
"""``a_registrar`` and ``c_registrar`` are one person at two desks, who reads for both."""
PERSONS = (
    *("registrar", "director", "head", "clerk", "officer", "other_clerk", "admin", "auditor"),
    *("a_registrar", "a_director", "a_teacher", "a_admin"),
    *("b_registrar", "b_director", "c_registrar", "c_director", "visitor"),
)
OUTSIDERS = (
    *("registrar", "other_clerk", "admin", "auditor", "a_teacher"),
    *("b_registrar", "b_director", "c_director", "visitor"),
)
"""One of every kind of person for whom something is foreign."""
DISABLED = "deputy"
"""A reader of everything in the district, whose account was disabled."""


@dataclass(frozen=True)
class Thing:
    """A letter, delivery, case or file: its address, its readers, and what gives it away."""

    kind: str
    public_id: str
    readers: frozenset[str]
    marks: tuple[str, ...] = ()
    version: int = 1


@dataclass
class Scene:
    """The things by name."""

    world: World
    store: FileStore
    things: dict[str, Thing] = field(default_factory=dict)

    def of(self, kind: str) -> list[str]:
        """Names of the things of a kind."""
        return [name for name, thing in self.things.items() if thing.kind == kind]

    def hidden_from(self, person: str) -> dict[str, Thing]:
        """What this person must not notice."""
        return {n: thing for n, thing in self.things.items() if person not in thing.readers}


def build_scene(session: Session, world: World, store: FileStore) -> Scene:
    """Letters in every state, of the district and of school A, between schools and from outside."""
    scene = Scene(world, store)
    _add_other_group(session, world)
    _let_director_sign_with_a_picture(session, scene)
    _add_letters_of(session, scene, "d", "registrar", DISTRICT)
    _add_letters_of(session, scene, "a", "a_registrar", SCHOOL_A)
    _add_own_drafts(session, scene)
    _add_sent(session, scene)
    _add_circular(session, scene)
    _add_from_outside(session, scene)
    _add_casework(session, scene)
    _add_administered(session, scene)
    _add_authority(session, scene)
    account = session.scalars(
        select(Account).where(Account.person_id == world.people[DISABLED])
    ).one()
    disable_account(session, SYSTEM, account)
    return scene


def _add_other_group(session: Session, world: World) -> None:
    office = session.get_one(Office, world.offices["district"])
    group = add_group(session, SYSTEM, office, name="กลุ่มนิเทศ")
    since = date(world.year - 544, 1, 1)
    post = add_post(
        session,
        SYSTEM,
        office,
        title="เจ้าพนักงานธุรการกลุ่มนิเทศ",
        roles=("group_clerk",),
        group_id=group.id,
        starts_on=since,
    )
    person: Person = add_person(session, SYSTEM, first_name="อีกคน", last_name="กลุ่มอื่น")
    add_account(session, SYSTEM, person, username="other.clerk")
    holding = assign_post(session, SYSTEM, person, post, starts_on=since, is_main=True)
    world.people["other_clerk"] = person.id
    world.posts["other_clerk"], world.holdings["other_clerk"] = post.id, holding.id


def _let_director_sign_with_a_picture(session: Session, scene: Scene) -> None:
    file = stored_file("signature.png", b"the picture of a signature", scene.store)
    director = scene.world.actor(session, "a_director")
    set_signature(session, director, DrawnPicture(file, 400, 200))


def _add_letters_of(
    session: Session, scene: Scene, prefix: str, by: str, readers: frozenset[str]
) -> None:
    world = scene.world
    to = {"to": ("school_b",)}
    for state, make in (
        ("draft", world.draft_letter),
        ("proposed", world.proposed_letter),
        ("signed", world.signed_letter),
        ("numbered", world.numbered_letter),
    ):
        _letter(session, scene, f"{prefix}_{state}", make, by, readers, **to)
    letter = _letter(session, scene, f"{prefix}_cancelled", world.numbered_letter, by, readers)
    cancel(
        session, world.actor(session, by), letter.public_id, version=letter.version, reason="เลิก"
    )


def _add_own_drafts(session: Session, scene: Scene) -> None:
    make = scene.world.draft_letter
    _letter(session, scene, "officer_draft", make, "officer", DISTRICT | {"officer"})
    _letter(session, scene, "teacher_draft", make, "a_teacher", SCHOOL_A | {"a_teacher"})


def _add_sent(session: Session, scene: Scene) -> None:
    world, make = scene.world, scene.world.sent_letter
    both = SCHOOL_A | SCHOOL_B
    letter = _letter(session, scene, "a_to_b", make, "a_registrar", both, to=("school_b",))
    _delivery(session, scene, letter, "school_b", both)
    _add_bell(session, scene, letter)
    letter = _letter(session, scene, "a_to_district", make, "a_registrar", SCHOOL_A | DISTRICT,
                     to=("district",))  # fmt: skip
    delivery = _delivery(session, scene, letter, "district", SCHOOL_A | DISTRICT)
    receive(session, world.actor(session, "registrar"), delivery.public_id)
    _case(session, scene, delivery, "district", DISTRICT)
    letter = _letter(session, scene, "a_recalled", make, "a_registrar", SCHOOL_A, to=("school_b",))
    recall(
        session,
        world.actor(session, "a_registrar"),
        letter.public_id,
        version=letter.version,
        reason="ส่งผิด",
    )
    _delivery(session, scene, letter, "school_b", SCHOOL_A, name="a_recalled@school_b")
    letter = _letter(session, scene, "a_rejected", make, "a_registrar", SCHOOL_A, to=("school_b",))
    delivery = world.delivery(session, letter, "school_b")
    reject(session, world.actor(session, "b_registrar"), delivery.public_id, reason="ไม่ใช่เรา")
    _delivery(session, scene, letter, "school_b", SCHOOL_A, name="a_rejected@school_b")
    letter = _letter(session, scene, "a_to_agency", make, "a_registrar", SCHOOL_A, to=("agency",))
    _delivery(session, scene, letter, "agency", SCHOOL_A)
    letter = _letter(session, scene, "a_proven", make, "a_registrar", SCHOOL_A, to=("agency",))
    record_delivered(
        session,
        world.actor(session, "a_registrar"),
        (proven := world.delivery(session, letter, "agency")).public_id,
        delivered_on=clock.today(),
        file=stored_file("ใบตอบรับ zqproofzq.pdf", b"%PDF-1.4 proof", scene.store),
    )
    scene.things["a_proof"] = Thing("proof", proven.public_id, SCHOOL_A, (proven.public_id,))


def _add_bell(session: Session, scene: Scene, letter: Letter) -> None:
    """What the worker tells of a sending; only who works at the registry is called by it."""
    sent = session.scalars(
        select(Activity).where(Activity.object_id == letter.id, Activity.verb == Verb.SEND.value)
    ).one()
    tell_receivers(session, sent)
    told = session.scalars(select(Notification)).one()
    readers = frozenset({"b_registrar"})
    scene.things["bell"] = Thing("notification", told.public_id, readers, (told.public_id,))


def _add_circular(session: Session, scene: Scene) -> None:
    world = scene.world
    schools = {"school_a": SCHOOL_A, "school_b": SCHOOL_B, "school_c": SCHOOL_C}
    readers = DISTRICT.union(*schools.values())
    letter = _letter(session, scene, "circular", world.sent_letter, "registrar", readers,
                     to=tuple(schools))  # fmt: skip
    for school, own in schools.items():
        delivery = _delivery(session, scene, letter, school, DISTRICT | own)
        if school != "school_c":
            clerk = f"{school[-1]}_registrar"
            receive(session, world.actor(session, clerk), delivery.public_id)
            _case(session, scene, delivery, school, own)


def _add_from_outside(session: Session, scene: Scene) -> None:
    made = scene.world.outside_letter(
        session, "b_registrar", subject="ขอใช้สถานที่ zqoutsidezq", letter_no="ตย 72001/15",
        files=(stored_file("หนังสือ zqoutsidezq.pdf", b"%PDF-1.4 outside", scene.store),),
    )  # fmt: skip
    _note(session, scene, "outside", made.letter, SCHOOL_B)
    _delivery(session, scene, made.letter, "school_b", SCHOOL_B)
    _case(session, scene, made.delivery, "school_b", SCHOOL_B)


def _add_casework(session: Session, scene: Scene) -> None:
    """A letter of the district on which school A's director gave an order to the teacher."""
    world, readers = scene.world, SCHOOL_A | {"a_teacher"}
    letter = _letter(session, scene, "ordered", world.sent_letter, "registrar",
                     DISTRICT | readers, to=("school_a",))  # fmt: skip
    delivery = _delivery(session, scene, letter, "school_a", DISTRICT | readers)
    receive(session, world.actor(session, "a_registrar"), delivery.public_id)
    case = world.case(session, delivery)
    order = Order("มอบดำเนินการ zqendorsedzq", [seat(world, session, "a_teacher")])
    director = world.actor(session, "a_director")
    give_order(session, director, case.public_id, order, version=case.version)
    task = task_of(world, session, case, "a_teacher")
    note = session.scalars(select(Endorsement).where(Endorsement.case_id == case.id)).one()
    marks = (note.public_id,)
    scene.things["endorsed"] = Thing("endorsement", note.public_id, readers, marks)
    file = stored_file("รายงาน zqreportzq.pdf", b"%PDF-1.4 report", scene.store)
    report(
        session,
        world.actor(session, "a_teacher"),
        task.public_id,
        version=task.version,
        text="เสร็จแล้ว zqendorsedzq",
        files=(file,),
    )
    kept = session.scalars(select(CaseFile)).one()
    marks = (case.public_id, "zqendorsedzq")
    scene.things["case@ordered"] = Thing("case", case.public_id, readers, marks, case.version)
    scene.things["task@ordered"] = Thing("task", task.public_id, readers, (task.public_id,))
    marks = (kept.public_id, "zqreportzq")
    scene.things["report.pdf"] = Thing("case_file", kept.public_id, readers, marks)


def _add_administered(session: Session, scene: Scene) -> None:
    """What school A's administrator works on; its registrar has some of it too."""
    world, admins = scene.world, frozenset({"admin", "a_admin"})
    office = session.get_one(Office, world.offices["school_a"])
    scene.things["a_office"] = Thing("office", office.public_id, admins)
    scene.things["a_numbering"] = Thing("numbering", office.public_id, admins | {"a_registrar"})
    heads = frozenset({"a_director", "director", "admin", "auditor"})
    scene.things["a_work"] = Thing("office", office.public_id, heads)
    account = session.scalars(
        select(Account).where(Account.person_id == world.people["a_teacher"])
    ).one()
    rows = {
        "post": session.get_one(Post, world.posts["a_teacher"]),
        "person": session.get_one(Person, world.people["a_teacher"]),
        "holding": session.get_one(Holding, world.holdings["a_teacher"]),
        "account": account,
    }
    for kind, row in rows.items():
        # One's own pages carry these ids, so that alone gives nothing away.
        marks = () if kind in ("holding", "person") else (row.public_id,)
        scene.things[f"a_{kind}"] = Thing(kind, row.public_id, admins, marks)
    group = add_group(session, SYSTEM, office, name="กลุ่มงานวิชาการ")
    scene.things["a_group"] = Thing("group", group.public_id, admins, (group.public_id,))
    network = session.get_one(Network, world.network_id)
    scene.things["network"] = Thing("network", network.public_id, frozenset({"admin"}))
    line = rows["person"].public_id
    scene.things["a_line"] = Thing("person", line, heads | {"a_teacher"})
    registrar = world.actor(session, "a_registrar")
    entry = reserve_number(session, registrar, series="send", reason="zqreservedzq")[0]
    readers = frozenset({"a_registrar", "a_director"})
    marks = (entry.public_id, "zqreservedzq")
    scene.things["a_reserved"] = Thing("register_entry", entry.public_id, readers, marks)
    notice = announce(
        session,
        world.actor(session, "admin"),
        text="ปิดปรับปรุงระบบ",
        starts_on=date(2590, 1, 1),
        ends_on=date(2590, 1, 2),
    )
    readers = frozenset({"admin"})
    scene.things["announcement"] = Thing("announcement", notice.public_id, readers)
    kept = set_recipient_list(
        session, registrar, name="zqlistzq", offices=[world.public["school_b"]]
    )
    search = save_search(session, registrar, name="zqsearchzq", query="q=1")
    mine = frozenset({"a_registrar", "c_registrar"})
    marks = (search.public_id, "zqsearchzq")
    scene.things["a_search"] = Thing("saved_search", search.public_id, mine, marks)
    readers = frozenset({"a_registrar", "a_admin"})
    scene.things["a_list"] = Thing("recipient_list", kept.public_id, readers)


def _add_authority(session: Session, scene: Scene) -> None:
    world = scene.world
    deputy = session.get_one(Post, world.posts["deputy"]).public_id
    wanted = Delegation(post=deputy, how="own", order_no="zqorderzq", kind="order")
    line = set_authority(session, world.actor(session, "registrar"), wanted)
    readers = frozenset({"registrar", "director", "acting_director", "admin"})
    marks = (line.public_id, "zqorderzq")
    scene.things["line"] = Thing("signing_authority", line.public_id, readers, marks)


def _letter(  # type: ignore[no-untyped-def]
    session: Session, scene: Scene, name: str, make, by: str, readers: frozenset[str], **details
) -> Letter:
    token = f"zq{name.replace('_', '')}zq"
    file = stored_file(f"หนังสือ {token}.pdf", f"%PDF-1.4 {name}".encode(), scene.store)
    letter: Letter = make(session, by, subject=f"ขอความร่วมมือ {token}", files=(file,), **details)
    _note(session, scene, name, letter, readers)
    return letter


def _note(
    session: Session, scene: Scene, name: str, letter: Letter, readers: frozenset[str]
) -> None:
    token = letter.subject.split()[-1]
    file = session.scalars(select(Attachment).where(Attachment.letter_id == letter.id)).one()
    marks = (letter.public_id, token, file.public_id)
    scene.things[name] = Thing("letter", letter.public_id, readers, marks, letter.version)
    scene.things[f"{name}.pdf"] = Thing("attachment", file.public_id, readers, marks[2:])


def _delivery(
    session: Session,
    scene: Scene,
    letter: Letter,
    office: str,
    readers: frozenset[str],
    name: str = "",
) -> Delivery:
    delivery = scene.world.delivery(session, letter, office)
    token = letter.subject.split()[-1].strip("zq")
    marks = (delivery.public_id,)
    name = name or f"{token}@{office}"
    scene.things[name] = Thing("delivery", delivery.public_id, readers, marks)
    return delivery


def _case(
    session: Session, scene: Scene, delivery: Delivery, office: str, readers: frozenset[str]
) -> None:
    case: Case = scene.world.case(session, delivery)
    name = f"case@{office}" if f"case@{office}" not in scene.things else f"case2@{office}"
    scene.things[name] = Thing("case", case.public_id, readers, (case.public_id,))
