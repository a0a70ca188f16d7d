"""The message queues: pgmq as an extension where the server has it, else its SQL from the PyPI package."""

from __future__ import annotations

from typing import Any

import psycopg

PGMQ_VERSION = "1.13"


def install_pgmq(conn: psycopg.Connection[Any]) -> str:
    """Install pgmq unless its schema is there already; return 'present', 'extension' or 'script'.

    Runs in the caller's transaction. The script fails where it runs twice, hence the look at its first table.
    """
    if conn.execute("SELECT to_regclass('pgmq.meta')").fetchone() != (None,):
        return "present"
    available = conn.execute("SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pgmq'").fetchone()
    if available is None:
        from pgmq.install import get_embedded_install_sql

        with conn.cursor() as cursor:
            cursor.execute(get_embedded_install_sql().encode())
            cursor.execute("COMMENT ON SCHEMA pgmq IS 'The message queues (pgmq 1.13, from its SQL script).'")
        return "script"
    # An extension belongs to the administrator; the owner role must still be able to create queues in it.
    owner = conn.execute("SELECT current_user").fetchone()
    with conn.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("CREATE EXTENSION pgmq")
        cursor.execute("GRANT ALL ON SCHEMA pgmq TO oceanid_owner WITH GRANT OPTION")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA pgmq TO oceanid_owner WITH GRANT OPTION")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA pgmq TO oceanid_owner WITH GRANT OPTION")
        cursor.execute("GRANT ALL ON ALL ROUTINES IN SCHEMA pgmq TO oceanid_owner WITH GRANT OPTION")
        cursor.execute("SELECT set_config('role', %s, true)", owner)
    return "extension"
