"""Schemas, the record of what is deployed, the guard of operators' edits, pgmq."""

from workers.deploy_pgmq import install_pgmq
from workers.deploy_revisions import raw_connection, run_sql_file
from workers.errors import DeployError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file and install the queues."""
    run_sql_file(revision)
    install_pgmq(raw_connection())


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise DeployError("Revisions only go forward.", hint="Restore a backup to go back.")
