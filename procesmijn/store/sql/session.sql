-- name: settings
-- How a session of ours behaves.
SELECT set_config(name, setting, false)
FROM unnest(%(names)s::text[], %(settings)s::text[]) AS wanted (name, setting);

-- name: incoming_tables
-- What a batch brings lands here first, by binary COPY; emptied at the end of each transaction.
CREATE TEMP TABLE incoming_pack (object_key int8, chunk int4, events bytea) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE incoming_case (LIKE mining."case") ON COMMIT DELETE ROWS;
ALTER TABLE incoming_case ALTER change_id DROP NOT NULL, ALTER updated_at DROP NOT NULL;
CREATE TEMP TABLE incoming_handover (LIKE mining.handover) ON COMMIT DELETE ROWS;
ALTER TABLE incoming_handover ALTER change_id DROP NOT NULL, ALTER updated_at DROP NOT NULL;
CREATE TEMP TABLE incoming_pending (LIKE mining.pending) ON COMMIT DELETE ROWS;
ALTER TABLE incoming_pending ALTER change_id DROP NOT NULL, ALTER updated_at DROP NOT NULL;
CREATE TEMP TABLE incoming_delivery (LIKE mining.delivery) ON COMMIT DELETE ROWS;
ALTER TABLE incoming_delivery ALTER change_id DROP NOT NULL, ALTER updated_at DROP NOT NULL;

-- name: forget_incoming
-- What a part of a batch brought, before the next part.
DELETE FROM incoming_case;
DELETE FROM incoming_handover;
DELETE FROM incoming_pending;
DELETE FROM incoming_delivery;

-- name: take_shard
-- The first free slot among the workers of this database: an advisory lock that the session keeps.
SELECT slot FROM generate_series(0, 255) AS slot WHERE pg_try_advisory_lock(7262, slot) LIMIT 1;

-- name: queue
-- Batches that were begun anew go one after the other, until the end of the transaction.
SELECT pg_advisory_xact_lock(7261, 2);
