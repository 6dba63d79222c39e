"""Recipients: all schools, networks, lists, single offices, copies; external agencies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.documents.models import LetterRecipient
from eoffice.documents.rules import NotYourDraft
from eoffice.registers.models import RegisterEntry
from eoffice.routing.models import Delivery, RecipientList
from eoffice.routing.queries import recipient_lists
from eoffice.routing.rules import (
    ListNameTaken,
    ListNotFound,
    OwnOffice,
    RecipientsRefused,
)
from eoffice.routing.services.addressing import (
    Addressing,
    address,
    delete_recipient_list,
    recipient_count,
    set_recipient_list,
)
from eoffice.routing.services.sending import send
from eoffice.users.rules import NameMissing, OfficeClosed, OfficeNotFound, RoleMissing
from eoffice.verbs import Verb
from tests.acts import Act, EveryAct
from tests.world import OFFICES

ACTS = [
    Act(
        verb=Verb.ADDRESS,
        prepare=lambda world, session: world.draft_letter(session, "officer"),
        do=lambda session, actor, letter, version: address(
            session, actor, letter, Addressing(all_schools=True), version=version
        ),
        by="officer",
        wrong_role="admin",
        outsider="b_registrar",
        wrong_state=lambda world, session: world.proposed_letter(session, "officer"),
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAct):
    pass


def recipients(stage, letter):
    """Office name → part and channel."""
    names = {office_id: name for name, office_id in stage.world.offices.items()}
    with stage.database.reading() as session:
        rows = session.scalars(
            select(LetterRecipient).where(LetterRecipient.letter_id == letter.id)
        )
        return {names[row.office_id]: (row.part, row.channel) for row in rows}


def addressed(stage, **choice):
    """A draft of the district's registrar with these recipients."""
    letter = stage.make(stage.world.draft_letter)
    stage.act("registrar", address, letter.public_id, Addressing(**choice), version=1)
    return stage.row(letter)


IN_SYSTEM = ("to", "system")


def test_all_schools_are_the_open_schools_without_agencies_and_district(stage):
    letter = addressed(stage, all_schools=True)
    schools = ("school_a", "school_b", "school_c")
    assert recipients(stage, letter) == dict.fromkeys(schools, IN_SYSTEM)
    assert letter.to_text == "ทุกโรงเรียน"


def test_a_network_is_its_members(stage):
    letter = addressed(stage, networks=[stage.world.public["network"]])
    assert recipients(stage, letter) == dict.fromkeys(("school_a", "school_b"), IN_SYSTEM)
    assert letter.to_text == "ศูนย์เครือข่ายตัวอย่าง"


def test_who_is_named_twice_gets_it_once_and_rather_to_than_as_a_copy(stage):
    public = stage.world.public
    letter = addressed(
        stage,
        networks=[public["network"]],
        offices=[public["school_a"], public["school_c"], public["school_c"]],
        copies=[public["school_b"], public["agency"]],
    )
    assert recipients(stage, letter) == {
        "school_a": IN_SYSTEM,
        "school_b": IN_SYSTEM,
        "school_c": IN_SYSTEM,
        "agency": ("cc", "post"),
    }
    assert OFFICES["agency"][2] in letter.to_text


def test_an_agency_is_never_reached_inside_the_system(stage):
    agency = stage.world.public["agency"]
    for channel, stored in (("email", "email"), ("hand", "hand"), ("system", "post"), ("", "post")):
        channels = {agency: channel} if channel else {}
        letter = addressed(stage, offices=[agency], channels=channels)
        assert recipients(stage, letter) == {"agency": ("to", stored)}


def test_an_agency_on_a_list_is_not_reached_inside_the_system_either(stage):
    public = stage.world.public
    offices = [public["agency"], public["school_b"]]
    of_list = stage.act("registrar", set_recipient_list, name="รายชื่อ", offices=offices)
    letter = addressed(stage, lists=[of_list.public_id])
    assert recipients(stage, letter) == {"school_b": IN_SYSTEM, "agency": ("to", "post")}


def test_a_school_writing_to_all_schools_is_no_recipient_itself(stage):
    letter = stage.make(stage.world.draft_letter, "a_registrar")
    stage.act("a_registrar", address, letter.public_id, Addressing(all_schools=True), version=1)
    assert set(recipients(stage, letter)) == {"school_b", "school_c"}


def test_a_letter_is_not_addressed_to_its_own_office(stage):
    letter = stage.make(stage.world.draft_letter)
    own = [stage.world.public["district"]]
    for choice in (Addressing(offices=own), Addressing(copies=own)):
        stage.refuses(OwnOffice, "registrar", address, letter.public_id, choice, version=1)


def test_unknown_recipients_are_refused(stage):
    letter = stage.make(stage.world.draft_letter)
    foreign = stage.act(
        "b_registrar", set_recipient_list, name="ของโรงเรียนใต้", offices=[]
    ).public_id
    for choice, error in (
        (Addressing(offices=["0" * 20]), OfficeNotFound),
        (Addressing(copies=["0" * 20]), OfficeNotFound),
        (Addressing(networks=["0" * 20]), ListNotFound),
        (Addressing(lists=["0" * 20]), ListNotFound),
        (Addressing(lists=[foreign]), ListNotFound),
    ):
        stage.refuses(error, "registrar", address, letter.public_id, choice, version=1)


def test_a_closed_office_is_no_recipient(stage):
    public = stage.world.public
    yesterday = clock.today() - timedelta(days=1)
    stage.make(stage.world.close, "school_b", "school_a", yesterday)
    letter = stage.make(stage.world.draft_letter)
    refused = stage.refuses(
        OfficeClosed,
        "registrar",
        address,
        letter.public_id,
        Addressing(offices=[public["school_b"]]),
        version=1,
    )
    assert OFFICES["school_b"][2] in str(refused)
    for choice in ({"all_schools": True}, {"networks": [public["network"]]}):
        assert "school_b" not in recipients(stage, addressed(stage, **choice))


@pytest.mark.parametrize("kind", ["order", "announcement"])
def test_orders_and_announcements_have_no_recipients(stage, kind):
    letter = stage.make(stage.world.draft_letter, kind=kind)
    args = (letter.public_id, Addressing(all_schools=True))
    stage.refuses(RecipientsRefused, "registrar", address, *args, version=1)
    stage.act("registrar", address, letter.public_id, Addressing(), version=1)


def test_addressing_again_replaces_the_recipients(stage):
    letter = addressed(stage, all_schools=True)
    choice = Addressing(offices=[stage.world.public["school_c"]])
    assert stage.act("registrar", address, letter.public_id, choice, version=2) == 1
    assert recipients(stage, letter) == {"school_c": IN_SYSTEM}
    stage.act("registrar", address, letter.public_id, Addressing(), version=3)
    with stage.database.reading() as session:
        assert recipient_count(session, letter) == 0
    assert stage.row(letter).to_text == ""


def test_a_draft_is_addressed_by_its_post_and_the_registrar_later_states_by_the_registrar(stage):
    choice = Addressing(all_schools=True)
    draft = stage.make(stage.world.draft_letter, "officer")
    stage.act("registrar", address, draft.public_id, choice, version=1)
    other = stage.make(stage.world.draft_letter, "clerk")
    stage.refuses(NotYourDraft, "director", address, other.public_id, choice, version=1)
    signed = stage.make(stage.world.signed_letter, "officer")
    stage.refuses(
        NotYourDraft, "officer", address, signed.public_id, choice, version=signed.version
    )
    stage.act("registrar", address, signed.public_id, choice, version=signed.version)


def test_the_register_shows_the_recipients_of_a_numbered_letter(stage):
    letter = stage.make(stage.world.numbered_letter, to=("school_a",))
    choice = Addressing(offices=[stage.world.public["school_b"]])
    stage.act("registrar", address, letter.public_id, choice, version=letter.version)
    with stage.database.reading() as session:
        entry = session.get_one(RegisterEntry, letter.entry_id)
    assert entry.to_text == OFFICES["school_b"][2] == stage.row(letter).to_text


def test_recipients_are_those_of_the_day_of_addressing(stage):
    public = stage.world.public
    of_list = stage.act("registrar", set_recipient_list, name="รายชื่อ", offices=[public["school_a"]])
    letter = stage.make(stage.world.numbered_letter)
    choice = Addressing(lists=[of_list.public_id])
    stage.act("registrar", address, letter.public_id, choice, version=letter.version)
    stage.act(
        "registrar",
        set_recipient_list,
        name="รายชื่อ",
        offices=[public["school_b"]],
        public_id=of_list.public_id,
    )
    stage.act("registrar", delete_recipient_list, of_list.public_id)
    stage.act("registrar", send, letter.public_id, version=letter.version + 1)
    with stage.database.reading() as session:
        offices = session.scalars(select(Delivery.office_id)).all()
    assert offices == [stage.world.offices["school_a"]]


def test_a_list_is_made_changed_and_removed_with_its_trace(stage):
    public = stage.world.public
    with stage.leaves(Verb.SET_RECIPIENT_LIST, "registrar", "recipient_list") as trace:
        made = stage.act(
            "registrar", set_recipient_list, name=" โรงเรียนขยาย ", offices=[public["school_a"]]
        )
    assert trace["facts"]["name"] == "โรงเรียนขยาย"
    stage.act(
        "registrar",
        set_recipient_list,
        name="โรงเรียนขยายโอกาส",
        offices=[public["school_b"], public["school_c"], public["school_b"]],
        public_id=made.public_id,
    )

    def listed(session, actor):
        return [(row.name, count) for row, count in recipient_lists(session, actor.desk)]

    assert stage.ask("registrar", listed) == [("โรงเรียนขยายโอกาส", 2)]
    assert stage.ask("a_registrar", listed) == []
    with stage.leaves(Verb.SET_RECIPIENT_LIST, "registrar", "recipient_list") as trace:
        stage.act("registrar", delete_recipient_list, made.public_id)
    assert trace["facts"]["is_removed"] is True
    assert stage.ask("registrar", listed) == []


def test_lists_of_an_office_have_different_names_and_are_its_own(stage):
    first = stage.act("registrar", set_recipient_list, name="ก", offices=[])
    second = stage.act("registrar", set_recipient_list, name="ข", offices=[])
    stage.act("b_registrar", set_recipient_list, name="ก", offices=[])
    given = {"offices": []}
    stage.refuses(ListNameTaken, "registrar", set_recipient_list, name="ก", **given)
    stage.refuses(
        ListNameTaken,
        "registrar",
        set_recipient_list,
        name="ก",
        public_id=second.public_id,
        **given,
    )
    stage.refuses(NameMissing, "registrar", set_recipient_list, name=" ", **given)
    stage.refuses(OfficeNotFound, "registrar", set_recipient_list, name="ค", offices=["0" * 20])
    stage.refuses(
        ListNotFound,
        "b_registrar",
        set_recipient_list,
        name="ค",
        public_id=first.public_id,
        **given,
    )
    stage.refuses(ListNotFound, "b_registrar", delete_recipient_list, first.public_id)
    stage.refuses(RoleMissing, "officer", set_recipient_list, name="ค", **given)
    stage.refuses(RoleMissing, "officer", delete_recipient_list, first.public_id)
    with stage.database.reading() as session:
        assert len(session.scalars(select(RecipientList)).all()) == 3


def test_an_office_with_a_future_last_day_still_receives(stage):
    public = stage.world.public
    tomorrow = clock.today() + timedelta(days=1)
    stage.make(stage.world.close, "school_b", "school_a", tomorrow)
    assert "school_b" in recipients(stage, addressed(stage, offices=[public["school_b"]]))
