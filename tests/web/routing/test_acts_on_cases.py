"""The acts on a case and on one's own task, each at its page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eoffice.documents.models import CaseFile, Letter
from eoffice.routing.models import Case, Phrase
from eoffice.routing.services.casework import send_back_case
from eoffice.routing.services.reporting import report
from eoffice.verbs import Verb
from tests.casework import (
    asked,
    at_district,
    closed,
    filed,
    ordered,
    proposed,
    registered,
    reported,
    routed,
    seat,
    task_of,
    up_the_line,
    work,
)
from tests.plugins.web import location, on_sqlite, said, upload
from tests.web.acts import EveryWebAct, WebAct

WHY = "ขอข้อมูลเพิ่ม"


def act(verb, path, prepare, **details):
    given = {
        "by": "a_registrar",
        "outsider": "b_registrar",
        "wrong_state": filed,
        "kind": "case",
        "page": "/cases/{case}",
        "leads_to": "/cases/{case}",
    }
    return WebAct(verb, f"/cases/{{id}}/{path}", prepare, **given | details)


def task(verb, path, prepare, **details):
    given = {"kind": "task", "by": "a_teacher", "wrong_role": "a_director", "wrong_state": reported}
    made = act(verb, "", prepare, **given | details)
    return WebAct(**vars(made) | {"path": f"/tasks/{{id}}/{path}"})


AT_DISTRICT = {"outsider": "a_director", "wrong_state": None}
ACTS = [
    act(Verb.ROUTE, "route", at_district, by="registrar", wrong_role="director", **AT_DISTRICT),
    act(Verb.HOLD, "hold", registered, leads_to="/cases?state=held", again=303),
    act(
        Verb.PROPOSE_CASE,
        "propose",
        registered,
        wrong_role="a_director",
        fields={"summary": "ขอรายชื่อ", "opinion": "เห็นควรมอบ"},
        text="ขอรายชื่อ\nเห็นควรมอบ",
    ),
    act(
        Verb.AGREE,
        "agree",
        up_the_line,
        by="head",
        wrong_role="registrar",
        leads_to="/queue",
        **AT_DISTRICT,
    ),
    act(
        Verb.PASS_UP,
        "pass-up",
        up_the_line,
        by="head",
        wrong_role="director",
        leads_to="/queue",
        **AT_DISTRICT,
    ),
    act(Verb.CONSULT, "consult", proposed, by="a_director", wrong_role="a_registrar"),
    act(
        Verb.GIVE_ORDER,
        "order",
        proposed,
        by="a_director",
        wrong_role="a_registrar",
        fields={"phrase": "ทราบ", "text": "ด่วน"},
        text="ทราบ\nด่วน",
        leads_to="/queue",
        again=409,
    ),
    act(
        Verb.FORWARD,
        "forward",
        ordered,
        by="a_teacher",
        wrong_role="a_director",
        wrong_state=None,
    ),
    act(
        Verb.SEND_BACK_CASE,
        "send-back",
        proposed,
        by="a_director",
        wrong_role="a_registrar",
        fields={"reason": WHY},
        text=WHY,
        leads_to="/queue",
    ),
    act(
        Verb.FILE_AWAY,
        "file",
        closed,
        wrong_role="a_director",
        wrong_state=registered,
        fields={"folder": "งานบุคคล"},
    ),
    act(
        Verb.REOPEN,
        "reopen",
        filed,
        wrong_state=registered,
        fields={"reason": WHY},
        text=WHY,
    ),
    task(Verb.ACKNOWLEDGE, "acknowledge", work),
    task(Verb.NOTE_PROGRESS, "progress", work, fields={"text": "เริ่มแล้ว"}, text="เริ่มแล้ว"),
    task(Verb.REPORT, "report", work, fields={"text": "เสร็จแล้ว"}, text="เสร็จแล้ว"),
    task(
        Verb.RETURN_REPORT,
        "return",
        reported,
        by="a_director",
        wrong_role="a_teacher",
        wrong_state=work,
        fields={"reason": WHY},
        text=WHY,
    ),
    task(
        Verb.GIVE_OPINION,
        "opinion",
        asked,
        by="a_registrar",
        wrong_role="a_director",
        wrong_state=None,
        fields={"text": "พอ"},
        text="พอ",
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryWebAct):
    pass


def _make(stage, builder, *args, **details):
    return stage.make(lambda session: builder(stage.world, session, *args, **details))


def test_the_head_works_through_the_queue_with_four_taps_each(stage, client):
    first, second = _make(stage, proposed), _make(stage, proposed)
    head = client("a_director")
    queue = head.page("/queue")
    assert queue.index(first.public_id) < queue.index(second.public_id)
    teacher = _make(stage, seat, "a_teacher")
    page = f"/cases/{first.public_id}"
    answer = head.submit(page, "/order", phrase="ทราบ ดำเนินการ", responsible=teacher)
    assert location(answer) == f"/cases/{second.public_id}"
    text = head.page(location(answer))
    assert text.index("สมศรี") < text.index("ผู้รับผิดชอบคนอื่น")
    answer = head.submit(location(answer), "/order", responsible=teacher)
    assert location(answer) == "/queue"
    assert "ไม่มีงานที่รอโต๊ะนี้" in head.page("/queue")
    assert first.public_id in client("a_teacher").page("/queue")
    assert first.public_id in client("a_teacher").page("/")


def test_what_was_reported_is_closed_by_the_main_button_and_the_next_case_follows(stage, client):
    case, other = _make(stage, reported), _make(stage, proposed)
    case_id = stage.make(lambda session: session.get_one(Case, case.case_id)).public_id
    head, page = client("a_director"), f"/cases/{case_id}"
    text = head.page(page)
    assert 'main-act">ปิดเรื่อง<' in text
    assert text.count(">ปิดเรื่อง<") == 1
    assert text.index(">ปิดเรื่อง<") < text.index(">สั่งการ<")
    answer = head.submit(page, "/close")
    assert location(answer) == f"/cases/{other.public_id}"
    assert case_id not in head.page("/queue")


def test_what_came_back_to_the_head_is_ordered_about_and_not_closed(stage, client):
    case = _make(stage, ordered, ("a_teacher", "a_registrar"))
    done = _make(stage, task_of, case, "a_teacher")
    stage.act("a_teacher", report, done.public_id, version=done.version, text="เสร็จ")
    version = stage.row(case).version
    stage.act("a_registrar", send_back_case, case.public_id, version=version, reason="ไม่ใช่งาน")
    head = client("a_director")
    text = head.page(f"/cases/{case.public_id}")
    assert 'main-act">ปิดเรื่อง<' not in text
    assert "รายงานครบแล้ว" not in text
    assert head.page("/queue").count(f"/cases/{case.public_id}") == 2  # one row, two links


def test_what_somebody_still_works_on_is_ordered_about_first(stage, client):
    task = _make(stage, work)
    case_id = stage.make(lambda session: session.get_one(Case, task.case_id)).public_id
    text = client("a_director").page(f"/cases/{case_id}")
    assert 'main-act">ปิดเรื่อง<' not in text


@on_sqlite
def test_an_order_says_until_when_and_what_or_who(stage, client):
    case = _make(stage, proposed)
    head = client("a_director")
    page = f"/cases/{case.public_id}"
    for wrong in ({"due_on": "1 ม.ค. 2560"}, {"due_on": "พรุ่งนี้วัน"}, {"due_on": "", "text": ""}):
        answer = head.submit(page, "/order", **{"text": "ดำเนินการ"} | wrong)
        assert answer.status_code == 422, said(answer)
    answer = head.submit(page, "/order", text="ทำ", due_on="1 ม.ค. 2599", due_time="๙.๓๐")
    assert answer.status_code == 303, said(answer)


def test_a_report_with_a_file_is_read_in_the_own_office_only(stage, client):
    task = _make(stage, work)
    case = stage.make(lambda session: session.get_one(Case, task.case_id))
    page = f"/cases/{case.public_id}"
    file = upload(b"%PDF-1.4\n%%EOF", "รายงาน.pdf")
    answer = client("a_teacher").submit(page, "/report", text="แนบแล้ว", files=file)
    assert location(answer) == page
    with stage.database.reading() as session:
        file = session.scalars(select(CaseFile)).one()
    url = f"/case-files/{file.public_id}"
    assert client("a_director").get(url).data == b"%PDF-1.4\n%%EOF"
    assert "รายงาน.pdf" in client("a_director").page(page)
    assert client("registrar").get(url).status_code == 404


def test_a_sender_sees_of_a_case_only_that_it_was_received(stage, client):
    case = _make(stage, ordered)
    letter = stage.make(lambda session: session.get_one(Case, case.id).letter_id)
    sender = client("registrar")
    with stage.database.reading() as session:
        key = session.get_one(Letter, letter).public_id
    shown = sender.page(f"/letters/{key}") + sender.page(f"/letters/{key}/deliveries")
    for word in ("มอบดำเนินการ", "สมศรี", "สั่งการ", case.public_id, "เห็นควร"):
        assert word not in shown
    assert "เลขรับ" in shown


def test_several_cases_are_proposed_from_the_list(stage, client):
    cases = [_make(stage, registered) for _ in range(2)]
    clerk = client("a_registrar")
    keys = [case.public_id for case in cases]
    answer = clerk.submit("/cases", "/queue/propose", picked=keys, opinion="เห็นควรทราบ")
    assert location(answer) == "/cases"
    assert {stage.row(case).state for case in cases} == {"proposed"}
    assert clerk.post("/queue/propose", to="x").status_code == 422


def test_the_sheet_prints_who_endorsed_what_when(stage, client):
    case = _make(stage, ordered)
    sheet = said(client("a_teacher").get(f"/cases/{case.public_id}/sheet"))
    for word in ("เห็นควรมอบงานวิชาการ", "มอบดำเนินการ", "(นายเพชร ผู้บริหาร)", "ผู้อำนวยการโรงเรียน"):
        assert word in sheet


def test_who_acts_for_the_head_signs_with_both_positions(stage, client):
    case = _make(stage, up_the_line, "director")
    acting = client("acting_director")
    assert case.public_id in acting.page("/queue")
    acting.submit(f"/cases/{case.public_id}", "/order", text="ดำเนินการตามเสนอ")
    sheet = said(acting.get(f"/cases/{case.public_id}/sheet"))
    assert "รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา รักษาราชการแทนผู้อำนวยการ" in sheet


def test_everybody_keeps_own_phrases(stage, client):
    head = client("a_director")
    assert "มอบผู้เกี่ยวข้องดำเนินการ" in head.page("/phrases")
    answer = head.submit("/phrases", "/phrases", phrases="อนุญาต\n\nมอบครูประจำชั้น\nอนุญาต")
    assert location(answer) == "/phrases"
    with stage.database.reading() as session:
        assert list(session.scalars(select(Phrase.text))) == ["อนุญาต", "มอบครูประจำชั้น"]
    case = _make(stage, proposed)
    assert "มอบครูประจำชั้น" in head.page(f"/cases/{case.public_id}")
    assert "มอบครูประจำชั้น" not in client("b_director").page("/phrases")
    many = "\n".join(f"ข้อความ {n}" for n in range(13))
    assert head.submit("/phrases", "/phrases", phrases=many).status_code == 422


def test_a_group_sees_what_was_routed_to_it(stage, client):
    case = _make(stage, routed)
    assert "เสนอ" in client("clerk").page(f"/cases/{case.public_id}")
    assert client("officer").get(f"/cases/{case.public_id}").status_code == 200
    assert client("a_registrar").get(f"/cases/{case.public_id}").status_code == 404
