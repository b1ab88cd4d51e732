-- name: standing
-- Which of these events are known, and in which version; locked, so that two corrections of one
-- event wait for each other.
SELECT event_key, revision, content_mac, sequence,
       (extract(epoch FROM occurred_at) * 1000000)::int8, objects, is_retracted
FROM stream.event
WHERE event_key = ANY (%(keys)s::uuid[])
ORDER BY event_key
FOR UPDATE;

-- name: retired
-- Which versions of these events have left, asked after they were locked: one that leaves while
-- others wait for it is in sight only then.
SELECT event_key, revision, content_mac, occurred_us, sequence, retirement
FROM stream.retired_event
WHERE event_key = ANY (%(keys)s::uuid[]) AND EXISTS (SELECT FROM stream.retirement);

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
    source, id, performer, type, process, activity, party, team, receiver, objects, data
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
