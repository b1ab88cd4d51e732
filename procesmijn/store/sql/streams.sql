-- name: as_of
-- The moment that the views of this session speak of.
SELECT set_config('procesmijn.as_of', %(moment)s, false);

-- name: clock
-- What time it is here.
SELECT clock_timestamp();

-- name: positions
-- How far some partitions have been applied, and when they last moved on.
SELECT p.topic_id, p.partition, p.topic, p.next_offset, p.owner, p.updated_at,
       p.stalled_reason, p.resume_offset
FROM stream.position p
WHERE p.topic_id = ANY (%(topic_ids)s::uuid[])
ORDER BY p.topic, p.partition;

-- name: standings
-- How far every partition has been applied; of a topic that was deleted and created again as it is now.
SELECT DISTINCT ON (p.topic, p.partition)
       p.topic_id, p.partition, p.topic, p.next_offset, p.owner, p.updated_at,
       p.stalled_reason, p.resume_offset
FROM stream.position p
ORDER BY p.topic, p.partition, p.updated_at DESC;

-- name: topics
-- Every topic of which a partition was ever claimed, to be read.
SELECT DISTINCT topic FROM stream.position ORDER BY topic;

-- name: refused
-- What was refused of the records of one partition from one offset up to another.
SELECT reason, message, count(*)
FROM stream.dead_letter
WHERE topic_id = %(topic_id)s AND partition = %(partition)s
  AND "offset" >= %(first_offset)s AND "offset" < %(next_offset)s
  AND redriven_at IS NULL AND discarded_at IS NULL
GROUP BY reason, message
ORDER BY count(*) DESC, reason, message;

-- name: processes
-- Processes that the catalogue in force declares.
SELECT t.name FROM mining.process p JOIN mining.term t ON t.code = p.code ORDER BY t.name;

-- name: conflicts
-- Versions of events that do not stand although their revision is that of the one that does.
SELECT count(*) FROM stream.superseded s JOIN stream.event e USING (event_key)
WHERE s.revision = e.revision;

-- name: conflicts_of
-- Events of one source of which the revision that stands was said in more than one way, and the
-- first revision that is free for all of them.
SELECT count(DISTINCT e.event_key), max(e.revision) + 1
FROM stream.superseded s JOIN stream.event e USING (event_key)
WHERE s.revision = e.revision AND e.source = %(source)s;

-- name: objects
-- How many objects there are, about.
SELECT count(*) FROM mining.object;

-- name: refused_by_reason
-- How many refused records wait, by reason.
SELECT reason, count(*) FROM stream.dead_letter
WHERE redriven_at IS NULL AND discarded_at IS NULL
GROUP BY reason ORDER BY count(*) DESC, reason;

-- name: pauses
-- What nobody reads for the time being, who decided that, and why.
SELECT topic, partition, paused_by, paused_at, because FROM stream.pause ORDER BY topic, partition;
