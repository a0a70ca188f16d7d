-- 0011 pdf: what a PDF was read as, page by page and table by table, and where the cells of a document stand.
--
-- A run of extraction is written as a whole, when all its pages are read, and never changed. Boxes are arrays
-- {x0, y0, x1, y1} in points (1/72 inch) of the page as displayed, origin top left, y growing downwards.
-- Numbers of pages, tables, rows and columns count from 1. Big tables carry no foreign keys, as in 0004.

-- Here and not in db/functions because a column's default needs it. The same on every server: uuidv7() is of 18.
CREATE FUNCTION stage.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
    set_bit(set_bit(
        overlay(
            uuid_send(gen_random_uuid())
            PLACING substring(int8send(floor(extract(EPOCH FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6
        ), 52, 1), 53, 1),
    'hex')::uuid;

COMMENT ON FUNCTION stage.uuid_v7() IS 'A UUID of version 7: sorts by the millisecond in which it was made.';

ALTER TABLE stage.documents ALTER COLUMN document_uuid SET DEFAULT stage.uuid_v7();

CREATE TABLE stage.pdf_policy (
    name text PRIMARY KEY,
    value numeric NOT NULL CHECK (value >= 0),
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.pdf_policy IS
    'What is refused of a PDF, how it is read in parts, and what makes a table a vessel list.';

CREATE TABLE stage.vessel_list_field (
    field text PRIMARY KEY REFERENCES ref.field,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.vessel_list_field IS 'Fields that name a vessel: a table without one of them is no vessel list.';

CREATE TABLE stage.extraction_runs (
    run_id uuid PRIMARY KEY DEFAULT stage.uuid_v7(),
    document_id bigint NOT NULL REFERENCES stage.documents ON DELETE CASCADE,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome text NOT NULL CHECK (outcome IN ('done', 'failed')),
    engine text NOT NULL,
    model_version text,
    image_digest text,
    params jsonb NOT NULL DEFAULT '{}',
    page_count integer,
    error text,
    CHECK ((outcome = 'failed') = (error IS NOT NULL))
);
CREATE INDEX extraction_runs_document ON stage.extraction_runs (document_id);
COMMENT ON TABLE stage.extraction_runs IS 'Every reading of a PDF that came to an end, with what read it.';
COMMENT ON COLUMN stage.extraction_runs.outcome IS 'done: all its pages are stored; failed: nothing of it is, error says why.';
COMMENT ON COLUMN stage.extraction_runs.engine IS 'What found layout and tables, with versions.';
COMMENT ON COLUMN stage.extraction_runs.model_version IS 'Version of the model in the model repository.';
COMMENT ON COLUMN stage.extraction_runs.image_digest IS 'Digest of the container image that served it, where there is one.';
COMMENT ON COLUMN stage.extraction_runs.params IS 'Options of the engine.';

CREATE TABLE stage.document_pages (
    document_id bigint NOT NULL,
    run_id uuid NOT NULL,
    page_no integer NOT NULL CHECK (page_no > 0),
    width real NOT NULL,
    height real NOT NULL,
    rotation smallint NOT NULL DEFAULT 0 CHECK (rotation IN (0, 90, 180, 270)),
    image_key text,
    image_sha256 bytea CHECK (length(image_sha256) = 32),
    text text NOT NULL,
    text_sha256 bytea NOT NULL CHECK (text_sha256 = sha256(convert_to(text, 'UTF8'))),
    ocr_confidence real CHECK (ocr_confidence BETWEEN 0 AND 1),
    blocks jsonb NOT NULL DEFAULT '[]',
    lines jsonb NOT NULL DEFAULT '[]',
    tokens jsonb NOT NULL DEFAULT '[]',
    tables jsonb NOT NULL DEFAULT '[]',
    figures jsonb NOT NULL DEFAULT '[]',
    runtime_ms real,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (document_id, run_id, page_no)
);
COMMENT ON TABLE stage.document_pages IS 'The pages of a PDF as a run of extraction read them. Written once.';
COMMENT ON COLUMN stage.document_pages.width IS 'In points, as displayed: rotation is applied.';
COMMENT ON COLUMN stage.document_pages.rotation IS 'By how many degrees the page is turned for display.';
COMMENT ON COLUMN stage.document_pages.image_key IS 'The page''s picture in the object store.';
COMMENT ON COLUMN stage.document_pages.text IS 'All lines of the page in reading order.';
COMMENT ON COLUMN stage.document_pages.ocr_confidence IS 'Mean confidence of what OCR read; NULL where the page has its own text.';
COMMENT ON COLUMN stage.document_pages.blocks IS 'Paragraphs, headings, captions: [{label, text, box, confidence}].';
COMMENT ON COLUMN stage.document_pages.lines IS '[{text, box, ocr}], ocr being the confidence of OCR or null.';
COMMENT ON COLUMN stage.document_pages.tokens IS 'Words: [[text, x0, y0, x1, y1], …].';
COMMENT ON COLUMN stage.document_pages.tables IS '[{table_no, box, confidence, rows, columns}]; their cells are stage.table_cells.';
COMMENT ON COLUMN stage.document_pages.figures IS '[{label, box}].';

CREATE TABLE stage.document_tables (
    document_id bigint NOT NULL,
    run_id uuid NOT NULL,
    table_no integer NOT NULL CHECK (table_no > 0),
    page_no integer NOT NULL,
    box real[] NOT NULL CHECK (cardinality(box) = 4),
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    row_count integer NOT NULL CHECK (row_count >= 0),
    column_count integer NOT NULL CHECK (column_count >= 0),
    is_vessel_list boolean,
    reason text,
    PRIMARY KEY (document_id, run_id, table_no)
);
COMMENT ON TABLE stage.document_tables IS 'The tables that a run found, in reading order, and whether each is a vessel list.';
COMMENT ON COLUMN stage.document_tables.reason IS 'Why it is one, or is not.';

CREATE TABLE stage.table_cells (
    document_id bigint NOT NULL,
    run_id uuid NOT NULL,
    table_no integer NOT NULL,
    row_no integer NOT NULL CHECK (row_no > 0),
    column_no integer NOT NULL CHECK (column_no > 0),
    row_span integer NOT NULL DEFAULT 1 CHECK (row_span > 0),
    column_span integer NOT NULL DEFAULT 1 CHECK (column_span > 0),
    is_header boolean NOT NULL DEFAULT false,
    text text NOT NULL,
    page_no integer NOT NULL,
    box real[] NOT NULL CHECK (cardinality(box) = 4),
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    PRIMARY KEY (document_id, run_id, table_no, row_no, column_no)
);
COMMENT ON TABLE stage.table_cells IS 'The cells of the tables of a PDF, as read. Written once.';
COMMENT ON COLUMN stage.table_cells.is_header IS 'Whether the engine took it for a header; what the header is, stage.table_rows says.';

CREATE TABLE stage.table_rows (
    document_id bigint NOT NULL,
    run_id uuid NOT NULL,
    table_no integer NOT NULL,
    row_no integer NOT NULL,
    role text NOT NULL CHECK (role IN ('above', 'header', 'repeated header', 'heading', 'blank', 'data')),
    row_index integer,
    PRIMARY KEY (document_id, run_id, table_no, row_no),
    CHECK ((role = 'data') = (row_index IS NOT NULL))
);
CREATE UNIQUE INDEX table_rows_row ON stage.table_rows (document_id, row_index) WHERE row_index IS NOT NULL;
COMMENT ON TABLE stage.table_rows IS
    'What each row of a vessel list''s tables is, and which row of the document it became. above: over the header; heading: '
    'a title in the midst of the rows.';

CREATE TABLE stage.table_columns (
    document_id bigint NOT NULL,
    run_id uuid NOT NULL,
    table_no integer NOT NULL,
    column_no integer NOT NULL,
    column_position smallint NOT NULL,
    PRIMARY KEY (document_id, run_id, table_no, column_no),
    UNIQUE (document_id, run_id, table_no, column_position)
);
COMMENT ON TABLE stage.table_columns IS 'Which column of the document each column of a vessel list''s tables became.';
