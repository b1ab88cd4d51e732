-- name: alerts
-- What was to be told on some local dates, the latest first.
SELECT *
FROM mining.alerts_between(
    COALESCE(%(since)s::date - 1, '-infinity')::timestamptz,
    COALESCE(%(until)s::date + 1, 'infinity')::timestamptz) a
WHERE (%(since)s::date IS NULL OR a.alert_on >= %(since)s)
  AND (%(until)s::date IS NULL OR a.alert_on < %(until)s)
  AND (%(process)s::text IS NULL OR a.process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (a.supplier, a.customer))
ORDER BY a.alert_at DESC, a.alert_id;

-- name: only_teller
-- One of all workers looks for what is due; the lock is held for as long as the session lasts.
SELECT pg_try_advisory_lock(7265);

-- name: due
-- What has been due for a short time, and was not noted yet.
SELECT a.*
FROM mining.alerts_between(bi.as_of() - make_interval(hours => %(hours)s), bi.as_of()) a
WHERE NOT EXISTS (SELECT FROM stream.alert n WHERE n.alert_id = a.alert_id)
ORDER BY a.alert_at, a.alert_id;

-- name: are_noted
-- Which of some ids are noted already.
SELECT DISTINCT alert_id FROM stream.alert WHERE alert_id = ANY (%(ids)s::text[]);

-- name: note
-- Each for each of its receivers, once, whoever else notes the same.
INSERT INTO stream.alert (alert_id, channel, receiver, content)
SELECT * FROM unnest(%(ids)s::text[], %(channels)s::text[], %(receivers)s::text[], %(contents)s::jsonb[])
ON CONFLICT DO NOTHING;

-- name: open
-- Which of some calendars are open.
SELECT t.name
FROM mining.term t
WHERE t.name = ANY (%(calendars)s::text[])
  AND EXISTS (SELECT FROM mining.calendar_stretch s
              WHERE s.calendar = t.code AND s.opens_at <= bi.as_of() AND s.closes_at > bi.as_of());

-- name: compose
-- All that waits for a receiver becomes one message; a summary is a message of its own.
WITH waiting AS (
    SELECT alert_id, channel, receiver,
           CASE WHEN content ->> 'kind' = %(summary)s THEN alert_id END AS alone
    FROM stream.alert
    WHERE message IS NULL AND channel = ANY (%(channels)s::text[])
    FOR UPDATE SKIP LOCKED
), grouped AS MATERIALIZED (
    SELECT gen_random_uuid() AS message, channel, receiver, alone
    FROM waiting GROUP BY channel, receiver, alone
), composed AS (
    INSERT INTO stream.alert_message (message, channel, receiver)
    SELECT message, channel, receiver FROM grouped
)
UPDATE stream.alert a SET message = g.message
FROM waiting w
JOIN grouped g ON (g.channel, g.receiver) = (w.channel, w.receiver) AND g.alone IS NOT DISTINCT FROM w.alone
WHERE (a.alert_id, a.channel, a.receiver) = (w.alert_id, w.channel, w.receiver);

-- name: take
-- The oldest message whose turn it is; nobody else takes it before its next try.
UPDATE stream.alert_message m
SET tries = m.tries + 1,
    next_try_at = now() + make_interval(secs => LEAST(%(first_seconds)s * 2 ^ m.tries, %(most_seconds)s))
FROM (
    SELECT message FROM stream.alert_message
    WHERE sent_at IS NULL AND next_try_at <= now() AND channel = ANY (%(channels)s::text[])
      AND composed_at > now() - make_interval(days => %(days)s)
    ORDER BY composed_at, message LIMIT 1
    FOR UPDATE SKIP LOCKED
) turn
WHERE m.message = turn.message
RETURNING m.message::text, m.channel, m.receiver, m.composed_at,
          (SELECT jsonb_agg(a.content ORDER BY a.noted_at, a.content ->> 'alert_at', a.alert_id)
           FROM stream.alert a WHERE a.message = m.message);

-- name: mark_sent
-- It has arrived.
UPDATE stream.alert_message SET sent_at = now(), trouble = NULL WHERE message = %(message)s::uuid;

-- name: put_off
-- It has not; the receiver may have said how long to wait.
UPDATE stream.alert_message
SET trouble = %(trouble)s, next_try_at = GREATEST(next_try_at, now() + make_interval(secs => %(wait_seconds)s))
WHERE message = %(message)s::uuid;

-- name: hand_to_outbox
-- One event for each alert; a worker sends it.
INSERT INTO stream.outbox (channel, key, event)
SELECT 'alert', key, event FROM unnest(%(keys)s::text[], %(events)s::jsonb[]) AS told (key, event);

-- name: forget
-- What was noted so long ago that it cannot be due again.
DELETE FROM stream.alert WHERE noted_at < now() - make_interval(days => %(days)s);

-- name: forget_messages
-- Messages that nothing is in any more.
DELETE FROM stream.alert_message m
WHERE m.composed_at < now() - make_interval(days => %(days)s)
  AND NOT EXISTS (SELECT FROM stream.alert a WHERE a.message = m.message);

-- name: log
-- What was noted, and what became of it, the latest first.
SELECT COALESCE(a.content ->> 'alert', a.content ->> 'kind') AS alert, a.channel, NULLIF(a.receiver, '') AS receiver,
       CASE WHEN m.sent_at IS NOT NULL THEN 'sent'
            WHEN m.message IS NULL THEN 'waiting'
            WHEN m.composed_at <= now() - make_interval(days => %(days)s) THEN 'given up'
            WHEN m.trouble IS NOT NULL THEN 'tried'
            ELSE 'sending' END AS status,
       a.noted_at, m.sent_at, m.tries, m.next_try_at, m.trouble, m.message::text AS message, a.alert_id
FROM stream.alert a
LEFT JOIN stream.alert_message m USING (message)
ORDER BY a.noted_at DESC, a.alert_id, a.channel, a.receiver
LIMIT %(most)s::int8;
