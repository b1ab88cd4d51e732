-- name: take
-- Claim a partition: whoever held it before is refused from now on.
INSERT INTO stream.position (topic_id, partition, topic, epoch, owner)
VALUES (%(topic_id)s, %(partition)s, %(topic)s, 1, %(owner)s)
ON CONFLICT (topic_id, partition) DO UPDATE
    SET epoch = position.epoch + 1, owner = EXCLUDED.owner, topic = EXCLUDED.topic, updated_at = now()
RETURNING epoch, next_offset;

-- name: lock
-- Step 1 of a batch: its partitions, locked in order, as they stand.
SELECT p.topic_id, p.partition, p.epoch, p.next_offset
FROM stream.position p
JOIN unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[]) AS wanted (topic_id, partition)
    USING (topic_id, partition)
ORDER BY p.topic_id, p.partition
FOR UPDATE OF p;

-- name: advance
-- Step 6 of a batch: the next offset of one partition.
UPDATE stream.position SET next_offset = %(next_offset)s, updated_at = now()
WHERE topic_id = %(topic_id)s AND partition = %(partition)s;

-- name: extend_ledger
-- The row of the batch before grows, where this one follows on it.
UPDATE stream.ledger
SET next_offset = %(next_offset)s, stored = stored + %(stored)s, duplicate = duplicate + %(duplicate)s,
    dead = dead + %(dead)s, skipped = skipped + %(skipped)s, no_record = no_record + %(no_record)s
WHERE topic_id = %(topic_id)s AND partition = %(partition)s AND next_offset = %(first_offset)s
    AND NOT is_gap_accepted;

-- name: open_ledger
-- A row of its own, at the beginning or after a gap.
INSERT INTO stream.ledger
    (topic_id, partition, first_offset, next_offset, stored, duplicate, dead, skipped, no_record)
VALUES
    (%(topic_id)s, %(partition)s, %(first_offset)s, %(next_offset)s,
     %(stored)s, %(duplicate)s, %(dead)s, %(skipped)s, %(no_record)s);

-- name: accept_gap
-- Write down that offsets were lost, by decision of an operator.
INSERT INTO stream.ledger (topic_id, partition, first_offset, next_offset, is_gap_accepted)
VALUES (%(topic_id)s, %(partition)s, %(first_offset)s, %(next_offset)s, true);

-- name: all
-- How far every partition is, and since when.
SELECT topic_id, partition, topic, next_offset, epoch, owner, updated_at
FROM stream.position ORDER BY topic, topic_id, partition;

-- name: ledger
-- What became of every offset.
SELECT l.topic_id, l.partition, p.topic, l.first_offset, l.next_offset,
       l.stored, l.duplicate, l.dead, l.skipped, l.no_record, l.is_gap_accepted
FROM stream.ledger l JOIN stream.position p USING (topic_id, partition)
ORDER BY p.topic, l.topic_id, l.partition, l.first_offset;
