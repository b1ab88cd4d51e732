-- name: handovers
-- Who waits for whom: exact, from the records, in both clocks.
SELECT s.name AS supplier, c.name AS customer,
       count(*) AS handovers, count(DISTINCT h.object_key) AS cases,
       (sum(h.wait_us) / count(*) / 1e6)::float8,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY h.wait_us) / 1e6,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY h.wait_us) / 1e6,
       (sum(h.wait_working_us) / count(*) / 1e6)::float8,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY h.wait_working_us) / 1e6,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY h.wait_working_us) / 1e6,
       CASE WHEN min(h.pickup_basis) <> max(h.pickup_basis) THEN 'mixed'
            WHEN min(h.pickup_basis) = 1 THEN 'start' ELSE 'completion' END
FROM mining.measured_handover h
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
WHERE p.name = %(process)s
  AND h.picked_up_at <= bi.as_of()
  AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
  AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
  AND (%(basis)s::int2 IS NULL OR h.pickup_basis = %(basis)s)
  AND {chosen}
GROUP BY s.name, c.name
ORDER BY count(*) DESC, s.name, c.name;

-- name: end_customers
-- Parties for whom the chains exist.
SELECT party FROM bi.dim_party WHERE is_declared AND is_end_customer;

-- name: unassigned
-- Events of a process that no party is known of.
SELECT COALESCE(sum(c.unassigned), 0)::int8
FROM mining."case" c JOIN mining.term p ON p.code = c.process
WHERE p.name = %(process)s;

-- name: case_columns
-- What is told of a case.
SELECT * FROM bi.fct_case LIMIT 0;

-- name: cases
-- The cases of a process, as BI tools see them, each after its internal key; where only so many are
-- asked for, the latest.
-- A day less and a day more, since the index knows instants, and dates are those of a zone.
SELECT * FROM mining.told_case WHERE process = %(process)s
  AND started_at >= COALESCE(%(since)s::date::timestamp AT TIME ZONE 'UTC' - interval '1 day', '-infinity')
  AND started_at < COALESCE(%(until)s::date::timestamp AT TIME ZONE 'UTC' + interval '1 day', 'infinity')
  AND (%(since)s::date IS NULL OR started_on >= %(since)s)
  AND (%(until)s::date IS NULL OR started_on < %(until)s)
  AND {chosen}
ORDER BY CASE WHEN %(most)s::int8 IS NULL THEN started_at END, started_at DESC, case_key
LIMIT %(most)s::int8;

-- name: pending
-- Who waits now, and since when.
-- What has waited longest has in working time, too: of all of a pair the calendar is the customer's.
SELECT c.name, s.name, w.n, w.oldest_at, EXTRACT(epoch FROM bi.as_of() - w.oldest_at)::float8,
       (mining.working_us(mining.calendar_of(w.customer), w.oldest_at, bi.as_of()) / 1e6)::float8
FROM (
    SELECT customer, supplier, count(*) AS n, min(delivered_at) AS oldest_at
    FROM mining.pending
    WHERE settled_at > bi.as_of() AND delivered_at <= bi.as_of()
      AND (%(process)s::text IS NULL
           OR process = (SELECT code FROM mining.term WHERE name = %(process)s))
    GROUP BY customer, supplier
) w
JOIN mining.term c ON c.code = w.customer
LEFT JOIN mining.term s ON s.code = w.supplier
ORDER BY w.n DESC, c.name, s.name;

-- name: processes
-- Processes that there are cases of, with their numbers.
SELECT p.name, count(*), sum(c.events)::int8, sum(c.handovers)::int8
FROM mining."case" c JOIN mining.term p ON p.code = c.process
GROUP BY p.name ORDER BY p.name;

-- name: counts
-- How much there is.
SELECT (SELECT count(*) FROM stream.event), (SELECT count(*) FROM mining."case"),
       (SELECT count(*) FROM mining.handover),
       (SELECT count(*) FROM stream.dead_letter WHERE redriven_at IS NULL);

-- name: flaws
-- What is odd in what is stored: events of cases without a party, handovers that waited in no working
-- hour, events that were corrected or retracted, and those that came after their case had left.
SELECT (SELECT COALESCE(sum(unassigned), 0)::int8 FROM mining."case"),
       (SELECT count(*) FROM mining.handover WHERE wait_us > 0 AND wait_working_us = 0),
       (SELECT count(*) FROM stream.superseded),
       (SELECT count(*) FROM stream.late_event);

-- name: flagged
-- What is stored and not mined: objects with too many events, events with too many objects.
SELECT 'object', t.name, o.object_id, o.events
FROM mining.object o JOIN mining.term t ON t.code = o.object_type
WHERE o.events > %(most_events)s
UNION ALL
SELECT 'event', e.source, COALESCE(p.topic || '/' || p.partition || ' at ' || e."offset", e.id),
       jsonb_array_length(e.objects)
FROM stream.event e LEFT JOIN stream.position p USING (topic_id, partition)
WHERE NOT e.is_retracted AND jsonb_array_length(e.objects) > %(most_cases)s
ORDER BY 1, 4 DESC, 2, 3;

-- name: undeclared_parties
-- Parties that events name and the catalogue does not know.
SELECT name, count(*) FROM (
    SELECT party AS name FROM stream.event WHERE party IS NOT NULL
    UNION ALL SELECT receiver FROM stream.event WHERE receiver IS NOT NULL
) used
WHERE NOT EXISTS (
    SELECT FROM mining.party p JOIN mining.term t ON t.code = p.code WHERE t.name = used.name
)
GROUP BY name ORDER BY count(*) DESC, name;

-- name: undeclared_processes
-- Processes that events name and the catalogue does not know: stored, and mined once it does.
SELECT e.process, count(*) FROM stream.event e
WHERE e.process IS NOT NULL AND NOT EXISTS (
    SELECT FROM mining.process p JOIN mining.term t ON t.code = p.code WHERE t.name = e.process
)
GROUP BY e.process ORDER BY count(*) DESC, e.process;

-- name: astray
-- Steps of a process that the catalogue knows, about objects of another type than its cases.
SELECT e.process, o.object_type, p.object_type, count(*)
FROM stream.event e
CROSS JOIN LATERAL (
    SELECT DISTINCT pair ->> 0 AS object_type FROM jsonb_array_elements(e.objects) AS pair
) o
JOIN mining.term t ON t.name = e.process
JOIN mining.process p ON p.code = t.code
WHERE o.object_type <> p.object_type
GROUP BY e.process, o.object_type, p.object_type
ORDER BY count(*) DESC, e.process, o.object_type;
