"""Reference data: shipped rows follow the file, operators' rows are theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.workers.tree import Tree
from workers import deploy
from workers.errors import DeployError

TABLES = """
CREATE TABLE ref.t_code (
    code text PRIMARY KEY,
    name text NOT NULL,
    rank integer NOT NULL DEFAULT 7,
    tags text[],
    folded text GENERATED ALWAYS AS (upper(name)) STORED,
    shipped boolean NOT NULL DEFAULT false
);
CREATE TABLE ref.t_alias (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text,
    alias text NOT NULL,
    code text NOT NULL REFERENCES ref.t_code,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (source, alias)
);
CREATE TABLE stage.t_use (code text REFERENCES ref.t_code);
"""
CODES = 'code,name,rank,tags\nA,Alpha,1,"{x,y}"\nB,Beta,,\nC,Gamma,3,\n'
ALIASES = "source,alias,code\n,first,A\nNAFO,first,B\n"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path)
    tree.revision("0002", "0001", TABLES)
    # The file that is referred to comes second by name: order is by foreign key.
    tree.reference("ref.t_code", CODES)
    tree.reference("ref.t_alias", ALIASES)
    return tree


@pytest.fixture
def loaded(new_database: Callable[..., str], tree: Tree) -> str:
    url = new_database(migrated=False)
    report = deploy.migrate(url, db=tree.db)
    assert report.reference == {"ref.t_code": 3, "ref.t_alias": 2}
    return url


def run(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as conn:
        cursor = conn.execute(query)
        return cursor.fetchall() if cursor.description else []


CODE_ROWS = "SELECT code, name, rank, shipped FROM ref.t_code ORDER BY code"


def test_rows_are_typed_and_empty_fields_take_the_default(loaded: str) -> None:
    assert run(loaded, CODE_ROWS) == [
        ("A", "Alpha", 1, True),
        ("B", "Beta", 7, True),
        ("C", "Gamma", 3, True),
    ]
    assert run(loaded, "SELECT tags FROM ref.t_code WHERE code = 'A'") == [(["x", "y"],)]
    assert run(loaded, "SELECT source, alias, code FROM ref.t_alias ORDER BY id") == [
        (None, "first", "A"),
        ("NAFO", "first", "B"),
    ]


def test_a_changed_file_changes_only_what_changed(loaded: str, tree: Tree) -> None:
    before = dict(run(loaded, "SELECT code, xmin::text FROM ref.t_code"))
    tree.reference("ref.t_code", CODES.replace("Beta", "Bêta").replace("C,Gamma,3,\n", "D,Delta,4,\n"))
    assert deploy.migrate(loaded, db=tree.db).reference == {"ref.t_code": 3}
    after = dict(run(loaded, "SELECT code, xmin::text FROM ref.t_code"))
    assert after.keys() == {"A", "B", "D"}
    assert after["A"] == before["A"]
    assert after["B"] != before["B"]
    assert not deploy.migrate(loaded, db=tree.db).changed


def test_a_null_in_the_key_is_a_value_like_any_other(loaded: str, tree: Tree) -> None:
    tree.reference("ref.t_alias", ALIASES.replace(",first,A", ",first,C", 1))
    deploy.migrate(loaded, db=tree.db)
    assert run(loaded, "SELECT code FROM ref.t_alias WHERE source IS NULL") == [("C",)]


def test_operators_rows_are_never_touched(loaded: str, tree: Tree) -> None:
    run(loaded, "INSERT INTO ref.t_code (code, name) VALUES ('D', 'mine')")
    run(loaded, "UPDATE ref.t_code SET name = 'my Alpha' WHERE code = 'A'")
    assert run(loaded, CODE_ROWS)[0] == ("A", "my Alpha", 1, False)
    tree.reference("ref.t_code", "code,name,rank,tags\nA,Other,1,\nB,Other,2,\nD,Other,4,\n")
    deploy.migrate(loaded, db=tree.db)
    assert run(loaded, CODE_ROWS) == [
        ("A", "my Alpha", 1, False),
        ("B", "Other", 2, True),
        ("D", "mine", 7, False),
    ]


def test_an_operator_gives_a_row_back_to_the_file(loaded: str, tree: Tree) -> None:
    run(loaded, "UPDATE ref.t_code SET name = 'my Alpha' WHERE code = 'A'")
    run(loaded, "UPDATE ref.t_code SET shipped = true WHERE code = 'A'")
    tree.reference("ref.t_code", CODES + "D,Delta,4,\n")
    deploy.migrate(loaded, db=tree.db)
    assert run(loaded, CODE_ROWS)[0] == ("A", "Alpha", 1, True)


def test_a_row_that_left_the_file_but_is_in_use_becomes_the_operators(loaded: str, tree: Tree) -> None:
    run(loaded, "INSERT INTO stage.t_use VALUES ('C')")
    tree.reference("ref.t_code", "code,name,rank,tags\nA,Alpha,1,\n")
    tree.reference("ref.t_alias", "source,alias,code\n,first,A\n")
    deploy.migrate(loaded, db=tree.db)
    assert run(loaded, CODE_ROWS) == [("A", "Alpha", 1, True), ("C", "Gamma", 3, False)]


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        ("code,name\nA,x\nA,y\n", r"the same \(code\) twice: \(A\)"),
        ("code,nonsense\nA,x\n", "has no column nonsense"),
        ("code,name,folded\nA,x,X\n", "has no column folded"),
        ("name\nx\n", "no primary key and no unique key"),
        ("code,name,rank\nA,x,many\n", "invalid input syntax for type integer.*line 2, column rank"),
        ("code,name\nA,\n", "null value in column"),
        ("code,name,shipped\nA,x,true\n", "leave out the column shipped"),
        ("code,code\nA,A\n", "must name each column once"),
    ],
)
def test_a_wrong_file_is_refused_with_its_cause(loaded: str, tree: Tree, csv: str, message: str) -> None:
    before = run(loaded, CODE_ROWS)
    tree.reference("ref.t_code", csv)
    with pytest.raises(DeployError, match=f"db/reference/ref.t_code.csv: .*{message}"):
        deploy.migrate(loaded, db=tree.db)
    assert run(loaded, CODE_ROWS) == before


def test_a_file_without_a_table_is_refused(loaded: str, tree: Tree) -> None:
    tree.reference("ref.t_nothing", "a\n1\n")
    with pytest.raises(DeployError, match="there is no table ref.t_nothing"):
        deploy.migrate(loaded, db=tree.db)


def test_every_table_with_shipped_rows_guards_operators_edits(db: psycopg.Connection) -> None:
    unguarded = db.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid "
        "WHERE c.relkind IN ('r', 'p') AND a.attname = 'shipped' AND NOT a.attisdropped AND NOT EXISTS ("
        "SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = 'mark_operator_edit')"
    ).fetchall()
    assert unguarded == []
    assert db.execute("SELECT ops.guard_operator_edits()").fetchall() == []
