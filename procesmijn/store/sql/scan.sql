-- name: snapshot
-- All that follows sees one moment, however long it takes.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: export
-- The moment, for another session to see as well.
SELECT pg_export_snapshot();

-- name: events
-- Every standing event once for each of its objects, as entries of packs, by object: what the packs
-- have to hold; objects that have left only where they are asked for. Read straight from the events,
-- by one sort; of the objects of a retirement no events are looked at but theirs.
COPY (
    SELECT k.key, COALESCE(ot.code, 0), e.event_key, e.started_at,
           e.occurred_at, e.sequence,
           COALESCE(t.code, 0), COALESCE(p.code, 0), COALESCE(a.code, 0), COALESCE(y.code, 0),
           COALESCE(m.code, 0), COALESCE(f.code, 0), COALESCE(r.code, 0), COALESCE(w.code, 0), COALESCE(d.code, 0),
           COALESCE(mining.object_key('request', jsonb_path_query_first(e.objects, 'strict $[*] ? (@[0] == "request")') ->> 1), 0),
           e.lifecycle,
           CASE e.data ->> 'outcome' WHEN 'followed' THEN 1 WHEN 'not-followed' THEN 2 ELSE 0 END::int2
    FROM (
        SELECT * FROM stream.event WHERE %(retirement)s::int4 IS NULL
        UNION ALL
        SELECT * FROM stream.event
        WHERE event_key IN (
            SELECT event_key FROM stream.event_of_retired WHERE retirement = %(retirement)s::int4
        )
    ) e
    CROSS JOIN mining.objects_of(e.objects) k
    LEFT JOIN mining.term ot ON ot.name = k.type
    LEFT JOIN mining.term t ON t.name = e.type
    LEFT JOIN mining.term p ON p.name = e.process
    LEFT JOIN mining.term a ON a.name = e.activity
    LEFT JOIN mining.term y ON y.name = e.party
    LEFT JOIN mining.term m ON m.name = e.team
    LEFT JOIN mining.term f ON f.name = e.performer
    LEFT JOIN mining.term r ON r.name = e.receiver
    LEFT JOIN mining.term w ON w.name = CASE WHEN e.data ? 'roles' THEN mining.roles_of(e.data) END
    LEFT JOIN mining.term d ON d.name = e.data ->> 'deliverable'
    LEFT JOIN mining.object gone ON gone.object_key = k.key AND gone.retirement IS NOT NULL
    WHERE NOT e.is_retracted AND jsonb_array_length(e.objects) <= %(most_cases)s
      AND (%(keys)s::int8[] IS NULL AND gone.object_key IS NULL OR k.key = ANY (%(keys)s::int8[]))
    ORDER BY k.key
) TO STDOUT (FORMAT BINARY);

-- name: only_rebuild
-- Two at a time would add what the counts lack twice. Held until the session ends.
SELECT pg_try_advisory_lock(7263);

-- name: is_rebuilding
-- Whether somebody holds that.
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 0 AND objid = 7263 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
);

-- name: names
-- Every name that the events use.
SELECT type FROM stream.event UNION SELECT process FROM stream.event
UNION SELECT activity FROM stream.event UNION SELECT party FROM stream.event
UNION SELECT team FROM stream.event UNION SELECT performer FROM stream.event
UNION SELECT receiver FROM stream.event UNION SELECT data ->> 'deliverable' FROM stream.event
UNION SELECT mining.roles_of(data) FROM stream.event WHERE data ? 'roles'
UNION SELECT pair ->> 0 FROM stream.event e, jsonb_array_elements(e.objects) AS pair;

-- name: make_objects
-- Objects that events speak of and that are not there, as in a database of events alone.
INSERT INTO mining.object (object_key, object_type, object_id, entries, events, rules_id)
SELECT DISTINCT ON (k.key) k.key, t.code, k.id, 0, 0, 0
FROM stream.event e
CROSS JOIN mining.objects_of(e.objects) k
JOIN mining.term t ON t.name = k.type
WHERE NOT e.is_retracted AND jsonb_array_length(e.objects) <= %(most_cases)s
  AND NOT EXISTS (SELECT FROM mining.object o WHERE o.object_key = k.key)
ORDER BY k.key
ON CONFLICT DO NOTHING;

-- name: forget_objects
-- Rows whose key is not that of their object, so that no event speaks of it.
DELETE FROM mining.object o
WHERE o.retirement IS NULL AND NOT EXISTS (
    SELECT FROM mining.term t
    WHERE t.code = o.object_type AND mining.object_key(t.name, o.object_id) = o.object_key
);

-- name: keys_between
-- Every object of a range of keys that anything is stored of.
SELECT object_key FROM (
    SELECT object_key FROM mining.object WHERE retirement IS NULL
    UNION SELECT object_key FROM mining.pack
    UNION SELECT object_key FROM mining."case"
    UNION SELECT object_key FROM mining.handover
    UNION SELECT object_key FROM mining.pending
    UNION SELECT object_key FROM mining.delivery
    UNION SELECT object_key FROM mining.repeat
    UNION SELECT object_key FROM mining.deviation
) AS any_of
WHERE object_key > %(after)s AND object_key <= %(until)s
ORDER BY object_key;

-- name: objects
-- What is known of some objects.
SELECT object_key, object_type, object_id, entries, events, rules_id, retirement FROM mining.object
WHERE object_key = ANY (%(keys)s::int8[]) ORDER BY object_key;

-- name: object_names
-- Type and id of some objects, from the events that speak of them.
SELECT DISTINCT k.key, k.type, k.id
FROM stream.event e
CROSS JOIN mining.objects_of(e.objects) k
WHERE k.key = ANY (%(keys)s::int8[]);

-- name: odd_packs
-- Packs that do not hang together: chunks that are missing or not full, or another length than the
-- object says.
WITH chunk AS (
    SELECT object_key, chunk, length(events) AS bytes,
           row_number() OVER in_order - 1 AS place,
           lead(chunk) OVER in_order IS NULL AS is_last
    FROM mining.pack
    WHERE object_key = ANY (%(keys)s::int8[])
    WINDOW in_order AS (PARTITION BY object_key ORDER BY chunk)
), pack AS (
    SELECT object_key, sum(bytes)::int8 AS bytes,
           bool_and(chunk = place AND (bytes = %(full)s OR is_last AND bytes > 0)
                    AND bytes %% %(width)s = 0) AS is_whole
    FROM chunk GROUP BY object_key
)
SELECT COALESCE(o.object_key, p.object_key), COALESCE(p.bytes, 0), COALESCE(p.is_whole, true)
FROM (
    SELECT object_key, CASE WHEN retirement IS NULL THEN entries ELSE 0 END AS entries
    FROM mining.object WHERE object_key = ANY (%(keys)s::int8[])
) o
FULL JOIN pack p USING (object_key)
WHERE COALESCE(p.bytes, 0) <> COALESCE(o.entries, 0) * %(width)s OR NOT COALESCE(p.is_whole, true)
ORDER BY 1;

-- name: handover_drift
-- Where the counts by day say something else than the handovers do: what would have to be added.
SELECT COALESCE(f.process, d.process), COALESCE(f.day, d.day), COALESCE(f.supplier, d.supplier),
       COALESCE(f.customer, d.customer), COALESCE(f.pickup_basis, d.pickup_basis),
       (COALESCE(f.n, 0) - COALESCE(d.n, 0))::int8,
       (COALESCE(f.wait_us, 0) - COALESCE(d.wait_us, 0))::int8,
       (COALESCE(f.wait_working_us, 0) - COALESCE(d.wait_working_us, 0))::int8
FROM (
    SELECT process, picked_up_on AS day, supplier, customer, pickup_basis,
           count(*) AS n, sum(wait_us) AS wait_us, sum(wait_working_us) AS wait_working_us
    FROM mining.measured_handover GROUP BY 1, 2, 3, 4, 5
) f
FULL JOIN (
    SELECT process, day, supplier, customer, pickup_basis,
           sum(n) AS n, sum(wait_us) AS wait_us, sum(wait_working_us) AS wait_working_us
    FROM mining.handover_day GROUP BY 1, 2, 3, 4, 5
) d USING (process, day, supplier, customer, pickup_basis)
WHERE (COALESCE(f.n, 0), COALESCE(f.wait_us, 0), COALESCE(f.wait_working_us, 0))
   <> (COALESCE(d.n, 0), COALESCE(d.wait_us, 0), COALESCE(d.wait_working_us, 0));

-- name: add_handover_drift
-- Counts add up, so what is missing can be added beside live traffic.
INSERT INTO mining.handover_day AS d
    (process, day, supplier, customer, pickup_basis, shard, n, wait_us, wait_working_us)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (process, day, supplier, customer, pickup_basis, shard) DO UPDATE
    SET n = d.n + EXCLUDED.n, wait_us = d.wait_us + EXCLUDED.wait_us,
        wait_working_us = d.wait_working_us + EXCLUDED.wait_working_us;

-- name: traces
-- All traces, by process; one that was cut short is found with its case.
SELECT process, trace FROM mining."case" WHERE mod(length(trace), 16) = 0;

-- name: flow_sums
-- The flow counts as stored, shards added up.
COPY (
    SELECT process, day, from_activity, to_activity, sum(n)::int8, sum(wait_us)::int8
    FROM mining.flow_day GROUP BY 1, 2, 3, 4
    HAVING sum(n) <> 0 OR sum(wait_us) <> 0
) TO STDOUT (FORMAT BINARY);

-- name: sealed_flows
-- The share of cases that have left in them.
COPY (
    SELECT process, day, from_activity, to_activity, sum(n)::int8, sum(wait_us)::int8
    FROM mining.sealed_flow GROUP BY 1, 2, 3, 4
) TO STDOUT (FORMAT BINARY);
