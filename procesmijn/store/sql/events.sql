-- name: standing
-- Which of these events are known, and in which version; locked, so that two corrections of one
-- event wait for each other.
SELECT event_key, revision, content_mac, sequence,
       (extract(epoch FROM occurred_at) * 1000000)::int8, objects, is_retracted
FROM stream.event
WHERE event_key = ANY (%(keys)s::uuid[])
ORDER BY event_key
FOR UPDATE;

-- name: superseded
-- Which other versions of these events are known.
SELECT event_key, revision, content_mac
FROM stream.superseded
WHERE event_key = ANY (%(keys)s::uuid[]);

-- name: insert
-- New events, sorted by key: two workers that bring the same ones meet in the same order.
COPY stream.event (
    event_key, revision, content_mac, is_retracted, lifecycle, started_at, occurred_at, sequence,
    topic_id, partition, "offset",
    source, id, type, process, activity, party, team, performer, receiver, objects, data
) FROM STDIN (FORMAT BINARY);

-- name: take_out
-- The version that stood goes, since another stands from now on; instants as microseconds.
DELETE FROM stream.event WHERE event_key = %(key)s::uuid
RETURNING source, id, revision, is_retracted, type, lifecycle,
          CASE WHEN isfinite(started_at) THEN (extract(epoch FROM started_at) * 1000000)::int8 END,
          (extract(epoch FROM occurred_at) * 1000000)::int8,
          sequence, process, activity, party, team, performer, receiver, objects, data;

-- name: keep_beside
-- A version that does not stand; of the same content the earliest, whichever came first.
INSERT INTO stream.superseded (event_key, revision, content_mac, event)
VALUES (%(key)s::uuid, %(revision)s, %(content_mac)s, %(event)s::jsonb)
ON CONFLICT (event_key, revision, content_mac) DO UPDATE SET event = EXCLUDED.event
    WHERE (EXCLUDED.event ->> 'occurred_us')::int8 < (superseded.event ->> 'occurred_us')::int8;

-- name: refuse
-- A record that broke the contract.
INSERT INTO stream.dead_letter
    (topic_id, partition, "offset", topic, reason, message, recorded_at, payload_encrypted)
VALUES (%(topic_id)s, %(partition)s, %(offset)s, %(topic)s, %(reason)s, %(message)s,
        to_timestamp(%(timestamp_us)s / 1e6), %(payload)s)
ON CONFLICT DO NOTHING;

-- name: dead_letters
-- Refused records, oldest first; those redriven only when asked for.
SELECT topic_id, partition, topic, "offset", reason, message, recorded_at, refused_at, redriven_at,
       octet_length(payload_encrypted)
FROM stream.dead_letter
WHERE (redriven_at IS NULL OR %(all)s)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(partition)s::int4 IS NULL OR partition = %(partition)s)
  AND (%(offset)s::int8 IS NULL OR "offset" = %(offset)s)
ORDER BY refused_at, topic, partition, "offset"
LIMIT %(limit)s;

-- name: sealed
-- What was in some refused records.
SELECT d.topic_id, d.partition, d."offset", d.recorded_at, d.payload_encrypted
FROM stream.dead_letter d
JOIN unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[], %(offsets)s::int8[],
            %(recorded_ats)s::timestamptz[])
    AS wanted (topic_id, partition, "offset", recorded_at)
    USING (topic_id, partition, "offset", recorded_at);

-- name: lock_dead_letters
-- Those of some refused records that nobody has redriven meanwhile, and that nobody will now.
SELECT d.topic_id, d.partition, d."offset", d.recorded_at
FROM stream.dead_letter d
JOIN unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[], %(offsets)s::int8[],
            %(recorded_ats)s::timestamptz[])
    AS wanted (topic_id, partition, "offset", recorded_at)
    USING (topic_id, partition, "offset", recorded_at)
WHERE d.redriven_at IS NULL
ORDER BY d.topic_id, d.partition, d."offset", d.recorded_at
FOR UPDATE OF d;

-- name: redriven
-- It is an event now.
UPDATE stream.dead_letter SET redriven_at = now()
WHERE topic_id = %(topic_id)s AND partition = %(partition)s AND "offset" = %(offset)s
  AND recorded_at = %(recorded_at)s;

-- name: refused_again
-- It still breaks the contract, perhaps for another reason.
UPDATE stream.dead_letter SET reason = %(reason)s, message = %(message)s
WHERE topic_id = %(topic_id)s AND partition = %(partition)s AND "offset" = %(offset)s
  AND recorded_at = %(recorded_at)s;
