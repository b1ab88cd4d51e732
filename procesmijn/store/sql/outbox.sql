-- name: take
-- The oldest messages that nobody is busy with; nobody else will be, for a while.
UPDATE stream.outbox o SET taken_until = now() + make_interval(secs => %(seconds)s)
FROM (
    SELECT entry FROM stream.outbox
    WHERE sent_at IS NULL AND (taken_until IS NULL OR taken_until < now())
    ORDER BY entry LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) waiting
WHERE o.entry = waiting.entry
RETURNING o.entry, o.channel, o.key, o.event;

-- name: give_back
-- Others may try.
UPDATE stream.outbox SET taken_until = NULL WHERE entry = ANY (%(entries)s::int8[]);

-- name: mark_sent
-- Kafka has acknowledged them.
UPDATE stream.outbox SET sent_at = now() WHERE entry = ANY (%(entries)s::int8[]);

-- name: forget
-- What was sent so long ago that nobody asks for it any more.
DELETE FROM stream.outbox WHERE sent_at < now() - make_interval(days => %(days)s);

-- name: waiting
-- How many messages are not sent yet.
SELECT count(*) FROM stream.outbox WHERE sent_at IS NULL;
