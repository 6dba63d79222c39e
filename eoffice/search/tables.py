"""The side tables of the PostgreSQL engine; on SQLite they do not exist.

They have a MetaData of their own: what is in them can be made again from the letters at any time,
so they are neither part of a backup nor of the comparison of models. A migration makes them with
``create``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

search_metadata = MetaData(
    naming_convention={"ix": "ix_%(column_0_label)s", "pk": "pk_%(table_name)s"}
)

search_generations = Table(
    "search_generations",
    search_metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(10), nullable=False),  # building | current
    Column("analysis_version", Integer, nullable=False),
    Column("documents", Integer, nullable=False, server_default="0"),  # when last counted
    Column("mean_length", Float, nullable=False, server_default="1"),
    Index(
        "uq_search_generations_current",
        "state",
        unique=True,
        postgresql_where=text("state = 'current'"),
    ),
)

search_documents = Table(
    "search_documents",
    search_metadata,
    Column("generation", Integer, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("letter_id", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("vis", ARRAY(Integer), nullable=False),
    Column("tsv", TSVECTOR, nullable=False),
    Column("length", Integer, nullable=False),
    Column("dated_on", Date),
    Column("year", Integer),
    Column("kind", String(20), nullable=False),
    Column("office", Integer),
    PrimaryKeyConstraint("generation", "key", name="pk_search_documents"),
    Index("ix_search_documents_tsv_vis", "tsv", "vis", postgresql_using="gin"),
    Index("ix_search_documents_letter", "generation", "letter_id"),
    Index("ix_search_documents_dated", "generation", "dated_on", "letter_id"),
)

# The grams of long texts once more, in overlapping parts: a vector keeps 256 positions of a gram.
search_parts = Table(
    "search_parts",
    search_metadata,
    Column("generation", Integer, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("part", Integer, nullable=False),
    Column("tsv", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("generation", "key", "part", name="pk_search_parts"),
    Index("ix_search_parts_tsv", "tsv", postgresql_using="gin"),
)

search_terms = Table(
    "search_terms",
    search_metadata,
    Column("generation", Integer, nullable=False),
    Column("term", String(200), nullable=False),
    Column("documents", Integer, nullable=False),
    PrimaryKeyConstraint("generation", "term", name="pk_search_terms"),
)


def create(connection: Connection) -> None:
    """Make the tables where they are missing; nothing on another database than PostgreSQL.

    Vectors are read for every match that is ranked: kept without compression they are read a
    third faster.
    """
    if connection.dialect.name == "postgresql":
        search_metadata.create_all(connection)
        connection.execute(
            text("ALTER TABLE search_documents ALTER COLUMN tsv SET STORAGE EXTERNAL")
        )


def drop(connection: Connection) -> None:
    """Remove the tables; nothing on another database than PostgreSQL."""
    if connection.dialect.name == "postgresql":
        search_metadata.drop_all(connection)
