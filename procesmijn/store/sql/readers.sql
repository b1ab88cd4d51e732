-- name: one_moment
-- All that a page shows is of one state, and nothing is written.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: may_write
-- One thing is written, in a session that else reads.
SET TRANSACTION READ WRITE;

-- name: speak_of
-- The moment that the views speak of until the end of the transaction; where none is said, the present
-- of this database as it is now, since a session that was opened earlier still has that of then.
SELECT set_config('procesmijn.as_of', COALESCE(NULLIF(%(moment)s, ''), (
    SELECT substr(kept, length('procesmijn.as_of=') + 1)
    FROM pg_db_role_setting s, unnest(s.setconfig) AS kept
    WHERE s.setrole = 0 AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND kept LIKE 'procesmijn.as\_of=%%'
), ''), true);
