-- name: all
-- The retirements that are in force, in the order in which they began.
SELECT retirement, archive, before, folder, decided_by, begun_at, ended_at, is_returning, files,
       versions, objects, leans_on
FROM stream.retirement ORDER BY retirement;

-- name: cases
-- How many cases of each process have left, by retirement.
SELECT s.retirement, p.name, s.cases
FROM mining.sealed_case s JOIN mining.term p ON p.code = s.process
ORDER BY s.retirement, p.name;

-- name: cases_of
-- How many cases of one process, or of all, have left.
SELECT COALESCE(sum(s.cases), 0)::int8
FROM mining.sealed_case s JOIN mining.term p ON p.code = s.process
WHERE %(process)s::text IS NULL OR p.name = %(process)s;

-- name: late
-- How many events concern what has left, and are stored only. What has left of a type without cases
-- is missed nowhere.
SELECT count(DISTINCT l.event_key)
FROM stream.late_event l
LEFT JOIN mining.object o USING (object_key)
LEFT JOIN mining.term t ON t.code = o.object_type
WHERE l.object_key = 0
   OR EXISTS (SELECT FROM mining.rules r WHERE r.object_type = t.name AND r.is_active);

-- name: closed
-- Objects that may leave: by the rules in force each of their cases was closed before a date, in the
-- zone of its process, and nothing in them waits for a person or a moment since. With that limit.
SELECT o.object_key, o.entries, (extract(epoch FROM min(
           %(before)s::date::timestamp AT TIME ZONE COALESCE(d.time_zone, 'UTC')
       )) * 1000000)::int8
FROM mining.object o
JOIN mining.term t ON t.code = o.object_type
JOIN mining.rules r ON r.object_type = t.name AND r.is_active AND r.rules_id = o.rules_id
JOIN mining."case" c ON c.object_key = o.object_key
LEFT JOIN mining.process d ON d.code = c.process
WHERE o.retirement IS NULL
GROUP BY o.object_key, o.entries
HAVING bool_and(c.closed_at < %(before)s::date::timestamp AT TIME ZONE COALESCE(d.time_zone, 'UTC'))
   AND NOT EXISTS (
       SELECT FROM mining.pending w
       WHERE w.object_key = o.object_key AND w.settled_at >= %(before)s::date::timestamp AT TIME ZONE 'UTC'
   )
   AND NOT EXISTS (
       SELECT FROM mining.deviation v
       WHERE v.object_key = o.object_key AND v.since_at >= %(before)s::date::timestamp AT TIME ZONE 'UTC'
   )
   AND NOT EXISTS (
       SELECT FROM mining.delivery d
       WHERE d.object_key = o.object_key AND (
           d.standing = 1 AND NOT isfinite(d.due_at) OR GREATEST(
               d.since_at, NULLIF(d.due_at, 'infinity'),
               CASE WHEN d.right_first = 0 THEN NULLIF(d.returnable_at, 'infinity') END
           ) >= %(before)s::date::timestamp AT TIME ZONE 'UTC'
       )
   )
ORDER BY o.object_key;

-- name: companions
-- Objects of types that no process is about: they go with the last case that they were of use in.
SELECT o.object_key, o.entries, (extract(epoch FROM %(before)s::date::timestamp AT TIME ZONE 'UTC') * 1000000)::int8
FROM mining.object o
JOIN mining.term t ON t.code = o.object_type
WHERE o.retirement IS NULL AND o.events BETWEEN 1 AND %(most_events)s
  AND NOT EXISTS (SELECT FROM mining.rules r WHERE r.object_type = t.name AND r.is_active)
  AND NOT EXISTS (SELECT FROM mining."case" c WHERE c.object_key = o.object_key)
ORDER BY o.object_key;

-- name: would_leave
-- Of which processes some objects have cases, with their events and handovers.
SELECT p.name, count(*), sum(c.events)::int8, sum(c.handovers)::int8
FROM mining."case" c JOIN mining.term p ON p.code = c.process
WHERE c.object_key = ANY (%(keys)s::int8[])
GROUP BY p.name;

-- name: begin
-- Say what is about to happen, before any of it does.
INSERT INTO stream.retirement (archive, before, folder, decided_by)
VALUES (%(archive)s, %(before)s, %(folder)s, %(by)s)
RETURNING retirement;

-- name: hold
-- The retirement that a chunk belongs to.
SELECT files FROM stream.retirement WHERE retirement = %(retirement)s FOR UPDATE;

-- name: end
-- The archive is whole.
UPDATE stream.retirement SET ended_at = now() WHERE retirement = %(retirement)s AND ended_at IS NULL;

-- name: lock_events
-- Events that may leave, in the order in which batches lock them, and what they are about.
SELECT event_key, objects FROM stream.event
WHERE event_key = ANY (%(keys)s::uuid[])
ORDER BY event_key
FOR UPDATE;

-- name: lock_objects
-- Objects that may leave.
SELECT object_key, entries, rules_id, object_type FROM mining.object
WHERE object_key = ANY (%(keys)s::int8[]) AND retirement IS NULL
ORDER BY object_key
FOR UPDATE;

-- name: retired_of
-- Which of these objects have left, and in which retirement.
SELECT object_key, retirement FROM mining.object
WHERE object_key = ANY (%(keys)s::int8[]) AND retirement IS NOT NULL;

-- name: free_plan
-- What a worker's planner is told is not for this: here tables are joined.
SELECT set_config('enable_hashjoin', 'on', true);

-- name: forget_events
-- Events leave.
WITH others AS (DELETE FROM stream.superseded WHERE event_key = ANY (%(keys)s::uuid[]))
DELETE FROM stream.event WHERE event_key = ANY (%(keys)s::uuid[]);

-- name: remember_events
-- Their keys stay, with what tells versions apart.
INSERT INTO stream.retired_event (event_key, revision, content_mac, occurred_us, sequence, retirement)
SELECT event_key, revision, content_mac, occurred_us, sequence, %(retirement)s
FROM unnest(
    %(keys)s::uuid[], %(revisions)s::int8[], %(macs)s::bytea[], %(occurred)s::int8[],
    %(sequences)s::int8[]
) AS said (event_key, revision, content_mac, occurred_us, sequence)
ORDER BY 1;

-- name: remember_remaining
-- Which events are here that are about objects of a retirement. (What is not distinct is looked up
-- in no index: each object is found by its key, however few of them the planner believes in.)
INSERT INTO stream.remaining_event (retirement, object_key, event_key)
SELECT o.retirement, o.object_key, said.event_key
FROM unnest(%(objects)s::int8[], %(keys)s::uuid[]) AS said (object_key, event_key)
JOIN mining.object o
  ON o.object_key = said.object_key AND o.retirement IS NOT DISTINCT FROM %(retirement)s::int4
ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING;

-- name: bury
-- Objects leave; their rows stay, without a name.
UPDATE mining.object SET retirement = %(retirement)s, object_id = '', entries = 0, events = 0
WHERE object_key = ANY (%(keys)s::int8[]);

-- name: forget_packs
-- What was packed of them.
DELETE FROM mining.pack WHERE object_key = ANY (%(keys)s::int8[]);

-- name: forget_pendings
-- What had been waited for.
DELETE FROM mining.pending WHERE object_key = ANY (%(keys)s::int8[]);

-- name: forget_repeats
-- What had been done again.
DELETE FROM mining.repeat WHERE object_key = ANY (%(keys)s::int8[]);

-- name: forget_deviations
-- Where they left the rules.
DELETE FROM mining.deviation WHERE object_key = ANY (%(keys)s::int8[]);

-- name: forget_removed
-- What had been taken away of them before.
DELETE FROM mining.removed WHERE object_key = ANY (%(keys)s::int8[]);

-- name: seal_handovers
-- Handovers leave, their figures stay: a case gets a number that is drawn in no order that means
-- anything. The counts by day and what is kept of months stay as they are: they are of these too.
WITH gone AS (
    DELETE FROM mining.handover WHERE object_key = ANY (%(keys)s::int8[]) RETURNING *
), numbered AS (
    SELECT object_key, process, nextval('mining.sealed_case_number') AS case_number
    FROM (SELECT object_key, process FROM gone GROUP BY object_key, process ORDER BY random()) AS shuffled
)
INSERT INTO mining.sealed_handover
    (retirement, case_number, process, picked_up_on, previous_on, supplier, customer, pickup_basis,
     wait_us, wait_working_us)
SELECT %(retirement)s, case_number, process, picked_up_on, previous_on, supplier, customer, pickup_basis,
       wait_us, wait_working_us
FROM gone JOIN numbered USING (object_key, process);

-- name: seal_deliveries
-- Deliveries as they stand for good; what they went through leaves.
WITH standing AS (
    SELECT * FROM mining.standing_delivery WHERE object_key = ANY (%(keys)s::int8[])
), numbered AS (
    SELECT object_key, process, nextval('mining.sealed_case_number') AS case_number
    FROM (SELECT object_key, process FROM standing GROUP BY object_key, process ORDER BY random()) AS shuffled
), gone AS (
    DELETE FROM mining.delivery WHERE object_key = ANY (%(keys)s::int8[])
)
INSERT INTO mining.sealed_delivery
    (retirement, case_number, process, agreement, deliverable, supplier, customer, standing, is_asked,
     due_on, delivered_on, returns, outcome, supplier_us, customer_us, is_delivered, is_due, is_met,
     is_right)
SELECT %(retirement)s, case_number, process, agreement, deliverable, supplier, customer, standing, is_asked,
       due_on, delivered_on, returns, outcome, supplier_us, customer_us, is_delivered, is_due, is_met,
       is_right
FROM standing JOIN numbered USING (object_key, process);

-- name: forget_cases
-- Cases leave, and give what their share in the flow counts follows from.
WITH gone AS (
    DELETE FROM mining."case" WHERE object_key = ANY (%(keys)s::int8[])
    RETURNING process, trace, started_at
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT DISTINCT kind, process, date_trunc('month', started_at AT TIME ZONE 'UTC')::date, %(shard)s::int2, 1
    FROM gone CROSS JOIN (VALUES ('flow'), ('variant')) AS each (kind)
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
SELECT process, trace FROM gone;

-- name: seal_flows
-- That share, which stays.
INSERT INTO mining.sealed_flow AS s (retirement, process, day, from_activity, to_activity, n, wait_us)
SELECT %(retirement)s, process, day, from_activity, to_activity, n, wait_us
FROM unnest(
    %(process)s::int4[], %(day)s::date[], %(from_activity)s::int4[], %(to_activity)s::int4[],
    %(n)s::int8[], %(wait_us)s::int8[]
) AS gone (process, day, from_activity, to_activity, n, wait_us)
ORDER BY process, day, from_activity, to_activity
ON CONFLICT (retirement, process, day, from_activity, to_activity) DO UPDATE
    SET n = s.n + EXCLUDED.n, wait_us = s.wait_us + EXCLUDED.wait_us;

-- name: count_cases
-- How many left.
INSERT INTO mining.sealed_case AS s (retirement, process, cases)
SELECT %(retirement)s, process, cases
FROM unnest(%(processes)s::int4[], %(cases)s::int8[]) AS gone (process, cases)
ON CONFLICT (retirement, process) DO UPDATE SET cases = s.cases + EXCLUDED.cases;

-- name: enter
-- What a chunk came to.
UPDATE stream.retirement
SET files = files + %(files)s, versions = versions + %(versions)s, objects = objects + %(objects)s,
    leans_on = ARRAY(SELECT unnest(leans_on) UNION SELECT unnest(%(leans_on)s::int4[]) ORDER BY 1)
WHERE retirement = %(retirement)s;

-- name: note_late
-- Something came for what has left.
INSERT INTO stream.late_event (event_key, retirement, object_key)
SELECT * FROM unnest(%(keys)s::uuid[], %(retirements)s::int4[], %(objects)s::int8[]) ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING;

-- name: return
-- Say that a retirement is being taken back, before any of it is.
UPDATE stream.retirement SET is_returning = true WHERE retirement = %(retirement)s;

-- name: forget_keys
-- These versions are events again. Each is looked up by itself, by its key (a condition in that form
-- is in no index): right after a retirement the planner believes that nothing has left, and would
-- compare all that did with each.
DELETE FROM stream.retired_event WHERE ctid = ANY (ARRAY(
    SELECT found.ctid
    FROM unnest(%(keys)s::uuid[], %(revisions)s::int8[], %(macs)s::bytea[]) AS said (event_key, revision, content_mac)
    CROSS JOIN LATERAL (
        SELECT r.ctid FROM stream.retired_event r
        WHERE r.event_key = said.event_key AND r.revision = said.revision
          AND r.content_mac = said.content_mac AND r.retirement IS NOT DISTINCT FROM %(retirement)s::int4
        OFFSET 0
    ) AS found
));

-- name: left
-- How many versions have not come back yet.
SELECT count(*) FROM stream.retired_event WHERE retirement = %(retirement)s;

-- name: unseal_handovers
-- The figures go, and their share in the counts by day: both come back with the cases.
WITH gone AS (
    DELETE FROM mining.sealed_handover WHERE retirement = %(retirement)s RETURNING *
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT DISTINCT 'handover', process, date_trunc('month', picked_up_on::timestamp)::date, %(shard)s::int2, 1
    FROM gone
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
INSERT INTO mining.handover_day AS d
    (process, day, supplier, customer, pickup_basis, shard, n, wait_us, wait_working_us)
SELECT process, picked_up_on, supplier, customer, pickup_basis, %(shard)s, -count(*), -sum(wait_us), -sum(wait_working_us)
FROM gone
GROUP BY process, picked_up_on, supplier, customer, pickup_basis
ORDER BY process, picked_up_on, supplier, customer, pickup_basis
ON CONFLICT (process, day, supplier, customer, pickup_basis, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us,
        wait_working_us = d.wait_working_us + EXCLUDED.wait_working_us;

-- name: unseal_deliveries
-- Likewise deliveries.
DELETE FROM mining.sealed_delivery WHERE retirement = %(retirement)s;

-- name: unseal_flows
-- Likewise the flow counts.
WITH gone AS (
    DELETE FROM mining.sealed_flow WHERE retirement = %(retirement)s RETURNING *
)
INSERT INTO mining.flow_day AS d (process, day, from_activity, to_activity, shard, n, wait_us)
SELECT process, day, from_activity, to_activity, %(shard)s, -n, -wait_us FROM gone
ORDER BY process, day, from_activity, to_activity
ON CONFLICT (process, day, from_activity, to_activity, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us;

-- name: unseal_cases
-- And how many there were.
DELETE FROM mining.sealed_case WHERE retirement = %(retirement)s;

-- name: name_again
-- Objects that have left are called by their names again: from then on they may be mined. As above,
-- each is found by its key.
WITH named AS MATERIALIZED (
    SELECT DISTINCT ON (k.key) k.key, k.id
    FROM stream.event_of_retired r
    JOIN stream.event e USING (event_key)
    CROSS JOIN mining.objects_of(e.objects) k
    WHERE r.retirement = %(retirement)s AND k.key = r.object_key
      AND NOT e.is_retracted AND jsonb_array_length(e.objects) <= %(most_cases)s
    ORDER BY k.key
)
UPDATE mining.object o SET object_id = named.id FROM named
WHERE o.object_key = named.key AND o.retirement IS NOT DISTINCT FROM %(retirement)s::int4
  AND o.object_id = '';

-- name: objects_of
-- The objects of a retirement that are called by their names again.
SELECT object_key FROM mining.object
WHERE retirement = %(retirement)s AND object_id <> '' ORDER BY object_key;

-- name: lock_left
-- Those that nothing stands of, as far as is known: whoever brings something waits.
SELECT object_key FROM mining.object WHERE retirement = %(retirement)s ORDER BY object_key FOR UPDATE;

-- name: forget
-- A retirement never was; nor were objects of it that nothing stands of any more.
WITH late AS (DELETE FROM stream.late_event WHERE retirement = %(retirement)s),
remaining AS (DELETE FROM stream.remaining_event WHERE retirement = %(retirement)s),
nothing AS (DELETE FROM mining.object WHERE retirement = %(retirement)s)
DELETE FROM stream.retirement WHERE retirement = %(retirement)s;

-- name: odd_counts
-- Where not as much has left as the retirement says.
SELECT r.archive, counted.what, counted.here, counted.said
FROM stream.retirement r
CROSS JOIN LATERAL (
    VALUES ('objects', (SELECT count(*) FROM mining.object o WHERE o.retirement = r.retirement), r.objects),
           ('versions', (SELECT count(*) FROM stream.retired_event e WHERE e.retirement = r.retirement), r.versions)
) AS counted (what, here, said)
WHERE NOT r.is_returning AND counted.here <> counted.said;

-- name: odd_events
-- Events that are here although what has left stands before them.
SELECT e.event_key::text, count(*)
FROM stream.event e JOIN stream.retired_event r USING (event_key)
WHERE (e.revision, e.content_mac, -(extract(epoch FROM e.occurred_at) * 1000000)::int8, -e.sequence)
   <= (r.revision, r.content_mac, -r.occurred_us, -r.sequence)
GROUP BY e.event_key;
