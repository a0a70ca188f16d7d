-- 0012 upload: who may send files in, how much and of which kinds; a receipt of every upload; alerts that people must see;
-- and what the append-only raw store was given.

CREATE TABLE stage.uploader (
    uploader text PRIMARY KEY CHECK (uploader ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    display_name text NOT NULL,
    token_sha256 bytea NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    token_expires_at timestamptz NOT NULL,
    active boolean NOT NULL DEFAULT true,
    source_type text,
    source_name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((source_type IS NULL) = (source_name IS NULL))
);
COMMENT ON TABLE stage.uploader IS 'People and programs that may upload. Their tokens are kept as hashes only.';
COMMENT ON COLUMN stage.uploader.source_name IS 'The one source that they may upload for; NULL: any, and each upload names it.';

CREATE TABLE stage.upload_kind (
    kind text PRIMARY KEY CHECK (kind ~ '^[a-z0-9]+$'),
    content_type text NOT NULL,
    accepted boolean NOT NULL,
    note text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.upload_kind IS 'What a file can be by its content, never by its name, and whether uploads of it are taken.';
COMMENT ON COLUMN stage.upload_kind.note IS 'What it is; for one that is not accepted, what to do instead.';

CREATE TABLE stage.upload_rate (
    uploader text REFERENCES stage.uploader ON DELETE CASCADE,
    period interval NOT NULL CHECK (period >= interval '1 second'),
    uploads integer CHECK (uploads > 0),
    bytes bigint CHECK (bytes > 0),
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (uploader, period),
    CHECK (uploads IS NOT NULL OR bytes IS NOT NULL)
);
COMMENT ON TABLE stage.upload_rate IS
    'How many uploads and bytes a token may send in a period. A row of an uploader replaces the general one (uploader NULL) '
    'of the same period.';

CREATE TABLE stage.uploads (
    upload_id uuid PRIMARY KEY DEFAULT stage.uuid_v7(),
    uploader text NOT NULL REFERENCES stage.uploader,
    way text NOT NULL CHECK (way IN ('direct', 'presigned')),
    state text NOT NULL DEFAULT 'receiving' CHECK (state IN ('receiving', 'checked', 'taken', 'refused')),
    client jsonb NOT NULL DEFAULT '{}',
    declared jsonb NOT NULL DEFAULT '{}',
    source_type text,
    source_name text,
    list_name text,
    file_name text,
    kind text REFERENCES stage.upload_kind,
    byte_size bigint CHECK (byte_size >= 0),
    sha256 bytea CHECK (length(sha256) = 32),
    doc_id uuid,
    object_key text,
    document_id bigint,
    is_new boolean,
    refusal text,
    reason text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    CHECK ((state = 'refused') = (refusal IS NOT NULL AND reason IS NOT NULL)),
    CHECK ((state = 'taken') = (document_id IS NOT NULL)),
    CHECK (state NOT IN ('checked', 'taken') OR (doc_id IS NOT NULL AND object_key IS NOT NULL AND sha256 IS NOT NULL)),
    CHECK ((ended_at IS NOT NULL) = (state IN ('taken', 'refused')))
);
CREATE INDEX uploads_of_uploader ON stage.uploads (uploader, started_at);
CREATE INDEX uploads_of_document ON stage.uploads (doc_id);
CREATE INDEX uploads_open ON stage.uploads (started_at) WHERE ended_at IS NULL;
COMMENT ON TABLE stage.uploads IS 'A receipt of every upload, also of those that were refused: they count for the rate.';
COMMENT ON COLUMN stage.uploads.way IS 'direct: through the server; presigned: straight into the object store.';
COMMENT ON COLUMN stage.uploads.state IS
    'receiving: bytes are awaited; checked: they are good and go into the object store; taken: a document; refused.';
COMMENT ON COLUMN stage.uploads.client IS 'Where it came from: address, user agent, declared content type.';
COMMENT ON COLUMN stage.uploads.declared IS 'What the client said of the file: source, list, name, size, SHA-256.';
COMMENT ON COLUMN stage.uploads.doc_id IS 'document_uuid of the document.';
COMMENT ON COLUMN stage.uploads.is_new IS 'False: the source had these bytes already.';
COMMENT ON COLUMN stage.uploads.refusal IS 'Why in one word: size, kind, source, hash, scan, malware, incomplete, time, unreadable, empty.';

CREATE TABLE ops.alert (
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_.]*$'),
    subject text NOT NULL DEFAULT '',
    message text NOT NULL,
    hint text,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    times integer NOT NULL DEFAULT 1,
    PRIMARY KEY (name, subject)
);
COMMENT ON TABLE ops.alert IS 'What is wrong now and needs a person; a check that holds again takes its alert away.';
COMMENT ON COLUMN ops.alert.name IS 'The check that failed.';
COMMENT ON COLUMN ops.alert.subject IS 'What it failed for.';
COMMENT ON COLUMN ops.alert.seen_at IS 'When the check failed last.';
COMMENT ON COLUMN ops.alert.times IS 'How often it has failed since it was raised.';

CREATE TABLE stage.raw_loads (
    run_id uuid PRIMARY KEY,
    doc_id uuid NOT NULL,
    ingest_ts timestamptz NOT NULL,
    parquet_keys text [] NOT NULL,
    pages integer NOT NULL CHECK (pages >= 0),
    document_sha256 text NOT NULL CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    pages_sha256 text NOT NULL CHECK (pages_sha256 ~ '^[0-9a-f]{64}$'),
    loaded_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz,
    holds boolean
);
COMMENT ON TABLE stage.raw_loads IS
    'What the raw store (DuckDB, md_raw_ocr) was given, run by run, and the digests by which a change there is noticed.';
COMMENT ON COLUMN stage.raw_loads.parquet_keys IS 'Objects of the object store from which the run can be loaded anew.';
COMMENT ON COLUMN stage.raw_loads.document_sha256 IS 'Digest of the run''s row in raw_documents.';
COMMENT ON COLUMN stage.raw_loads.pages_sha256 IS 'Digest of the run''s rows in raw_pages, in the order of the pages.';
COMMENT ON COLUMN stage.raw_loads.holds IS 'Whether the last check found the same rows there.';

COMMENT ON TABLE stage.limits IS
    'What is refused: sizes, rows, columns, cell length, zip ratio of files that are read; size and time of uploads.';
