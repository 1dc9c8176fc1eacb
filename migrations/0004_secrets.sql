-- The secrets that senders sign with, by the path they send to. They are kept as they are, since a
-- signature cannot be checked against a hash; nothing shows or exports them.
CREATE TABLE secrets (
    path        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    secret      TEXT    NOT NULL,
    from_file   INTEGER NOT NULL,           -- read from hookglass.toml at each start
    created_at  INTEGER NOT NULL,           -- microseconds since the epoch, UTC
    PRIMARY KEY (path, name)
) STRICT, WITHOUT ROWID;

-- What a sender's check of its URL was answered, beside the status in `requests`.
CREATE TABLE handshake_answers (
    request_id   INTEGER PRIMARY KEY,
    content_type TEXT,
    headers      TEXT    NOT NULL,          -- `name: value`, one a line
    body         BLOB    NOT NULL
) STRICT;
