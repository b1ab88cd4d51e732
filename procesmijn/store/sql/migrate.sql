-- name: lock
-- One process at a time changes the schema.
SELECT pg_advisory_lock(7261, 0);

-- name: unlock
-- The next one may.
SELECT pg_advisory_unlock(7261, 0);

-- name: begin
-- Where the steps that are in are written down.
CREATE SCHEMA IF NOT EXISTS procesmijn;
CREATE TABLE IF NOT EXISTS procesmijn.migration (
    number     int4        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: current
-- How many are in.
SELECT coalesce(max(number), 0) FROM procesmijn.migration;

-- name: note
-- One more is.
INSERT INTO procesmijn.migration (number, name) VALUES (%(number)s, %(name)s);
