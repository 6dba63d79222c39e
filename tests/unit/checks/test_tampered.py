"""Each way of tampering with register, log or files is found by ``check --deep`` and named."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.unit.checks.conftest import Scene


@dataclass(frozen=True)
class Row:
    """The place of a row of the log."""

    chain: int
    seq: int

    def __str__(self) -> str:
        return f"activity chain {self.chain} seq {self.seq} "


AT = "WHERE chain = :chain AND seq = :seq"


@pytest.fixture
def signed(scene: Scene) -> Row:
    """The first act of signing, in the middle of the district's chain."""
    place = "SELECT chain, seq FROM activity WHERE verb = 'sign' ORDER BY id LIMIT 1"
    return Row(*scene.ask(place))


def test_a_changed_act(scene: Scene, signed: Row) -> None:
    act = scene.ask(f"SELECT id FROM activity {AT}", chain=signed.chain, seq=signed.seq)
    changes = [
        "facts = replace(facts, 'ผู้', 'ผุ้')",
        "person_id = person_id + 1",
        "object_id = object_id + 1",
        "files = '[]', verb = 'send_back'",
        "text_hash = 'x'",
        f"hash = '{'0' * 64}'",
        "at = (SELECT min(at) FROM activity)",
    ]
    for change in scene.each_change("activity", act, changes):
        assert scene.is_named("C5", signed), change
    assert scene.look("C5") == []


def test_a_deleted_act(scene: Scene, signed: Row) -> None:
    scene.tamper(f"DELETE FROM activity {AT}", chain=signed.chain, seq=signed.seq)
    assert scene.is_named("C5", signed)


def test_a_deleted_end(scene: Scene) -> None:
    longest = "SELECT chain, last_seq FROM chain_heads ORDER BY last_seq DESC LIMIT 1"
    chain, last = scene.ask(longest)
    scene.tamper(
        "DELETE FROM activity WHERE chain = :chain AND seq > :seq", chain=chain, seq=last - 20
    )
    assert scene.is_named("C5", f"activity chain {chain} seq {last - 19} ")


def test_two_acts_that_changed_places(scene: Scene, signed: Row) -> None:
    scene.tamper(
        f"UPDATE activity SET seq = -1 {AT}",
        "UPDATE activity SET seq = :seq WHERE chain = :chain AND seq = :next",
        "UPDATE activity SET seq = :next WHERE chain = :chain AND seq = -1",
        chain=signed.chain,
        seq=signed.seq,
        next=signed.seq + 1,
    )
    assert scene.is_named("C5", signed, Row(signed.chain, signed.seq + 1))


def test_two_acts_that_exchanged_their_facts(scene: Scene, signed: Row) -> None:
    facts = f"SELECT facts FROM activity {AT}"
    place = {"chain": signed.chain, "seq": signed.seq}
    following = {"chain": signed.chain, "seq": signed.seq + 1}
    first, second = scene.ask(facts, **place), scene.ask(facts, **following)
    exchange = f"UPDATE activity SET facts = :facts {AT}"
    scene.tamper(exchange, facts=second, **place)
    scene.tamper(exchange, facts=first, **following)
    assert scene.is_named("C5", signed, Row(signed.chain, signed.seq + 1))


COPIED = (
    "at, is_late, person_id, post_id, holding_kind, order_no, office_id, session_id, request_id, "
    "verb, object_kind, object_id, object_version, facts, files"
)


def test_an_act_put_at_the_end(scene: Scene, signed: Row) -> None:
    last = scene.ask("SELECT last_seq FROM chain_heads WHERE chain = :c", c=signed.chain)
    scene.tamper(
        f"INSERT INTO activity (chain, seq, text_hash, previous, hash, {COPIED}) "
        f"SELECT chain, :next, '', hash, hash, {COPIED} FROM activity {AT}",
        chain=signed.chain,
        seq=signed.seq,
        next=last + 1,
    )
    assert scene.is_named("C5", Row(signed.chain, last + 1))


def test_an_act_put_in_between(scene: Scene, signed: Row) -> None:
    scene.tamper(
        "UPDATE activity SET seq = -seq - 1 WHERE chain = :chain AND seq > :seq",
        "UPDATE activity SET seq = -seq WHERE chain = :chain AND seq < 0",
        f"INSERT INTO activity (chain, seq, text_hash, previous, hash, {COPIED}) "
        f"SELECT chain, :seq + 1, '', hash, hash, {COPIED} FROM activity {AT}",
        "UPDATE chain_heads SET last_seq = last_seq + 1 WHERE chain = :chain",
        chain=signed.chain,
        seq=signed.seq,
    )
    assert scene.is_named("C5", Row(signed.chain, signed.seq + 1))


@pytest.mark.parametrize(
    "change", ["UPDATE activity_text SET text = 'x'", "DELETE FROM activity_text"]
)
def test_a_text_of_an_act(scene: Scene, change: str) -> None:
    found = "SELECT activity_id, chain, seq FROM activity_text t JOIN activity a"
    act, chain, seq = scene.ask(f"{found} ON a.id = t.activity_id ORDER BY activity_id LIMIT 1")
    scene.tamper(f"{change} WHERE activity_id = :act", act=act)
    assert scene.is_named("C5", Row(chain, seq))


def test_a_head_that_is_gone(scene: Scene, signed: Row) -> None:
    scene.tamper("DELETE FROM chain_heads WHERE chain = :chain", chain=signed.chain)
    assert scene.is_named("C5", f"activity chain {signed.chain} ")


ISSUED = (
    "SELECT e.id, e.public_id FROM register_entries e JOIN books b ON b.id = e.book_id "
    "WHERE b.series = :series AND e.state = :state ORDER BY e.id LIMIT 1"
)
CHANGES = [
    "number = 99",
    "book_id = book_id + 1000",
    "entered_on = '2020-01-01'",
    "entered_at = '2020-01-01 00:00:00'",
    "entered_by = NULL",
    "subject = 'เรื่องอื่น'",
    "from_text = 'ผู้ส่งอื่น'",
    "to_text = 'ผู้รับอื่น'",
    "ref_no = 'ศธ 04999/999'",
    "ref_date = '2020-01-01'",
    "remark = 'แก้'",
    "reason = 'แก้'",
    "action_taken = 'แก้'",
]
OF_A_LETTER = [
    "letter_id = NULL",
    "state = 'cancelled', reason = 'แก้'",
    "state = 'reserved'",
]


@pytest.mark.parametrize(
    ("series", "state", "changes"),
    [
        ("send", "issued", CHANGES + OF_A_LETTER),
        ("receive", "issued", CHANGES + OF_A_LETTER),
        ("send", "reserved", CHANGES),
        ("order", "cancelled", CHANGES),
        ("send", "cancelled", CHANGES),
    ],
)
def test_a_changed_register_row(scene: Scene, series: str, state: str, changes: list[str]) -> None:
    entry_id, public_id = scene.ask(ISSUED, series=series, state=state)
    for change in scene.each_change("register_entries", entry_id, changes):
        assert scene.is_named("C1", public_id), change
    assert scene.look("C1") == []


@pytest.mark.parametrize("series", ["send", "receive"])
def test_a_deleted_register_row(scene: Scene, series: str) -> None:
    entry_id, _ = scene.ask(ISSUED, series=series, state="issued")
    number = scene.ask("SELECT number FROM register_entries WHERE id = :id", id=entry_id)
    scene.tamper("DELETE FROM register_entries WHERE id = :id", id=entry_id)
    assert scene.is_named("C2", f"{series} ", f"no. {number}")


def test_a_deleted_reserved_row(scene: Scene) -> None:
    _, public_id = scene.ask(ISSUED, series="send", state="reserved")
    scene.tamper("DELETE FROM register_entries WHERE public_id = :p", p=public_id)
    assert scene.is_named("C1", public_id)


def test_an_inserted_register_row(scene: Scene) -> None:
    columns = (
        "state, entered_on, entered_at, entered_by, letter_id, ref_no, ref_date, from_text, "
        "to_text, subject, action_taken, remark, reason"
    )
    scene.tamper(
        f"INSERT INTO register_entries (public_id, book_id, number, {columns}) "
        f"SELECT 'feedfacefeedfacefeed', book_id, last_no + 1, {columns} "
        "FROM register_entries e JOIN books b ON b.id = e.book_id WHERE e.id = 1",
        "UPDATE books SET last_no = last_no + 1 "
        "WHERE id = (SELECT book_id FROM register_entries WHERE id = 1)",
    )
    assert scene.is_named("C1", "feedfacefeedfacefeed")
    assert scene.look("C2") == []


def test_two_register_rows_that_exchanged_numbers(scene: Scene) -> None:
    pair = (
        "SELECT a.id, a.number, a.public_id, b.id, b.number, b.public_id FROM register_entries a "
        "JOIN register_entries b ON b.book_id = a.book_id AND b.number = a.number + 1 "
        "WHERE a.state = 'issued' AND b.state = 'issued' LIMIT 1"
    )
    one, first, one_id, two, second, two_id = scene.ask(pair)
    number = "UPDATE register_entries SET number ="
    scene.tamper(
        f"{number} 9999 WHERE id = :one",
        f"{number} :first WHERE id = :two",
        f"{number} :second WHERE id = :one",
        one=one,
        two=two,
        first=first,
        second=second,
    )
    assert scene.is_named("C1", one_id, two_id)


def test_a_moved_counter(scene: Scene) -> None:
    book, last = scene.ask("SELECT id, last_no FROM books ORDER BY last_no DESC LIMIT 1")
    for change in scene.each_change("books", book, ["last_no = last_no - 1"]):
        assert scene.is_named("C2", "book D send"), change
    scene.tamper("UPDATE books SET last_no = last_no + 1 WHERE id = :id", id=book)
    assert scene.is_named("C2", f"no. {last + 1}")


def test_a_changed_letter(scene: Scene) -> None:
    found = "SELECT id, public_id FROM letters WHERE state = 'sent' AND origin = 'system'"
    letter_id, public_id = scene.ask(f"{found} ORDER BY id LIMIT 1")
    states = [
        "subject = 'เรื่องอื่น'",
        "state = 'closed'",
        "state = 'draft'",
        "version = version + 1",
        "signer_name = 'ผู้อื่น'",
        "signed_hash = ''",
    ]
    for change in scene.each_change("letters", letter_id, states):
        assert scene.is_named("C4", public_id), change
    numbers = [
        "letter_no = 'ศธ 04999/999'",
        "letter_no = '', entry_id = NULL, state = 'draft'",
        "letter_date = '2020-01-01'",
        "entry_id = (SELECT max(id) FROM register_entries)",
        "entry_id = 1000",
    ]
    for change in scene.each_change("letters", letter_id, numbers):
        assert scene.is_named("C1", public_id), change


def test_a_deleted_letter(scene: Scene) -> None:
    letter_id = scene.ask("SELECT min(id) FROM letters WHERE origin = 'system'")
    scene.tamper("DELETE FROM letters WHERE id = :id", id=letter_id)
    assert scene.is_named("C4", f"letter id {letter_id}")
    assert scene.look("C8") != []


def test_a_changed_letter_from_outside(scene: Scene) -> None:
    letter_id, public_id = scene.ask("SELECT id, public_id FROM letters WHERE origin = 'paper'")
    changes = [f"{column} = 'อื่น'" for column in ("sender_text", "subject", "letter_no")]
    for change in scene.each_change("letters", letter_id, changes):
        assert scene.is_named("C1", public_id), change


@pytest.mark.parametrize(
    ("check", "state", "changes"),
    [
        ("C4", "recalled", ["state = 'arrived'", "office_id = office_id + 1"]),
        ("C4", "arrived", ["state = 'recalled'", "first_opened_at = sent_at"]),
        ("C4", "rejected", ["state = 'arrived'"]),
        ("C4", "received", ["state = 'arrived', entry_id = NULL", "state = 'voided'"]),
        ("C10", "recalled", ["receive_no = '9/2569'"]),
        (
            "C10",
            "received",
            [
                "receive_no = '99/2569'",
                "entry_id = (SELECT min(id) FROM register_entries)",
                "letter_id = letter_id + 1",
            ],
        ),
    ],
)
def test_a_changed_delivery(scene: Scene, check: str, state: str, changes: list[str]) -> None:
    found = "SELECT id, public_id FROM deliveries WHERE state = :state ORDER BY id LIMIT 1"
    delivery_id, public_id = scene.ask(found, state=state)
    scene.tamper("DROP INDEX uq_deliveries_live")
    for change in scene.each_change("deliveries", delivery_id, changes):
        assert scene.is_named(check, public_id), change


def test_a_deleted_delivery(scene: Scene) -> None:
    public_id = scene.ask(
        "SELECT l.public_id FROM letters l JOIN deliveries d ON d.letter_id = l.id "
        "WHERE d.state = 'sent'"
    )
    scene.tamper("DELETE FROM deliveries WHERE state = 'sent'")
    assert scene.is_named("C9", public_id)


def test_a_delivery_to_somebody_else(scene: Scene) -> None:
    found = "SELECT d.id, l.public_id FROM deliveries d JOIN letters l ON l.id = d.letter_id"
    delivery, letter = scene.ask(f"{found} WHERE l.origin = 'system' ORDER BY d.id LIMIT 1")
    scene.tamper("UPDATE deliveries SET office_id = 5 WHERE id = :id", id=delivery)
    assert scene.is_named("C9", letter)


def test_a_changed_endorsement(scene: Scene) -> None:
    row, public_id = scene.ask("SELECT id, public_id FROM endorsements ORDER BY id LIMIT 1")
    changes = ["text = 'อื่น'", "verb = 'sign'", "person_id = person_id + 1"]
    for change in scene.each_change("endorsements", row, changes):
        assert scene.is_named("C4", public_id), change


def test_a_wrong_count(scene: Scene) -> None:
    scene.tamper("UPDATE folder_counts SET count = count + 1")
    assert scene.is_named("C9", "office id")


def test_a_delivery_that_names_another_sender(scene: Scene) -> None:
    arrived = scene.ask("SELECT public_id FROM deliveries WHERE state = 'arrived' LIMIT 1")
    scene.tamper("UPDATE deliveries SET from_office_id = NULL WHERE state = 'arrived'")
    assert scene.is_named("C9", arrived)


def test_access_that_was_taken(scene: Scene) -> None:
    arrived = scene.ask("SELECT public_id FROM deliveries WHERE state = 'arrived' LIMIT 1")
    scene.tamper("UPDATE access SET ends_at = since WHERE act = 'send' AND ends_at IS NULL")
    assert scene.is_named("C10", arrived)


def test_access_that_was_not_ended(scene: Scene) -> None:
    found = "SELECT id, public_id FROM deliveries WHERE state = 'arrived' ORDER BY id LIMIT 1"
    delivery, public_id = scene.ask(found)
    scene.tamper("UPDATE deliveries SET state = 'recalled' WHERE id = :id", id=delivery)
    assert scene.is_named("C10", public_id)
