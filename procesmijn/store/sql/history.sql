-- name: measure
-- How many versions of events there are, and the moment at which the transaction looks.
SELECT (SELECT count(*) FROM stream.event) + (SELECT count(*) FROM stream.superseded), now();

-- name: standing
-- Events as they stand, by key: some of them, or all; instants as microseconds.
SELECT event_key, content_mac, topic_id, partition, "offset",
       source, id, revision, is_retracted, type, lifecycle,
       CASE WHEN isfinite(started_at) THEN (extract(epoch FROM started_at) * 1000000)::int8 END,
       (extract(epoch FROM occurred_at) * 1000000)::int8,
       sequence, process, activity, party, team, performer, receiver, objects, data
FROM stream.event
WHERE %(keys)s::uuid[] IS NULL OR event_key = ANY (%(keys)s::uuid[])
ORDER BY event_key;

-- name: superseded
-- Versions that do not stand, by key, of some events or of all.
SELECT event_key, content_mac, event
FROM stream.superseded
WHERE %(keys)s::uuid[] IS NULL OR event_key = ANY (%(keys)s::uuid[])
ORDER BY event_key, revision, content_mac;
