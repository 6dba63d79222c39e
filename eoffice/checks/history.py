"""The log itself: its chains, the seals kept beside it, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from eoffice.activity.chain import breaks
from eoffice.activity.models import ChainHead
from eoffice.activity.seal_checks import compare_with_seals
from eoffice.activity.seal_keys import known_public_keys, public_keys_path
from eoffice.activity.seals import SealUnreadable, folder_of, read_seals
from eoffice.checks.rules import Defect, Found
from eoffice.checks.scope import Scope

CLOCK_TOLERANCE = timedelta(minutes=2)


def chains_are_whole(scope: Scope) -> Iterator[Found]:
    """C5 · Every chain runs without gap, every row has its hash, every text its salted hash, and
    the head is the last row (IA-04 a–f)."""
    for found in breaks(scope.session):
        subject = f"activity chain {found.chain} seq {found.seq}"
        yield Found(Defect.CHAIN, subject, f"{found.defect.label} {found.detail}".rstrip())


def seals_still_hold(scope: Scope) -> Iterator[Found]:
    """C5 · The database says what the seals at hand say (IA-04 d, g, m); only with ``--deep``."""
    if not scope.is_deep:
        return
    try:
        seals = read_seals(folder_of(scope.settings))
    except SealUnreadable as refusal:
        yield Found(Defect.SEAL, "seals", str(refusal))
        return
    known = known_public_keys(public_keys_path(scope.settings))
    for wrong in compare_with_seals(scope.session, seals, known).contradictions:
        detail = f"{wrong.defect.label} {wrong.detail} ({wrong.sealed_at})"
        yield Found(Defect.SEAL, wrong.subject, detail)


def clock_is_ahead_of_the_log(scope: Scope) -> Iterator[Found]:
    """C16 · The machine's clock is not behind the last act (DU-10)."""
    heads = select(ChainHead).where(ChainHead.last_at > scope.now + CLOCK_TOLERANCE)
    for head in scope.session.scalars(heads):
        yield Found(Defect.CLOCK_BEHIND, f"activity chain {head.chain}", str(head.last_at))
