"""The list of signing authority: who beside the head signs what, in which words (App. 3)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.notifications.models import Notification
from eoffice.routing.models import SigningAuthority
from eoffice.routing.refusals import (
    AuthorityEnded,
    AuthorityHeld,
    AuthorityNotFound,
    AuthorityOrderMissing,
    AuthorityPostUnfit,
    NoAuthority,
    SignerUnknown,
)
from eoffice.routing.rules import NotTheSigner
from eoffice.routing.services.approving import propose, send_back, sign
from eoffice.routing.services.authority import Delegation, end_authority, set_authority
from eoffice.routing.signers import signers_for, signers_today
from eoffice.users.models import Person, Post
from eoffice.users.rules import DatesReversed, RoleMissing
from eoffice.users.services.people import assign_post
from eoffice.verbs import Verb
from eoffice.worker import Shop, run_all
from tests.casework import key
from tests.unit.routing.test_approval_path import asked, do_agree, set_levels, shown

ORDER = "คำสั่ง สพป. ที่ 40/2569"
HEAD = "ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"


def give(stage, desk="deputy", by="registrar", **details):
    given = {"how": "delegated", "order_no": ORDER} | details
    return stage.act(by, set_authority, Delegation(post=key(stage, desk), **given))


def proposed_to(stage, signer, **details):
    """A draft of the district, proposed to a desk's post."""
    letter = stage.make(lambda s: stage.world.draft_letter(s, "officer", **details))
    to = key(stage, signer)
    stage.act("officer", propose, letter.public_id, version=letter.version, signer_id=to)
    return stage.row(letter)


def do_sign(stage, desk, letter):
    version = stage.row(letter).version
    details = {"version": version, "shown_hash": shown(stage, letter)}
    return stage.act(desk, sign, letter.public_id, **details)


def refuses_to_sign(stage, error, desk, letter):
    version = stage.row(letter).version
    details = {"version": version, "shown_hash": shown(stage, letter)}
    return stage.refuses(error, desk, sign, letter.public_id, **details)


def test_by_the_list_a_deputy_signs_in_the_words_of_the_delegation(stage):
    with stage.leaves(Verb.SET_AUTHORITY, "registrar", "signing_authority") as seen:
        give(stage, kind="memo")
    assert seen["facts"]["order_no"] == ORDER
    letter = proposed_to(stage, "deputy", kind="memo")
    assert asked(stage, letter) == [("deputy", "sign", "open")]
    refuses_to_sign(stage, NotTheSigner, "director", letter)
    with stage.leaves(Verb.SIGN, "deputy", "letter") as seen:
        do_sign(stage, "deputy", letter)
    row = stage.row(letter)
    assert row.state == "signed"
    own = "รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"
    assert row.signer_position == f"{own} ปฏิบัติราชการแทน{HEAD}"
    assert seen["facts"]["authority"] == ORDER


def test_in_the_own_position_no_acting_words_are_added(stage):
    give(stage, "head", how="own", kind="memo")
    letter = proposed_to(stage, "head", kind="memo")
    do_sign(stage, "head", letter)
    assert stage.row(letter).signer_position == "ผู้อำนวยการกลุ่มนโยบายและแผน"


def test_who_acts_at_a_post_of_the_list_signs_with_both_words(stage):
    give(stage)
    today = clock.today()

    def act_for_deputy(session):
        world = stage.world
        actor = world.actor(session, "admin")
        person = session.get_one(Person, world.people["head"])
        post = session.get_one(Post, world.posts["deputy"])
        details = {"kind": "acting_for", "order_no": "คำสั่งที่ 41/2569", "starts_on": today}
        held = assign_post(session, actor, person, post, ends_on=today, **details)
        world.people["acting_deputy"] = world.people["head"]
        world.holdings["acting_deputy"] = held.id

    stage.make(act_for_deputy)
    letter = proposed_to(stage, "deputy")
    do_sign(stage, "acting_deputy", letter)
    assert stage.row(letter).signer_position == (
        "ผู้อำนวยการกลุ่มนโยบายและแผน รักษาราชการแทนรองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา "
        f"ปฏิบัติราชการแทน{HEAD}"
    )


def test_another_kind_of_letters_is_not_proposed_to_the_post(stage):
    give(stage, kind="memo")
    letter = stage.make(lambda s: stage.world.draft_letter(s, "officer", kind="order"))
    to = {"version": letter.version, "signer_id": key(stage, "deputy")}
    stage.refuses(SignerUnknown, "officer", propose, letter.public_id, **to)
    stage.refuses(
        SignerUnknown, "officer", propose, letter.public_id, **to | {"signer_id": "nobody"}
    )
    stage.act("officer", propose, letter.public_id, version=letter.version)
    assert asked(stage, letter) == [("director", "sign", "open")]
    refuses_to_sign(stage, NotTheSigner, "deputy", letter)


def test_an_authority_that_ended_signs_nothing_that_still_waits(stage):
    tomorrow = clock.today() + timedelta(days=1)
    line = give(stage)
    letter = proposed_to(stage, "deputy")
    with stage.leaves(Verb.END_AUTHORITY, "registrar", "signing_authority"):
        stage.act("registrar", end_authority, line.public_id, ends_on=clock.today())
    stage.refuses(AuthorityEnded, "registrar", end_authority, line.public_id, ends_on=clock.today())
    with clock.travelling(clock.now() + (tomorrow - clock.today())):
        refused = refuses_to_sign(stage, NoAuthority, "deputy", letter)
        assert refused.status == 403
        assert "หนังสือภายนอก" in str(refused)
        version = stage.row(letter).version
        stage.act("deputy", send_back, letter.public_id, version=version, reason="หมดอำนาจ")
    assert stage.row(letter).signer_post_id is None


def test_the_path_leads_to_the_chosen_signer_and_leaves_the_signer_out(stage):
    give(stage)
    set_levels(stage, ("head",), ("deputy",))
    letter = proposed_to(stage, "deputy")
    assert asked(stage, letter) == [("head", "approve", "open")]
    do_agree(stage, "head", letter)
    assert asked(stage, letter)[-1] == ("deputy", "sign", "open")


def test_a_line_names_a_deputy_or_head_of_group_of_the_own_office_and_an_order(stage):
    for desk in ("director", "officer", "a_director"):
        wanted = Delegation(post=key(stage, desk), how="delegated", order_no=ORDER)
        stage.refuses(AuthorityPostUnfit, "registrar", set_authority, wanted)
    deputy = key(stage, "deputy")
    empty = Delegation(post=deputy, how="delegated", order_no="  ")
    stage.refuses(AuthorityOrderMissing, "registrar", set_authority, empty)
    days = {"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}
    reversed_ = Delegation(post=deputy, how="delegated", order_no=ORDER, **days)
    stage.refuses(DatesReversed, "registrar", set_authority, reversed_)
    for desk in ("officer", "clerk", "deputy"):
        wanted = Delegation(post=deputy, how="delegated", order_no=ORDER)
        stage.refuses(RoleMissing, desk, set_authority, wanted)


@pytest.mark.parametrize(
    ("starts", "ends", "is_free"),
    [(0, None, False), (-30, -1, True), (-30, 0, False), (30, None, False)],
)
def test_a_post_has_the_authority_for_a_kind_once_at_a_time(stage, starts, ends, is_free):
    give(stage)
    today = clock.today()
    days = {
        "starts_on": today + timedelta(days=starts),
        "ends_on": None if ends is None else today + timedelta(days=ends),
    }
    wanted = Delegation(post=key(stage, "deputy"), how="own", order_no="อีกคำสั่ง", **days)
    if is_free:
        stage.act("registrar", set_authority, wanted)
    else:
        stage.refuses(AuthorityHeld, "registrar", set_authority, wanted)
    give(stage, kind="memo", **days)


def test_the_list_is_the_offices_own(stage):
    line = give(stage)
    today = clock.today()
    stage.refuses(AuthorityNotFound, "a_registrar", end_authority, line.public_id, ends_on=today)
    with stage.database.reading() as session:
        offices = stage.world.offices
        district = [s.post.id for s in signers_for(session, offices["district"], "external")]
        assert district == [stage.world.posts["director"], stage.world.posts["deputy"]]
        assert len(signers_for(session, offices["school_a"], "external")) == 1
        words = [(s.title, s.how) for s in signers_today(session, offices["district"])]
        assert words[-1][1] == f"ปฏิบัติราชการแทนหัวหน้าหน่วยงาน {ORDER}"
        assert session.scalars(select(SigningAuthority)).one().kind == ""


def test_the_head_is_told_of_every_new_line(stage, settings):
    give(stage, kind="memo")
    run_all(Shop(stage.database, settings))
    with stage.database.reading() as session:
        row = session.scalars(select(Notification).where(Notification.kind == "grant")).one()
        facts = json.loads(session.get_one(Activity, row.activity_id).facts)
    assert facts["kind"] == "หนังสือภายใน (บันทึกข้อความ)"


@pytest.mark.parametrize(("seconds", "is_valid"), [(-1, True), (0, False)])
def test_an_authority_ends_at_midnight_in_bangkok(stage, seconds, is_valid):
    """Its last day is inclusive; 31 December 23:59:59 Bangkok is 16:59:59 UTC."""
    new_year = datetime(2027, 1, 1, tzinfo=clock.BANGKOK).astimezone(UTC)
    give(stage, ends_on=date(2026, 12, 31))
    letter = proposed_to(stage, "deputy")
    with clock.travelling(new_year + timedelta(seconds=seconds)):
        if is_valid:
            assert do_sign(stage, "deputy", letter).state == "signed"
        else:
            refuses_to_sign(stage, NoAuthority, "deputy", letter)
