-- What the bodies of one event look like, learnt from each request once, behind its commit. Made of
-- `requests` and the catalogue's samples, as the tables of deliveries are. Bounded: src/follow/limits.rs.

CREATE TABLE shapes (
    id          INTEGER PRIMARY KEY,
    sender      TEXT    NOT NULL,               -- '' where the event type is a guess
    event_type  TEXT    NOT NULL,
    variant     TEXT    NOT NULL,               -- '' for none
    events      INTEGER NOT NULL,               -- requests that it was learnt from
    paths       INTEGER NOT NULL,               -- how many are kept
    left_out    INTEGER NOT NULL,               -- times that a path found no room
    first_id    INTEGER NOT NULL,
    last_id     INTEGER NOT NULL,
    UNIQUE (sender, event_type, variant)
) STRICT;

CREATE TABLE shape_paths (
    shape_id    INTEGER NOT NULL,
    place       INTEGER NOT NULL,               -- in the order in which they were first seen
    parent      INTEGER,                        -- the place of the path above
    path        TEXT    NOT NULL,
    dictionary  INTEGER NOT NULL,               -- its keys are data, and stand as one path
    events      INTEGER NOT NULL,               -- requests that had it
    first_id    INTEGER NOT NULL,
    last_id     INTEGER NOT NULL,
    PRIMARY KEY (shape_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE shape_types (
    shape_id    INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    type        TEXT    NOT NULL,               -- object, array, [], string, number, boolean, null
    events      INTEGER NOT NULL,               -- requests that had it there
    first_id    INTEGER NOT NULL,
    last_id     INTEGER NOT NULL,
    PRIMARY KEY (shape_id, place, type)
) STRICT, WITHOUT ROWID;

-- The requests whose body differs, and in what.
CREATE TABLE shape_marks (
    request_id  INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    against     TEXT    NOT NULL,               -- samples, events
    total       INTEGER NOT NULL                -- of changes; not all need be kept
) STRICT;

CREATE TABLE shape_changes (
    request_id  INTEGER NOT NULL REFERENCES shape_marks (request_id) ON DELETE CASCADE,
    nth         INTEGER NOT NULL,
    what        TEXT    NOT NULL,               -- new, lost, type
    path        TEXT    NOT NULL,
    types       TEXT    NOT NULL,               -- `[], object`
    before      TEXT    NOT NULL,
    node        INTEGER,                        -- the value's number in the body
    last_id     INTEGER,                        -- the latest request before that had the path
    PRIMARY KEY (request_id, nth)
) STRICT, WITHOUT ROWID;
