-- name: settings
-- How a session of ours behaves.
SELECT set_config(name, setting, false)
FROM unnest(%(names)s::text[], %(settings)s::text[]) AS wanted (name, setting);

-- name: take_shard
-- The first free slot among the workers of this database: an advisory lock that the session keeps.
SELECT slot FROM generate_series(0, 255) AS slot WHERE pg_try_advisory_lock(7262, slot) LIMIT 1;

-- name: queue
-- Batches that were begun anew go one after the other, until the end of the transaction.
SELECT pg_advisory_xact_lock(7261, 2);
