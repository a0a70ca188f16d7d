"""Uploads: who may send what, and a receipt of each; alerts; what the raw store was given."""

from workers.deploy_revisions import run_sql_file
from workers.errors import DeployError

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file."""
    run_sql_file(revision)


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise DeployError("Revisions only go forward.", hint="Restore a backup to go back.")
