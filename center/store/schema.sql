-- The centre's database. Random visit ids and digests, terminals, sums: no document, no person.
-- Times are UTC seconds.

CREATE TABLE IF NOT EXISTS visit_used (
    visit    BLOB PRIMARY KEY,
    auth     BLOB NOT NULL,          -- D(M4): the same bytes again are a retransmission
    terminal TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS application (
    id           BLOB PRIMARY KEY,
    digest       BLOB NOT NULL UNIQUE, -- D(M7)
    terminal     TEXT NOT NULL,
    municipality TEXT NOT NULL,
    server       TEXT NOT NULL,
    certificate  TEXT NOT NULL,
    copies       INTEGER NOT NULL,
    fee_yen      INTEGER NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Applications whose answer was made: they are never passed on to a municipality again.
CREATE TABLE IF NOT EXISTS application_delivered (
    digest BLOB PRIMARY KEY,           -- D(M7)
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS document_seen (
    digest BLOB PRIMARY KEY,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS document_seen_at ON document_seen (at);

CREATE TABLE IF NOT EXISTS outcome (
    visit            BLOB NOT NULL,
    sequence         INTEGER NOT NULL,
    terminal         TEXT NOT NULL,
    application      BLOB NOT NULL,
    outcome          TEXT NOT NULL,
    sheets           INTEGER NOT NULL,
    copies_delivered INTEGER NOT NULL,
    kept_yen         INTEGER NOT NULL,
    returned_yen     INTEGER NOT NULL,
    owed_yen         INTEGER NOT NULL,
    failure          TEXT NOT NULL,
    at               INTEGER NOT NULL,
    PRIMARY KEY (visit, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS suspension (
    number       INTEGER PRIMARY KEY,
    municipality TEXT NOT NULL,
    server       TEXT NOT NULL,
    failure      TEXT NOT NULL,
    since        INTEGER NOT NULL,
    cleared_at   INTEGER,
    cleared_by   TEXT
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS suspension_open
    ON suspension (municipality, server) WHERE cleared_at IS NULL;

CREATE TABLE IF NOT EXISTS terminal_blocked (
    terminal TEXT PRIMARY KEY,
    since    INTEGER NOT NULL,
    by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- "Error, then success": the first trouble of a visit, until something of it succeeds ...
CREATE TABLE IF NOT EXISTS trouble (
    visit   BLOB PRIMARY KEY,
    step    TEXT NOT NULL,
    failure TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS trouble_at ON trouble (at);

-- ... which is an event that a named person looks into.
CREATE TABLE IF NOT EXISTS review (
    number       INTEGER PRIMARY KEY,
    visit        BLOB NOT NULL,
    terminal     TEXT NOT NULL,
    municipality TEXT NOT NULL,
    server       TEXT NOT NULL,
    failed_step  TEXT NOT NULL,
    failure      TEXT NOT NULL,
    failed_at    INTEGER NOT NULL,
    step         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    reviewed_at  INTEGER,
    reviewed_by  TEXT
) STRICT;
