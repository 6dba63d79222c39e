"""Every table of the product, imported once so that the metadata is whole."""

from __future__ import annotations

from eoffice.activity import models as activity
from eoffice.db import Base
from eoffice.documents import models as documents
from eoffice.jobs import Job
from eoffice.notifications import models as notifications
from eoffice.registers import models as registers
from eoffice.routing import models as routing
from eoffice.users import accounts
from eoffice.users import models as users

__all__ = [
    "Base",
    "Job",
    "accounts",
    "activity",
    "documents",
    "notifications",
    "registers",
    "routing",
    "users",
]

metadata = Base.metadata
