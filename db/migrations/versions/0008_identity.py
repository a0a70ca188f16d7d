"""Identity: entries of sources, what they say, and which of them are one vessel."""

from workers.deploy_revisions import run_sql_file
from workers.errors import DeployError

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file."""
    run_sql_file(revision)


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise DeployError("Revisions only go forward.", hint="Restore a backup to go back.")
