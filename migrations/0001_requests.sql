-- One row a path that requests were sent to. Counts are kept here, so that no page counts rows.
CREATE TABLE endpoints (
    id            INTEGER PRIMARY KEY,
    path          TEXT    NOT NULL UNIQUE,
    requests      INTEGER NOT NULL DEFAULT 0,
    noise         INTEGER NOT NULL DEFAULT 0,   -- how many of them are browser noise
    last_at       INTEGER NOT NULL DEFAULT 0    -- microseconds since the epoch, UTC
) STRICT;

-- One row an HTTP request. The raw facts are never changed; what stands under "derived" is made
-- from them and rebuilt when `derived_from` is not what the running program derives from.
-- Head and body come last: a list reads the columns before them without touching their pages.
CREATE TABLE requests (
    id                  INTEGER PRIMARY KEY,    -- nanosecond of the commit, unique, rising
    endpoint_id         INTEGER NOT NULL REFERENCES endpoints (id),
    received_at         INTEGER NOT NULL,       -- microseconds since the epoch, UTC
    took_us             INTEGER NOT NULL,
    peer                TEXT    NOT NULL,       -- address:port of the socket's other end
    secure              INTEGER NOT NULL,
    method              TEXT    NOT NULL,
    body_bytes          INTEGER NOT NULL,
    declared_bytes      INTEGER,
    arrival             TEXT    NOT NULL,       -- whole, too-large, incomplete, refused
    arrival_reason      TEXT,
    sample              INTEGER NOT NULL,
    answer_status       INTEGER NOT NULL,
    -- the client address, as the proxies declared at that time gave it
    client_addr         TEXT,
    claimed_addr        TEXT,
    client_steps        TEXT    NOT NULL,       -- one step a line
    -- derived
    derived_from        INTEGER NOT NULL,       -- version of catalogue and lists
    verdict             TEXT    NOT NULL,       -- listed, outside, unverified, no-list
    verdict_list        TEXT,
    verdict_reason      TEXT    NOT NULL,
    verdict_at_arrival  TEXT,                   -- only where a rebuild changed it
    sender              TEXT,
    rule                TEXT,
    event_type          TEXT,
    event_source        TEXT,
    guessed             INTEGER NOT NULL,
    variant             TEXT,
    title               TEXT,
    delivery_id         TEXT,
    attempt             TEXT,
    sent_at             TEXT,
    noise               INTEGER NOT NULL,
    -- raw
    trailers            BLOB,
    head                BLOB    NOT NULL,
    body                BLOB    NOT NULL
) STRICT;

CREATE INDEX requests_by_endpoint ON requests (endpoint_id, id);

-- Who may look. Only SHA-256 hashes of secrets are kept: a copy of this file signs nobody in.
CREATE TABLE login_codes (
    hash        BLOB    PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    hash        BLOB    PRIMARY KEY,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_tokens (
    name        TEXT    PRIMARY KEY,
    hash        BLOB    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER                          -- to the hour
) STRICT, WITHOUT ROWID;

-- Single facts about the database as a whole.
CREATE TABLE state (
    key         TEXT    PRIMARY KEY,
    value       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
