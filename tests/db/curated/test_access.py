"""Who sees which vessels: everyone's analysts all, an organisation's analysts those that its rows name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.documents import Desk, lasting_database
from tests.fleets import promote_fleet

# What an organisation may read without row-level security: nothing of it is about a vessel.
OPEN = {"rule_chains", "sources", "documents"}
ASSERTIONS = [
    "names",
    "identifiers",
    "flags",
    "authorisations",
    "associates",
    "metrics",
    "builds",
    "attributes",
]
ABOUT_VESSELS = ["record_versions", *ASSERTIONS]
VIEWS = ["statements", "current_fleet", "current_authorisations", "authorisations_in_force", "expiring_authorisations",
    "vessels_by_rfmo_and_flag", "vessel_history"]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The fleet, and three organisations: by flag, by list, and one without any row."""
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("guarded"))
        promote_fleet(desk)
        prefix = url.partition("?")[0].rpartition("/")[2]
        for name, attribute, value in (
            ("spain", "flag_state", "ESP"), ("denmark", "flag_state", "DNK"), ("sprfmo", "listed_by", "SPRFMO"),
            ("nobody", None, None),
        ):  # fmt: skip
            desk.db.execute(f"CREATE ROLE {prefix}_{name} NOLOGIN")
            desk.db.execute(f"GRANT oceanid_organisation TO {prefix}_{name}")
            desk.db.execute("INSERT INTO curated.organisation VALUES (%s, %s)", [name, f"{prefix}_{name}"])
            if attribute:
                desk.db.execute(
                    "INSERT INTO curated.organisation_access VALUES (%s, %s, %s)", [name, attribute, value]
                )
        yield desk
        for name in ("spain", "denmark", "sprfmo", "nobody"):
            desk.db.execute(f"DROP ROLE {prefix}_{name}")
        desk.close()


def seen_by(desk: Desk, organisation: str, query: str) -> list[dict[str, Any]]:
    role = desk.one("SELECT role_name FROM curated.organisation WHERE organisation = %s", organisation)
    desk.db.execute(f"SET ROLE {role}")
    try:
        return desk.rows(query)
    finally:
        desk.db.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("organisation", "vessels"),
    [
        ("spain", ["SANTA MARIA"]),
        ("denmark", ["NORDLYS II"]),
        ("sprfmo", ["SANTA MARIA", "ВОСТОК-1"]),
        ("nobody", []),
    ],
)
def test_an_organisation_sees_the_vessels_that_its_rows_name(
    guarded: Desk, organisation: str, vessels: list[str]
) -> None:
    for table in ("curated.vessels", "curated.current_fleet"):
        rows = seen_by(guarded, organisation, f"SELECT vessel_name FROM {table} ORDER BY 1")
        assert [row["vessel_name"] for row in rows] == vessels


@pytest.mark.parametrize("relation", [*ABOUT_VESSELS, *VIEWS])
def test_what_is_about_other_vessels_is_not_seen(guarded: Desk, relation: str) -> None:
    for organisation in ("spain", "denmark"):
        (vessel,) = seen_by(guarded, organisation, "SELECT id FROM curated.vessels")
        columns = {row["attname"] for row in guarded.rows(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", f"curated.{relation}")}  # fmt: skip
        rows = seen_by(guarded, organisation, f"SELECT * FROM curated.{relation}")
        if "vessel_id" in columns:
            assert {row["vessel_id"] for row in rows} <= {vessel["id"]}
        elif "record_version_id" in columns:
            theirs = guarded.rows(
                "SELECT record_version_id FROM curated.record_versions WHERE vessel_id = %s", vessel["id"]
            )
            assert {row["record_version_id"] for row in rows} <= {row["record_version_id"] for row in theirs}
        else:
            assert relation == "vessels_by_rfmo_and_flag"
            assert {row["flag_state"] for row in rows} == {"ESP" if organisation == "spain" else "DNK"}


def test_an_organisation_sees_all_that_is_said_of_its_vessels(guarded: Desk) -> None:
    query = "SELECT attribute, value, source_name FROM curated.vessel_history WHERE vessel_id = {} ORDER BY 1, 2, 3, recorded_from"
    (vessel,) = seen_by(guarded, "spain", "SELECT id FROM curated.vessels")
    seen = seen_by(guarded, "spain", query.format(vessel["id"]))
    assert seen == guarded.rows(query.format(vessel["id"]))
    assert {row["source_name"] for row in seen} == {"NAFO", "SPRFMO"}


@pytest.mark.parametrize("query", ["find_vessel('nordlys')", "find_name('nordlys')", "find_name_prefix('nord')",
    "find_identifier('LAAA')", "find_by_flag_and_gear('DNK', 'LLS')"])  # fmt: skip
def test_a_search_finds_no_other_vessels(guarded: Desk, query: str) -> None:
    assert seen_by(guarded, "spain", f"SELECT * FROM curated.{query}") == []
    assert seen_by(guarded, "denmark", f"SELECT * FROM curated.{query}") != []


def test_a_row_gives_and_takes_at_once(guarded: Desk) -> None:
    query = "SELECT vessel_name FROM curated.vessels"
    guarded.db.execute("INSERT INTO curated.organisation_access VALUES ('nobody', 'flag_state', 'RUS')")
    assert seen_by(guarded, "nobody", query) == [{"vessel_name": "ВОСТОК-1"}]
    guarded.db.execute("DELETE FROM curated.organisation_access WHERE organisation = 'nobody'")
    assert seen_by(guarded, "nobody", query) == []


def test_a_member_of_an_organisations_role_sees_what_it_sees(guarded: Desk) -> None:
    role = guarded.one("SELECT role_name FROM curated.organisation WHERE organisation = 'denmark'")
    guarded.db.execute(f"CREATE ROLE {role}_ann NOLOGIN IN ROLE {role}")
    guarded.db.execute(f"SET ROLE {role}_ann")
    try:
        assert guarded.rows("SELECT vessel_name FROM curated.vessels") == [{"vessel_name": "NORDLYS II"}]
    finally:
        guarded.db.execute("RESET ROLE")
        guarded.db.execute(f"DROP ROLE {role}_ann")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO curated.organisation_access VALUES ('spain', 'flag_state', 'DNK')",
        "UPDATE curated.organisation_access SET value = 'DNK'",
        "DELETE FROM curated.vessels",
        "SELECT * FROM curated.possible_duplicates",
        "SELECT * FROM curated.changes",
        "SELECT * FROM curated.conflicts",
        "SELECT * FROM curated.best_value()",
        "SELECT * FROM curated.vessels_as_of()",
        "SELECT * FROM curated.changes_between('2024-01-01', '2025-01-01')",
        "SELECT * FROM curated.trace(1)",
        "SELECT * FROM curated.as_of()",
        "SELECT * FROM stage.documents",
        "SELECT * FROM identity.membership",
    ],
)
def test_an_organisation_changes_nothing_and_sees_nothing_past_its_rows(
    guarded: Desk, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        seen_by(guarded, "spain", statement)


def test_an_organisation_sees_its_own_rows_of_access_only(guarded: Desk) -> None:
    query = "SELECT organisation, value FROM curated.organisation_access"
    assert seen_by(guarded, "spain", query) == [{"organisation": "spain", "value": "ESP"}]
    assert [
        row["organisation"] for row in seen_by(guarded, "spain", "SELECT * FROM curated.organisation")
    ] == ["spain"]


def test_a_row_names_a_known_attribute_and_a_role_of_its_own(db: psycopg.Connection) -> None:
    for statement in (
        "INSERT INTO curated.organisation VALUES ('x', 'oceanid_worker')",
        "INSERT INTO curated.organisation VALUES (' ', 'x')",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            db.execute(statement)
    db.execute("INSERT INTO curated.organisation VALUES ('x', 'nobody_has_this_role')")
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("INSERT INTO curated.organisation_access VALUES ('x', 'owner', 'y')")


# ── from the catalog ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_that_an_organisation_can_read_is_filtered_by_row(db: psycopg.Connection) -> None:
    readable = db.execute(
        """
        SELECT c.relname, CASE
            WHEN c.relkind IN ('r', 'p') THEN c.relrowsecurity
            ELSE coalesce(c.reloptions @> '{security_invoker=true}', false)
        END
        FROM pg_class AS c WHERE c.relnamespace = 'curated'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
            AND has_table_privilege('oceanid_organisation', c.oid, 'SELECT')
        """
    ).fetchall()
    assert {name for name, filtered in readable if not filtered} == OPEN
    assert {name for name, _ in readable} == {
        *OPEN,
        *ABOUT_VESSELS,
        *VIEWS,
        "vessels",
        "organisation",
        "organisation_access",
    }


def test_only_searches_by_name_run_with_their_owners_rights_for_organisations(db: psycopg.Connection) -> None:
    query = """
        SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosecdef
            AND has_function_privilege('oceanid_organisation', p.oid, 'EXECUTE')
    """
    assert {row[0].partition("(")[0] for row in db.execute(query).fetchall()} == {
        "curated.find_name",
        "curated.find_name_prefix",
        "curated.caller_sees",
    }


def test_what_the_caller_sees_is_what_the_policies_say(guarded: Desk) -> None:
    query = "SELECT s.id FROM curated.vessels AS s, curated.caller_sees() AS c WHERE c.everything"
    for organisation in ("spain", "denmark", "sprfmo", "nobody"):
        (sees,) = seen_by(guarded, organisation, "SELECT * FROM curated.caller_sees()")
        assert not sees["everything"]
        by_function = guarded.rows(
            "SELECT id FROM curated.vessels WHERE flag_state = ANY(%s) OR listed_by && %s ORDER BY id",
            sees["flags"],
            sees["lists"],
        )
        assert by_function == seen_by(guarded, organisation, "SELECT id FROM curated.vessels ORDER BY id")
        assert seen_by(guarded, organisation, query) == []
    for role in ("analyst", "reviewer", "worker", "operator", "owner"):
        guarded.db.execute(f"SET ROLE oceanid_{role}")
        try:
            assert guarded.one("SELECT everything FROM curated.caller_sees()")
        finally:
            guarded.db.execute("RESET ROLE")
    assert guarded.one("SELECT everything FROM curated.caller_sees()"), (
        "row-level security does not hold for superusers"
    )


def test_every_table_of_vessels_has_row_level_security_for_everyone_who_reads_it(
    db: psycopg.Connection,
) -> None:
    query = """
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'curated'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    """
    assert {row[0] for row in db.execute(query).fetchall()} == OPEN & {"rule_chains"}
    for role in ("analyst", "reviewer", "worker", "operator", "organisation"):
        covered = db.execute(
            "SELECT tablename FROM pg_policies WHERE schemaname = 'curated' AND %s = ANY(roles)",
            [f"oceanid_{role}"],
        ).fetchall()
        assert {row[0] for row in covered} == {
            *ABOUT_VESSELS,
            "vessels",
            "organisation",
            "organisation_access",
        }


def test_the_analyst_reads_curated_and_ref_and_no_other_schema(db: psycopg.Connection) -> None:
    query = """
        SELECT DISTINCT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm')
            AND has_schema_privilege(%(role)s, n.oid, 'USAGE') AND has_table_privilege(%(role)s, c.oid, 'SELECT')
    """
    for role in ("oceanid_analyst", "oceanid_organisation"):
        assert {row[0] for row in db.execute(query, {"role": role}).fetchall()} == {"curated", "ref"}
    written = """
        SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm')
            AND has_table_privilege(%(role)s, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    """
    assert db.execute(written, {"role": "oceanid_analyst"}).fetchall() == []


def test_the_analyst_sees_every_vessel(guarded: Desk) -> None:
    everything = guarded.rows(
        "SELECT * FROM curated.vessel_history ORDER BY record_version_id, attribute, value"
    )
    guarded.db.execute("SET ROLE oceanid_analyst")
    try:
        assert (
            guarded.rows("SELECT * FROM curated.vessel_history ORDER BY record_version_id, attribute, value")
            == everything
        )
        assert len(guarded.rows("SELECT * FROM curated.vessels_as_of()")) == 3
        assert guarded.rows("SELECT * FROM curated.possible_duplicates") == []
    finally:
        guarded.db.execute("RESET ROLE")
