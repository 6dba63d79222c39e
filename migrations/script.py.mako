"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Forward. Append-only tables never go through batch mode, which drops their triggers."""
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    """Back."""
    ${downgrades if downgrades else "raise NotImplementedError"}
