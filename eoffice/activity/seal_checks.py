"""Does the database still say what the seals say? Finds what no hash chain can show by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from eoffice.activity.models import Activity
from eoffice.activity.seals import Seal, files_root, installation_of, office_codes, standing
from eoffice.thai import LabelledEnum

POINTS_AT_ONCE = 400


class SealDefect(LabelledEnum):
    """How a seal and the database can contradict each other."""

    SIGNATURE_WRONG = "signature_wrong", "ลายเซ็นของตราประทับไม่ถูกต้อง"
    KEY_UNKNOWN = "key_unknown", "ตราประทับลงนามด้วยกุญแจที่ไม่รู้จัก"
    FOREIGN = "foreign", "ตราประทับเป็นของระบบอื่น หรือฐานข้อมูลถูกสับเปลี่ยน"
    TAIL_MISSING = "tail_missing", "ประวัติที่ประทับตราแล้วหายไปจากท้ายสาย"
    CHAIN_REWRITTEN = "chain_rewritten", "ประวัติที่ประทับตราแล้วถูกแก้ไขหรือคำนวณใหม่"
    BOOK_MISSING = "book_missing", "ทะเบียนที่ประทับตราแล้วหายไป"
    COUNTER_LOWERED = "counter_lowered", "เลขล่าสุดของทะเบียนต่ำกว่าที่ประทับตราไว้"
    FILES_CHANGED = "files_changed", "รายการไฟล์ของหนังสือที่ลงทะเบียนแล้วไม่ตรงกับตราประทับ"
    SEAL_MISSING = "seal_missing", "ตราประทับฉบับก่อนหน้าหายไป"


@dataclass(frozen=True)
class Contradiction:
    """One thing that a seal says otherwise; ``subject`` names chain and sequence, or book."""

    defect: SealDefect
    sealed_at: str
    subject: str
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the seals prove: how many agree, up to when, and how many acts came after."""

    seals: int
    sealed_until: str
    unsealed_acts: int
    contradictions: tuple[Contradiction, ...]


def compare_with_seals(
    session: Session, seals: Sequence[Seal], known_keys: Collection[str]
) -> Verdict:
    """Hold the database against seals, oldest first, and name the first place that differs.

    ``known_keys`` are the public keys trusted here; none at all means that the seals at hand are
    themselves trusted (they come from elsewhere, with no key beside them).
    """
    found: list[Contradiction] = []
    installation = installation_of(session)
    good: list[Seal] = []
    for seal in seals:
        defects = list(_of_itself(seal, installation, known_keys))
        found += defects
        if not defects:
            good.append(seal)
    found += _gaps(seals)
    found += _chains(session, good)
    now = standing(session)
    if good:
        found += _books(good[-1], now["books"], office_codes(session))
        upto = {chain: seq for chain, (seq, _) in good[-1].heads.items()}
        if files_root(session, upto) != good[-1].facts["files"]:
            found.append(_say(SealDefect.FILES_CHANGED, good[-1], "files"))
    sealed = good[-1].heads if good else {}
    tail = sum(
        max(0, seq - sealed.get(int(chain), (0, ""))[0])
        for chain, (seq, _) in now["chains"].items()
    )
    until = good[-1].facts["made_at"] if good else ""
    return Verdict(len(good), until, tail, tuple(found))


def _of_itself(
    seal: Seal, installation: str, known_keys: Collection[str]
) -> Iterator[Contradiction]:
    if not seal.is_signed:
        yield _say(SealDefect.SIGNATURE_WRONG, seal, seal.digest[:16])
    elif known_keys and seal.public_key not in known_keys:
        yield _say(SealDefect.KEY_UNKNOWN, seal, seal.public_key[:16])
    elif seal.facts["installation"] not in ("", installation):
        yield _say(SealDefect.FOREIGN, seal, seal.facts["installation"][:16])


def _gaps(seals: Sequence[Seal]) -> Iterator[Contradiction]:
    known = {seal.digest for seal in seals}
    for seal in seals[1:]:
        if seal.facts["previous"] and seal.facts["previous"] not in known:
            yield _say(SealDefect.SEAL_MISSING, seal, seal.facts["previous"][:16])


def _chains(session: Session, seals: Sequence[Seal]) -> Iterator[Contradiction]:
    """The first sealed row of each chain that is gone or has another hash."""
    stand = _stored(session, {(c, seq) for s in seals for c, (seq, _) in s.heads.items()})
    named: set[int] = set()
    for seal in seals:
        for chain, (seq, hash_) in sorted(seal.heads.items()):
            there = stand.get((chain, seq))
            if chain in named or there == hash_:
                continue
            named.add(chain)
            defect = SealDefect.TAIL_MISSING if there is None else SealDefect.CHAIN_REWRITTEN
            yield _say(defect, seal, f"chain {chain} seq {seq}", f"sealed {hash_[:16]}")


def _stored(session: Session, points: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    wanted = sorted(points)
    found: dict[tuple[int, int], str] = {}
    for start in range(0, len(wanted), POINTS_AT_ONCE):
        part = wanted[start : start + POINTS_AT_ONCE]
        rows = session.execute(
            select(Activity.chain, Activity.seq, Activity.hash).where(
                tuple_(Activity.chain, Activity.seq).in_(part)
            )
        )
        found |= {(chain, seq): hash_ for chain, seq, hash_ in rows}
    return found


def _books(seal: Seal, now: list[list[Any]], codes: dict[str, str]) -> Iterator[Contradiction]:
    stand = {tuple(book[:4]): (book[4], book[5]) for book in now}
    for *name, first, last in seal.facts["books"]:
        there = stand.get(tuple(name))
        subject = "book {} {} {}".format(codes.get(name[0], name[0]), *name[1:3])
        if there is None:
            yield _say(SealDefect.BOOK_MISSING, seal, subject, f"sealed {first}–{last}")
        elif there[1] < last or (last >= first and there[0] != first):
            stands = f"{there[0]}–{there[1]}"
            yield _say(
                SealDefect.COUNTER_LOWERED, seal, subject, f"sealed {first}–{last}, is {stands}"
            )


def _say(defect: SealDefect, seal: Seal, subject: str, detail: str = "") -> Contradiction:
    return Contradiction(defect, seal.facts["made_at"], subject, detail)
