-- name: measure
-- How many versions of events there are, and the moment at which the transaction looks.
SELECT (SELECT count(*) FROM stream.event) + (SELECT count(*) FROM stream.superseded), now();

-- name: standing
-- Every event as it stands, by key; instants as microseconds.
SELECT event_key, content_mac, topic_id, partition, "offset",
       source, id, revision, is_retracted, type, lifecycle,
       CASE WHEN isfinite(started_at) THEN (extract(epoch FROM started_at) * 1000000)::int8 END,
       (extract(epoch FROM occurred_at) * 1000000)::int8,
       sequence, process, activity, party, team, performer, receiver, objects, data
FROM stream.event ORDER BY event_key;

-- name: superseded
-- Every version that does not stand, by key.
SELECT event_key, revision, content_mac, event
FROM stream.superseded ORDER BY event_key, revision, content_mac;
