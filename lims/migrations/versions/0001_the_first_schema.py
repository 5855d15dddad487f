"""The first schema: every table with its indexes, checks and append-only triggers.

While nothing has been released, this one migration is made from the models themselves; from the first
release on it is frozen and changes come as migrations of their own.
"""

from alembic import op

from lims.persistence.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
