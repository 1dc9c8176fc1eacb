-- What is found out of several requests together is found behind the commit, in the order of their ids;
-- `state` holds how far that has come. It is made of `requests` alone and can be made anew at any time.

-- The latest attempt of each delivery, under what tells one delivery from another.
CREATE TABLE deliveries (
    key         BLOB    PRIMARY KEY,            -- 16 bytes of a SHA-256
    first_id    INTEGER NOT NULL,               -- its first request, which names the delivery
    attempts    INTEGER NOT NULL,
    last_id     INTEGER NOT NULL,
    last_at     INTEGER NOT NULL                -- microseconds since the epoch, UTC
) STRICT, WITHOUT ROWID;

-- One row an attempt of a delivery that was tried more than once; a request that came once has none.
CREATE TABLE attempts (
    request_id  INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    delivery    INTEGER NOT NULL,               -- the id of its first request
    number      INTEGER NOT NULL,               -- counted from 1
    told_by     TEXT    NOT NULL                -- sender-id, same-body
) STRICT;

CREATE UNIQUE INDEX attempts_by_delivery ON attempts (delivery, number);
