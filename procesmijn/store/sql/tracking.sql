-- name: find
-- What there is of a case: its object, in which retirement that has left, and whether it had begun.
SELECT o.object_key, o.retirement, EXISTS (
    SELECT FROM mining."case" c
    WHERE c.object_key = o.object_key AND c.process = d.code AND c.started_at <= bi.as_of()
)
FROM mining.process d
JOIN mining.object o ON o.object_key = mining.object_key(d.object_type, %(case_key)s)
WHERE d.code = (SELECT code FROM mining.term WHERE name = %(process)s);

-- name: named
-- Processes of which a case with that key had begun.
SELECT p.name
FROM mining.process d
JOIN mining.term p USING (code)
JOIN mining.object o ON o.object_key = mining.object_key(d.object_type, %(case_key)s)
WHERE o.retirement IS NOT NULL OR EXISTS (
    SELECT FROM mining."case" c
    WHERE c.object_key = o.object_key AND c.process = d.code AND c.started_at <= bi.as_of())
ORDER BY p.name;

-- name: objects
-- The objects that some cases are of, in the order in which they are asked for.
SELECT d.code, mining.object_key(d.object_type, asked.case_key)
FROM unnest(%(processes)s::text[], %(case_keys)s::text[]) WITH ORDINALITY AS asked(process, case_key, place)
JOIN mining.term p ON p.name = asked.process
JOIN mining.process d USING (code)
ORDER BY asked.place;

-- name: near
-- Ids of cases that may have been meant: one mistake leaves one half of an id whole.
SELECT o.object_id
FROM mining."case" c
JOIN mining.object o USING (object_key)
CROSS JOIN (SELECT lower(%(case_key)s) AS id, length(%(case_key)s) / 2 AS half) asked
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND c.started_at <= bi.as_of()
  AND (lower(left(o.object_id, half)) = left(asked.id, half)
       OR lower(right(o.object_id, half)) = right(asked.id, half))
ORDER BY abs(length(o.object_id) - length(asked.id)), o.object_id
LIMIT %(most)s;

-- name: cases
-- What forecasts are made from and of: the cases that were closed last, and those that run. Where
-- nothing is declared to close a case, the last that began, whether or not they have ended, and one.
WITH asked AS (
    SELECT d.code, d.has_end FROM mining.process d JOIN mining.term p USING (code) WHERE p.name = %(process)s
), meant AS (
    (SELECT c.object_key, c.process FROM mining."case" c JOIN asked a ON a.code = c.process AND a.has_end
     WHERE c.closed_at <= bi.as_of() ORDER BY c.closed_at DESC, c.object_key LIMIT %(most)s)
    UNION ALL
    SELECT c.object_key, c.process FROM mining."case" c JOIN asked a ON a.code = c.process AND a.has_end
    WHERE c.closed_at > bi.as_of() AND c.started_at <= bi.as_of()
    UNION ALL
    (SELECT c.object_key, c.process FROM mining."case" c JOIN asked a ON a.code = c.process AND NOT a.has_end
     WHERE c.started_at <= bi.as_of()
     ORDER BY c.object_key = %(object_key)s DESC, c.started_at DESC, c.object_key LIMIT %(most)s)
)
SELECT o.object_id, c.trace
FROM meant
JOIN mining."case" c USING (object_key, process)
JOIN mining.object o USING (object_key)
WHERE length(c.trace) > 0
ORDER BY c.started_at, o.object_id;

-- name: begun
-- Traces of the last cases that began.
SELECT c.trace
FROM mining."case" c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND length(c.trace) > 0 AND c.started_at <= bi.as_of()
ORDER BY c.started_at DESC, c.object_key
LIMIT %(most)s;

-- name: promises
-- What was asked for in a case or delivered, as bi.as_of() has it.
SELECT d.deliverable, d.agreement, d.supplier, d.customer, d.customer_role, d.requested_at, d.promised_at, d.due_at,
       d.delivered_at, d.status, d.is_breached, d.is_paused, d.late_returns, d.returnable_until, a.lead_time,
       d.supplier_clock_seconds::float8, d.customer_clock_seconds::float8
FROM bi.fct_delivery d
LEFT JOIN bi.dim_agreement a USING (agreement, version)
WHERE d.process = %(process)s AND d.case_key = %(case_key)s
ORDER BY d.requested_at, d.due_at, d.delivery_id;
