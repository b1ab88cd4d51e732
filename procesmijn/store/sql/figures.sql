-- name: moment
-- Of which moment the views speak, from how many cases on, and when a worker last stored anything.
SELECT bi.as_of(), COALESCE(current_setting('procesmijn.as_of', true), '') = '', bi.small_group(),
       (SELECT max(updated_at) FROM stream.position);

-- name: parties
-- Declared parties with the length of a usual working day: the most frequent one of the year before.
-- What is automatic is no party to anything. In the order of their codes, which never change: so a party keeps its colour.
WITH day AS (
    SELECT s.calendar, (s.opens_at AT TIME ZONE k.time_zone)::date AS day,
           sum(EXTRACT(epoch FROM s.closes_at - s.opens_at)) AS seconds
    FROM mining.calendar_stretch s
    JOIN mining.calendar k ON k.code = s.calendar
    WHERE s.opens_at <= bi.as_of() AND s.opens_at > bi.as_of() - interval '1 year'
    GROUP BY 1, 2
), usual AS (
    SELECT calendar, (mode() WITHIN GROUP (ORDER BY seconds))::float8 AS seconds FROM day GROUP BY calendar
)
SELECT t.name, p.label_nl, p.label_en, p.kind, LEAST(COALESCE(u.seconds, 86400), 86400)
FROM mining.party p
JOIN mining.term t ON t.code = p.code
LEFT JOIN usual u ON u.calendar = p.calendar
WHERE p.kind <> 'automatic'
ORDER BY p.code;

-- name: processes
-- Declared processes, with their cases.
SELECT t.name, p.label_nl, p.label_en, p.time_zone,
       (SELECT count(*) FROM mining."case" c WHERE c.process = p.code AND c.started_at <= bi.as_of())
FROM mining.process p
JOIN mining.term t ON t.code = p.code
ORDER BY t.name;

-- name: deliverables
-- Declared deliverables, and whom to call.
SELECT deliverable, label_nl, label_en, contact FROM bi.dim_deliverable ORDER BY deliverable;

-- name: waits
-- What parties waited for each other, from the records: over all processes at once, or in each.
SELECT CASE WHEN %(by_process)s THEN p.name END, s.name, c.name,
       count(*), count(DISTINCT h.object_key),
       (sum(CASE WHEN %(is_working)s THEN h.wait_working_us ELSE h.wait_us END) / 1e6)::float8,
       ARRAY(SELECT us / 1e6 FROM unnest(
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (
               ORDER BY CASE WHEN %(is_working)s THEN h.wait_working_us ELSE h.wait_us END)) AS us),
       CASE WHEN min(h.pickup_basis) <> max(h.pickup_basis) THEN 'mixed'
            WHEN min(h.pickup_basis) = 1 THEN 'start' ELSE 'completion' END
FROM mining.measured_handover h
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
WHERE h.picked_up_at <= bi.as_of()
  AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
  AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
  AND (%(processes)s::text[] IS NULL OR p.name = ANY(%(processes)s))
  AND (%(suppliers)s::text[] IS NULL OR s.name = ANY(%(suppliers)s))
  AND (%(customers)s::text[] IS NULL OR c.name = ANY(%(customers)s))
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;

-- name: weeks
-- Deliveries by the week in which they were due, as delivery reliability counts them. They are counted by
-- case first, so that distinct cases need no sorting, and in codes, so that names are looked up last.
WITH counted AS (
    SELECT d.process, d.object_key, date_trunc('week', d.due_on::timestamp)::date AS week,
           CASE WHEN 'supplier' = ANY(%(by)s) THEN d.supplier END AS supplier,
           CASE WHEN 'customer' = ANY(%(by)s) THEN d.customer END AS customer,
           CASE WHEN 'agreement' = ANY(%(by)s) THEN d.agreement END AS agreement,
           count(*) AS due, count(*) FILTER (WHERE d.status = 'met') AS met
    FROM mining.told_delivery d
    WHERE d.due_at <= bi.as_of() AND (d.status <> 'cancelled' OR d.is_breached)
      AND d.status <> 'unasked'
      AND (%(since)s::date IS NULL OR d.due_on >= %(since)s)
      AND (%(until)s::date IS NULL OR d.due_on < %(until)s)
      AND (%(processes)s::text[] IS NULL
           OR d.process = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(processes)s))))
      AND (%(suppliers)s::text[] IS NULL
           OR d.supplier = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(suppliers)s))))
      AND (%(customers)s::text[] IS NULL
           OR d.customer = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s)))
           OR d.requested_by = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s))))
      AND (%(agreements)s::text[] IS NULL
           OR d.agreement = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(agreements)s))))
    GROUP BY 1, 2, 3, 4, 5, 6
), added AS (
    SELECT CASE WHEN 'process' = ANY(%(by)s) THEN process END AS process, supplier, customer, agreement, week,
           sum(due)::int8 AS due, sum(met)::int8 AS met, count(*) AS cases
    FROM counted
    GROUP BY 1, 2, 3, 4, 5
)
SELECT p.name, s.name, c.name, a.name, w.week, w.due, w.met, w.cases
FROM added w
LEFT JOIN mining.term p ON p.code = w.process
LEFT JOIN mining.term s ON s.code = w.supplier
LEFT JOIN mining.term c ON c.code = w.customer
LEFT JOIN mining.term a ON a.code = w.agreement
ORDER BY 1, 2, 3, 4, 5;

-- name: by_version
-- How each version of an agreement was kept: deliveries that were due, as delivery reliability counts them.
SELECT d.version, sum(d.due)::int8, sum(d.met)::int8, count(*)
FROM (
    SELECT d.version, d.process, d.object_key, count(*) AS due, count(*) FILTER (WHERE d.status = 'met') AS met
    FROM mining.told_delivery d
    WHERE d.agreement = (SELECT code FROM mining.term WHERE name = %(agreement)s) AND d.due_at <= bi.as_of()
      AND (d.status <> 'cancelled' OR d.is_breached) AND d.status <> 'unasked'
    GROUP BY d.version, d.process, d.object_key
) d
GROUP BY d.version
ORDER BY d.version;

-- name: open_deliveries
-- What somebody waits for, and how much of its time is used. What was worked until now is looked up once
-- for each supplier, and once until each of the two other moments.
WITH told AS MATERIALIZED (
    SELECT d.object_key, d.process, d.agreement, d.opened_event, d.version, d.deliverable, d.supplier, d.customer,
           d.requested_at, d.due_at, d.due_on, d.is_paused, d.is_breached, d.supplier_us, d.since_at,
           d.customer_clock_seconds
    FROM mining.told_delivery d
    WHERE d.is_open AND isfinite(d.requested_at)
      AND (%(processes)s::text[] IS NULL
           OR d.process = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(processes)s))))
      AND (%(suppliers)s::text[] IS NULL
           OR d.supplier = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(suppliers)s))))
      AND (%(customers)s::text[] IS NULL
           OR d.customer = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s)))
           OR d.requested_by = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s))))
      AND (%(agreements)s::text[] IS NULL
           OR d.agreement = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(agreements)s))))
), clock AS MATERIALIZED (
    SELECT s.supplier, k.calendar, mining.worked_until_us(k.calendar, bi.as_of()) AS now_us
    FROM (SELECT DISTINCT supplier FROM told) s
    CROSS JOIN LATERAL (SELECT mining.calendar_of(s.supplier) AS calendar) k
)
SELECT d.opened_event || '/' || a.name || '/' || o.object_id, p.name, o.object_id, a.name, t.name, s.name, c.name,
       d.requested_at, NULLIF(d.due_at, 'infinity'), CASE WHEN isfinite(d.due_at) THEN d.due_on END,
       d.is_paused, COALESCE(d.is_breached, false),
       ((d.supplier_us + CASE WHEN d.is_paused THEN 0
         ELSE k.now_us - mining.worked_until_us(k.calendar, d.since_at) END) / 1e6)::float8,
       ((CASE WHEN isfinite(d.due_at) THEN mining.worked_until_us(k.calendar, d.due_at) END - k.now_us) / 1e6)::float8,
       d.customer_clock_seconds::float8,
       v.lead_time
FROM told d
JOIN clock k USING (supplier)
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = d.process
JOIN mining.term a ON a.code = d.agreement
JOIN mining.term t ON t.code = d.deliverable
JOIN mining.term s ON s.code = d.supplier
JOIN mining.term c ON c.code = d.customer
JOIN bi.dim_agreement v ON v.agreement = a.name AND v.version = d.version
ORDER BY NULLIF(d.due_at, 'infinity') NULLS LAST, d.requested_at, 1;

-- name: needing
-- How many deliveries of some processes are late, or due before an instant.
SELECT count(*) FROM mining.told_delivery
WHERE is_open AND isfinite(requested_at) AND due_at <= %(until)s AND isfinite(due_at)
  AND (%(processes)s::text[] IS NULL
       OR process = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(processes)s))));
