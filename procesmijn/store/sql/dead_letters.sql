-- name: refuse
-- A record that broke the contract, and the notice of it; one that is known is neither again.
WITH refused AS (
    INSERT INTO stream.dead_letter
        (topic_id, partition, "offset", topic, reason, message, recorded_at, payload_encrypted)
    VALUES (%(topic_id)s, %(partition)s, %(offset)s, %(topic)s, %(reason)s, %(message)s,
            to_timestamp(%(timestamp_us)s / 1e6), %(payload)s)
    ON CONFLICT DO NOTHING
    RETURNING topic
)
INSERT INTO stream.outbox (channel, key, event)
SELECT 'refused', topic, %(notice)s::jsonb FROM refused;

-- name: dead_letters
-- Refused records, oldest first: those that wait, those that were discarded, or all.
SELECT topic_id, partition, topic, "offset", reason, message, recorded_at, refused_at, redriven_at,
       discarded_at, discarded_by, discarded_because, octet_length(payload_encrypted)
FROM stream.dead_letter
WHERE (%(state)s = 'all'
       OR redriven_at IS NULL AND (discarded_at IS NOT NULL) = (%(state)s = 'discarded'))
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(partition)s::int4 IS NULL OR partition = %(partition)s)
  AND (%(offset)s::int8 IS NULL OR "offset" = %(offset)s)
ORDER BY refused_at, topic, partition, "offset"
LIMIT %(limit)s;

-- name: count_dead_letters
-- How many there are of those, without the limit.
SELECT count(*)
FROM stream.dead_letter
WHERE (%(state)s = 'all'
       OR redriven_at IS NULL AND (discarded_at IS NOT NULL) = (%(state)s = 'discarded'))
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(partition)s::int4 IS NULL OR partition = %(partition)s)
  AND (%(offset)s::int8 IS NULL OR "offset" = %(offset)s);

-- name: dead_letter_groups
-- Refused records that wait, by topic and reason, most first.
SELECT topic, reason, count(*), min(refused_at), max(refused_at)
FROM stream.dead_letter
WHERE redriven_at IS NULL AND discarded_at IS NULL
GROUP BY topic, reason
ORDER BY count(*) DESC, topic, reason;

-- name: refused_since
-- How many records of each topic were refused since an instant, whatever became of them.
SELECT topic, count(*) FROM stream.dead_letter WHERE refused_at > %(since)s GROUP BY topic;

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

-- name: discard
-- Nobody waits for some refused records any more.
UPDATE stream.dead_letter d
SET discarded_at = now(), discarded_by = %(by)s, discarded_because = %(because)s
FROM unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[], %(offsets)s::int8[],
            %(recorded_ats)s::timestamptz[])
    AS wanted (topic_id, partition, "offset", recorded_at)
WHERE (d.topic_id, d.partition, d."offset", d.recorded_at)
    = (wanted.topic_id, wanted.partition, wanted."offset", wanted.recorded_at)
  AND d.redriven_at IS NULL AND d.discarded_at IS NULL;

-- name: note_sightings
-- Somebody is about to see some refused records in clear.
INSERT INTO stream.sighting (seen_by, topic_id, partition, "offset", recorded_at)
SELECT %(by)s, wanted.*
FROM unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[], %(offsets)s::int8[],
            %(recorded_ats)s::timestamptz[]) AS wanted;

-- name: sightings
-- Who saw what in clear, latest first.
SELECT s.seen_at, s.seen_by, d.topic, s.partition, s."offset", s.recorded_at, d.reason
FROM stream.sighting s
LEFT JOIN stream.dead_letter d USING (topic_id, partition, "offset", recorded_at)
WHERE (%(topic)s::text IS NULL OR d.topic = %(topic)s)
  AND (%(partition)s::int4 IS NULL OR s.partition = %(partition)s)
  AND (%(offset)s::int8 IS NULL OR s."offset" = %(offset)s)
ORDER BY s.sighting DESC
LIMIT %(limit)s;

-- name: flood
-- Where more than so many of a window of offsets were refused, what they were refused for mostly,
-- and the last of them. Those before the offset up to which an operator has accepted it do not count.
SELECT max(f."offset"), mode() WITHIN GROUP (ORDER BY f.reason)
FROM (
    SELECT d."offset", d.reason,
           d."offset" - lag(d."offset", %(most)s) OVER (ORDER BY d."offset") AS apart
    FROM stream.dead_letter d
    WHERE d.topic_id = %(topic_id)s AND d.partition = %(partition)s
      AND d."offset" >= %(first_offset)s - %(window)s AND d."offset" < %(next_offset)s
      AND NOT EXISTS (
          SELECT FROM stream.acceptance a
          WHERE (a.topic_id, a.partition) = (d.topic_id, d.partition) AND d."offset" < a.accepted_until
      )
) f
WHERE f.apart < %(window)s AND f."offset" >= %(first_offset)s
HAVING count(*) > 0;

-- name: accept_flood
-- Whatever is refused before an offset, an operator knows.
INSERT INTO stream.acceptance (accepted_by, because, topic_id, partition, topic, accepted_until)
VALUES (%(by)s, %(because)s, %(topic_id)s, %(partition)s, %(topic)s, %(until)s);

-- name: acceptances
-- Who let most of what partitions bring be refused, latest first.
SELECT a.accepted_at, a.accepted_by, a.because, a.topic, a.partition, a.accepted_until
FROM stream.acceptance a
WHERE (%(topic)s::text IS NULL OR a.topic = %(topic)s)
  AND (%(partition)s::int4 IS NULL OR a.partition = %(partition)s)
ORDER BY a.acceptance DESC
LIMIT %(limit)s;
