"""${message}

The SQL is in sql/${up_revision}_*.sql and runs as it is.
"""

from workers.deploy_revisions import run_sql_file
from workers.errors import DeployError

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute this revision's SQL file."""
    run_sql_file(revision)


def downgrade() -> None:
    """Not offered: restore a backup."""
    raise DeployError("Revisions only go forward.", hint="Restore a backup to go back.")
