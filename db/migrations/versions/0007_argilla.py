"""Argilla: which items were pushed, and which answers came back."""

from workers.deploy_revisions import run_sql_file

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file."""
    run_sql_file(revision)


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise NotImplementedError("Oceanid's revisions only go forward; restore a backup to go back.")
