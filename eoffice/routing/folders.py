"""Folders and how much they hold: counts kept in the act that moves a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.given import one_of
from eoffice.routing.models import FolderCount
from eoffice.routing.rules import DeliveryState

ARRIVED = DeliveryState.ARRIVED.value

_FOLDER_COUNTS = select(
    FolderCount.office_id, FolderCount.folder, FolderCount.count, FolderCount.version
).where(one_of(FolderCount.office_id, "offices"))


@dataclass(frozen=True)
class Folder:
    """How many letters a folder holds, and how often that has changed."""

    count: int
    version: int


Folders = Mapping[tuple[int, str], Folder]
"""By office id and folder; a folder that never held anything is not there."""


def folder_counts(session: Session, office_ids: list[int]) -> Folders:
    """Kept counts of offices' folders, never counts over the table; asked by every page."""
    rows = session.connection().execute(_FOLDER_COUNTS, {"offices": office_ids})
    return {(office, folder): Folder(count, version) for office, folder, count, version in rows}


def arrived_at(folders: Folders, office_id: int) -> int:
    """How many letters wait to be received at an office."""
    folder = folders.get((office_id, ARRIVED))
    return folder.count if folder else 0
