"""First tables: the whole schema of both databases, written out beside this file."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "20261122_1900"
down_revision = None
branch_labels = None
depends_on = None

TEXTS = Path(__file__).parent
STATEMENT_END = re.compile(r";\n\n")


def statements(dialect: str) -> list[str]:
    """The frozen statements for a database, in order; a blank line stands between two."""
    text = (TEXTS / f"20261122_1900_first_tables.{dialect}.sql").read_text(encoding="utf-8")
    return [statement.removesuffix(";") for statement in STATEMENT_END.split(text.strip())]


def upgrade() -> None:
    """Make every table, index, function and trigger."""
    connection = op.get_bind().execution_options(no_parameters=True)
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Drop everything, but never a log that holds acts."""
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT 1 FROM activity LIMIT 1").first() is not None:
        raise RuntimeError("this database holds acts: its tables are not dropped")
    text = "\n".join(statements(connection.dialect.name))
    tail = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for table in reversed(re.findall(r"^CREATE TABLE (\w+)", text, re.MULTILINE)):
        connection.exec_driver_sql(f"DROP TABLE {table}{tail}")
    for function in sorted(set(re.findall(r"^CREATE OR REPLACE FUNCTION (\w+)", text, re.M))):
        connection.exec_driver_sql(f"DROP FUNCTION {function}()")
