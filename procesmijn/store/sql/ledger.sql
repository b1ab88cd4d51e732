-- name: one_moment
-- What follows in this transaction sees one moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: entries
-- Every row of the ledger in its order, with where its partition stands and what was refused in it;
-- of a partition without rows only where it stands.
SELECT topic_id, partition, p.topic, p.next_offset,
       l.entry, l.first_offset, l.next_offset, l.stored, l.duplicate, l.dead, l.skipped, l.no_record,
       l.decision, l.decided_by, l.decided_at, d.letters
FROM stream.position p
FULL JOIN stream.ledger l USING (topic_id, partition)
CROSS JOIN LATERAL (
    SELECT count(*) AS letters
    FROM stream.dead_letter d
    WHERE d.topic_id = l.topic_id AND d.partition = l.partition
      AND l.decision IS NULL AND d."offset" >= l.first_offset AND d."offset" < l.next_offset
) d
WHERE %(topic)s::text IS NULL OR p.topic = %(topic)s
ORDER BY p.topic, partition, topic_id, l.entry;

-- name: read_of
-- How many offsets of a topic were ever read, and how many of them brought something new.
SELECT COALESCE(sum(l.next_offset - l.first_offset), 0)::int8, COALESCE(sum(l.stored), 0)::int8
FROM stream.ledger l JOIN stream.position p USING (topic_id, partition)
WHERE p.topic = %(topic)s AND l.decision IS NULL;

-- name: letters
-- What became of the refused records of each partition.
SELECT topic_id, partition, count(*) FILTER (WHERE redriven_at IS NOT NULL),
       count(*) FILTER (WHERE redriven_at IS NULL AND discarded_at IS NOT NULL),
       count(*) FILTER (WHERE redriven_at IS NULL AND discarded_at IS NULL)
FROM stream.dead_letter
WHERE %(topic)s::text IS NULL OR topic = %(topic)s
GROUP BY topic_id, partition;
