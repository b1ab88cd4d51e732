-- name: lock
-- One process at a time decides which keys a database belongs to.
LOCK TABLE stream.key_check IN SHARE ROW EXCLUSIVE MODE;

-- name: remember
-- The first keys that are used are those of the database.
INSERT INTO stream.key_check (fingerprint)
SELECT %(fingerprint)s WHERE NOT EXISTS (SELECT FROM stream.key_check);

-- name: known
-- Whether these are they.
SELECT EXISTS (SELECT FROM stream.key_check WHERE fingerprint = %(fingerprint)s);

-- name: fingerprint
-- Whose they are; no row in a new database.
SELECT fingerprint FROM stream.key_check ORDER BY noted_at LIMIT 1;
