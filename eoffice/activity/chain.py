"""Is the log whole? Every row of every chain is hashed anew and compared with its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity, ActivityText, ChainHead
from eoffice.activity.rules import GENESIS, HASHED, chain_hash, salted_hash
from eoffice.thai import LabelledEnum

ROWS_AT_ONCE = 2_000
NAMED_PER_CHAIN = 20


class ChainDefect(LabelledEnum):
    """What can be wrong with a row of the log or with a chain's end."""

    ROW_CHANGED = "row_changed", "เนื้อหาของแถวประวัติถูกแก้ไข"
    ROW_MISSING = "row_missing", "แถวประวัติหายไป"
    ROW_OUT_OF_PLACE = "row_out_of_place", "แถวประวัติไม่ต่อจากแถวก่อนหน้า (ถูกแทรก สลับ หรือคำนวณใหม่)"
    TIME_RUNS_BACK = "time_runs_back", "เวลาของแถวประวัติย้อนหลังโดยไม่มีเครื่องหมาย"
    TEXT_CHANGED = "text_changed", "ข้อความของแถวประวัติถูกแก้ไข"
    TEXT_MISSING = "text_missing", "ข้อความของแถวประวัติหายไป"
    TEXT_WITHOUT_ROW = "text_without_row", "มีข้อความที่ไม่มีแถวประวัติรองรับ"
    ROW_BEYOND_HEAD = "row_beyond_head", "มีแถวประวัติเกินกว่าที่หัวสายบันทึกไว้ (ถูกแทรก)"
    HEAD_CHANGED = "head_changed", "หัวสายของประวัติไม่ตรงกับแถวสุดท้าย"
    HEAD_MISSING = "head_missing", "หัวสายของประวัติหายไป"
    MORE = "more", "มีแถวผิดปกติในสายเดียวกันอีก"


@dataclass(frozen=True)
class Break:
    """One place where a chain does not hold; ``seq`` is 0 for what concerns the whole chain."""

    defect: ChainDefect
    chain: int
    seq: int = 0
    detail: str = ""


class _Walk:
    """The walk along one chain, remembering the row before."""

    def __init__(self, chain: int) -> None:
        self.chain = chain
        self.seq = 0
        self.hash = GENESIS
        self.at: Any = None

    def step(self, row: Any) -> Iterator[Break]:
        """What is wrong with this row, seen from the one before; then this row is the one before.

        After a gap or a foreign hash the walk goes on from what stands there, so that one change
        is named once and later changes are still found.
        """
        if row.seq != self.seq + 1:
            yield Break(ChainDefect.ROW_MISSING, self.chain, self.seq + 1, f"–{row.seq - 1}")
        elif row.previous != self.hash:
            yield Break(ChainDefect.ROW_OUT_OF_PLACE, self.chain, row.seq)
        columns = {name: getattr(row, name) for name in HASHED}
        if chain_hash(row.previous, columns) != row.hash:
            yield Break(ChainDefect.ROW_CHANGED, self.chain, row.seq, row.verb)
        if self.at is not None and row.at < self.at:
            yield Break(ChainDefect.TIME_RUNS_BACK, self.chain, row.seq)
        yield from self._text(row)
        self.seq, self.hash, self.at = row.seq, row.hash, row.at

    def _text(self, row: Any) -> Iterator[Break]:
        if row.text is None:
            if row.text_hash:
                yield Break(ChainDefect.TEXT_MISSING, self.chain, row.seq)
        elif salted_hash(row.text, row.salt) != row.text_hash:
            yield Break(ChainDefect.TEXT_CHANGED, self.chain, row.seq)

    def finish(self, head: ChainHead | None) -> Iterator[Break]:
        """Compare the last row with the chain's head."""
        if head is None:
            yield Break(ChainDefect.HEAD_MISSING, self.chain, self.seq)
        elif head.last_seq > self.seq:
            detail = f"–{head.last_seq}"
            yield Break(ChainDefect.ROW_MISSING, self.chain, self.seq + 1, detail)
        elif head.last_seq < self.seq:
            yield Break(ChainDefect.ROW_BEYOND_HEAD, self.chain, head.last_seq + 1)
        elif head.last_hash != self.hash or (self.at is not None and head.last_at != self.at):
            yield Break(ChainDefect.HEAD_CHANGED, self.chain, self.seq)


def breaks(session: Session) -> Iterator[Break]:
    """Every place where a chain does not hold, by chain and sequence; none when all is whole.

    Reads every row once, in order (``Database.snapshot``). A deleted end of a chain whose head was
    lowered too, and a chain that was hashed anew as a whole, are found by the seals only.
    """
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    walked: set[int] = set()
    for chain in _chains(session):
        walked.add(chain)
        yield from _limited(chain, _along(session, chain, heads.get(chain)))
    for chain in sorted(set(heads) - walked):
        yield from _Walk(chain).finish(heads[chain])
    yield from _stray_texts(session)


def _chains(session: Session) -> list[int]:
    return list(session.scalars(select(Activity.chain).distinct().order_by(Activity.chain)))


def _along(session: Session, chain: int, head: ChainHead | None) -> Iterator[Break]:
    walk = _Walk(chain)
    columns = [getattr(Activity, name) for name in HASHED]
    rows = session.execute(
        select(*columns, Activity.previous, Activity.hash, ActivityText.salt, ActivityText.text)
        .outerjoin(ActivityText, ActivityText.activity_id == Activity.id)
        .where(Activity.chain == chain)
        .order_by(Activity.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in rows:
        yield from walk.step(row)
    yield from walk.finish(head)


def _limited(chain: int, found: Iterator[Break]) -> Iterator[Break]:
    """The first defects of a chain by name, the rest as one count."""
    rest = 0
    for number, defect in enumerate(found):
        if number < NAMED_PER_CHAIN:
            yield defect
        else:
            rest += 1
    if rest:
        yield Break(ChainDefect.MORE, chain, 0, str(rest))


def _stray_texts(session: Session) -> Iterator[Break]:
    known = exists().where(Activity.id == ActivityText.activity_id)
    for activity_id in session.scalars(
        select(ActivityText.activity_id).where(~known).limit(NAMED_PER_CHAIN)
    ):
        yield Break(ChainDefect.TEXT_WITHOUT_ROW, 0, 0, f"activity {activity_id}")
