"""The letter, its citations and recipients-to-be, its files and what was read from them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eoffice.activity.models import append_only, never_emptied
from eoffice.db import Base, BigId, UtcDateTime, new_public_id, on_create

SUBJECT_LIMIT = 1000


class Letter(Base):
    """An official letter of its issuer. Letters from outside are born ``sent``."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('external', 'memo', 'order', 'announcement', 'other')", name="kind"
        ),
        CheckConstraint(
            "state IN ('draft', 'proposed', 'signed', 'numbered', 'sent', 'closed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("origin IN ('system', 'paper', 'email')", name="origin"),
        CheckConstraint("origin <> 'system' OR office_id IS NOT NULL", name="issuer"),
        CheckConstraint("secrecy <> 'top_secret'", name="no_top_secret"),
        CheckConstraint(
            "urgency IN ('normal', 'urgent', 'very_urgent', 'most_urgent')", name="urgency"
        ),
        CheckConstraint(
            "state NOT IN ('numbered', 'sent', 'closed') OR origin <> 'system' "
            "OR entry_id IS NOT NULL",
            name="numbered",
        ),
        Index("ix_letters_office_state", "office_id", "state", "id", "version"),
        Index("ix_letters_no_key", "no_key"),
        Index("ix_letters_deliver_by", "deliver_by"),
    )
    object_kind = "letter"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(10), default="system")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    sender_text: Mapped[str] = mapped_column(String(300), default="")
    owner_post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    owner_group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    subject: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(String(12), default="normal")
    secrecy: Mapped[str] = mapped_column(String(12), default="normal")
    deliver_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    addressee: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    closing: Mapped[str] = mapped_column(String(100), default="")
    contact: Mapped[str] = mapped_column(String(300), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    to_text: Mapped[str] = mapped_column(Text, default="")
    is_circular: Mapped[bool] = mapped_column(default=False)
    letter_no: Mapped[str] = mapped_column(String(80), default="")
    no_key: Mapped[str] = mapped_column(String(80), default="")
    letter_date: Mapped[date | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id", use_alter=True))
    answers_case_id: Mapped[int | None] = mapped_column(
        ForeignKey("cases.id", use_alter=True), index=True
    )
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    typed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signer_post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signer_name: Mapped[str] = mapped_column(String(200), default="")
    signer_position: Mapped[str] = mapped_column(String(300), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    signed_hash: Mapped[str] = mapped_column(String(64), default="")
    is_signed_on_paper: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    numbered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Citation(Base):
    """อ้างถึง: a letter cited by number and date, linked when it is in the system (ข้อ 11.6)."""

    __tablename__ = "citations"
    __table_args__ = (Index("ix_citations_letter", "letter_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    position: Mapped[int]
    cited_letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), index=True)
    cited_office: Mapped[str] = mapped_column(String(200), default="")
    cited_no: Mapped[str] = mapped_column(String(80))
    cited_on: Mapped[date | None]


class LetterRecipient(Base):
    """Whom a letter is to be sent to; becomes deliveries when it is sent."""

    __tablename__ = "letter_recipients"
    __table_args__ = (
        CheckConstraint("part IN ('to', 'cc')", name="part"),
        CheckConstraint("channel IN ('system', 'post', 'email', 'hand')", name="channel"),
    )

    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(4), default="to")
    channel: Mapped[str] = mapped_column(String(10), default="system")


class Blob(Base):
    """A stored file's bytes: once inside one office, never shared across offices."""

    __tablename__ = "blobs"
    __table_args__ = (
        Index("uq_blobs_office_sha256", "office_id", "sha256", unique=True),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Base):
    """A file on a letter: one main file and enclosures in a chosen order."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_letter", "letter_id", "position"),
        Index(
            "uq_attachments_main",
            "letter_id",
            unique=True,
            sqlite_where=text("is_main"),
            postgresql_where=text("is_main"),
        ),
    )
    object_kind = "attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    position: Mapped[int]
    is_main: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    is_encrypted: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Emblem(Base):
    """An office's emblem (ตรา), a PNG that the limited child process drew anew."""

    __tablename__ = "emblems"

    office_id: Mapped[int] = mapped_column(
        ForeignKey("offices.id"), primary_key=True, autoincrement=False
    )
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    width: Mapped[int]
    height: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(Base):
    """The picture of a person's signature, drawn anew as an emblem is.

    Rows are never changed but for ``ended_at``: what was signed refers to the row of its day, so
    that a later picture alters nothing (ข้อ 26 ¶3 lets the typed name stand alone).
    """

    __tablename__ = "signatures"
    __table_args__ = (
        Index(
            "uq_signatures_current",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    width: Mapped[int]
    height: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReadText:
    """What the worker read from a file, page by page, for search.

    ``pages`` is a JSON list of ``{"page", "method": "text" or "ocr", "confidence", "text"}``;
    ``pages_waiting`` counts those that still have to be recognised from their picture (OCR).
    """

    state: Mapped[str] = mapped_column(String(12), default="waiting")
    page_count: Mapped[int | None]
    pages_waiting: Mapped[int] = mapped_column(default=0)
    pages: Mapped[str] = mapped_column(Text, default="[]")
    reason: Mapped[str] = mapped_column(String(200), default="")
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExtractedText(ReadText, Base):
    """The text of a file of a letter."""

    __tablename__ = "extracted_texts"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'done', 'unreadable')", name="state"),)

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachments.id"), primary_key=True, autoincrement=False
    )


class CaseFile(Base):
    """A file that somebody reported with: it belongs to one office's case and never crosses."""

    __tablename__ = "case_files"
    __table_args__ = (Index("ix_case_files_case", "case_id", "id"),)
    object_kind = "case_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", use_alter=True))
    endorsement_id: Mapped[int] = mapped_column(
        ForeignKey("endorsements.id", use_alter=True), index=True
    )
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseFileText(ReadText, Base):
    """The text of a file of a report: found through its case only."""

    __tablename__ = "case_file_texts"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'done', 'unreadable')", name="state"),)

    case_file_id: Mapped[int] = mapped_column(
        ForeignKey("case_files.id"), primary_key=True, autoincrement=False
    )


class Proof(Base):
    """A file that shows what became of a letter outside the system, noted by its sender.

    It belongs to the sender alone and is no file of the letter, whose files are fixed.
    """

    __tablename__ = "proofs"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id"), primary_key=True, autoincrement=False
    )
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only("proofs")

FROZEN = "('numbered', 'sent', 'closed')"
FIXED_COLUMNS = ("letter_no", "letter_date", "subject", "entry_id", "kind", "office_id", "origin")
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED_COLUMNS),
    "postgresql": " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED_COLUMNS),
}
# The statements below are made of this module's own constants only.
# ruff: noqa: S608
SQLITE_TRIGGERS = {
    "letters": (
        f"CREATE TRIGGER letters_fixed BEFORE UPDATE ON letters WHEN OLD.state IN {FROZEN} "
        f"AND ({_CHANGED['sqlite']}) "
        "BEGIN SELECT RAISE(ABORT, 'a numbered letter is fixed'); END",
        "CREATE TRIGGER letters_no_delete BEFORE DELETE ON letters "
        "BEGIN SELECT RAISE(ABORT, 'letters are not deleted'); END",
    ),
    "attachments": tuple(
        f"CREATE TRIGGER attachments_no_{action} BEFORE {action.upper()} ON attachments "
        f"WHEN (SELECT state FROM letters WHERE id = {row}.letter_id) IN {FROZEN} "
        "BEGIN SELECT RAISE(ABORT, 'files of a numbered letter are fixed'); END"
        for action, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD"))
    ),
}
POSTGRES_TRIGGERS = {
    "letters": (
        f"""CREATE OR REPLACE FUNCTION letters_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'letters are not deleted'; END IF;
  IF OLD.state IN {FROZEN} AND ({_CHANGED["postgresql"]}) THEN
    RAISE EXCEPTION 'a numbered letter is fixed'; END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER letters_fixed BEFORE UPDATE OR DELETE ON letters "
        "FOR EACH ROW EXECUTE FUNCTION letters_fixed()",
    ),
    "attachments": (
        f"""CREATE OR REPLACE FUNCTION attachments_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.letter_id ELSE OLD.letter_id END;
BEGIN
  IF (SELECT state FROM letters WHERE id = touched) IN {FROZEN} THEN
    RAISE EXCEPTION 'files of a numbered letter are fixed'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER attachments_fixed BEFORE INSERT OR UPDATE OR DELETE ON attachments "
        "FOR EACH ROW EXECUTE FUNCTION attachments_fixed()",
    ),
}
for _table in ("letters", "attachments"):
    never_emptied(_table)
for _dialect, _triggers in (("sqlite", SQLITE_TRIGGERS), ("postgresql", POSTGRES_TRIGGERS)):
    for _table, _statements in _triggers.items():
        on_create(_table, _dialect, *_statements)
