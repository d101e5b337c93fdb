"""The scan for personal data: what it found in each version, counts only."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Results of the scan. The details are not kept: they are found again when somebody looks at them."""
    op.execute("CREATE TABLE scan (version BIGINT PRIMARY KEY, generation INTEGER NOT NULL, found TEXT NOT NULL)")
