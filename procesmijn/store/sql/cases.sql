-- name: lock_appended
-- Step 3 of a batch: the objects that it speaks of, made or locked, in order, with the counts as
-- they are with this batch. What is read of them is read in a later statement: what another worker
-- wrote while this one waited is in sight only then.
INSERT INTO mining.object AS o (object_key, object_type, object_id, entries, events, rules_id)
SELECT * FROM unnest(
    %(keys)s::int8[], %(types)s::int4[], %(ids)s::text[], %(entries)s::int4[], %(events)s::int4[],
    %(rules)s::int4[]
) ORDER BY 1
ON CONFLICT (object_key) DO UPDATE
    SET entries = o.entries + EXCLUDED.entries,
        events = o.events + EXCLUDED.events,
        rules_id = EXCLUDED.rules_id
    WHERE o.object_type = EXCLUDED.object_type
      AND (o.object_id = EXCLUDED.object_id OR o.retirement IS NOT NULL)
RETURNING o.object_key, o.entries, o.events, o.retirement;

-- name: lock_again
-- Objects that are to be mined anew by the rules in force; of those that have left, the ones that
-- are called by their names again.
SELECT object_key, object_type, object_id, entries, events
FROM mining.object
WHERE object_key = ANY (%(keys)s::int8[]) AND (retirement IS NULL OR object_id <> '')
ORDER BY object_key
FOR UPDATE;

-- name: mark_rules
-- They were mined by these rules.
UPDATE mining.object SET rules_id = wanted.rules_id
FROM unnest(%(keys)s::int8[], %(rules)s::int4[]) AS wanted (object_key, rules_id)
WHERE object.object_key = wanted.object_key AND object.rules_id <> wanted.rules_id;

-- name: packs
-- All events of some objects, in the order in which they were appended.
SELECT object_key, events
FROM mining.pack
WHERE object_key = ANY (%(keys)s::int8[])
ORDER BY object_key, chunk;

-- name: traces
-- Traces of some objects, in the order of their cases.
SELECT trace FROM mining."case"
WHERE object_key = ANY (%(keys)s::int8[])
ORDER BY object_key, process;

-- name: courses
-- What the deliveries of some objects went through, in their order.
SELECT course FROM mining.delivery
WHERE object_key = ANY (%(keys)s::int8[])
ORDER BY object_key, process, agreement, opened_event;

-- name: new_packs
-- Chunks that are new. Rows that are new come by COPY, here and below: nobody else writes what
-- belongs to a locked object, so what is known of it tells which are new, and none of them has to be
-- looked for.
COPY mining.pack (object_key, chunk, events) FROM STDIN (FORMAT BINARY);

-- name: append
-- New entries to the last chunk of an object.
UPDATE mining.pack AS p SET events = p.events || i.events
FROM unnest(%(keys)s::int8[], %(chunks)s::int4[], %(events)s::bytea[]) AS i (object_key, chunk, events)
WHERE p.object_key = i.object_key AND p.chunk = i.chunk;

-- name: drop_packs
-- Packs are a cache: these are made again from the events.
DELETE FROM mining.pack WHERE object_key = ANY (%(keys)s::int8[]);

-- name: recount
-- The counts of an object whose packs were made again: now it is here, if it was not.
UPDATE mining.object SET entries = wanted.entries, events = wanted.events, retirement = NULL
FROM unnest(%(keys)s::int8[], %(entries)s::int4[], %(events)s::int4[]) AS wanted (object_key, entries, events)
WHERE object.object_key = wanted.object_key;

-- name: change_case
-- Step 4: cases that stand otherwise than they did; the traces before and after go to the flow
-- counts.
WITH written AS (
    UPDATE mining."case" AS c
    SET started_at = i.started_at, ended_at = i.ended_at, closed_at = i.closed_at,
        processing_us = i.processing_us, events = i.events, unassigned = i.unassigned,
        handovers = i.handovers, parties = i.parties, revisits = i.revisits,
        revisits_direct = i.revisits_direct, pingpongs = i.pingpongs,
        pingpongs_direct = i.pingpongs_direct, repeats = i.repeats, variant = i.variant,
        trace_hash = i.trace_hash, trace = i.trace, change_id = DEFAULT, updated_at = DEFAULT
    FROM {changed}
    WHERE c.object_key = i.object_key AND c.process = i.process
    RETURNING new.process, old.trace AS before, new.trace AS after, new.started_at,
              old.started_at AS started_before
), started AS (
    SELECT process, started_at FROM written
    UNION ALL
    SELECT process, started_before FROM written WHERE started_before <> started_at
), months AS (
    SELECT DISTINCT process, date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month FROM started
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT kind, process, month, %(shard)s::int2, 1
    FROM months CROSS JOIN (VALUES ('flow'), ('variant')) AS each (kind)
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
SELECT process, before, after FROM written WHERE before <> after;

-- name: touch_months_of_cases
-- New cases give their months another version.
INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
SELECT DISTINCT kind, process, date_trunc('month', day::timestamp)::date, %(shard)s::int2, 1
FROM unnest(%(processes)s::int4[], %(days)s::date[]) AS new (process, day)
CROSS JOIN (VALUES ('flow'), ('variant')) AS each (kind)
ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1;

-- name: remove_cases
-- Cases that are no more, with their traces.
WITH gone AS (
    DELETE FROM mining."case" c
    USING unnest(%(objects)s::int8[], %(processes)s::int4[]) AS k (object_key, process)
    WHERE c.object_key = k.object_key AND c.process = k.process
    RETURNING c.object_key, c.process, c.trace, c.started_at
), noted AS (
    INSERT INTO mining.removed (kind, object_key, process) SELECT 'case', object_key, process FROM gone
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT DISTINCT kind, process, date_trunc('month', started_at AT TIME ZONE 'UTC')::date, %(shard)s::int2, 1
    FROM gone CROSS JOIN (VALUES ('flow'), ('variant')) AS each (kind)
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
SELECT process, trace AS before, NULL::bytea AS after FROM gone;

-- name: change_pending
-- Parties named to act next, otherwise than they were.
UPDATE mining.pending AS p
SET supplier = i.supplier, customer = i.customer, activity = i.activity,
    delivered_at = i.delivered_at, delivered_on = i.delivered_on, settled_at = i.settled_at,
    change_id = DEFAULT, updated_at = DEFAULT
FROM {changed}
WHERE p.object_key = i.object_key AND p.process = i.process AND p.from_event = i.from_event;

-- name: remove_pendings
-- Those that are no more.
WITH gone AS (
    DELETE FROM mining.pending p
    USING unnest(%(objects)s::int8[], %(processes)s::int4[], %(events)s::uuid[]) AS k (object_key, process, event_key)
    WHERE p.object_key = k.object_key AND p.process = k.process AND p.from_event = k.event_key
    RETURNING p.object_key, p.process, p.from_event
)
INSERT INTO mining.removed (kind, object_key, process, event_key)
SELECT 'pending', object_key, process, from_event FROM gone;

-- name: change_delivery
-- Deliveries that stand otherwise than they did.
UPDATE mining.delivery AS d
SET request = i.request, version = i.version, deliverable = i.deliverable,
    supplier = i.supplier, customer = i.customer, requested_by = i.requested_by,
    requested_at = i.requested_at, requested_on = i.requested_on, promised_at = i.promised_at,
    cancelled_at = i.cancelled_at, since_at = i.since_at, due_at = i.due_at,
    first_delivered_at = i.first_delivered_at, delivered_at = i.delivered_at,
    accepted_at = i.accepted_at, returned_at = i.returned_at,
    returnable_at = i.returnable_at, supplier_us = i.supplier_us, due_on = i.due_on,
    delivered_on = i.delivered_on, returns = i.returns, late_returns = i.late_returns,
    pauses = i.pauses, standing = i.standing, is_paused = i.is_paused,
    right_first = i.right_first, outcome = i.outcome, digest = i.digest, course = i.course,
    change_id = DEFAULT, updated_at = DEFAULT
FROM {changed}
WHERE d.object_key = i.object_key AND d.process = i.process AND d.agreement = i.agreement AND d.opened_event = i.opened_event;

-- name: remove_deliveries
-- Those that are no more.
WITH gone AS (
    DELETE FROM mining.delivery d
    USING unnest(
        %(objects)s::int8[], %(processes)s::int4[], %(agreements)s::int4[], %(events)s::uuid[]
    ) AS k (object_key, process, agreement, event_key)
    WHERE d.object_key = k.object_key AND d.process = k.process AND d.agreement = k.agreement
      AND d.opened_event = k.event_key
    RETURNING d.object_key, d.process, d.agreement, d.opened_event
)
INSERT INTO mining.removed (kind, object_key, process, event_key, agreement)
SELECT 'delivery', object_key, process, opened_event, agreement FROM gone;

-- name: change_repeat
-- Work done again, otherwise than it was.
UPDATE mining.repeat AS r
SET activity = i.activity, party = i.party, supplier = i.supplier, customer = i.customer,
    handover_event = i.handover_event, since_at = i.since_at, started_at = i.started_at,
    completed_at = i.completed_at, completed_on = i.completed_on, is_pingpong = i.is_pingpong,
    change_id = DEFAULT, updated_at = DEFAULT
FROM {changed}
WHERE r.object_key = i.object_key AND r.process = i.process AND r.again_event = i.again_event;

-- name: remove_repeats
-- What is no repeat any more.
WITH gone AS (
    DELETE FROM mining.repeat r
    USING unnest(%(objects)s::int8[], %(processes)s::int4[], %(events)s::uuid[]) AS k (object_key, process, event_key)
    WHERE r.object_key = k.object_key AND r.process = k.process AND r.again_event = k.event_key
    RETURNING r.object_key, r.process, r.again_event
)
INSERT INTO mining.removed (kind, object_key, process, event_key)
SELECT 'repeat', object_key, process, again_event FROM gone;

-- name: change_deviation
-- Deviations that are otherwise than they were.
UPDATE mining.deviation AS d
SET activity = i.activity, party = i.party, since_at = i.since_at, since_on = i.since_on,
    change_id = DEFAULT, updated_at = DEFAULT
FROM {changed}
WHERE d.object_key = i.object_key AND d.process = i.process AND d.rule = i.rule AND d.at_event = i.at_event;

-- name: remove_deviations
-- Those that are no more.
WITH gone AS (
    DELETE FROM mining.deviation d
    USING unnest(
        %(objects)s::int8[], %(processes)s::int4[], %(rules)s::int4[], %(events)s::uuid[]
    ) AS k (object_key, process, rule, event_key)
    WHERE d.object_key = k.object_key AND d.process = k.process AND d.rule = k.rule
      AND d.at_event = k.event_key
    RETURNING d.object_key, d.process, d.rule, d.at_event
)
INSERT INTO mining.removed (kind, object_key, process, event_key, rule)
SELECT 'deviation', object_key, process, at_event, rule FROM gone;

-- name: change_handover
-- Handovers that stand otherwise than they did, and in the same statement, from the very rows
-- written, the counts by day: what stood is taken off, what stands now is added.
WITH written AS (
    UPDATE mining.handover AS h
    SET from_event = i.from_event, supplier = i.supplier, customer = i.customer,
        from_activity = i.from_activity, to_activity = i.to_activity,
        delivered_at = i.delivered_at, picked_up_at = i.picked_up_at,
        delivered_on = i.delivered_on, picked_up_on = i.picked_up_on,
        previous_on = i.previous_on, wait_us = i.wait_us,
        wait_working_us = i.wait_working_us, case_wait_us = i.case_wait_us,
        case_wait_working_us = i.case_wait_working_us, pickup_basis = i.pickup_basis,
        change_id = DEFAULT, updated_at = DEFAULT
    FROM {changed}
    WHERE h.object_key = i.object_key AND h.process = i.process AND h.to_event = i.to_event
    RETURNING new.process AS process, new.picked_up_on AS day, new.supplier AS supplier,
              new.customer AS customer, new.pickup_basis AS pickup_basis,
              new.wait_us AS wait_us, new.wait_working_us AS wait_working_us,
              old.process AS old_process, old.picked_up_on AS old_day, old.supplier AS old_supplier,
              old.customer AS old_customer, old.pickup_basis AS old_pickup_basis,
              old.wait_us AS old_wait_us, old.wait_working_us AS old_wait_working_us
), delta AS (
    SELECT process, day, supplier, customer, pickup_basis, 1 AS n, wait_us, wait_working_us
    FROM written
    UNION ALL
    SELECT old_process, old_day, old_supplier, old_customer, old_pickup_basis, -1, -old_wait_us, -old_wait_working_us
    FROM written
), rolled AS MATERIALIZED (
    SELECT process, day, supplier, customer, pickup_basis, sum(n) AS n, sum(wait_us) AS wait_us,
           sum(wait_working_us) AS wait_working_us
    FROM delta
    GROUP BY process, day, supplier, customer, pickup_basis
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT DISTINCT 'handover', process, date_trunc('month', day::timestamp)::date, %(shard)s::int2, 1
    FROM rolled
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
INSERT INTO mining.handover_day AS d
    (process, day, supplier, customer, pickup_basis, shard, n, wait_us, wait_working_us)
SELECT process, day, supplier, customer, pickup_basis, %(shard)s, n, wait_us, wait_working_us
FROM rolled
WHERE n <> 0 OR wait_us <> 0 OR wait_working_us <> 0
ORDER BY process, day, supplier, customer, pickup_basis
ON CONFLICT (process, day, supplier, customer, pickup_basis, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us,
        wait_working_us = d.wait_working_us + EXCLUDED.wait_working_us;

-- name: count_handovers
-- What new handovers come to by day is added to the counts, and their months get another version.
WITH rolled AS MATERIALIZED (
    SELECT * FROM unnest(
        %(process)s::int4[], %(day)s::date[], %(supplier)s::int4[], %(customer)s::int4[],
        %(pickup_basis)s::int2[], %(n)s::int8[], %(wait_us)s::int8[], %(wait_working_us)s::int8[]
    ) AS new (process, day, supplier, customer, pickup_basis, n, wait_us, wait_working_us)
), touched AS (
    INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
    SELECT DISTINCT 'handover', process, date_trunc('month', day::timestamp)::date, %(shard)s::int2, 1
    FROM rolled
    ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1
)
INSERT INTO mining.handover_day AS d
    (process, day, supplier, customer, pickup_basis, shard, n, wait_us, wait_working_us)
SELECT process, day, supplier, customer, pickup_basis, %(shard)s, n, wait_us, wait_working_us
FROM rolled
ORDER BY process, day, supplier, customer, pickup_basis
ON CONFLICT (process, day, supplier, customer, pickup_basis, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us,
        wait_working_us = d.wait_working_us + EXCLUDED.wait_working_us;

-- name: remove_handovers
-- Handovers that are no more, and their share in the counts by day.
WITH gone AS (
    DELETE FROM mining.handover h
    USING unnest(%(objects)s::int8[], %(processes)s::int4[], %(events)s::uuid[]) AS k (object_key, process, event_key)
    WHERE h.object_key = k.object_key AND h.process = k.process AND h.to_event = k.event_key
    RETURNING h.*
), noted AS (
    INSERT INTO mining.removed (kind, object_key, process, event_key)
    SELECT 'handover', object_key, process, to_event FROM gone
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

-- name: add_flows
-- Step 5: directly-follows counts by day, as the traces written have changed them.
INSERT INTO mining.flow_day AS d (process, day, from_activity, to_activity, shard, n, wait_us)
SELECT process, day, from_activity, to_activity, %(shard)s, n, wait_us
FROM unnest(
    %(process)s::int4[], %(day)s::date[], %(from_activity)s::int4[], %(to_activity)s::int4[],
    %(n)s::int8[], %(wait_us)s::int8[]
) AS new (process, day, from_activity, to_activity, n, wait_us)
ORDER BY process, day, from_activity, to_activity
ON CONFLICT (process, day, from_activity, to_activity, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us;
