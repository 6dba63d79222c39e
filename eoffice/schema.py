"""Every table of the product, imported once so that the metadata is whole."""

from __future__ import annotations

from sqlalchemy import Engine

from eoffice.activity import models as activity
from eoffice.db import Base
from eoffice.documents import models as documents
from eoffice.jobs import Job
from eoffice.marks import Mark
from eoffice.notifications import models as notifications
from eoffice.outbox import SearchOutbox
from eoffice.registers import models as registers
from eoffice.routing import models as routing
from eoffice.search import models as search
from eoffice.users import accounts
from eoffice.users import models as users

__all__ = [
    "Base",
    "Job",
    "Mark",
    "SearchOutbox",
    "accounts",
    "activity",
    "create_all",
    "documents",
    "notifications",
    "registers",
    "routing",
    "search",
    "users",
]

metadata = Base.metadata


def create_all(engine: Engine) -> None:
    """Make every table as the models say, for tests and benchmarks (``migrate`` makes real ones).

    SQLAlchemy adds the foreign keys of a cycle by ALTER on PostgreSQL and remembers on the
    constraint not to write it into the table; SQLite, made later in the same process, would then
    have none. So that memory is cleared first.
    """
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            constraint._create_rule = None
    metadata.create_all(engine)
