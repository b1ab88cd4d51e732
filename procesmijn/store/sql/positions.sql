-- name: take
-- Claim a partition: whoever held it before is refused from now on.
INSERT INTO stream.position (topic_id, partition, topic, epoch, owner)
VALUES (%(topic_id)s, %(partition)s, %(topic)s, 1, %(owner)s)
ON CONFLICT (topic_id, partition) DO UPDATE
    SET epoch = position.epoch + 1, owner = EXCLUDED.owner, topic = EXCLUDED.topic, updated_at = now()
RETURNING epoch, next_offset, stalled_reason,
          EXISTS (SELECT FROM stream.pause s
                  WHERE s.topic = %(topic)s AND coalesce(s.partition = %(partition)s, true));

-- name: look
-- Whether others have decided over partitions since they were claimed.
SELECT p.topic_id, p.partition, p.epoch,
       EXISTS (SELECT FROM stream.pause s
               WHERE s.topic = p.topic AND coalesce(s.partition = p.partition, true))
FROM stream.position p
JOIN unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[]) AS wanted (topic_id, partition)
    USING (topic_id, partition);

-- name: lock
-- Step 1 of a batch: its partitions, locked in order, as they stand.
SELECT p.topic_id, p.partition, p.epoch, p.next_offset, p.stalled_reason
FROM stream.position p
JOIN unnest(%(topic_ids)s::uuid[], %(partitions)s::int4[]) AS wanted (topic_id, partition)
    USING (topic_id, partition)
ORDER BY p.topic_id, p.partition
FOR UPDATE OF p;

-- name: advance
-- Step 6 of a batch: the next offsets of its partitions.
UPDATE stream.position p SET next_offset = b.next_offset, updated_at = now()
FROM unnest(%(topic_id)s::uuid[], %(partition)s::int4[], %(next_offset)s::int8[])
    AS b (topic_id, partition, next_offset)
WHERE p.topic_id = b.topic_id AND p.partition = b.partition;

-- name: extend_ledger
-- The rows of the batch before grow, where this one follows on it; says which those are.
UPDATE stream.ledger l
SET next_offset = b.next_offset, stored = l.stored + b.stored, duplicate = l.duplicate + b.duplicate,
    dead = l.dead + b.dead, skipped = l.skipped + b.skipped, no_record = l.no_record + b.no_record
FROM unnest(
    %(topic_id)s::uuid[], %(partition)s::int4[], %(first_offset)s::int8[], %(next_offset)s::int8[],
    %(stored)s::int8[], %(duplicate)s::int8[], %(dead)s::int8[], %(skipped)s::int8[],
    %(no_record)s::int8[]
) AS b (topic_id, partition, first_offset, next_offset, stored, duplicate, dead, skipped, no_record)
WHERE l.topic_id = b.topic_id AND l.partition = b.partition AND l.next_offset = b.first_offset
    AND l.decision IS NULL
    AND l.entry = (SELECT max(entry) FROM stream.ledger
                   WHERE topic_id = b.topic_id AND partition = b.partition)
RETURNING l.topic_id, l.partition;

-- name: open_ledger
-- A row of its own, at the beginning or after a gap.
INSERT INTO stream.ledger
    (topic_id, partition, first_offset, next_offset, stored, duplicate, dead, skipped, no_record)
VALUES
    (%(topic_id)s, %(partition)s, %(first_offset)s, %(next_offset)s,
     %(stored)s, %(duplicate)s, %(dead)s, %(skipped)s, %(no_record)s);

-- name: stall
-- Nothing more is read from here until an operator has decided. Whoever holds the partition: what is
-- wrong with a log at an offset is wrong for all; the first reason stands.
UPDATE stream.position
SET stalled_reason = %(reason)s, resume_offset = %(resume_offset)s,
    next_offset = coalesce(next_offset, %(offset)s), updated_at = now()
WHERE topic_id = %(topic_id)s AND partition = %(partition)s AND stalled_reason IS NULL
    AND coalesce(next_offset, %(offset)s) = %(offset)s;

-- name: resume
-- An operator has decided where to go on.
UPDATE stream.position
SET next_offset = %(next_offset)s, stalled_reason = NULL, resume_offset = NULL, updated_at = now()
WHERE topic_id = %(topic_id)s AND partition = %(partition)s;

-- name: rewind
-- An operator has decided to read again from an offset on; who has claimed it has to do so anew.
UPDATE stream.position
SET next_offset = %(next_offset)s, epoch = epoch + 1, updated_at = now()
WHERE topic_id = %(topic_id)s AND partition = %(partition)s;

-- name: decide
-- Write down that an operator has sent a position elsewhere.
INSERT INTO stream.ledger (topic_id, partition, first_offset, next_offset, decision, decided_by, decided_at)
VALUES (%(topic_id)s, %(partition)s, %(first_offset)s, %(next_offset)s, %(decision)s, %(by)s, now());

-- name: pause
-- Nobody reads this for the time being; who decided first, and why, stands.
INSERT INTO stream.pause (topic, partition, paused_by, because)
VALUES (%(topic)s, %(partition)s, %(by)s, %(because)s)
ON CONFLICT DO NOTHING;

-- name: unpause
-- It is read on, whoever has paused it; without a partition all of the topic.
DELETE FROM stream.pause
WHERE topic = %(topic)s AND (partition = %(partition)s OR %(partition)s::int4 IS NULL);
