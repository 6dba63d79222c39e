"""The course of one letter: drafted, proposed, signed, numbered, sent, received, answered, closed.

Each step is put on the agenda when the one before is done, at a time that an office would take.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.documents.rules import KINDS_WITHOUT_RECIPIENTS, LetterKind
from eoffice.documents.services.drafting import CitationText, LetterFields, edit
from eoffice.routing.models import Case, Delivery
from eoffice.routing.services import casework, receiving
from eoffice.routing.services.addressing import Addressing
from eoffice.sample import acts
from eoffice.sample.cast import Seat
from eoffice.sample.handling import plan_handling
from eoffice.sample.scene import Scene
from eoffice.users.models import Office

CLOSING = "ขอแสดงความนับถือ"
RECEIVED_NEVER = 99
CLOSED_AT_ONCE = 0.15
PACES = (0, 0, 0, 0, 1, 1, 1, 3, 5, 9, RECEIVED_NEVER)
"""How many half-days schools let a letter lie; one in eleven receives nothing this month."""


@dataclass(frozen=True)
class Course:
    """A letter to be, and how far it gets."""

    office: str
    writer: Seat
    fields: LetterFields
    to: Addressing | None = None
    files: tuple[str, ...] = ()
    key: str = ""
    stop: str = "received"
    note: str = ""
    is_quick: bool = False
    answer: str = ""
    answer_chance: float = 0.0
    reserved: str = ""
    sent_back: str = ""
    then: Callable[[str], None] | None = None

    def delay(self, scene: Scene, least: int, most: int) -> float:
        """Minutes until the next step."""
        return least if self.is_quick else scene.random.uniform(least, most)


def begin(scene: Scene, days_ago: int, hour: int, minute: int, course: Course) -> None:
    """Put the first step of a letter on the agenda."""
    at = scene.timetable.at(days_ago, hour, minute)
    scene.agenda.put(at, lambda: _draft(scene, course))


def _draft(scene: Scene, course: Course) -> None:
    public_id = acts.write(scene, course.writer, course.fields, course.to, course.files)
    _keep(scene, course, public_id)
    _go_on(scene, course, public_id, "draft", _propose, 8, 120)


def _propose(scene: Scene, course: Course, public_id: str) -> None:
    acts.propose(scene, course.writer, public_id, course.note)
    step = _send_back if course.sent_back else _sign
    _go_on(scene, course, public_id, "proposed", step, 7, 200)


def _send_back(scene: Scene, course: Course, public_id: str) -> None:
    acts.send_back(scene, scene.director(course.office), public_id, course.sent_back)
    mended = replace(course, sent_back="", note="แก้ไขตามที่สั่งการแล้ว")
    _go_on(scene, mended, public_id, "sent_back", _propose, 20, 90)


def _sign(scene: Scene, course: Course, public_id: str) -> None:
    acts.sign(scene, scene.director(course.office), public_id)
    _go_on(scene, course, public_id, "signed", _number, 6, 60)


def _number(scene: Scene, course: Course, public_id: str) -> None:
    registrar = scene.registrar(course.office)
    acts.number(scene, registrar, public_id, scene.kept.get(course.reserved, ""))
    if LetterKind(course.fields.kind) in KINDS_WITHOUT_RECIPIENTS:
        return
    _go_on(scene, course, public_id, "numbered", _send, 3, 15)


def _send(scene: Scene, course: Course, public_id: str) -> None:
    acts.send(scene, scene.registrar(course.office), public_id)
    if course.then is not None:
        course.then(public_id)
    if course.stop != "sent":
        _plan_receipts(scene, course, public_id)


def _go_on(
    scene: Scene,
    course: Course,
    public_id: str,
    done: str,
    step: Callable[[Scene, Course, str], None],
    least: int,
    most: int,
) -> None:
    if course.stop == done:
        return
    at = scene.timetable.after(clock.now(), course.delay(scene, least, most))
    scene.agenda.put(at, lambda: step(scene, course, public_id))


def _keep(scene: Scene, course: Course, public_id: str) -> None:
    if course.key:
        scene.kept[course.key] = public_id


def _plan_receipts(scene: Scene, course: Course, public_id: str) -> None:
    codes = {office.id: code for code, office in scene.cast.offices.items()}
    for delivery_id, office_id in acts.arrived(scene, public_id):
        code = codes[office_id]
        pace = scene.paces.get(code, 0)
        if pace == RECEIVED_NEVER:
            continue
        now = clock.now()
        at = scene.timetable.next_check(now, pace + scene.random.randint(0, 1))
        if course.is_quick and pace == 0:
            at = scene.timetable.after(now, 15)
        scene.agenda.put(at, _receipt(scene, course, code, delivery_id))


def _receipt(scene: Scene, course: Course, code: str, delivery_id: str) -> Callable[[], None]:
    def act() -> None:
        acts.receive(scene, scene.registrar(code), delivery_id)
        plan_after_receipt(scene, course, code, delivery_id)

    return act


def plan_after_receipt(scene: Scene, course: Course, code: str, delivery_id: str) -> None:
    """A receiving office answers, or closes the case, or leaves it open."""
    later = scene.timetable.after(clock.now(), scene.random.uniform(60, 900))
    if course.answer and scene.random.random() < course.answer_chance:
        scene.agenda.put(later, lambda: _answer(scene, course, code, delivery_id))
    elif scene.random.random() < CLOSED_AT_ONCE:
        scene.agenda.put(later, lambda: _close(scene, code, delivery_id))
    elif code == scene.cast.a:
        plan_handling(scene, code, delivery_id)


def _case_of(scene: Scene, delivery_id: str) -> Case | None:
    query = select(Case).join(Delivery, Delivery.id == Case.delivery_id)
    return scene.session.scalars(query.where(Delivery.public_id == delivery_id)).one_or_none()


def _close(scene: Scene, code: str, delivery_id: str) -> None:
    case = _case_of(scene, delivery_id)
    if case is not None and case.state == "registered":
        actor = scene.actor(scene.director(code))
        casework.close_case(scene.session, actor, case.public_id, version=case.version)


def _answer(scene: Scene, course: Course, code: str, delivery_id: str) -> None:
    """Begin the reply, write it, and let it take its own course."""
    case = _case_of(scene, delivery_id)
    if case is None:
        return
    seat = scene.registrar(code)
    actor = scene.actor(seat)
    letter = receiving.reply(scene.session, actor, case.public_id)
    fields = _reply_fields(scene, letter, case, course.answer)
    edit(scene.session, actor, letter.public_id, fields, version=letter.version)
    key = f"reply_to_{course.key}" if course.key else ""
    key = key if key not in scene.kept else ""
    own = Course(office=code, writer=seat, fields=fields, key=key, is_quick=course.is_quick)
    _keep(scene, own, letter.public_id)
    _go_on(scene, own, letter.public_id, "draft", _propose, 5, 60)


def _reply_fields(scene: Scene, letter: Letter, case: Case, body: str) -> LetterFields:
    cited = scene.session.get_one(Letter, case.letter_id)
    office = scene.session.get(Office, cited.office_id) if cited.office_id else None
    sender = office.name if office else cited.sender_text
    return LetterFields(
        subject=letter.subject,
        addressee=letter.addressee,
        body=body,
        closing=CLOSING,
        citations=(CitationText(cited.letter_no, cited.letter_date, sender),),
    )
