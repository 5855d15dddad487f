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
    """On PostgreSQL the library adds the one circular key afterwards and marks it for all time as left out of its table.

    A SQLite database made later by the same process would lack it; so the mark is taken off first.
    """
    for table in metadata.tables.values():
        for key in table.foreign_key_constraints:
            key._create_rule = None
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
