"""PDFs: runs of extraction, pages, tables, cells, and where the cells of a document stand on its pages."""

from workers.deploy_revisions import run_sql_file
from workers.errors import DeployError

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file."""
    run_sql_file(revision)


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise DeployError("Revisions only go forward.", hint="Restore a backup to go back.")
