"""`oceanid demo`: the main job on three real registries, from file to curated vessels, told as it happens."""

from __future__ import annotations

import time

import typer
from rich.console import Console

from workers import cli_promote, paths
from workers.cli_ingest import Source, register_file
from workers.cli_status import show_decisions, show_story
from workers.database import connect, database_url
from workers.deploy import migrate
from workers.objects import object_store
from workers.progress import wait_for
from workers.render import show
from workers.runtime_types import Connection
from workers.settings import get_settings

LISTS = (("NAFO", "nafo_2025.xlsx"), ("NEAFC", "neafc_2025.csv"), ("SPRFMO", "sprfmo_2025.csv"))

DOCUMENTS = """
SELECT source_name AS source, rows, columns, cells, cells - blank AS filled, null_otherwise AS "said to have none",
    decided_percent AS "decided %%", to_review, decisions AS "human decisions"
FROM stage.document_quality WHERE document_id = ANY (%s) ORDER BY document_id
"""
COLUMNS = """
SELECT c.column_name AS header, coalesce(c.field, 'plain text') AS field, c.mapping_method AS by,
    round(c.mapping_confidence::numeric, 2) AS confidence,
    concat_ws(', ', c.kind, r.date_order, 'decimal ' || r.decimal_sign, r.unit, 'unit from column ' || c.unit_position,
        'separated by ' || r.separators) AS read_as
FROM stage.columns AS c LEFT JOIN stage.readings AS r USING (reading_id)
WHERE c.document_id = %s ORDER BY c.column_position
"""
BEFORE_AND_AFTER = """
SELECT x.field, x.raw_value AS read, coalesce(x.cleaned_value, 'NULL: ' || x.null_reason) AS became, x.cells
FROM (
    SELECT r.field, d.raw_value, d.cleaned_value, d.null_reason, sum(v.cell_count) AS cells,
        row_number() OVER (
            PARTITION BY r.field, d.null_reason ORDER BY d.similarity, sum(v.cell_count) DESC, d.raw_value) AS n
    FROM stage.distinct_values AS d
    JOIN stage.readings AS r USING (reading_id) JOIN stage.cell_values AS v USING (value_id)
    WHERE v.document_id = ANY (%s) AND NOT d.needs_review AND length(d.raw_value) BETWEEN 1 AND 40
        AND (d.similarity < 0.95 OR d.null_reason <> 'blank')
        AND r.kind IN ('name', 'country', 'date', 'ircs', 'length', 'power', 'vessel_type', 'gear')
    GROUP BY r.field, d.raw_value, d.cleaned_value, d.null_reason, d.similarity
) AS x
WHERE x.n = 1 ORDER BY x.field, x.null_reason NULLS FIRST LIMIT 24
"""
INTERESTING = """
SELECT e.document_id, e.row_index, e.column_position FROM stage.csv_extractions AS e
WHERE e.document_id = ANY (%s) AND e.needs_review AND e.proposal IS NOT NULL
ORDER BY e.raw_value = e.cleaned_value, e.document_id DESC, e.row_index LIMIT 1
"""
PREVIEW = """
SELECT field, raw_value, cells, cleaned_now, cleaned_then, review_now, review_then
FROM clean.preview_rule('{"rule_name": "demo.prefix_h0", "field": "IRCS", "kind": "replace",
    "pattern": "^H0(?=[-0-9])", "replacement": "HO", "priority": 50,
    "description": "A zero for the letter O in Panama''s prefix"}')
"""
# What a reviewer would answer here: a species code that is NEAFC's own, MMSI numbers among call signs, a lost letter.
ANSWERS = (
    ("NEAFC", "SPECIES", "XDS", "accept", None, "a code of the register's own"),
    ("SPRFMO", "IRCS", None, "accept", None, "these are MMSI numbers"),
    (
        "NEAFC",
        "VESSEL_NAME",
        "SELV\ufffdG SENIOR",
        "custom",
        "SELVÅG SENIOR",
        "for the demo: the lost letter is taken to be Å",
    ),
)
TO_ANSWER = """
SELECT q.item_id FROM review.queue AS q
WHERE q.document_id = ANY (%s) AND q.source_name = %s AND q.field = %s AND q.status = 'open'
    AND CASE WHEN %s::text IS NULL THEN q.decision_on = 'reading' ELSE q.decision_on = 'value' AND q.subject = %s END
"""
SETTLED = """
SELECT left(i.subject, 40) AS asked, i.field, left(i.reason, 50) AS why, d.action AS answer, d.result,
    d.cells_settled AS cells, d.note
FROM review.decisions AS d JOIN review.items AS i USING (item_id)
WHERE d.reviewer = 'demo' AND i.document_id = ANY (%s) ORDER BY d.decision_id
"""
NOW = """
SELECT e.document_id, e.row_index AS row, e.field, e.raw_value AS read,
    coalesce(e.cleaned_value, 'NULL: ' || e.null_reason) AS became, e.review_status
FROM review.decisions AS d
JOIN review.items AS i USING (item_id)
JOIN stage.csv_extractions AS e
    ON e.document_id = i.document_id AND e.row_index = i.row_index AND e.column_position = i.column_position
WHERE d.reviewer = 'demo' AND i.document_id = ANY (%s) AND i.decision_on = 'value' ORDER BY d.decision_id
"""
RULES = """
SELECT rule_name AS rule, applies_to, fired, failed FROM stage.rule_usage
WHERE fired + failed > 0 ORDER BY failed DESC, fired DESC LIMIT 10
"""
PROMOTED = """
SELECT s.source_name AS source, l.run_id AS run, l.status, l.records, l.records_held AS held, l.vessels,
    round((l.metrics ->> 'coverage')::numeric, 3) AS coverage,
    round((l.metrics ->> 'confidence')::numeric, 3) AS confidence
FROM stage.promotion_log AS l JOIN stage.source AS s USING (source_id)
WHERE l.document_id = ANY (%s)
    AND l.run_id IN (SELECT max(x.run_id) FROM stage.promotion_log AS x GROUP BY x.document_id)
ORDER BY l.document_id
"""
VESSELS = """
SELECT v.id::text AS id, v.vessel_name AS vessel, v.imo_number AS imo, v.call_sign, v.flag_state AS flag,
    v.vessel_type AS type, v.length_m AS length, v.gross_tonnage AS gt, v.year_built::text AS built,
    v.source_count AS sources, round(v.confidence_score::numeric, 3) AS confidence
FROM curated.vessels AS v
WHERE EXISTS (SELECT FROM curated.record_versions AS r
    WHERE r.vessel_id = v.id AND r.recorded_to IS NULL AND r.document_id = ANY (%s))
ORDER BY v.source_count DESC, v.gross_tonnage DESC NULLS LAST, v.id LIMIT 8
"""
FAMOUS = """
SELECT v.id, v.vessel_name FROM curated.vessels AS v
LEFT JOIN curated.conflicts AS c ON c.vessel_id = v.id
LEFT JOIN curated.changes AS h ON h.vessel_id = v.id
WHERE EXISTS (SELECT FROM curated.record_versions AS r
    WHERE r.vessel_id = v.id AND r.recorded_to IS NULL AND r.document_id = ANY (%s))
GROUP BY v.id
ORDER BY v.source_count DESC, count(DISTINCT c.attribute) > 0 DESC, count(DISTINCT h.change_type) DESC, v.id LIMIT 1
"""
HISTORY = """
SELECT a.attribute, left(a.value, 40) AS value, s.source_name AS source, count(*) AS rows,
    concat_ws(' ', min(a.valid_from), 'to', max(a.valid_to)) AS valid,
    round(min(a.confidence)::numeric, 3) AS confidence, max(b.why) AS "shown because"
FROM curated.record_versions AS r
JOIN stage.source AS s USING (source_id)
JOIN curated.statements AS a USING (record_version_id)
LEFT JOIN curated.best_value(ARRAY[%s]::bigint[]) AS b
    ON b.attribute = a.attribute AND b.record_version_id = a.record_version_id AND b.column_position = a.column_position
WHERE r.vessel_id = %s AND r.recorded_to IS NULL AND a.attribute IN (
    'vessel_name', 'previous_name', 'imo_number', 'flag_state', 'previous_flag', 'call_sign', 'length_m',
    'gross_tonnage', 'year_built', 'authorisation')
GROUP BY a.attribute, a.value, s.source_name ORDER BY a.attribute, max(b.why) IS NULL, s.source_name, a.value LIMIT 30
"""
COUNTS = "SELECT count(*), coalesce(sum(record_count), 0) FROM curated.vessels"
STANDING = """
SELECT r.run_id FROM promote.standing_run AS r WHERE r.document_id = ANY (%s) ORDER BY r.document_id DESC LIMIT 1
"""
CONSERVATION = """
SELECT file_name AS file, place, cells_expected, cells_in_rows, cells_in_raw_values, cells_linked, holds
FROM ops.conservation WHERE document_id = ANY (%s) ORDER BY document_id
"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def demo() -> None:
        """Clean and promote three real vessel lists: what was decided, why, what people must look at, the vessels."""
        run(Console(highlight=False))


def run(console: Console) -> None:
    """Ingest the shipped samples into the configured database and tell what became of them. May be run again."""
    settings = get_settings()
    begun = time.monotonic()
    console.print(
        "[bold]Oceanid[/]: three real vessel lists (NAFO, NEAFC, SPRFMO), from file to curated vessels\n"
    )
    url = database_url(settings)
    report = migrate(url)
    with connect(url, autocommit=True) as connection:
        version = connection.info.server_version // 10_000
        console.print(f"PostgreSQL {version}, {len(report.deployed) or 'all'} functions and views in place")
        registered = [
            register_file(connection, object_store(settings), paths.samples() / name, Source("RFMO", source))
            for source, name in LISTS
        ]
        documents = [each.document_id for each in registered]
        if not any(each.is_new for each in registered):
            console.print("These files are known already: the same bytes are the same documents.")
        wait_for(url, documents, console=console)
        tell(console, connection, documents)
        promote(console, connection, documents)
    console.print(f"\nDone in {time.monotonic() - begun:.1f} s. Look further:", style="bold")
    console.print(
        "  oceanid status                         documents, queues, workers\n"
        "  oceanid review                         what waits for a human\n"
        "  oceanid promote --dry-run              what a promotion would change\n"
        "  oceanid trace VESSEL flag_state        the cell, rules and bytes a value is from\n"
        f"  oceanid explain {documents[1]} 1 3                  the story of a cell\n"
        '  oceanid sql "SELECT * FROM stage.csv_extractions LIMIT 5"\n'
        "  oceanid down                           stop the embedded server"
    )


def tell(console: Console, connection: Connection, documents: list[int]) -> None:
    """Print, from the database alone, what became of the documents."""
    show(console, connection, "What became of the lists", DOCUMENTS, [documents])
    show(
        console, connection, "What NEAFC's headers mean, and how each column is read", COLUMNS, [documents[1]]
    )
    show(
        console, connection, "Before and after, the least alike of each field", BEFORE_AND_AFTER, [documents]
    )
    show_decisions(console, connection, 12)
    cell = connection.execute(INTERESTING, [documents]).fetchone()
    if cell is not None:
        show_story(console, connection, *cell)
    answer(console, connection, documents)
    with connection.transaction():
        show(
            console,
            connection,
            "What a new rule would change (clean.preview_rule; nothing is written)",
            PREVIEW,
        )
    show(console, connection, "The rules that matter most here", RULES)
    show(console, connection, "Nothing lost, nothing doubled (ops.conservation)", CONSERVATION, [documents])


def promote(console: Console, connection: Connection, documents: list[int]) -> None:
    """Promote what the answers changed, show vessels and one vessel's sources, take a run back and bring it again."""
    for document_id in documents:
        connection.execute("SELECT * FROM promote.run(%s)", [document_id])
    show(console, connection, "From gated cells to vessels (promote.run)", PROMOTED, [documents])
    show(console, connection, "Vessels that most lists know (curated.vessels)", VESSELS, [documents])
    famous = connection.execute(FAMOUS, [documents]).fetchone()
    if famous is not None:
        title = f"{famous[1]}: what each list says, and what is shown (curated.best_value)"
        show(console, connection, title, HISTORY, [famous[0], famous[0]])
    run = connection.execute(STANDING, [documents]).fetchone()
    if run is None:
        return
    console.print("\n[bold]A run is taken back, exactly, and made again[/]")
    before = _fingerprint(connection)
    console.print(_counts(connection, "before"))
    cli_promote.take_back(console, connection, run[0], "demo", "to show it")
    console.print(_counts(connection, "rolled back"))
    row = connection.execute(
        "SELECT document_id FROM stage.promotion_log WHERE run_id = %s", [run[0]]
    ).fetchone()
    assert row is not None
    connection.execute("SELECT * FROM promote.run(%s)", [row[0]])
    console.print(_counts(connection, "promoted again"))
    same = _fingerprint(connection) == before
    console.print("Every value is what it was before." if same else "The values differ from before.")


def _counts(connection: Connection, when: str) -> str:
    row = connection.execute(COUNTS).fetchone()
    assert row is not None
    return f"{when:>15}: {row[0]:,} vessels from {row[1]:,} records"


def _fingerprint(connection: Connection) -> str:
    """A hash over all vessels with all values, without the times of promotion."""
    row = connection.execute(
        "SELECT encode(sha256(convert_to(string_agg(x.vessel, '|' ORDER BY x.id), 'UTF8')), 'hex')"
        " FROM (SELECT v.id, (to_jsonb(v) - 'promoted_at')::text AS vessel FROM curated.vessels AS v) AS x"
    ).fetchone()
    assert row is not None
    return str(row[0])


def answer(console: Console, connection: Connection, documents: list[int]) -> None:
    """Answer three items as the reviewer `demo` and show what they settled; answered before, they are only shown."""
    row = connection.execute("SELECT FROM review.reviewer WHERE reviewer = 'demo'").fetchone()
    if row is None:
        connection.execute("SELECT review.add_reviewer('demo', 'The demo')")
    for source, field, subject, action, value, note in ANSWERS:
        item = connection.execute(TO_ANSWER, [documents, source, field, subject, subject]).fetchone()
        if item is not None:
            connection.execute("SELECT review.decide(%s, %s, %s, 'demo', %s)", [item[0], action, value, note])
    show(
        console,
        connection,
        "Three answers (review.decide), and the cells that each settled",
        SETTLED,
        [documents],
        empty="The three questions have been answered by somebody else.",
    )
    show(console, connection, "Cells that now read otherwise, here and in every later file", NOW, [documents])
    left = connection.execute(
        "SELECT count(*), sum(cells) FROM review.queue WHERE decision_on <> 'audit'"
    ).fetchone()
    assert left is not None
    console.print(f"{left[0]} questions about {left[1] or 0} cells still wait.")
